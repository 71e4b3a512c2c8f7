import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts.filling import Slot, TemplateError, check, one_line, parse

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
]


@pytest.mark.parametrize(("text", "line"), READABLE.items())
def test_a_line_is_read_as_literals_and_slots(text, line):
    assert parse(text) == line


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_in_braces_is_refused(text):
    with pytest.raises(TemplateError, match=r"^At character \d+: .+\.$"):
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
            "{they}, {them}, {their}, {hobby}.",
        ),
    ],
)
def test_an_unknown_slot_is_refused_with_a_suggestion(text, sentence):
    with pytest.raises(TemplateError) as error:
        check(text, ["hobby"])

    assert str(error.value) == sentence


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
