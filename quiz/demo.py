"""The demo: faces, texts, a quiz, and staff accounts to look around with."""

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction

from faces.models import Face
from faces.shipped import load_faces
from quiz.models import Choice, Question, Quiz
from quiz.roles import ROLES, set_up_roles
from texts.models import MessageTemplate, Tone, WordList
from texts.spreadsheet import import_workbook

FIXTURES: Path = settings.BASE_DIR / "fixtures"


def load_demo() -> dict[str, str]:
    """Bring in whatever of the demo is missing; returns new accounts and their passwords.

    What an editor has changed since is left as it is.
    """
    demo = json.loads((FIXTURES / "quiz.json").read_text(encoding="utf-8"))
    load_faces(FIXTURES / "faces")
    with transaction.atomic():
        set_up_roles()
        load_texts(demo)
        load_quiz(demo)
        return create_staff()


def load_texts(demo: dict[str, Any]) -> None:
    if MessageTemplate.objects.exists() or WordList.objects.exists():
        return
    for position, tone in enumerate(demo["tones"]):
        Tone.objects.get_or_create(
            slug=tone["slug"], defaults=tone | {"position": position}
        )
    with (FIXTURES / "texts.xlsx").open("rb") as file:
        import_workbook(file, name="texts.xlsx")


def load_quiz(demo: dict[str, Any]) -> None:
    if Quiz.objects.exists():
        return
    cover = ["slug", "title_start", "title_word", "title_aside", "title_end", "tagline"]
    quiz = Quiz.objects.create(
        is_published=True, **{name: demo[name] for name in cover}
    )
    quiz.cover_faces.set(Face.objects.servable().filter(seed__in=demo["cover_seeds"]))
    for position, question in enumerate(demo["questions"]):
        choices = question.pop("choices")
        row = Question.objects.create(quiz=quiz, position=position, **question)
        for place, choice in enumerate(choices):
            Choice.objects.create(question=row, position=place, **with_rows(choice))


def with_rows(choice: dict[str, Any]) -> dict[str, Any]:
    """Put rows in place of the names of a tone and a word list."""
    tone, word_list = choice.pop("tone", None), choice.pop("word_list", None)
    return choice | {
        "tone": tone and Tone.objects.get(slug=tone),
        "word_list": word_list and WordList.objects.get(name=word_list),
    }


def create_staff() -> dict[str, str]:
    """One account per role and an admin, with random passwords; only on a new database."""
    if User.objects.exists():
        return {}
    passwords = {name: secrets.token_urlsafe(9) for name in [*ROLES, "admin"]}
    for name, password in passwords.items():
        user = User.objects.create_user(name, password=password, is_staff=True)
        if name in ROLES:
            user.groups.add(Group.objects.get(name=name))
        else:
            user.is_superuser = True
            user.save(update_fields=["is_superuser"])
    return passwords
