"""Operators see the pool, say how many faces they want, top it up and pause it."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from faces.models import Face
from generator.forms import WantedForm
from generator.models import Batch, Sample, Target, TopUpSettings, Worker
from generator.overview import view_cells
from quiz.roles import set_up_roles
from tests.generator.small import (
    make_batch,
    make_small_network,
    make_target,
    make_top_up,
)
from tests.make import make_face, make_network, picture_bytes

pytestmark = pytest.mark.django_db

POOL = "/admin/generator/target/pool/"
BUTTONS = [f"{POOL}top-up/", f"{POOL}pause/", f"{POOL}resume/"]
LISTS = ["target", "topupsettings", "batch", "sample", "worker"]


@pytest.fixture
def sign_in(client):
    set_up_roles()

    def sign_in(role):
        user = User.objects.create_user(role, password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def operator(sign_in):
    return sign_in("operator")


@pytest.fixture
def rows():
    """One of everything, so that every page has something to show or to spoil."""
    make_top_up()
    make_target()
    make_batch(status="failed", attempts=3, last_error="No memory.")
    Worker.objects.create(name="attic 1", device="CPU", free_megabytes=5000)
    return make_sample(sheet=picture_bytes(), drawn_at=timezone.now())


def make_sample(**fields):
    return Sample.objects.create(**({"network": make_small_network()} | fields))


def awaiting(**fields):
    proposed = {"proposed_gender": "woman", "proposed_age_bucket": "30s"}
    return make_face(approved=False, proposed_quality="good", **(proposed | fields))


def words(response):
    """What a page says, as one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def state_of_everything():
    models = [Target, TopUpSettings, Batch, Sample, Worker]
    return [list(model.objects.order_by("pk").values()) for model in models]


def pages(sample):
    """Every address that answers a GET, of one of everything."""
    lists = [reverse(f"admin:generator_{name}_changelist") for name in LISTS]
    forms = [
        reverse(f"admin:generator_{name}_change", args=[model.objects.get().pk])
        for name, model in zip(
            LISTS, [Target, TopUpSettings, Batch, Sample, Worker], strict=True
        )
    ]
    adds = [reverse(f"admin:generator_{name}_add") for name in ("target", "sample")]
    sheet = reverse("admin:generator_sample_sheet", args=[sample.pk])
    return [POOL, *lists, *forms, *adds, sheet]


# --- Who may do what


def test_operator_opens_every_page_and_none_of_them_changes_anything(
    operator, client, rows
):
    before = state_of_everything()

    for page in pages(rows):
        assert client.get(page, follow=True).status_code == 200, page

    assert state_of_everything() == before


@pytest.mark.parametrize("role", ["editor", "rater"])
def test_other_roles_see_and_change_nothing(sign_in, client, rows, role):
    sign_in(role)
    before = state_of_everything()

    for page in pages(rows):
        assert client.get(page).status_code == 403, page
        assert client.post(page, {"wanted": 9}).status_code in (403, 405), page
    for button in BUTTONS:
        assert client.post(button).status_code == 403, button

    assert state_of_everything() == before


def test_visitors_are_sent_to_sign_in(client, rows):
    before = state_of_everything()

    for page in [*pages(rows), *BUTTONS]:
        for response in client.get(page), client.post(page, {"wanted": 9}):
            assert response["Location"].startswith("/admin/login/"), page

    assert state_of_everything() == before


def test_buttons_are_pressed_not_followed(operator, client, rows):
    before = state_of_everything()

    for button in BUTTONS:
        assert client.get(button).status_code == 405

    assert state_of_everything() == before


def test_forms_of_other_sites_are_refused(operator, rows):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    before = state_of_everything()

    for page in [POOL, *BUTTONS]:
        assert strict.post(page).status_code == 403, page

    assert state_of_everything() == before


@pytest.mark.parametrize(
    "address",
    [
        ("batch_add",),
        ("worker_add",),
        ("topupsettings_add",),
        ("batch_change", Batch),
        ("batch_delete", Batch),
        ("worker_change", Worker),
        ("worker_delete", Worker),
        ("sample_change", Sample),
        ("sample_delete", Sample),
        ("topupsettings_delete", TopUpSettings),
    ],
    ids=lambda address: address[0],
)
def test_operator_cannot_forge_what_only_workers_write(operator, client, rows, address):
    name, *models = address
    before = state_of_everything()

    page = reverse(
        f"admin:generator_{name}", args=[model.objects.get().pk for model in models]
    )
    response = client.post(page, {"post": "yes", "status": "done", "name": "x"})

    assert response.status_code == 403
    assert state_of_everything() == before


def test_staff_who_may_only_look_have_nothing_to_press(client, rows):
    user = User.objects.create_user("looker", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_target"))
    client.force_login(user)
    before = state_of_everything()

    page = client.get(POOL).content.decode()

    assert "Top up now" not in page
    assert "Pause generation" not in page
    assert "Save what is wanted" not in page
    assert client.post(POOL, wanted(woman=9)).status_code == 403
    assert state_of_everything() == before


def test_operators_find_the_pool_from_the_home_page_and_others_do_not(sign_in, client):
    sign_in("operator")
    assert POOL in client.get("/admin/").content.decode()

    sign_in("editor")
    assert POOL not in client.get("/admin/").content.decode()


# --- The pool


@pytest.mark.parametrize(
    ("wanted", "faces", "waiting", "light"),
    [
        (1, 1, 0, "Ready"),
        (2, 1, 1, "Coming"),
        (2, 1, 0, "Low"),
        (2, 0, 1, "Empty"),
        (0, 1, 0, "Ready"),
        (0, 0, 0, "0 wanted"),
    ],
)
def test_each_cell_has_a_light_with_a_word(wanted, faces, waiting, light):
    make_target(wanted=wanted)
    for _ in range(faces):
        make_face()
    for _ in range(waiting):
        awaiting()

    [cell] = [view for view in view_cells() if view.cell == ("woman", "30s", "good")]

    assert cell.word == light


def test_pool_page_counts_what_is_there_and_on_the_way(operator, client):
    make_top_up()
    make_target(wanted=9)
    make_face()
    awaiting()
    make_batch(count=40, num_drawn=20, num_kept=20, num_in_cell=5)

    text = words(client.get(POOL))

    assert "ready for visitors 1 waiting for the panel 1 pictures on the way 20" in text
    assert (
        "30s woman, good: Low 1 of 9 nobody asks "
        "met, 24 h 0 to judge 1 drawing 20 ≈ 5 yield 25%"
    ) in text


def test_a_yield_that_nobody_measured_is_called_a_guess(operator, client):
    make_target()

    assert "yield 25%, a guess" in words(client.get(POOL))


def test_plan_is_previewed(operator, client):
    make_top_up(batch_size=16)
    make_target(wanted=2)

    text = words(client.get(POOL))

    assert "A top-up now would draw 8 pictures in 1 batch." in text


@pytest.mark.parametrize(
    ("settings", "wanted", "reason"),
    [
        ({"is_paused": True}, 2, "Topping up is paused"),
        ({"network": None}, 2, "Choose a network"),
        ({"max_per_hour": 0}, 2, "as many pictures as an hour may have"),
        ({}, 0, "Nothing is wanted yet"),
    ],
)
def test_a_plan_that_cannot_be_says_why(operator, client, settings, wanted, reason):
    make_top_up(**settings)
    make_target(wanted=wanted)

    page = words(client.get(POOL))
    pressed = words(client.post(f"{POOL}top-up/", follow=True))

    assert reason in page
    assert "Nothing was ordered" in pressed
    assert not Batch.objects.exists()


def test_full_pool_says_that_nothing_is_missing(operator, client):
    make_top_up()
    make_target(wanted=1)
    make_face()

    assert "every cell has what it wants" in words(client.get(POOL))


def test_top_up_now_orders_what_the_preview_said(operator, client):
    make_top_up(batch_size=16)
    make_target(wanted=2)

    text = words(client.post(f"{POOL}top-up/", follow=True))

    assert "Ordered: 8 pictures in 1 batch." in text
    assert [batch.count for batch in Batch.objects.order_by("pk")] == [8]
    assert "every cell has what it wants, or it is on the way" in text


def test_operator_pauses_and_resumes(operator, client):
    make_top_up()

    paused = words(client.post(f"{POOL}pause/", follow=True))
    assert TopUpSettings.get().is_paused
    assert "Generation is paused" in paused

    client.post(f"{POOL}resume/")
    assert not TopUpSettings.get().is_paused
    notes = LogEntry.objects.filter(user=operator).order_by("pk")
    assert [entry.change_message for entry in notes] == ["Paused.", "Resumed."]


def test_pausing_works_before_anyone_saved_settings(operator, client):
    client.post(f"{POOL}pause/")

    assert TopUpSettings.objects.get().is_paused


def wanted(**changes):
    """The whole grid as it stands, with some of the thirties changed."""
    form = {name: field.initial for name, field in WantedForm().fields.items()}
    return form | {f"{gender}-30s-good": value for gender, value in changes.items()}


def test_operator_changes_what_is_wanted_in_one_go(operator, client):
    make_target(wanted=2)

    text = words(client.post(POOL, wanted(woman=7, man=100_000), follow=True))

    assert "Saved: 2 cells changed." in text
    assert {(t.gender, t.wanted) for t in Target.objects.all()} == {
        ("woman", 7),
        ("man", 100_000),
    }


def test_unchanged_grid_saves_nothing(operator, client):
    text = words(client.post(POOL, wanted(), follow=True))

    assert "Nothing was changed" in text
    assert not Target.objects.exists()


@pytest.mark.parametrize("number", ["", "-1", "100001", "many", "1.5", "9" * 400])
def test_wanted_that_makes_no_sense_is_refused_in_words(operator, client, number):
    make_target(wanted=2)

    response = client.post(POOL, wanted(woman=number, man=5))

    assert response.status_code == 400
    assert "Give a whole number from 0 to 100,000." in words(response)
    assert [target.wanted for target in Target.objects.all()] == [2]


def test_skin_tones_are_counted_beside_the_wish(operator, client):
    make_top_up(share_light=20, share_medium=30, share_dark=50)
    make_face(scores={"skin": 0.4999})
    make_face(scores={"skin": 0.5})
    awaiting(scores={"skin": 0.8999})
    awaiting(scores={"skin": 0.9})
    make_face()
    make_face(scores={"skin": 0}).revoke("Gone.")

    text = words(client.get(POOL))

    assert "Light 1 face, 25% wished 20%" in text
    assert "Medium 2 faces, 50% wished 30%" in text
    assert "Dark 1 face, 25% wished 50%" in text
    assert "1 more was never measured" in text


def test_pool_without_workers_says_how_to_start_one(operator, client):
    assert "No worker has ever connected: run make worker" in words(client.get(POOL))


def test_workers_are_alive_or_silent(operator, client):
    long_ago = timezone.now() - timedelta(hours=3)
    make = Worker.objects.create
    make(name="attic 1", device="CPU", free_megabytes=0, seen_at=long_ago)
    make(name="gpu 7", device="H200", free_megabytes=139_000, doing="16 × woman")

    text = words(client.get(POOL))

    assert "gpu 7 alive Draws 16 × woman. device H200 free memory 139.0 GB" in text
    assert "attic 1 silent Not heard of for 3 hours" in text


def test_last_batches_show_how_far_they_are_and_what_went_wrong(operator, client):
    make_batch(
        **{"count": 16, "num_drawn": 8, "num_kept": 2, "num_rejected": 6},
        **{"seconds": 12, "status": "failed", "last_error": "The disk is full."},
    )

    response = client.get(POOL)

    text = words(response)
    assert "failed 8 of 16 2 kept, 6 rejected (25% accepted) in 12 s" in text
    assert "The disk is full." in text
    assert (
        '<progress aria-label="Drawn" max="16" value="8">' in response.content.decode()
    )


def test_what_workers_write_is_only_text(operator, client):
    name = "<script>alert(1)</script>"
    Worker.objects.create(name=name, device=name, free_megabytes=1, doing=name)
    make_batch(worker=name, last_error=name)

    for page in [
        POOL,
        *(f"/admin/generator/{model}/" for model in ("batch", "worker")),
    ]:
        assert name not in client.get(page).content.decode()


def test_pool_page_keeps_to_the_content_security_policy(operator, client, rows):
    page = client.get(POOL).content.decode()

    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_pool_page_does_not_ask_more_of_the_database_for_more_rows(
    operator, client, django_assert_max_num_queries
):
    make_top_up()
    for gender in ("woman", "man", "androgynous"):
        make_target(gender=gender)
        make_batch(gender=gender, first_seed=100_000 + len(gender) * 50)

    with django_assert_max_num_queries(25):
        client.get(POOL)


# --- Targets and settings, the plain way


def test_operator_adds_a_target(operator, client):
    form = {"gender": "man", "age_bucket": "50+", "quality": "trainwreck", "wanted": 3}

    client.post(reverse("admin:generator_target_add"), form)

    assert Target.objects.get().wanted == 3


def test_target_above_the_limit_is_refused_in_words(operator, client):
    form = {"gender": "man", "age_bucket": "50+", "quality": "good", "wanted": 100_001}

    response = client.post(reverse("admin:generator_target_add"), form)

    assert "less than or equal to 100000" in words(response)
    assert not Target.objects.exists()


SETTINGS = "/admin/generator/topupsettings/1/change/"


def settings_form(**changes):
    names = ["network", "psi", "trainwreck_psi", "batch_size", "max_per_run"]
    names += ["max_per_hour", "share_light", "share_medium", "share_dark"]
    chosen = TopUpSettings.get()
    form = {name: getattr(chosen, name) for name in names if name != "network"}
    return form | {"network": chosen.network_id or ""} | changes


def test_settings_are_one_row_that_is_there_before_it_was_saved(operator, client):
    response = client.get("/admin/generator/topupsettings/", follow=True)

    assert response.redirect_chain == [(SETTINGS, 302)]
    assert response.status_code == 200
    assert not TopUpSettings.objects.exists()

    client.post(SETTINGS, settings_form(batch_size=8))
    assert TopUpSettings.objects.get().batch_size == 8


def test_there_is_no_second_row_of_settings(operator, client):
    make_top_up()

    client.post(SETTINGS.replace("1", "2"), settings_form(batch_size=8))

    assert TopUpSettings.objects.get().batch_size == 16


def test_shares_that_do_not_add_up_are_refused_in_words(operator, client):
    make_top_up()

    response = client.post(SETTINGS, settings_form(share_light=35))

    assert "The three shares of skin must add up to 100." in words(response)
    assert TopUpSettings.get().share_light == 34
    with pytest.raises(IntegrityError), transaction.atomic():
        TopUpSettings.objects.update(share_light=35)


def test_only_networks_that_draw_faces_can_be_chosen(operator, client):
    make_top_up()
    cats = make_network(name="cats", sha256="c" * 64, subject="cats")

    response = client.post(SETTINGS, settings_form(network=cats.pk))

    assert "Select a valid choice" in words(response)
    assert TopUpSettings.get().network.name == "small"


# --- Batches


def try_again(client, *batches):
    form = {"action": "try_again", "_selected_action": [batch.pk for batch in batches]}
    return client.post(reverse("admin:generator_batch_changelist"), form, follow=True)


def test_failed_batches_are_tried_again_and_others_left_alone(operator, client):
    failed = make_batch(status="failed", attempts=3, finished_at=timezone.now())
    done = make_batch(status="done", first_seed=200_000)

    response = try_again(client, failed, done)

    assert "1 of 2 batches wait for a worker again." in words(response)
    failed.refresh_from_db()
    done.refresh_from_db()
    assert (failed.status, failed.attempts, failed.finished_at) == ("waiting", 0, None)
    assert done.status == "done"
    assert failed.take("gpu 7")


@pytest.mark.parametrize(
    ("tones", "said"),
    [
        (["dark", "light", "dark"], "1 light, 2 dark"),
        ([], "whichever come"),
    ],
)
def test_a_batch_says_which_skin_tones_it_was_asked_for(operator, client, tones, said):
    batch = make_batch(skin_tones=tones, count=3)

    page = client.get(reverse("admin:generator_batch_change", args=[batch.pk]))

    assert f"Skin tones: {said}" in words(page)


def test_batches_are_not_tried_again_by_those_who_only_look(client):
    user = User.objects.create_user("looker", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_batch"))
    client.force_login(user)
    failed = make_batch(status="failed")

    try_again(client, failed)

    failed.refresh_from_db()
    assert failed.status == "failed"


def test_seconds_of_a_running_batch_go_on():
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    batch = make_batch(status="running", started_at=a_minute_ago, seconds=5)

    assert 65 <= batch.seconds_so_far < 70


# --- Sample 8


def test_operator_asks_for_a_sheet_and_waits_for_it(operator, client):
    network = make_small_network()
    form = {"network": network.pk, "psi": "1.2", "first_seed": 40}

    response = client.post(reverse("admin:generator_sample_add"), form, follow=True)

    sample = Sample.objects.get()
    assert "Waiting for a worker…" in words(response)
    assert "start one with make worker" in words(response)
    assert list(Sample.objects.waiting()) == [sample]
    sheet = reverse("admin:generator_sample_sheet", args=[sample.pk])
    assert client.get(sheet).status_code == 404
    assert not Face.objects.exists()


def test_sheet_comes_with_a_warning_and_is_kept_by_nobody(operator, client, rows):
    page = client.get(reverse("admin:generator_sample_change", args=[rows.pk]))
    sheet = reverse("admin:generator_sample_sheet", args=[rows.pk])
    response = client.get(sheet)

    assert "Unscreened." in words(page)
    assert "may seem to show children" in words(page)
    assert sheet in page.content.decode()
    assert response.content == rows.sheet
    assert response["Content-Type"] == "image/webp"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_sheet_that_could_not_be_drawn_says_why(operator, client):
    sample = make_sample(last_error="The weights are gone.")

    page = words(client.get(reverse("admin:generator_sample_change", args=[sample.pk])))

    assert "It could not be drawn. The weights are gone." in page
    assert "Waiting" not in page


@pytest.mark.parametrize(
    "change", [{"psi": "3.1"}, {"psi": "-1"}, {"first_seed": 2**32}, {"network": ""}]
)
def test_sample_that_cannot_be_drawn_is_not_ordered(operator, client, change):
    form = {"network": make_small_network().pk, "psi": "1", "first_seed": 1}

    client.post(reverse("admin:generator_sample_add"), form | change)

    assert not Sample.objects.exists()


def test_networks_whose_weights_are_here_offer_a_sample(operator, client):
    here, elsewhere = make_small_network(), make_network()
    add = reverse("admin:generator_sample_add")

    def offers(network):
        page = client.get(reverse("admin:faces_network_change", args=[network.pk]))
        return f"{add}?network={network.pk}" in page.content.decode()

    assert offers(here)
    assert not offers(elsewhere)
    chosen = client.get(f"{add}?network={here.pk}").content.decode()
    assert f'<option value="{here.pk}" selected>' in chosen
    assert f'<option value="{elsewhere.pk}"' not in chosen
