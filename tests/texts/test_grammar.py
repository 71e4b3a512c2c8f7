import subprocess
import sys

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from texts.grammar import FORMS, Grammar, Override
from texts.models import GrammarException
from texts.pronouns import third_person, with_verb


@pytest.mark.parametrize(
    ("word", "with_article"),
    [
        ("pilot", "a pilot"),
        ("owl dentist", "an owl dentist"),
        ("honest man", "an honest man"),
        ("unicorn", "a unicorn"),
        ("FBI agent", "an FBI agent"),
        ("8-ball", "an 8-ball"),
        ("80s fan", "an 80s fan"),
        ("11-year-old", "an 11-year-old"),
        ("110-year-old", "a 110-year-old"),
        ("élan", "an élan"),
        ("a lighthouse sitter", "a lighthouse sitter"),
        ("The Boss", "The Boss"),
        ("", ""),
    ],
)
def test_a_word_gets_the_article_that_is_heard(word, with_article):
    assert Grammar().form(word, "a") == with_article


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("macaw", "macaws"),
        ("goose", "geese"),
        ("sheep", "sheep"),
        ("SUV", "SUVs"),
        ("old TV", "old TVs"),
        ("mother-in-law", "mothers-in-law"),
        ("cat called Steve", "cats called Steve"),
        ("moth I trust", "moths I trust"),
        ("crow who knows things", "crows who knows things"),
        ("spider (friendly)", "spiders (friendly)"),
        ("cat raised by wolves", "cats raised by wolves"),
        ("ghost of a hamster", "ghosts of hamsters"),
        ("house plant with a name", "house plants with names"),
        ("rescue greyhound", "rescue greyhounds"),
    ],
)
def test_a_phrase_is_made_many_at_its_noun(one, many):
    assert Grammar().form(one, "plural") == many


def test_an_exception_fits_phrases_that_begin_or_end_with_its_word():
    exceptions = {"suv": Override("an", "SUVs!"), "gnu": Override("", "gnu")}
    grammar = Grammar(exceptions | {"pair of gnus": Override("", "gnus, paired")})

    assert grammar.form("SUV driver", "a") == "an SUV driver"
    assert grammar.form("tiny gnu called Bo", "plural") == "tiny gnu called Bo"
    assert grammar.form("gnu with a hat", "plural") == "gnu with a hat"
    assert grammar.form("Pair of gnus", "plural") == "gnus, paired"


@given(st.text(max_size=80), st.sampled_from(FORMS))
def test_every_word_has_every_form(word, form):
    assert isinstance(Grammar().form(word, form), str)


@pytest.mark.parametrize(
    ("verb", "after_she"),
    [
        *[("are", "is"), ("have", "has"), ("do", "does"), ("were", "was")],
        *[("like", "likes"), ("kiss", "kisses"), ("watch", "watches"), ("go", "goes")],
        *[("cry", "cries"), ("play", "plays"), ("need", "needs"), ("embed", "embeds")],
        *[("liked", "liked"), ("agreed", "agreed"), ("will", "will"), ("can", "can")],
        *[("don’t", "doesn’t"), ("don't", "doesn't"), ("won’t", "won’t")],
        *[("’re", "’s"), ("’ve", "’s"), ("'re", "'s"), ("’ll", "’ll"), ("’d", "’d")],
    ],
)
def test_a_verb_agrees(verb, after_she):
    assert third_person(verb) == after_she


def test_they_keep_their_verb():
    assert with_verb("they", " are") == "they are"
    assert with_verb("she", " are") == "she is"
    assert with_verb("he", "’re") == "he’s"


def test_the_exceptions_that_a_site_starts_with(db):
    articles = dict(GrammarException.objects.values_list("word", "article"))

    assert {"8-ball", "11-year-old", "suv"} <= {
        w for w in articles if articles[w] == "an"
    }


def test_the_library_is_loaded_only_when_a_line_needs_it(tmp_path):
    program = "import sys, config.wsgi; print('inflect' in sys.modules)"
    environment = {
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }

    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert run.stdout.strip() == "False", run.stderr
