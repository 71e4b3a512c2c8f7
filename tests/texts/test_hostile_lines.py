"""Nothing in a line or a value is run, looked up or filled a second time."""

import contextlib
import random
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.make import make_words
from texts.filling import ANY_TONE, Candidate, Content, Lover, fill
from texts.grammar import FORMS, Grammar
from texts.models import MessageTemplate
from texts.parsing import FIXED_SLOTS, Slot, TemplateError, check

LISTS = ["hobby", "pet", "job"]
ANSWERS = ["first_date", "who"]

HOSTILE = [
    "{name.__class__}",
    "{name.__class__.__init__.__globals__[SECRET_KEY]}",
    "{name[0]}",
    "{0}",
    "{}",
    "{name!r}",
    "{name:>999999999}",
    "{name:{x}}",
    "{",
    "}",
    "{{name}}",
    "{name",
    "${name}",
    "%(name)s",
    "{% load %}",
    "{{ settings.SECRET_KEY }}",
    "{{7*7}}",
    "＝",
    "{other}",
    "{they __import__}",
    "{answer:__class__}",
    "{answer:first_date.__class__}",
    "{1-9999 pet}",
    "{0-99999999999 pet}",
    "{pet#99999999999}",
    "{pet:__class__}",
    "{self}",
    "{class}",
    "[pet:__globals__]",
    "{pet}" * 60,
    "{" * 300,
    "[" * 300,
    "[[[[{they are",
    "\x00{name}\ud800",
]

values = st.text(max_size=12) | st.sampled_from(HOSTILE)
lovers = st.builds(
    Lover,
    name=values,
    age=st.integers(22, 68),
    sign=values,
    home_town=values,
    gender=st.sampled_from(["woman", "man", "androgynous"]),
)
slots = st.one_of(
    st.sampled_from([*FIXED_SLOTS, *LISTS, "Hobby", "sign:a", "3-12 pet", "0-1 job#2"]),
    st.sampled_from(
        ["they are", "They don’t", "they’re", "answer:who", "pet#9:plural"]
    ),
    st.builds("{}:{}".format, st.sampled_from(LISTS), st.sampled_from(FORMS)),
).map(lambda name: f"{{{name}}}")
templates = st.lists(slots | st.text("ab {}[]", max_size=4), max_size=6).map("".join)
full_lists = st.fixed_dictionaries(
    {
        name: st.lists(
            st.text(min_size=1, max_size=12).map(f"{name} {{}}".format),
            min_size=12,
            max_size=14,
            unique_by=str.casefold,
        )
        for name in LISTS
    }
)


def say(line, lover, words, answers=None):
    weighted = {name: dict.fromkeys(of, 10) for name, of in words.items()}
    content = Content.of([("hello", ANY_TONE, Candidate(line))], weighted)
    answers = answers or dict.fromkeys(ANSWERS, "yes")
    said = fill(content, tone="", lover=lover, words={}, seed="s", answers=answers)
    return said.lines.get("hello")


def check_or_skip(text):
    try:
        return check(text, LISTS, ANSWERS)
    except TemplateError:
        assume(False)


@given(templates, lovers, full_lists)
def test_every_accepted_line_is_filled_for_every_lover(text, lover, words):
    line = check_or_skip(text)

    assert say(line, lover, words) is not None


@given(
    templates,
    lovers,
    st.fixed_dictionaries(
        {name: st.lists(values.filter(bool), max_size=6) for name in LISTS}
    ),
    values.filter(bool),
)
def test_every_line_is_filled_in_a_single_pass(text, lover, words, answer):
    line = check_or_skip(text)

    filled = say(line, lover, words, dict.fromkeys(ANSWERS, answer))

    assert filled is None or re.fullmatch(
        pattern_of(line, lover, words, answer), filled
    )


def pattern_of(line, lover, words, answer):
    """Matches the literals of a line with whole values, and nothing else, between them."""
    grammar = Grammar()
    fixed = lover.slots | {f"answer:{key}": answer for key in ANSWERS}
    parts = []
    for piece in line:
        if not isinstance(piece, Slot):
            parts.append(re.escape(piece))
            continue
        fitting = [fixed[piece.name]] if piece.name in fixed else words[piece.name]
        forms = [
            re.escape(form) for word in fitting for form in forms_of(word, grammar)
        ]
        verb = r"(?: ?[a-z’]+)?" if piece.verb else ""
        parts.append(rf"(?:\d+ )?(?i:{'|'.join(forms) or '(?!)'}){verb}")
    return "".join(parts)


def forms_of(word, grammar):
    return [word, *(grammar.form(word, form) for form in FORMS)]


def random_lines(number):
    rng = random.Random(1)
    scraps = [
        *HOSTILE,
        "{name}",
        "{pet}",
        "{hobby:a}",
        "[pet]",
        "{they are}",
        " ",
        "a.b",
    ]
    for _ in range(number):
        text = "".join(rng.choices(scraps, k=rng.randint(1, 4)))
        at = rng.randrange(len(text))
        yield (
            text[:at]
            + rng.choice(["", "{", "}", "[", "]", ":", "#", "é"])
            + text[at + 1 :]
        )


def test_ten_thousand_random_lines_run_nothing_and_show_no_secret():
    ada = Lover("Ada", 33, "Leo", "Graz", "woman")
    words = {name: [f"{name}{n}" for n in range(12)] for name in LISTS}
    secrets = [settings.SECRET_KEY, "49", "<class", "__builtins__", "Lover("]
    num_filled = 0

    for text in random_lines(10_000):
        with contextlib.suppress(TemplateError):
            line = check(text, LISTS, ANSWERS)
            literals = "".join(piece for piece in line if isinstance(piece, str))
            filled = say(line, ada, words)
            assert len(filled) <= len(text) * 4
            assert not [s for s in secrets if s in filled and s not in literals]
            num_filled += 1

    assert 500 < num_filled < 9_500


@pytest.fixture
def editor(client, db):
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="texts")
    )
    client.force_login(user)
    return client


def test_hostile_lines_are_refused_or_saved_as_they_are_without_an_error_page(editor):
    make_words("pet", *(f"pet {number}" for number in range(12)))

    for text in [*HOSTILE, *random_lines(60)]:
        fields = {"part": "hello", "text": text.encode("utf-8", "replace").decode()}
        response = editor.post("/admin/texts/messagetemplate/add/", fields)
        assert response.status_code in (200, 302)
        assert settings.SECRET_KEY not in response.text

    for line in MessageTemplate.objects.all():
        check(line.text, ["pet"])
        page = editor.get(f"/admin/texts/messagetemplate/{line.pk}/change/")
        assert page.status_code == 200
        assert settings.SECRET_KEY not in page.text
