import io
import struct
from pathlib import Path

import pytest
from django.conf import settings

from generator.errors import LoadError
from generator.snapshots import MAX_BYTES
from generator.unpickling import Unpickler
from tests.generator.pickles import (
    call,
    dictionary,
    named,
    plain,
    snapshot,
    tiny_network,
    whole,
)
from tests.generator.refusal import refusal
from tests.generator.watch_reading import read_apart

BAD = Path(settings.BASE_DIR).parent / "shared" / "golden" / "bad"
LOADABLE = "evil_module_src_loadable.pkl"
SENTENCES = {
    "alloc_binbytes8": "truncated or damaged",
    "alloc_frame": "without the network G_ema",
    "alloc_long_binput": "without the network G_ema",
    "alloc_storage_numel": "claims a wrong length",
    "alloc_stride0": "larger than the numbers stored",
    "bad_activation": "unknown activation: __import__",
    "billion_laughs": "without the network G_ema",
    "build_on_class": "change an object dnnlib.util.EasyDict",
    "build_on_global": "change an object torch._utils._rebuild_tensor_v2",
    "builtins_eval": "builtins.eval",
    "builtins_exec": "builtins.exec",
    "builtins_getattr_import": "instruction LIST",
    "builtins_open_write": "io.open",
    "deep_nesting": "not a stored network",
    "empty": "empty",
    "evil_module_src": "no part mapping",
    "ext_opcode": "instruction EXT1",
    "g_ema_is_discriminator": "discriminator",
    "g_ema_is_int": "a number, not a stored network",
    "gzip": "not a pickle",
    "html": "not a pickle",
    "inf_w_avg": "mapping.w_avg holds infinite numbers",
    "int_weight": "floating-point",
    "kwargs_layers_bomb": "num_layers is 1000000000, but it is 2",
    "kwargs_resolution_bomb": "img_resolution is 1048576, but it is 16",
    "list": "without the network G_ema",
    "missing_tensor": "no tensor bias",
    "nan_weight": "NaN",
    "nested_storage_bytes": "more in it than numbers",
    "nested_storage_zip": "is not a tensor",
    "no_g_ema": "without the network G_ema",
    "numpy_object_scalar": "without the network G_ema",
    "one_channel": "[1, 8, 1, 1], not [3, 8, 1, 1]",
    "os_system": "posix.system",
    "os_system_proto0": "not a pickle of a network (protocol 2 to 5)",
    "os_system_proto2": "posix.system",
    "os_system_proto5": "posix.system",
    "persid": "instruction BINPERSID",
    "plain_state_dict": "plain dictionary",
    "png": "not a pickle",
    "self_cycle": "no part mapping",
    "shape_mismatch": "[8, 7, 3, 3], not [8, 8, 3, 3]",
    "stack_global_dotted": "torch.storage.io.open",
    "stylegan1_tf": "TensorFlow",
    "stylegan2_tf": "TensorFlow",
    "subprocess_popen": "subprocess.Popen",
    "tensor_negative_stride": "below zero",
    "tensor_out_of_storage": "larger than the numbers stored",
    "text": "not a pickle",
    "torch_load_full": "torch.serialization.load",
    "torch_zip": "zip archive",
    "trailing_garbage_bitflip": "truncated or damaged",
    "truncated": "truncated or damaged",
    "truncated_header": "truncated or damaged",
    "version_99": "unknown version",
    "wrong_arch_stylegan3": "StyleGAN3",
}
TOUCH = plain("touch PWNED")
DEEP = b")" + b"\x85" * 100_000
MANY_ITEMS = b"(" + b"N" * 300_000 + b"t"
HUGE = struct.pack("<Q", 2**40)
EASY_DICT = named("dnnlib.util.EasyDict")
HOSTILE = {
    "function": (call("posix.system", TOUCH), "posix.system"),
    "function by stack": (
        plain("posix") + plain("system") + b"\x93" + TOUCH + b"\x85R",
        "posix.system",
    ),
    "name of an unreadable kind": (
        call("os\x1b[31m.\u202esystem", TOUCH),
        r"\x1b[31m.\u202esystem",
    ),
    "full torch.load": (call("torch.load", plain("PWNED")), "torch.load"),
    "old instance": (b"(" + TOUCH + b"iposix\nsystem\n", "instruction INST"),
    "old object": (b"(" + named("posix.system") + TOUCH + b"o", "instruction OBJ"),
    "new object": (named("posix.system") + TOUCH + b"\x85\x81", "posix.system"),
    "new object of a function": (
        named("_codecs.encode") + TOUCH + b"\x85\x81",
        "makes an object",
    ),
    "new object with arguments": (EASY_DICT + plain(["ab"]) + b"\x85\x81", "makes an"),
    "call of a call": (call("_codecs.encode", TOUCH) + b")R", "not a function"),
    "call without a tuple": (named("_codecs.encode") + TOUCH + b"R", "not a function"),
    "change of a function": (
        named("torch._utils._rebuild_tensor_v2")
        + b"N}"
        + plain("__doc__")
        + b"Ns\x86b",
        "change an object torch._utils._rebuild_tensor_v2",
    ),
    "change of its globals": (
        plain("torch._utils")
        + plain("_rebuild_tensor_v2.__globals__")
        + b"\x93"
        + plain("x")
        + b"Ns",
        "_rebuild_tensor_v2.__globals__",
    ),
    "change of a class": (
        named("collections.OrderedDict") + plain({"get": 1}) + b"b",
        "change an object collections.OrderedDict",
    ),
    "change of a new object": (EASY_DICT + b")\x81" + plain({"a": 1}) + b"b", "change"),
    "persistent id": (TOUCH + b"Q", "instruction BINPERSID"),
    "persistent id in words": (b"PPWNED\n", "instruction PERSID"),
    "extension": (b"\x82\x01", "instruction EXT1"),
    "next buffer": (b"\x97", "instruction NEXT_BUFFER"),
    "huge bytes": (b"\x8e" + HUGE, "truncated or damaged"),
    "huge text": (b"\x8d" + HUGE, "truncated or damaged"),
    "huge byte array": (b"\x96" + HUGE, "instruction BYTEARRAY8"),
    "huge number": (b"\x8b\xff\xff\xff\x7f", "instruction LONG4"),
    "huge memo": (b"Nr\xff\xff\xff\xff", "without the network G_ema"),
    "deep key": (b"}" + DEEP + b"Ns", "dictionary that no network needs"),
    "deep key of many": (b"}(" + DEEP + b"Nu", "dictionary that no network needs"),
    "deep member": (b"\x8f(" + DEEP + b"\x90", "dictionary that no network needs"),
    "too many steps": (MANY_ITEMS, "more than 300000"),
    "unknown step": (b"\xff", "truncated or damaged"),
    "empty stack": (b"0", "truncated or damaged"),
    "two pickles": (b"N.N", "after the end"),
    "state dictionary": (dictionary({"G_ema": plain({"a": 1.5})}), "plain dictionary"),
    "numpy array": (call("numpy.core.multiarray._reconstruct"), "StyleGAN3"),
}

needs_golden = pytest.mark.skipif(
    not BAD.is_dir(), reason="The golden data lies outside of the repository."
)


@pytest.fixture
def good_file(tmp_path):
    path = tmp_path / "good.pkl"
    path.write_bytes(snapshot(*tiny_network()))
    return path


@pytest.fixture
def cwd(tmp_path):
    folder = tmp_path / "cwd"
    folder.mkdir()
    return folder


def check_nothing_happened(report, cwd):
    assert report["events"] == []
    assert "torch" not in report["modules"]
    assert report["slowest"] < 2
    assert report["peak_bytes"] < 300_000_000
    assert list(cwd.iterdir()) == []
    assert not (Path(settings.BASE_DIR) / "PWNED").exists()


@needs_golden
@pytest.mark.parametrize("name", SENTENCES)
def test_a_bad_file_is_refused_in_a_sentence(name):
    assert SENTENCES[name] in refusal((BAD / f"{name}.pkl").read_bytes())


@needs_golden
def test_bad_files_do_nothing_and_take_little_time_and_memory(good_file, cwd):
    report = read_apart("snapshot", good_file, sorted(BAD.iterdir()), cwd)

    check_nothing_happened(report, cwd)
    outcomes = dict(report["outcomes"])
    assert outcomes.pop(LOADABLE) == "loaded"
    assert outcomes.keys() == {f"{name}.pkl" for name in SENTENCES}
    assert all(outcome.startswith("refused") for outcome in outcomes.values())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pickle_is_refused_in_a_sentence(name):
    piece, words = HOSTILE[name]

    assert words in refusal(whole(piece))


def test_hostile_pickles_do_nothing_and_take_little_time_and_memory(good_file, cwd):
    files = [cwd.parent / f"{name}.pkl" for name in HOSTILE]
    for file, (piece, _) in zip(files, HOSTILE.values(), strict=True):
        file.write_bytes(whole(piece))

    report = read_apart("snapshot", good_file, files, cwd)

    check_nothing_happened(report, cwd)
    assert all(outcome.startswith("refused") for _, outcome in report["outcomes"])


def test_the_watch_notices_what_a_plain_unpickler_does(good_file, cwd):
    file = cwd.parent / "hostile.pkl"
    file.write_bytes(whole(HOSTILE["function"][0]))

    report = read_apart("pickle", good_file, [file], cwd)

    assert (cwd / "PWNED").exists()
    assert report["events"] == ["pickle.find_class", "os.system"]


@pytest.mark.parametrize("name", ["change of a function", "change of its globals"])
def test_a_hostile_pickle_changes_no_function_of_torch(name):
    function = pytest.importorskip("torch._utils")._rebuild_tensor_v2
    before = (function.__doc__, dict(vars(function)), set(function.__globals__))

    refusal(whole(HOSTILE[name][0]))

    after = (function.__doc__, dict(vars(function)), set(function.__globals__))
    assert after == before


@pytest.mark.parametrize("method", ["persistent_load", "get_extension"])
def test_the_unpickler_itself_knows_nothing_outside_its_file(method):
    unpickler = Unpickler(io.BytesIO())

    with pytest.raises(LoadError):
        getattr(unpickler, method)(1)


def test_a_file_that_is_too_large_is_refused():
    class Large(bytes):
        def __len__(self):
            return MAX_BYTES + 1

    assert "more than 1000 MB" in refusal(Large(b"\x80\x03N."))
