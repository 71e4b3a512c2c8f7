import numpy as np
import pytest

from generator.errors import LoadError
from generator.openvino_ir import read_constants, read_mobilestylegan

ONE = '<data element_type="f32" shape="2, 3" offset="4" size="24"/>'


def ir(*layers):
    body = "".join(
        f'<layer name="c{i}" type="Const">{layer}</layer>'
        for i, layer in enumerate(layers)
    )
    return f"<net><layers>{body}</layers></net>".encode()


def test_constants_come_by_name_in_file_order():
    weights = np.arange(8, dtype="<f4").tobytes()
    first = '<data element_type="f32" shape="" offset="0" size="4"/>'
    whole_number = '<data element_type="i64" shape="1" offset="0" size="8"/>'

    constants = read_constants(ir(ONE, whole_number, first), weights)

    assert list(constants) == ["c2", "c0"]
    assert constants["c2"] == 0
    assert constants["c0"].tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<net>",
        b"\x80\x04K\x01.",
        b'<!DOCTYPE net [<!ENTITY a "aaaa">]><net>&a;</net>',
        b'<!DOCTYPE net SYSTEM "file:///etc/passwd"><net/>',
        ir(ONE.replace("24", "28")),
        ir(ONE.replace('"4"', '"5"')),
        ir(ONE.replace('"4"', '"-4"')),
        ir(ONE.replace("2, 3", "-2, -3")),
        ir(ONE.replace("2, 3", "99999999, 99999999")),
        ir(ONE.replace('offset="4"', "")),
        ir(ONE.replace('"24"', '"many"')),
    ],
)
def test_files_that_do_not_fit_are_refused(xml):
    with pytest.raises(LoadError, match="not a whole OpenVINO IR"):
        read_constants(xml, bytes(28))


@pytest.mark.parametrize(
    ("mapping", "synthesis"),
    [
        ({}, {}),
        ({"1": np.zeros((4, 4))}, {}),
        ({"1": np.zeros((4, 4)), "2": np.zeros(4)}, {}),
        ({"1": np.zeros((4, 4)), "2": np.zeros(4)}, {"Mul_1_copy": np.zeros((8, 8))}),
    ],
)
def test_another_network_is_refused(mapping, synthesis):
    with pytest.raises(LoadError, match="not MobileStyleGAN"):
        read_mobilestylegan(mapping, synthesis)
