import csv
import json
import shutil

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from generator.evaluation import Label, read_labels, summarise, upper_bound
from generator.screening import Screening

HEADER = "file,psi,gender,age_class,apparent_age,skin,quality"
SHIPPED = settings.BASE_DIR / "fixtures/faces"


@pytest.fixture
def labelled(tmp_path):
    """Writes labels.csv; the pictures named in it are shipped faces, all of adults."""

    def write(*rows, header=HEADER):
        folder = tmp_path / "labelled"
        folder.mkdir(exist_ok=True)
        (folder / "labels.csv").write_text("\n".join([header, *rows, ""]))
        for row, name in zip(
            rows, [a_shipped("man"), a_shipped("woman")], strict=False
        ):
            shutil.copyfile(SHIPPED / name, folder / row.split(",")[0])
        return folder

    return write


def a_shipped(gender):
    """The file of a shipped face in its forties that came out well."""
    with (SHIPPED / "manifest.csv").open(newline="") as file:
        rows = csv.DictReader(file)
        cell = {"gender": gender, "age_bucket": "40s", "quality": "good"}
        return next(row["file"] for row in rows if row.items() >= cell.items())


def judged(age_class, rejected="", says="woman", age=None, **label):
    scores = {} if age is None else {"age": age}
    screening = Screening(scores, rejected, says, "20s", "0" * 16)
    return Label("x.jpg", age_class=age_class, **label), screening


@pytest.mark.parametrize(
    ("passed", "num", "bound"),
    [
        (0, 34, 0.0843),
        (0, 300, 0.00994),
        (1, 34, 0.1321),
        (3, 34, 0.2125),
        (0, 1, 0.95),
        (5, 5, 1.0),
    ],
)
def test_the_bound_is_clopper_and_pearsons(passed, num, bound):
    assert upper_bound(passed, num) == pytest.approx(bound, abs=5e-5)


def test_figures_count_by_label():
    figures = summarise(
        [
            judged("minor", "could be under 18"),
            judged("minor", ""),
            judged("young", ""),
            judged("adult", "", gender="man", says="man", skin="dark"),
            judged("adult", "no face found", gender="woman", skin="light"),
            judged("adult", "", gender="woman", says="man", skin="light"),
            judged("adult", "", gender="woman", says="androgynous"),
            judged("not a face", "no face found"),
            judged("", ""),
        ]
    )

    assert (figures["minors"], figures["minors_passed"]) == (2, 1)
    assert (figures["young"], figures["young_passed"]) == (1, 1)
    assert (figures["adults"], figures["adults_rejected"]) == (4, 1)
    assert (figures["not_faces"], figures["not_faces_passed"]) == (1, 0)
    assert figures["by_gender"] == {
        "man": {"adults": 1, "rejected": 0},
        "woman": {"adults": 3, "rejected": 1},
    }
    assert figures["by_skin"]["light"] == {"adults": 2, "rejected": 1}
    assert figures["genders_clear"] == 3
    assert figures["genders_right"] == 2


def test_age_is_compared_where_it_was_measured():
    figures = summarise(
        [
            judged("adult", age=32.0, apparent_age=30.0),
            judged("adult", age=36.0, apparent_age=40.0),
            judged("adult", apparent_age=50.0),
            judged("adult", age=36.0),
        ]
    )

    assert figures["age_error"] == 3
    assert figures["age_bias"] == -1
    assert set(figures["by_age"]) == {"30 to 39", "40 or older"}


def test_figures_of_no_labels_claim_nothing():
    figures = summarise([judged("")])

    assert figures["minors_recall"] is None
    assert figures["minors_recall_at_least"] == 0
    assert figures["age_error"] is None


def test_labels_may_be_blank_or_not_there(labelled):
    folder = labelled("a.webp,", "b.webp,A", header="file,age_class")

    blank, adult = read_labels(folder)

    assert (blank.age_class, blank.gender, blank.apparent_age) == ("", "", None)
    assert adult.age_class == "adult"
    assert adult.age_group == ""


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("none.webp,0.7,w,A,30,L,f", "row 3: none.webp is not there"),
        ("../labels.csv/..,0.7,w,A,30,L,f", "row 3: .. is not there"),
        (",0.7,w,A,30,L,f", "row 3: the file is not there"),
        ("a.webp,0.7,q,A,30,L,f", "row 3: gender 'q' is not one of w, m, a or blank"),
        ("a.webp,0.7,w,Z,30,L,f", "row 3: age_class 'Z' is not one of M, Y, A, X"),
        ("a.webp,0.7,w,A,old,L,f", "row 3: apparent_age 'old' is not a number"),
        ("a.webp,0.7,w,A,30,pink,f", "row 3: skin 'pink' is not one of L, M, D"),
    ],
)
def test_wrong_labels_are_said_in_words(labelled, row, message):
    folder = labelled("a.webp,0.7,w,A,30,L,f")
    with (folder / "labels.csv").open("a") as file:
        file.write(f"{row}\n")

    with pytest.raises(CommandError) as refused:
        call_command("evaluate_gate", labels=folder)

    assert message in str(refused.value)


def test_of_many_problems_the_first_are_said(labelled):
    folder = labelled()
    (folder / "labels.csv").write_text("file\n" + "none.webp\n" * 50)

    with pytest.raises(CommandError) as refused:
        call_command("evaluate_gate", labels=folder)

    assert len(str(refused.value).splitlines()) == 11
    assert str(refused.value).endswith("And 40 more.")


@pytest.mark.parametrize(
    "content", [b"", b"name\na.webp\n", b"file\n", b"\xff\xfe\x00"]
)
def test_a_sheet_of_something_else_is_said_in_words(tmp_path, content):
    (tmp_path / "labels.csv").write_bytes(content)

    with pytest.raises(CommandError, match=r"labels\.csv"):
        call_command("evaluate_gate", labels=tmp_path)


def test_a_folder_without_labels_is_said_in_words(tmp_path):
    with pytest.raises(CommandError, match="labels.csv cannot be read: No such file"):
        call_command("evaluate_gate", labels=tmp_path)


def test_without_the_networks_the_way_to_them_is_said(labelled, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"

    with pytest.raises(CommandError, match="Bring them with fetch_weights --screening"):
        call_command("evaluate_gate", labels=labelled("a.webp,0.7,w,A,30,L,f"))


def test_json_is_one_object_alone_on_the_output(var_with_screening, labelled, capsys):
    folder = labelled("a.webp,0.7,m,A,30,L,f", "b.webp,0.7,w,M,12,,f")

    call_command("evaluate_gate", labels=folder, json=True, device="cpu")

    output = capsys.readouterr()
    figures = json.loads(output.out)
    assert (figures["adults"], figures["adults_rejected"]) == (1, 0)
    assert (figures["minors"], figures["minors_passed"]) == (1, 1)
    assert figures["young"] == figures["young_passed"] == 0
    assert "Screening: 100%" in output.err


def test_figures_are_said_in_words(var_with_screening, labelled, capsys):
    folder = labelled("a.webp,0.7,m,A,30,L,f", "b.webp,0.7,w,A,,,f")

    call_command("evaluate_gate", labels=folder, device="cpu")

    output = capsys.readouterr().out
    assert "Minors: 0 of 0 passed." in output
    assert "Adults: 0 of 2 rejected." in output
    assert "by gender: man 0 of 1, woman 0 of 1" in output
    assert "by skin: light 0 of 1" in output


def test_a_picture_that_cannot_be_opened_is_said_in_words(var_with_screening, labelled):
    folder = labelled("a.webp,0.7,m,A,30,L,f")
    (folder / "a.webp").write_bytes(b"<html>")

    with pytest.raises(
        CommandError, match=r"a\.webp cannot be used: it is not a whole"
    ):
        call_command("evaluate_gate", labels=folder, device="cpu")
