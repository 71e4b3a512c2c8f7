import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts.parsing import Slot, TemplateError, check, one_line, parse

NAME = Slot("name")

READABLE = {
    "Hi!": ("Hi!",),
    "": (),
    "Hi {name}!": ("Hi ", NAME, "!"),
    "Hi [name]!": ("Hi ", NAME, "!"),
    "{They} and [Hobby]": (Slot("they", True), " and ", Slot("hobby", True)),
    "{home_town}{top10}": (Slot("home_town"), Slot("top10")),
    "{{name}}": ("{", "name", "}"),
    "{{{name}}}": ("{", NAME, "}"),
    "{{ settings.SECRET_KEY }}": ("{", " settings.SECRET_KEY ", "}"),
    "{{7*7}}": ("{", "7*7", "}"),
    "${name}": ("$", NAME),
    "%(name)s": ("%(name)s",),
    "[sic!] [ name ] [0] [] [NAME]": ("[sic!] [ name ] [0] [] [NAME]",),
    "＝1+1": ("＝1+1",),
    "{job:a} [job:a]": (Slot("job", form="a"), " ", Slot("job", form="a")),
    "{Pet#2:plural}": (Slot("pet", True, "plural", 2),),
    "{3-12 pet}{0–1 pet#3}": (
        Slot("pet", low=3, high=12),
        Slot("pet", pick=3, low=0, high=1),
    ),
    "{answer:first_date}{Answer:1-st}": (
        Slot("answer:first_date"),
        Slot("answer:1-st", True),
    ),
    "{They are} [they don’t]{they’ll}": (
        Slot("they", True, verb=" are"),
        " ",
        Slot("they", verb=" don’t"),
        Slot("they", verb="’ll"),
    ),
    "{sign:a}": (Slot("sign", form="a"),),
    "[sic transit] [12 pets]": ("[sic transit]", " [12 pets]"),
}

REFUSED = [
    "{name.__class__}",
    "{r.__init__.__globals__[SECRET_KEY]}",
    "{name[0]}",
    "{0}",
    "{}",
    "{ }",
    "{ name }",
    "{name!r}",
    "{x!x}",
    "{name:>999999999}",
    "{name:{x}}",
    "{",
    "}",
    "{name",
    "name}",
    "{{name}",
    "{name}}",
    "{{}",
    "{% load %}",
    "{NAME}",
    "{nAme}",
    "{ｎame}",
    "{näme}",
    "{_name}",
    "{name\n}",
    "{a-b}",
    "{pet#0}",
    "{pet#10}",
    "{pet#}",
    "{pet:}",
    "{pet:a:plural}",
    "{pet:an}",
    "[pet:plurals]",
    "{3 pet}",
    "{3- pet}",
    "{-3-4 pet}",
    "{12-3 pet}",
    "{3-3 pet}",
    "{3-99999 pet}",
    "{3-12 Pet}",
    "{3-12 pet:plural}",
    "{3-12 name}",
    "{3-12 answer:pet}",
    "{name#2}",
    "{name:a}",
    "{sign:plural}",
    "{they:a}",
    "{they#2 are}",
    "{them are}",
    "{pet are}",
    "{they  are}",
    "{they are not}",
    "{They Are}",
    "{answer}",
    "{answer:}",
    "{answer:pet are}",
    "{answer#2:pet}",
    "{answer:{pet}}",
    "{٣-١٢ pet}",
]


@pytest.mark.parametrize(("text", "line"), READABLE.items())
def test_a_line_is_read_as_literals_and_slots(text, line):
    assert parse(text) == line


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_in_braces_is_refused(text):
    with pytest.raises(TemplateError, match=r"^At character \d+: .+[.?]$"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Hi {", "At character 4: There is a { without its }. Write {{ for a brace."),
        ("Hi }", "At character 4: There is a } without its {. Write }} for a brace."),
        (
            "{}",
            "At character 1: There is nothing between { and }. Put a slot there, such as {name}.",
        ),
        (
            "Hi {name.age}",
            "At character 4: {name.age} is no slot. "
            "A slot is small letters, digits and _, such as {name}.",
        ),
        (
            "{ Hobby : PLURAL }",
            "At character 1: { Hobby : PLURAL } is no slot. Did you mean {hobby:plural}?",
        ),
        (
            "{3 - 12 pet}",
            "At character 1: {3 - 12 pet} is no slot. Did you mean {3-12 pet}?",
        ),
        (
            "{pet:many}",
            "At character 1: Write {pet:a} or {pet:plural}: nothing else follows the colon.",
        ),
        ("{name:a}", "At character 1: Write {name} alone: nothing follows it."),
        (
            "{name#2}",
            "At character 1: {name} is one thing. "
            "Count and pick words of a list: {3-12 pet}, {pet#2}.",
        ),
        (
            "{them are}",
            "At character 1: A verb stands after they alone, as in {they are}.",
        ),
        (
            "{12-3 pet}",
            "At character 1: Write the smaller number first, as in {3-12 pet}.",
        ),
        (
            "{answer}",
            "At character 1: Say which answer, by the key of its question: "
            "{answer:first_date}.",
        ),
    ],
)
def test_the_editor_reads_what_is_wrong_and_where(text, sentence):
    with pytest.raises(TemplateError) as error:
        parse(text)

    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{hobb}", "There is no slot {hobb}. Did you mean {hobby}?"),
        ("[nmae]", "There is no slot {nmae}. Did you mean {name}?"),
        (
            "{zzz}",
            "There is no slot {zzz}. There are {name}, {age}, {sign}, {home_town}, "
            "{they}, {them}, {their}, {theirs}, {themself}, {hobby}.",
        ),
        ("{hobb:plural}", "There is no slot {hobb}. Did you mean {hobby}?"),
        ("{she} is", "There is no slot {she}. Did you mean {they}?"),
        ("{his} cat", "There is no slot {his}. Did you mean {their}?"),
        (
            "{answer:frist_date}",
            "There is no slot {answer:frist_date}. Did you mean {answer:first_date}?",
        ),
    ],
)
def test_an_unknown_slot_is_refused_with_a_suggestion(text, sentence):
    with pytest.raises(TemplateError) as error:
        check(text, ["hobby"], ["first_date", "pet"])

    assert str(error.value) == sentence


def test_any_answer_may_be_asked_for_while_there_is_no_quiz():
    assert check("{answer:pet}", []) == (Slot("answer:pet"),)


@given(st.text("{}[]nam_.:!\n é", max_size=12) | st.text())
def test_every_text_is_read_or_refused(text):
    with contextlib.suppress(TemplateError):
        assert all(isinstance(piece, str | Slot) for piece in parse(text))


@given(st.text())
def test_braces_written_twice_are_printed_once(text):
    escaped = text.replace("{", "{{").replace("}", "}}").replace("[", "[ ")

    assert "".join(map(str, parse(escaped))) == text.replace("[", "[ ")


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        (" two\nlines ", "two lines"),
        ("a\t\u00a0 b", "a b"),
        ("\ufeffturned \u202eround\x00", "turned round"),
        ("👩‍❤️‍👨 stay", "👩‍❤️‍👨 stay"),
    ],
)
def test_line_breaks_and_invisible_characters_are_dropped(text, tidy):
    assert one_line(text) == tidy
