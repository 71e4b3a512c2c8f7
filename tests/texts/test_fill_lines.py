import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts.filling import ANY_TONE, PARTS, Candidate, Content, Lover, fill
from texts.grammar import Grammar, Override
from texts.parsing import parse

LISTS = ["hobby", "pet", "job"]
ADA = Lover("Ada", 33, "Leo", "Graz", "woman", age_bucket="30s")


def content_of(lines, exceptions=None, **words):
    """Lines come as (part, tone, text) or with the conditions of a candidate besides."""
    candidates = [
        (part, tone, Candidate(parse(text), **dict(*conditions)))
        for part, tone, text, *conditions in lines
    ]
    weighted = {name: dict.fromkeys(of, 10) for name, of in words.items()}
    return Content.of(candidates, weighted, Grammar(exceptions or {}))


def introduce(content, seed="s", tone=ANY_TONE, lover=ADA, words=None, **visitor):
    return fill(
        content, tone=tone, lover=lover, words=words or {}, seed=seed, **visitor
    )


def say(text, lover=ADA, visitors_words=None, exceptions=None, answers=None, **words):
    content = content_of([("hello", ANY_TONE, text)], exceptions, **words)
    said = introduce(content, lover=lover, words=visitors_words, answers=answers)
    return said.lines.get("hello")


def said_with(content, seeds=range(50), **visitor):
    """What is said for hello with many seeds."""
    return [
        introduce(content, str(seed), **visitor).lines.get("hello") for seed in seeds
    ]


def contents():
    slots = st.sampled_from([f"{{{name}}}" for name in [*LISTS, "pet#2", "3-5 pet"]])
    line = st.tuples(st.sampled_from(PARTS), st.sampled_from([ANY_TONE, "kind"]), slots)
    lines = st.lists(line.map(lambda row: (*row[:2], f"I {row[2]}")), max_size=12)
    few = st.lists(st.sampled_from(["a", "A", "b", "c", "Graz"]), max_size=4)
    words = st.fixed_dictionaries(dict.fromkeys(LISTS, few))
    return st.tuples(lines, words)


@pytest.mark.parametrize(
    ("gender", "text"),
    [
        ("woman", "She is, she likes: her, her, hers, herself. She’s"),
        ("man", "He is, he likes: him, his, his, himself. He’s"),
        ("androgynous", "They are, they like: them, their, theirs, themself. They’re"),
    ],
)
def test_pronouns_and_verbs_fit_the_lover(gender, text):
    lover = Lover("Ada", 33, "Leo", "Graz", gender)
    line = "{They are}, {they like}: {them}, {their}, {theirs}, {themself}. {They’re}"

    assert say(line, lover) == text


def test_facts_and_words_stand_in_their_slots():
    text = say("[name], {age}, {sign:a}, {home_town}: {Hobby}", hobby=["élan vital"])

    assert text == "Ada, 33, a Leo, Graz: Élan vital"


def test_a_word_takes_its_article_and_its_plural():
    text = say("{job:a}, {Job:a}; {pet}, {pet:plural}", job=["owl dentist"], pet=["ox"])

    assert text == "an owl dentist, An owl dentist; ox, oxen"


def test_a_number_brings_the_right_plural():
    content = content_of([("hello", "", "{1-3 pet}")], pet=["goose"])

    assert set(said_with(content)) == {"1 goose", "2 geese", "3 geese"}


def test_an_exception_comes_before_the_grammar():
    exceptions = {"suv": Override("an"), "gnu": Override(plural="gnu")}

    text = say("{job:a}, {2-2000 pet}", exceptions=exceptions, job=["SUV"], pet=["gnu"])

    assert text.startswith("an SUV, ")
    assert text.endswith(" gnu")


def test_a_word_is_remembered_throughout_the_introduction():
    content = content_of(
        [("hello", "", "{pet}"), ("about", "", "My {pet:plural}")],
        pet=[f"{letter}nu" for letter in "abcdefghij"],
    )

    for seed in range(20):
        said = introduce(content, str(seed)).lines
        assert said["about"] == f"My {said['hello']}s"


def test_a_number_is_remembered_where_it_may_be():
    content = content_of(
        [
            ("hello", "", "{3-12 pet}"),
            ("about", "", "My {3-12 pet}"),
            ("pet", "", "{20-30 pet}"),
        ],
        pet=["gnu"],
    )

    said = introduce(content).lines

    assert said["about"] == f"My {said['hello']}"
    assert 20 <= int(said["pet"].split()[0]) <= 30


def test_another_pick_is_another_word():
    content = content_of([("hello", "", "{pet} {pet#2} {pet}")], pet=["gnu", "emu"])

    assert set(said_with(content)) == {"gnu emu gnu", "emu gnu emu"}


def test_the_visitors_word_is_what_its_slot_says():
    words = {"pet": "macaw"}

    text = say("{3-12 pet}, {pet}, {pet#2}", visitors_words=words, pet=["Macaw", "gnu"])

    assert text.endswith(" macaws, macaw, gnu")


def test_the_visitors_word_needs_no_word_list():
    assert say("My {pet}", visitors_words={"pet": "macaw"}) == "My macaw"


def test_a_word_that_two_answers_share_is_said_once():
    words = {"pet": "cats", "hobby": "Cats"}

    text = say("{pet}, {hobby}", visitors_words=words, hobby=["chess"])

    assert text == "cats, chess"


def test_an_answer_waits_for_its_own_slot():
    content = content_of(
        [("hello", ANY_TONE, "{job}"), ("about", ANY_TONE, "{hobby}")],
        job=["ironing", "chess"],
        hobby=["golf"],
    )

    said = introduce(content, words={"hobby": "ironing"})

    assert said.lines == {"hello": "chess", "about": "ironing"}


def test_the_visitors_answer_is_quoted():
    answers = {"first_date": "the bird market"}

    text = say("{Answer:first_date}? {answer:first_date}!", answers=answers)

    assert text == "The bird market? the bird market!"


def test_no_list_says_what_the_visitor_answered():
    text = say("{hobby}", answers={"first_date": "Chess"}, hobby=["chess", "golf"])

    assert text == "golf"


def test_a_line_that_quotes_a_missing_answer_gives_way_to_another():
    lines = [("hello", "", "{answer:pet}"), ("hello", "", "Hi")]

    assert set(said_with(content_of(lines), answers={"who": "me"})) == {"Hi"}


def test_a_line_without_fresh_words_gives_way_to_another():
    texts = ("{pet} {pet#2}", "{job}", "Hi")
    content = content_of([("hello", "", text) for text in texts], pet=["cats"])

    assert set(said_with(content)) == {"Hi"}


def test_a_part_whose_lines_cannot_be_filled_is_left_out():
    assert say("{pet} and {pet#2}", pet=["cats", "CATS"]) is None


def test_a_line_that_is_given_up_uses_up_no_words():
    content = content_of(
        [("hello", "", "{pet#2} {job}"), ("about", "", "{pet}")], pet=["cats"]
    )

    assert introduce(content).lines == {"about": "cats"}


def test_lines_heard_last_are_said_when_there_is_no_other_the_oldest_first():
    content = content_of([("hello", "", f"Hi {n}", {"pk": n}) for n in range(1, 4)])

    assert set(said_with(content, avoid=[1, 3])) == {"Hi 2"}
    assert set(said_with(content, avoid=[3, 1, 2])) == {"Hi 3"}


def test_the_lines_that_were_said_are_named():
    content = content_of([("hello", "", "Hi", {"pk": 7}), ("pet", "", "Yo", {"pk": 3})])

    assert introduce(content).line_ids == [7, 3]


def test_a_line_of_ten_times_the_weight_is_said_ten_times_as_often():
    content = content_of(
        [("hello", "", "rare", {"weight": 1}), ("hello", "", "often", {"weight": 10})]
    )

    assert 70 < said_with(content, range(1100)).count("rare") < 130


@pytest.mark.parametrize(
    "condition",
    [
        {"gender": "man"},
        {"age_bucket": "50+"},
        {"sign": "Aries"},
        {"only_trainwreck": True},
    ],
)
def test_a_line_is_said_to_those_whom_it_is_for(condition):
    content = content_of([("hello", "", "For you", condition)])
    wreck = Lover("Bo", 60, "Aries", "Hull", "man", "", "50+", is_trainwreck=True)

    assert introduce(content).lines == {}
    assert introduce(content, lover=wreck).lines == {"hello": "For you"}


def test_lines_of_another_tone_are_not_said():
    rows = [("hello", tone, f"Hi, {tone}") for tone in ("kind", "stern")]
    content = content_of([*rows, ("hello", ANY_TONE, "Hi, all")])

    assert set(said_with(content, tone="kind")) == {"Hi, kind", "Hi, all"}


def test_a_tone_without_lines_says_what_is_for_every_tone():
    content = content_of([("hello", ANY_TONE, "Hi")])

    assert introduce(content, tone="kind").lines == {"hello": "Hi"}


def test_parts_come_in_the_order_they_are_shown():
    content = content_of([(part, ANY_TONE, part) for part in reversed(PARTS)])

    assert list(introduce(content).lines) == PARTS


def test_seeds_reach_every_line():
    content = content_of([("hello", ANY_TONE, f"Hi {number}") for number in range(9)])

    assert len(set(said_with(content, range(200)))) == 9


@given(contents(), st.sampled_from(["", "kind"]), st.text())
def test_the_same_seed_says_the_same(texts, tone, seed):
    lines, words = texts

    first, second = (
        introduce(content_of(lines, **words), seed, tone, words={"pet": "newt"})
        for _ in range(2)
    )

    assert first == second


@given(contents(), st.dictionaries(st.sampled_from(LISTS), st.sampled_from("abcd")))
def test_no_line_and_no_word_is_said_twice(texts, words):
    lines, lists = texts
    content = content_of(lines, **lists)

    said = introduce(content, tone="kind", words=words).lines

    assert len({text.casefold() for text in said.values()}) == len(said)
    bare = {text.casefold() for text in said.values() if not text[2:3].isdigit()}
    assert len(bare) == len({text.split()[-1] for text in bare})
