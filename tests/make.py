"""Builds things for tests, with sensible defaults."""

import hashlib
import io
import itertools
from datetime import date
from decimal import Decimal

import openpyxl
from PIL import Image

from faces.files import save_pictures
from faces.models import Face, Network
from quiz.models import Choice, Question, Quiz, Result
from texts.models import MessageTemplate, Tone, Word, WordList

_seeds = itertools.count(1)


def make_network(**fields):
    defaults = {
        "name": "tiny",
        "title": "Tiny GAN",
        "sha256": hashlib.sha256(b"tiny").hexdigest(),
        "resolution": 64,
        "licence": "For tests only.",
        "source": "tests",
    }
    network, _ = Network.objects.get_or_create(
        name=fields.get("name", "tiny"), defaults=defaults | fields
    )
    return network


def make_face(*, approved=True, picture=False, **fields):
    """An approved woman in her thirties, unless told otherwise."""
    seed = fields.pop("seed", next(_seeds))
    network = fields.pop("network", None) or make_network()
    face = Face.objects.create(
        **{
            "network": network,
            "seed": seed,
            "psi": Decimal("0.7"),
            "picture_sha256": hashlib.sha256(
                f"{network.pk} {seed}".encode()
            ).hexdigest(),
            "drawn_on": date(2026, 5, 1),
            "gender": "woman",
            "age_bucket": "30s",
            "quality": "good",
            "adult": "yes",
            "problem": "none",
            "review": "panel",
        }
        | fields
    )
    if approved:
        face.approve("Made for a test.")
    if picture:
        save_pictures(make_picture(seed), face.picture_sha256, "tiny")
    return face


def make_picture(seed=1, side=512):
    """Random blocks of colour: as different from seed to seed as faces are."""
    blocks = Image.frombytes(
        "RGB", (8, 8), hashlib.sha512(str(seed).encode()).digest() * 3
    )
    return blocks.resize((side, side), Image.Resampling.NEAREST)


def picture_bytes(format="WEBP", seed=1, side=512):
    buffer = io.BytesIO()
    make_picture(seed, side).save(buffer, format)
    return buffer.getvalue()


def make_tone(slug="wholesome", **fields):
    defaults = {"name": slug.capitalize()}
    return Tone.objects.get_or_create(slug=slug, defaults=defaults | fields)[0]


def make_line(part, text, tone=None):
    return MessageTemplate.objects.create(
        part=part, text=text, tone=tone and make_tone(tone)
    )


def make_words(name, *words):
    word_list, _ = WordList.objects.get_or_create(name=name)
    Word.objects.bulk_create(Word(word_list=word_list, text=word) for word in words)
    return word_list


def make_texts():
    """A line for every part, with few words."""
    make_words("first_name_woman", "Ada", "Bea")
    make_words("first_name_man", "Cem", "Dov")
    make_words("first_name_androgynous", "Eli", "Fay")
    make_words("home_town", "Graz", "Hull")
    make_words("pet", "macaws", "otters")
    make_words("hobby", "ironing", "juggling")
    make_line("hello", "Hi!")
    make_line("about", "I relax by {hobby}")
    make_line("pet", "I have nine {pet}")
    make_line("invitation", "Let’s hold hands in public!")
    make_line("caption", "Congrats, hope you have a great life together!")
    for tone in ("wholesome", "devoted"):
        make_line("intro", f"{{name}} is {tone}. Ask {{them}}.", tone)


def make_quiz(slug="ai-lover", **fields):
    """Who, how old, which tone, which pet, how much chaos."""
    defaults = {
        "title_start": "Create your perfect",
        "title_word": "boyfriend",
        "title_aside": "(or whoever)",
        "title_end": "using AI",
        "tagline": "No dating apps.",
        "is_published": True,
    }
    quiz = Quiz.objects.create(slug=slug, **(defaults | fields))
    make_question(
        quiz, "who", gender=["woman", "man", "androgynous", "anyone", "surprise"]
    )
    make_question(quiz, "age", age_bucket=["20s", "30s", "40s", "50+", "any"])
    make_question(quiz, "tone", tone=[make_tone("wholesome"), make_tone("devoted")])
    pets = WordList.objects.get_or_create(name="pet")[0]
    make_question(quiz, "pet", word=["macaws", "robots"], word_list=[pets, pets])
    make_question(quiz, "chaos", chaos=[0, 50, 100])
    return quiz


def make_question(quiz, key, **effects):
    """One question; each effect lists its values tile by tile."""
    question = Question.objects.create(
        quiz=quiz, key=key, text=f"Which {key}?", position=quiz.questions.count()
    )
    for position, values in enumerate(zip(*effects.values(), strict=True)):
        Choice.objects.create(
            question=question,
            label=f"{key.capitalize()} {values[0]}",
            emoji="🎲",
            position=position,
            **dict(zip(effects, values, strict=True)),
        )
    return question


def answers(quiz=None, **wanted):
    """The form of a visitor who picks these tiles (by effect) and the first ones else."""
    quiz = quiz or Quiz.objects.get()
    return {
        question.key: token_for(question, wanted.get(question.key))
        for question in quiz.questions.all()
    }


def token_for(question, wanted):
    choices = list(question.choices.all())
    if wanted is None:
        return choices[0].token
    return next(choice.token for choice in choices if wanted in effects_of(choice))


def effects_of(choice):
    return [*choice.effects.values(), *choice.words.values()]


def make_result(**fields):
    face = fields.pop("face", None) or make_face(picture=True)
    quiz = fields.pop("quiz", None) or Quiz.objects.first() or make_quiz()
    lines = {"hello": "Hi!", "pet": "I have nine macaws", "caption": "Congrats!"}
    defaults = {
        "name": "Legend L.",
        "age": 24,
        "sign": "Cancer",
        "home_town": "Vancouver",
        "lines": lines,
    }
    return Result.objects.create(face=face, quiz=quiz, **(defaults | fields))


def make_workbook(sheets):
    """An .xlsx file from rows of cells by the title of their sheet."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        worksheet = workbook.create_sheet(title)
        for row in rows:
            worksheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file
