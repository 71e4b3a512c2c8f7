import pytest
from django.contrib.auth.models import Permission, User

from tests.make import make_line, make_tone, make_words
from texts.models import MessageTemplate, Tone, Word, WordList

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="texts")
    )
    client.force_login(user)
    return client


def inline(*words):
    management = {"words-TOTAL_FORMS": len(words), "words-INITIAL_FORMS": 0}
    return management | {f"words-{n}-text": word for n, word in enumerate(words)}


def test_the_editor_writes_a_line(editor):
    make_words("hobby", "chess")
    fields = {"part": "hello", "tone": make_tone().pk, "text": "I do {hobby},\n{name}"}

    editor.post("/admin/texts/messagetemplate/add/", fields)

    assert MessageTemplate.objects.get().text == "I do {hobby}, {name}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{hobb}", "There is no slot {hobb}. Did you mean {hobby}?"),
        ("Hi {", "At character 4: There is a { without its }. Write {{ for a brace."),
        ("{name.__class__}", "{name.__class__} is no slot."),
    ],
)
def test_a_line_with_wrong_slots_is_refused(editor, text, sentence):
    make_words("hobby", "chess")

    response = editor.post(
        "/admin/texts/messagetemplate/add/", {"part": "hello", "text": text}
    )

    assert sentence in response.context["errors"][0][0]
    assert not MessageTemplate.objects.exists()


def test_the_page_of_a_line_shows_what_visitors_would_read(editor):
    make_words("hobby", "chess")
    line = make_line("hello", "{They} & {hobby}")

    response = editor.get(f"/admin/texts/messagetemplate/{line.pk}/change/")

    for pronoun in ("She", "He", "They"):
        assert f"<p>{pronoun} &amp; chess</p>" in response.text


def test_a_line_that_lacks_words_shows_why_there_is_no_sample(editor):
    make_words("hobby")
    line = make_line("hello", "{hobby}")

    response = editor.get(f"/admin/texts/messagetemplate/{line.pk}/change/")

    assert "one of its word lists has too few words" in response.text


def test_a_line_that_is_being_mended_has_no_sample(editor):
    line = make_line("hello", "Hi {")

    response = editor.post(
        f"/admin/texts/messagetemplate/{line.pk}/change/",
        {"part": "hello", "text": "{"},
    )

    assert "Nothing, until the slots are right." in response.text


@pytest.mark.parametrize("model", ["tone", "messagetemplate", "wordlist", "word"])
def test_lists_are_searched_and_filtered(editor, model, django_assert_max_num_queries):
    make_words("hobby", "chess", "golf")
    for tone in ("wholesome", "devoted"):
        make_line("hello", "Hi!", tone)

    with django_assert_max_num_queries(9):
        assert editor.get(f"/admin/texts/{model}/?q=o").status_code == 200


def test_the_editor_makes_a_tone(editor):
    editor.post("/admin/texts/tone/add/", {"slug": "shy", "name": "Shy", "position": 3})

    assert Tone.objects.get().slug == "shy"


def test_the_editor_makes_a_word_list_with_its_words(editor):
    editor.post(
        "/admin/texts/wordlist/add/", {"name": "hobby"} | inline("chess", " golf ")
    )

    assert [word.text for word in WordList.objects.get(name="hobby").words.all()] == [
        "chess",
        "golf",
    ]


@pytest.mark.parametrize("name", ["Hobby", "my-hobby", "9pets", "_pet", "x" * 32])
def test_a_word_list_is_named_like_a_slot(editor, name):
    response = editor.post("/admin/texts/wordlist/add/", {"name": name} | inline())

    assert "Name the list in small letters, digits and _" in response.text
    assert not WordList.objects.exists()


@pytest.mark.parametrize("name", ["name", "they", "intros", "history"])
def test_a_word_list_has_a_name_of_its_own(editor, name):
    response = editor.post("/admin/texts/wordlist/add/", {"name": name} | inline())

    assert f"The name {name} is taken." in response.text
    assert not WordList.objects.exists()


def test_a_word_list_keeps_its_name(editor):
    hobby = make_words("hobby")

    editor.post(
        f"/admin/texts/wordlist/{hobby.pk}/change/",
        {"name": "job", "note": "Yes"} | inline(),
    )

    hobby.refresh_from_db()
    assert (hobby.name, hobby.note) == ("hobby", "Yes")


def test_the_words_of_a_long_list_have_a_page_of_their_own(editor):
    towns = make_words("home_town", *map(str, range(201)))

    response = editor.get(f"/admin/texts/wordlist/{towns.pk}/change/")

    assert "words-TOTAL_FORMS" not in response.text
    assert Word.objects.count() == 201


def test_a_word_list_that_lines_use_is_not_deleted(editor):
    hobby = make_words("hobby", "chess")
    make_line("hello", "I do [hobby]")

    response = editor.post(f"/admin/texts/wordlist/{hobby.pk}/delete/", {"post": "yes"})

    assert "Line: I do [hobby]" in response.text
    assert WordList.objects.filter(name="hobby").exists()


def test_word_lists_that_lines_use_are_not_deleted_together(editor):
    lists = [make_words("hobby"), make_words("pet")]
    make_line("hello", "I do {Hobby}")
    ticked = {
        "action": "delete_selected",
        "_selected_action": [row.pk for row in lists],
    }

    response = editor.post("/admin/texts/wordlist/", ticked | {"post": "yes"})

    assert "Line: I do {Hobby}" in response.text
    assert WordList.objects.count() == 2


def test_a_word_list_that_no_line_uses_is_deleted(editor):
    hobby = make_words("hobby", "chess")
    make_line("hello", "hobby")
    make_line("hello", "hobby {")

    editor.post(f"/admin/texts/wordlist/{hobby.pk}/delete/", {"post": "yes"})

    assert not WordList.objects.exists()
