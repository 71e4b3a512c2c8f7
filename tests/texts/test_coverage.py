"""How many different results the texts can give, and what writers hear of it."""

from io import StringIO
from itertools import permutations, product

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from generator.models import Target
from tests.make import make_line, make_tone, make_words
from texts.content import read_content
from texts.coverage import coverage, in_words, ways_to_say
from texts.models import MessageTemplate
from texts.parsing import parse

pytestmark = pytest.mark.django_db

PAGE = "/admin/texts/messagetemplate/coverage/"


def count(tone="", gender="woman", age_bucket="30s"):
    [found] = coverage(read_content(), [tone])
    return next(
        cell.count
        for cell in found.cells
        if (cell.gender, cell.age_bucket) == (gender, age_bucket)
    )


def test_one_line_of_each_part_is_chosen():
    for part, text in product(["hello", "about", "pet"], ["One", "Two"]):
        make_line(part, text)

    assert count() == 2**3


def test_each_line_counts_with_all_its_words():
    make_words("pet", "cat", "dog", "owl")
    make_line("hello", "Hi!")
    make_line("hello", "Hi from my {pet} and {pet#2}")

    assert count() == 1 + len(list(permutations(range(3), 2)))


def test_a_pet_that_two_lines_name_is_one_pet():
    make_words("pet", "cat", "dog", "owl")
    make_line("hello", "Hi from my {pet}")
    make_line("pet", "I love my {pet}")

    assert count() == 3


def test_numbers_count_and_the_lovers_facts_do_not():
    make_words("pet", "cat", "dog", "owl")
    make_words("first_name_woman", "Ada", "Bea")
    make_line("hello", "{name}, {age}, {they} and {3-12 pet}")

    assert count() == 10 * 3


def test_a_line_that_lacks_words_counts_as_nothing():
    make_words("pet")
    make_line("hello", "{pet}")

    assert count() == 0


def test_lines_count_where_they_are_said():
    make_line("hello", "Any")
    make_line("hello", "Shy", "shy")
    make_line("hello", "Loud", "loud")
    make_line("hello", "Woman", gender="woman")
    make_line("hello", "Forties", age_bucket="40s")
    make_line("hello", "Aries", sign="Aries")
    make_line("hello", "Folded", only_trainwreck=True)
    make_line("hello", "Draft", status="draft")

    assert count("shy") == 3
    assert count("shy", "man", "40s") == 3
    assert count("shy", "man", "30s") == 2


def test_the_count_is_what_one_gets_by_trying_all():
    make_words("pet", "cat", "dog")
    make_words("hobby", "chess", "golf", "judo")
    for part, text in [
        ("hello", "{pet}"),
        ("hello", "{hobby}"),
        ("about", "{pet} {hobby}"),
        ("about", "x"),
        ("pet", "{pet#2} {pet}"),
    ]:
        make_line(part, text)

    # hello, about: pet·(pet hobby), pet·x, hobby·(pet hobby), hobby·x; then the other pet
    assert count() == 2 * 3 + 2 + 2 * 3 + 2 * 3


def test_what_to_write_first_is_what_adds_most():
    make_words("pet", "cat", "dog")
    make_words("hobby", *map(str, range(50)))
    for part in MessageTemplate.Part.values:
        for text in ("One {pet}", "Two {hobby}", "Three")[: 2 + (part != "intro")]:
            make_line(part, text)

    cell = coverage(read_content(), [""])[0].least

    assert (cell.part_to_extend, cell.list_to_extend) == ("intro", "pet")


def test_ways_to_say_one_line():
    make_words("pet", "cat", "dog", "owl")

    assert ways_to_say(parse("{name} and {pet}"), read_content()) == 3


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (11, "11"),
        (25_440, "25,440"),
        (1_000_000, "1 million"),
        (1_290_000, "1.2 million"),
        (12_999_999, "12 million"),
        (999_999_999, "999 million"),
        (3 * 10**18, "3 quintillion"),
        (10**24, "1,000,000 quintillion"),
    ],
)
def test_big_numbers_are_words_and_promise_no_more(number, words):
    assert in_words(number) == words


def test_the_command_tells_each_tone_and_fails_below_the_floor():
    make_tone("shy")
    make_line("hello", "Hi!", "shy")
    out = StringIO()

    call_command("coverage", floor=1, stdout=out)

    assert "Shy\n  20s: women 1, men 1, androgynous people 1" in out.getvalue()
    with pytest.raises(CommandError, match="12 give fewer than 2 results"):
        call_command("coverage", floor=2, stdout=out)


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("admin"))
    return client


def test_the_page_says_where_results_are_too_few(admin):
    make_line("hello", "Hi!", "shy")
    make_line("hello", "Ho!", "shy", gender="woman")

    page = admin.get(PAGE).text

    assert "too few" in page
    assert "Nothing is written for: abouts, pet lines" in page


def test_the_page_names_lines_nobody_has_read_and_those_shared_most(admin):
    make_line("hello", "Fresh")
    make_line("hello", "Loved", times_shown=9, times_shared=3)

    page = admin.get(PAGE).text

    assert "1 of 2 published lines have not been read" in page
    assert "shared 3 times, shown 9" in page


@pytest.mark.parametrize(("shown", "text"), [("never", "Fresh"), ("shared", "Loved")])
def test_lines_are_listed_by_what_became_of_them(admin, shown, text):
    make_line("hello", "Fresh")
    make_line("hello", "Loved", times_shown=9, times_shared=3)

    lines = admin.get(f"/admin/texts/messagetemplate/?shown={shown}").context["cl"]

    assert [line.text for line in lines.queryset] == [text]


def test_the_home_page_says_what_needs_doing(admin):
    make_line("hello", "Hi!", status="draft")
    make_line("hello", "I do {hobby}")

    page = admin.get("/admin/").text

    assert "1 draft waits to be published." in page
    assert "1 published line has something that must be mended." in page
    assert "Coverage is red: Any tone has 0 results for women, 20s." in page


def test_the_home_page_of_somebody_who_writes_nothing(client):
    make_line("hello", "Hi!", status="draft")
    client.force_login(User.objects.create_user("rater", is_staff=True))

    assert "Nothing needs doing." in client.get("/admin/").text


def test_the_home_page_says_that_the_pool_lacks_faces(admin):
    Target.objects.create(gender="man", age_bucket="40s", quality="good", wanted=5)

    assert "1 cell of the pool lacks faces" in admin.get("/admin/").text


def test_each_chore_leads_to_where_it_is_done(admin):
    make_line("hello", "Hi!", status="draft")
    make_line("hello", "I do {hobby}")

    chores = admin.get("/admin/").context["chores"]

    assert len(chores) == 3
    for _, address in chores:
        assert admin.get(address).status_code == 200
