from io import BytesIO

import pytest
from django.contrib.auth.models import Permission, User
from PIL import Image

from tests.make import make_line, make_tone, make_words
from texts.history import save_line
from texts.models import (
    FlaggedWord,
    MessageTemplate,
    TextEvent,
    TextSettings,
    Tone,
    Word,
    WordList,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="texts")
    )
    client.force_login(user)
    return client


def add_line(editor, button="_publish", **fields):
    return editor.post(
        "/admin/texts/messagetemplate/add/",
        {"part": "hello", "text": "Hi!", button: "1"} | fields,
    )


def change_line(editor, line, button="_publish", **fields):
    return editor.post(
        f"/admin/texts/messagetemplate/{line.pk}/change/",
        {"line": line.pk, "part": line.part, "text": line.text, button: "1"} | fields,
    )


def tick(editor, model, action, *rows):
    ticked = {"action": action, "_selected_action": [row.pk for row in rows]}
    return editor.post(f"/admin/texts/{model}/", ticked, follow=True)


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
        assert f"<b>{pronoun}</b> &amp; <b>chess</b>" in response.text


def test_a_line_that_lacks_words_shows_why_there_is_no_sample(editor):
    make_words("hobby")
    line = make_line("hello", "{hobby}")

    response = editor.get(f"/admin/texts/messagetemplate/{line.pk}/change/")

    assert "The list hobby has no words: nobody could say this." in response.text


def test_a_line_that_is_being_mended_has_no_sample(editor):
    line = make_line("hello", "Hi {")

    response = editor.post(
        f"/admin/texts/messagetemplate/{line.pk}/change/",
        {"part": "hello", "text": "{"},
    )

    assert "Nothing, until the line is mended." in response.text


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


@pytest.mark.parametrize(
    ("button", "status"),
    [("_publish", "approved"), ("_addanother", "approved"), ("_draft", "draft")],
)
def test_the_button_says_what_becomes_of_a_line(editor, button, status):
    add_line(editor, button)

    assert MessageTemplate.objects.get().status == status


def test_every_save_is_written_down_with_who_did_it(editor):
    add_line(editor, "_draft")
    change_line(editor, MessageTemplate.objects.get(), text="Ho!")

    changed, created = TextEvent.objects.all()
    assert (created.what, changed.what) == ("created", "published")
    assert changed.by.username == created.by.username == "editor"


def test_a_line_that_must_be_mended_stays_a_draft(editor):
    FlaggedWord.objects.create(word="crazy", severity="refuse", note="Say odd.")

    response = add_line(editor, text="You drive me crazy")

    assert "Not with “crazy”: it is on our list. Say odd." in response.text
    assert not MessageTemplate.objects.exists()
    add_line(editor, "_draft", text="You drive me crazy")
    assert MessageTemplate.objects.get().status == "draft"


def test_a_refused_page_shows_the_stored_status_and_what_is_wrong_with_the_new_text(
    editor,
):
    FlaggedWord.objects.create(word="crazy", severity="refuse")
    line = make_line("hello", "Hi!", status="draft")

    response = change_line(editor, line, text="You drive me crazy")

    assert '<span class="status draft">draft</span>' in response.text
    assert "This line is ready for visitors." not in response.text
    assert response.context["line"].text == "You drive me crazy"
    assert response.context["num_musts"] == 1


def test_a_refused_new_line_shows_what_is_wrong_with_it(editor):
    FlaggedWord.objects.create(word="crazy", severity="refuse")

    response = add_line(editor, text="You drive me crazy")

    assert "The box is empty." not in response.text
    assert "1 thing to look at" in response.text


def test_archiving_a_line_keeps_it(editor):
    line = make_line("hello", "Hi!")

    change_line(editor, line, "_archive")

    line.refresh_from_db()
    assert line.status == "archived"
    assert (
        editor.post(f"/admin/texts/messagetemplate/{line.pk}/delete/").status_code
        == 403
    )


def test_ticked_lines_are_published_but_for_those_that_must_be_mended(editor):
    good, bad = [make_line("hello", text, status="draft") for text in ("Hi!", "{pet}")]

    response = tick(editor, "messagetemplate", "publish", good, bad)

    assert "Published: 1." in response.text
    assert "There is no slot {pet}." in response.text
    assert [line.text for line in MessageTemplate.objects.approved()] == ["Hi!"]


@pytest.mark.parametrize("model", ["messagetemplate", "word"])
def test_ticked_rows_are_archived(editor, model):
    line, hobby = make_line("hello", "Hi!"), make_words("hobby", "chess")
    row = line if model == "messagetemplate" else hobby.words.get()

    tick(editor, model, "archive", row)

    row.refresh_from_db()
    assert row.status == "archived"
    assert TextEvent.objects.get().what == "archived"


def test_a_word_comes_back_from_the_archive(editor):
    word = make_words("hobby", "chess").words.get()
    tick(editor, "word", "archive", word)

    tick(editor, "word", "restore", word)

    word.refresh_from_db()
    assert word.status == "approved"


def test_a_word_taken_out_of_its_list_is_archived(editor):
    hobby = make_words("hobby", "chess")
    word = hobby.words.get()
    row = {"words-0-id": word.pk, "words-0-word_list": hobby.pk, "words-0-DELETE": "on"}
    forms = inline("chess") | {"words-INITIAL_FORMS": 1} | row

    editor.post(f"/admin/texts/wordlist/{hobby.pk}/change/", {"note": ""} | forms)

    word.refresh_from_db()
    assert word.status == "archived"


def test_an_archived_word_is_not_added_again(editor):
    hobby = make_words("hobby", "chess")
    tick(editor, "word", "archive", hobby.words.get())

    response = editor.post(
        f"/admin/texts/wordlist/{hobby.pk}/change/", {"note": ""} | inline("chess")
    )

    assert "This word is in the archive. Put it back from there." in response.text


def test_a_word_that_is_refused_is_not_added(editor):
    FlaggedWord.objects.create(word="crazy", severity="refuse")

    response = editor.post(
        "/admin/texts/wordlist/add/", {"name": "hobby"} | inline("crazy golf")
    )

    assert "Not with “crazy”" in response.text
    assert not Word.objects.exists()


def test_a_word_without_a_list_is_asked_for_it(editor):
    response = editor.post("/admin/texts/word/add/", {"text": "chess", "weight": "10"})

    assert "This field is required." in response.text
    assert not Word.objects.exists()


def test_the_page_of_a_line_shows_who_changed_what(editor):
    add_line(editor, text="Hi!")
    line = MessageTemplate.objects.get()
    change_line(editor, line, text="Ho!", weight=20)

    page = editor.get(f"/admin/texts/messagetemplate/{line.pk}/change/").text

    assert "<del>Hi!</del>" in page
    assert "<ins>Ho!</ins>" in page
    assert "<del>10</del>" in page


def test_the_page_of_a_word_shows_from_which_list_it_came(editor):
    word = make_words("hobby", "chess").words.get()
    word.word_list = make_words("pet")
    save_line(word, None)

    page = editor.get(f"/admin/texts/word/{word.pk}/change/").text

    assert "<del>hobby</del>" in page
    assert "<ins>pet</ins>" in page


def put_back(editor, event):
    model = "messagetemplate" if event.kind == "line" else "word"
    return editor.post(f"/admin/texts/{model}/put-back/{event.pk}/", follow=True)


def test_a_line_is_put_back_on_its_page(editor):
    add_line(editor, text="Hi!")
    line = MessageTemplate.objects.get()
    change_line(editor, line, text="Ho!")

    response = put_back(editor, TextEvent.objects.last())

    line.refresh_from_db()
    assert line.text == "Hi!"
    assert "Put back: Hi!" in response.text


def test_a_line_whose_list_is_gone_is_not_put_back(editor):
    hobby = make_words("hobby", "chess")
    add_line(editor, text="I do {hobby}")
    line = MessageTemplate.objects.get()
    change_line(editor, line, text="Hi!")
    hobby.delete()

    response = put_back(editor, TextEvent.objects.last())

    line.refresh_from_db()
    assert line.text == "Hi!"
    assert "It was not put back. There is no slot {hobby}." in response.text


def test_a_line_whose_words_are_taken_is_not_put_back(editor):
    add_line(editor, text="Hi!")
    change_line(editor, MessageTemplate.objects.get(), text="Ho!")
    make_line("hello", "Hi!")

    response = put_back(editor, TextEvent.objects.last())

    assert "It was not put back. Another one says the same." in response.text


def test_a_line_whose_tone_is_gone_is_not_put_back(editor):
    tone = make_tone()
    add_line(editor, tone=tone.pk)
    change_line(editor, MessageTemplate.objects.get(), tone="")
    tone.delete()

    response = put_back(editor, TextEvent.objects.last())

    assert "It was not put back. Its tone is gone." in response.text


def test_a_word_that_was_flagged_since_is_not_put_back(editor):
    word = make_words("hobby", "crazy golf").words.get()
    tick(editor, "word", "archive", word)
    tick(editor, "word", "restore", word)
    tick(editor, "word", "archive", word)
    FlaggedWord.objects.create(word="crazy", severity="refuse")

    response = put_back(editor, TextEvent.objects.filter(what="restored").get())

    assert "It was not put back. Not with “crazy”" in response.text
    word.refresh_from_db()
    assert word.status == "archived"


def test_ticked_words_come_back_but_for_those_that_are_flagged(editor):
    words = make_words("hobby", "crazy golf", "chess").words.all()
    words.update(status="archived")
    FlaggedWord.objects.create(word="crazy", severity="refuse")

    response = tick(editor, "word", "restore", *words)

    assert "Put back: 1." in response.text
    assert "Not put back: crazy golf. Not with “crazy”" in response.text
    assert [word.text for word in Word.objects.approved()] == ["chess"]


def test_putting_back_asks_for_the_right_to_change(client):
    line = make_line("hello", "Hi!")
    line.text = "Ho!"
    event = save_line(line, None)
    client.force_login(User.objects.create_user("guest", is_staff=True))

    assert put_back(client, event).status_code == 403


@pytest.fixture
def spicy():
    TextSettings.objects.create(pk=1, two_person_for_spicy=True)
    return make_tone("spicy", is_spicy=True)


def test_nobody_publishes_their_own_spicy_line(editor, spicy):
    response = add_line(editor, tone=spicy.pk)

    assert "you wrote the line, so somebody else must publish it" in response.text
    assert not MessageTemplate.objects.exists()


def test_somebody_else_publishes_the_spicy_line(editor, spicy):
    add_line(editor, "_draft", tone=spicy.pk)
    line = MessageTemplate.objects.get()
    TextEvent.objects.update(by=User.objects.create_user("ada"))

    change_line(editor, line, tone=spicy.pk)

    line.refresh_from_db()
    assert line.status == "approved"


def test_the_writer_gives_a_published_spicy_line_another_weight(editor, spicy):
    user = User.objects.get(username="editor")
    line = make_line("hello", "Hi!", "spicy", created_by=user)

    change_line(editor, line, tone=spicy.pk, weight=20)

    line.refresh_from_db()
    assert (line.status, line.weight) == ("approved", 20)


def test_other_words_for_a_published_spicy_line_need_somebody_else(editor, spicy):
    line = make_line("hello", "Hi!", "spicy")

    response = change_line(editor, line, tone=spicy.pk, text="Ho!")

    assert "somebody else must publish it" in response.text
    line.refresh_from_db()
    assert line.text == "Hi!"


def test_a_published_line_is_not_made_spicy_by_its_writer(editor, spicy):
    user = User.objects.get(username="editor")
    line = make_line("hello", "Hi!", "wholesome", created_by=user)

    response = change_line(editor, line, tone=spicy.pk)

    assert "somebody else must publish it" in response.text
    line.refresh_from_db()
    assert line.tone.slug == "wholesome"


def test_the_weight_of_a_published_spicy_line_is_put_back_by_its_writer(editor, spicy):
    user = User.objects.get(username="editor")
    line = make_line("hello", "Hi!", "spicy", created_by=user)
    for weight in (20, 30):
        change_line(editor, line, tone=spicy.pk, weight=weight)

    put_back(editor, TextEvent.objects.last())

    line.refresh_from_db()
    assert line.weight == 20


def test_an_editor_cannot_say_that_a_tone_is_not_spicy(editor, spicy):
    permission = Permission.objects.get(codename="change_textsettings")
    User.objects.get(username="editor").user_permissions.remove(permission)

    editor.post(
        f"/admin/texts/tone/{spicy.pk}/change/",
        {"slug": "spicy", "name": "Spicy", "position": 1},
    )

    spicy.refresh_from_db()
    assert (spicy.position, spicy.is_spicy) == (1, True)


def preview(editor, text, **fields):
    return editor.post(
        "/admin/texts/messagetemplate/preview/",
        {"part": "hello", "text": text} | fields,
    )


def test_samples_follow_what_is_written(editor):
    make_words("pet", *"abcdefghijkl")

    page = preview(editor, "{They} & {3-12 pet}").text

    assert page.count("<li><b>") == 10
    assert not MessageTemplate.objects.exists()


def test_samples_of_one_pronoun(editor):
    make_words("pet", "otter")

    page = preview(editor, "{They}", said_by="man").text

    assert "<b>He</b>" in page
    assert "<b>She</b>" not in page


def test_more_samples_are_others(editor):
    make_words("pet", *map(str, range(200)))

    assert preview(editor, "{pet}").text != preview(editor, "{pet}", seed="1").text


def test_a_fix_comes_with_the_whole_line(editor):
    make_words("hobby", "chess")

    page = preview(editor, "I do {hobb} & more").text

    assert 'data-text="I do {hobby} &amp; more"' in page


def test_a_line_that_is_too_long_for_the_card_is_said_to_be(editor):
    assert "It fits the card." in preview(editor, "Hi!").text
    assert "It does not fit the card" in preview(editor, "words " * 40).text


@pytest.mark.parametrize("text", ["", " ", "{", "{{", "x" * 2000, "{9-3 pet}", "\0"])
def test_anything_may_be_typed(editor, text):
    for part in ("hello", "intro", "", "nonsense"):
        assert preview(editor, text, part=part, weight="x").status_code == 200


def test_the_longest_sample_is_drawn_on_the_card(editor):
    make_words("pet", "otter", "hippopotamus")
    address = "/admin/texts/messagetemplate/card.jpg"

    response = editor.get(address, {"part": "pet", "text": "My {pet}"})

    assert response["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(response.content)).size == (1200, 630)


@pytest.mark.parametrize(
    "query", [{"part": "intro", "text": "Hi."}, {"part": "pet", "text": "{"}, {}]
)
def test_what_no_card_shows_has_no_picture(editor, query):
    address = "/admin/texts/messagetemplate/card.jpg"

    assert editor.get(address, query).status_code == 404


@pytest.mark.parametrize("page", ["card.jpg", "coverage/", "preview/", "spreadsheet/"])
def test_strangers_see_none_of_it(client, page):
    client.force_login(User.objects.create_user("guest", is_staff=True))
    address = f"/admin/texts/messagetemplate/{page}"

    answers = [client.get(address).status_code, client.post(address).status_code]

    assert set(answers) <= {403, 405}


def test_the_settings_are_there_for_whoever_looks_first(editor):
    page = editor.get("/admin/texts/textsettings/")

    assert page.context["cl"].queryset.count() == 1
    assert editor.get("/admin/texts/textsettings/add/").status_code == 403
