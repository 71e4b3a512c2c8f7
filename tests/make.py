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
        "family": "stylegan2",
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
            "review": "shipped",
        }
        | fields
    )
    if approved:
        face.approve("Made for a test.")
    if picture:
        save_pictures(make_picture(seed), face.picture_sha256, "tiny")
    return face


def make_waiting(**fields):
    """A face that nobody has judged yet."""
    unknown = ["gender", "age_bucket", "quality", "adult", "problem"]
    defaults = dict.fromkeys(unknown, "unknown") | {"review": "none"}
    return make_face(approved=False, **(defaults | fields))


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


def make_stylegan2(architecture="skip", num_classes=0, resolution=16, channels=8):
    """The facts and tensors of a tiny StyleGAN2 with random weights."""
    import torch  # the rest of the site does without

    random = torch.Generator().manual_seed(1)
    layers, tensors = {}, {}

    def add(path, facts=None, **shapes):
        for name, shape in shapes.items():
            tensors[f"{path}.{name}"] = torch.randn(shape, generator=random)
        if facts:
            layers[path] = facts

    def add_linear(path, num_in, num_out, **facts):
        gains = {"weight_gain": num_in**-0.5, "bias_gain": 1.0}
        facts = {"activation": "linear"} | gains | facts
        add(path, facts, weight=(num_out, num_in), bias=(num_out,))

    def add_conv(path, side, up):
        facts = {"activation": "lrelu", "act_gain": 2**0.5, "conv_clamp": 256.0}
        noise = {"noise_const": (side, side), "noise_strength": ()}
        weight, bias = (channels, channels, 3, 3), (channels,)
        facts |= {"up": up, "use_noise": True}
        add(path, facts, weight=weight, bias=bias, **noise)
        add_linear(f"{path}.affine", channels, channels)
        add_filter(path)

    def add_filter(path):
        row = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
        tensors[f"{path}.resample_filter"] = row.outer(row)

    add("mapping", w_avg=(channels,))
    if num_classes:
        add_linear("mapping.embed", num_classes, channels)
    num_in = channels * (2 if num_classes else 1)
    add_linear("mapping.fc0", num_in, channels, activation="lrelu")
    add_linear("mapping.fc1", channels, channels, activation="lrelu")
    add("synthesis.b4", const=(channels, 4, 4))
    sides = [2**n for n in range(2, resolution.bit_length())]
    for side in sides:
        block = f"synthesis.b{side}"
        add_filter(block)
        if side > 4:
            add_conv(f"{block}.conv0", side, up=2)
        add_conv(f"{block}.conv1", side, up=1)
        if architecture == "resnet" and side > 4:
            facts = {"activation": "linear", "up": 2, "act_gain": 1.0}
            facts |= {"weight_gain": channels**-0.5, "conv_clamp": None}
            add(f"{block}.skip", facts, weight=(channels, channels, 1, 1))
            add_filter(f"{block}.skip")
        if architecture == "skip" or side == resolution:
            facts = {"weight_gain": channels**-0.5, "conv_clamp": 256.0}
            add(f"{block}.torgb", facts, weight=(3, channels, 1, 1), bias=(3,))
            add_linear(f"{block}.torgb.affine", channels, channels)
    sizes = {"z_dim": channels, "w_dim": channels, "num_ws": 2 * len(sides)}
    facts = {"family": "stylegan2", "architecture": architecture, "layers": layers}
    facts |= sizes | {"resolution": resolution, "num_classes": num_classes}
    return facts, tensors
