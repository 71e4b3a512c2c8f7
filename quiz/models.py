import secrets
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, cached_property
from hashlib import blake2s
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from faces.models import Face, Network
from texts.filling import BUBBLES, Lover
from texts.models import Tone, WordList
from texts.parsing import TemplateError, check_word

RESERVED_SLUGS = ["admin", "f", "healthz", "how", "panel", "r", "static", "tiles"]


def new_code() -> str:
    return secrets.token_urlsafe(16)


NO_CODE = "x" * 22


@cache
def result_address() -> str:
    """Every submit needs it, and searching the URLs costs a tenth of a SELECT."""
    return reverse("quiz:result", args=[NO_CODE])


def open_graph(
    title: str, description: str, path: str, image_path: str, image_alt: str
) -> dict[str, str]:
    """The tags of a link preview. Addresses start with SITE_URL, never with the Host header."""
    image = settings.SITE_URL + image_path
    return {
        "og:type": "website",
        "og:site_name": settings.SITE_NAME,
        "og:title": title,
        "og:description": description,
        "og:url": settings.SITE_URL + path,
        "og:locale": "en_US",
        "og:image": image,
        "og:image:type": "image/jpeg",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": image_alt,
        "twitter:card": "summary_large_image",
        "twitter:title": title,
        "twitter:description": description,
        "twitter:image": image,
        "twitter:image:alt": image_alt,
    }


def facts_of(lover: "Lover | Result") -> str:
    """What stands below a lover's name."""
    return f"{lover.age} · {lover.sign} · Originally from {lover.home_town}"


def neutral_card() -> tuple[str, str]:
    """A card without a face: where it is, and what it shows."""
    alt = "Two-ink matchbox label with a heart: everyone is 100% made up"
    return static("quiz/cover-card.jpg"), alt


class QuizQuerySet(models.QuerySet["Quiz"]):
    def published(self) -> Self:
        return self.filter(is_published=True)


class Quiz(models.Model):
    """A cover and its questions, at an address of their own."""

    slug = models.SlugField(
        unique=True,
        validators=[
            RegexValidator(
                rf"^(?!({'|'.join(RESERVED_SLUGS)})$)",
                "This address is taken by the site.",
            )
        ],
        help_text="The address: /ai-lover/ for ai-lover.",
    )
    title_start = models.CharField(
        max_length=60,
        help_text='First lines of the cover, such as "Create your perfect".',
    )
    title_word = models.CharField(
        max_length=14, help_text='The one word that shouts, such as "boyfriend".'
    )
    title_aside = models.CharField(
        max_length=60,
        blank=True,
        help_text='In the dark band: "(or girlfriend, or whoever)".',
    )
    title_end = models.CharField(
        max_length=60, blank=True, help_text='Last line, such as "using AI".'
    )
    tagline = models.CharField(
        max_length=160, help_text="The sentence above the button."
    )
    is_published = models.BooleanField(default=False, help_text="Visitors can take it.")
    position = models.PositiveSmallIntegerField(
        default=0, help_text="The first published quiz is the home page."
    )
    cover_faces = models.ManyToManyField(
        Face,
        blank=True,
        help_text="Six faces for the cover. Missing ones are filled up from the pool.",
    )

    objects = QuizQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quiz:take_quiz", args=[self.slug])

    @property
    def public_address(self) -> str:
        """Where links of results lead: home, when visitors cannot take this quiz."""
        return self.get_absolute_url() if self.is_published else reverse("quiz:home")

    @property
    def title(self) -> str:
        parts = [self.title_start, self.title_word, self.title_aside, self.title_end]
        return " ".join(part for part in parts if part)

    @property
    def open_graph(self) -> dict[str, str]:
        return open_graph(
            self.title,
            self.tagline,
            self.get_absolute_url(),
            *neutral_card(),
        )


class Question(models.Model):
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="questions")
    key = models.SlugField(
        max_length=30,
        validators=[RegexValidator(r"^(?!attempt$)", "The form itself has this key.")],
        help_text="Short name of the question, such as first_date.",
    )
    text = models.CharField(max_length=80, help_text="The question, in big type.")
    hint = models.CharField(
        max_length=120,
        blank=True,
        help_text="A line below the question, on wide screens.",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "key"], name="question_key_unique_in_quiz"
            )
        ]

    def __str__(self) -> str:
        return self.text


class ChoiceQuerySet(models.QuerySet["Choice"]):
    def with_picture(self, name: str) -> Self:
        return self.filter(picture=f"tiles/{name}")


class Choice(models.Model):
    """One tile, and what choosing it does."""

    class WishedGender(models.TextChoices):
        WOMAN = "woman", "women"
        MAN = "man", "men"
        ANDROGYNOUS = "androgynous", "androgynous people"
        ANYONE = "anyone", "anyone"
        SURPRISE = "surprise", "surprise: any gender, each as likely"

    class WishedAge(models.TextChoices):
        TWENTIES = "20s", "20s"
        THIRTIES = "30s", "30s"
        FORTIES = "40s", "40s"
        FIFTY_PLUS = "50+", "50+"
        ANY = "any", "any age"

    question = models.ForeignKey(Question, models.CASCADE, related_name="choices")
    label = models.CharField(max_length=40, help_text="The words on the tile.")
    note = models.CharField(
        max_length=80,
        blank=True,
        help_text="Small print on the tile; makes its question one wide column.",
    )
    emoji = models.CharField(
        max_length=16,
        blank=True,
        help_text="One emoji; its meaning must be in the words.",
    )
    picture = models.ImageField(
        upload_to="tiles/", blank=True, help_text="Instead of an emoji."
    )
    picture_alt = models.CharField(
        max_length=120,
        blank=True,
        help_text="What the picture shows, for those who cannot see it.",
    )
    position = models.PositiveSmallIntegerField(default=0)

    gender = models.CharField(
        max_length=11,
        choices=WishedGender,
        blank=True,
        help_text="Effect: who the lover is.",
    )
    age_bucket = models.CharField(
        max_length=3,
        choices=WishedAge,
        blank=True,
        help_text="Effect: how old the lover is.",
    )
    tone = models.ForeignKey(
        Tone,
        models.PROTECT,
        null=True,
        blank=True,
        help_text="Effect: how the lover talks.",
    )
    chaos = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text="Effect: chance of a trainwreck face, in percent.",
    )
    word_list = models.ForeignKey(
        WordList,
        models.PROTECT,
        null=True,
        blank=True,
        help_text="Effect: the slot that the word below fills.",
    )
    word = models.CharField(
        max_length=80, blank=True, help_text="Effect: the word for that slot."
    )

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = "tile"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(word="", word_list=None)
                | (~models.Q(word="") & models.Q(word_list__isnull=False)),
                name="choice_word_has_slot",
                violation_error_message="A word needs its slot, and a slot needs its word.",
            ),
            models.CheckConstraint(
                condition=models.Q(chaos=None) | models.Q(chaos__lte=100),
                name="choice_chaos_is_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(picture="") | ~models.Q(picture_alt=""),
                name="choice_picture_has_alt",
                violation_error_message="Say what the picture shows.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        try:
            check_word(self.word)
        except TemplateError as error:
            raise ValidationError({"word": str(error)}) from error

    @property
    def picture_url(self) -> str:
        if not self.picture.name:
            return ""
        return reverse("quiz:tile_picture", args=[Path(self.picture.name).name])

    @cached_property
    def effects(self) -> dict[str, Any]:
        """What the tile asks for, by the names of Wish; only what it sets.

        Kept, as the tiles of a page serve many submits.
        """
        effects: dict[str, Any] = {}
        if self.gender:
            effects["gender"] = self.gender
        if self.age_bucket:
            effects["age_bucket"] = self.age_bucket
        if self.tone:
            effects["tone"] = self.tone.slug
        if self.chaos is not None:
            effects["chaos"] = self.chaos
        return effects

    @cached_property
    def words(self) -> dict[str, str]:
        return {self.word_list.name: self.word} if self.word_list else {}

    @cached_property
    def answer(self) -> dict[str, str]:
        """What the tile says, by the key of its question: a line may quote it."""
        return {self.question.key: self.word or self.label}

    @property
    def token(self) -> str:
        """The value a form sends; another one as soon as an editor changes the tile."""
        seen = [
            self.pk,
            self.question.text,
            self.label,
            self.note,
            self.effects,
            self.words,
        ]
        return blake2s(repr(seen).encode(), digest_size=6).hexdigest()


def possible_answers() -> dict[str, list[str]]:
    """What tiles say, by the key of their question."""
    answers: dict[str, list[str]] = defaultdict(list)
    rows = Choice.objects.order_by("question__key", "pk")
    for key, word, label in rows.values_list("question__key", "word", "label"):
        answers[key].append(word or label)
    return dict(answers)


class ResultQuerySet(models.QuerySet["Result"]):
    def with_servable_face(self) -> Self:
        return self.filter(face__in=Face.objects.servable()).select_related("face")

    def of_faces(self, face_ids: Iterable[int]) -> Self:
        return self.filter(face__in=list(face_ids))

    def of_network(self, network: Network) -> Self:
        return self.filter(face__network=network)


class Result(models.Model):
    """One finished quiz: a face and a text, frozen. Holds nothing about the visitor."""

    code = models.CharField(
        max_length=22, unique=True, default=new_code, editable=False
    )
    attempt = models.CharField(  # noqa: DJ001 unique, so nothing must be NULL
        max_length=36,
        unique=True,
        null=True,
        editable=False,
        help_text="Ties a doubled submit to one result.",
    )
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="results")
    face = models.ForeignKey(Face, models.PROTECT, related_name="results")
    name = models.CharField(max_length=90)
    age = models.PositiveSmallIntegerField()
    sign = models.CharField(max_length=12)
    home_town = models.CharField(max_length=80)
    lines = models.JSONField(help_text="The filled lines by part.")
    line_ids = models.JSONField(
        default=list,
        editable=False,
        help_text="The keys of those lines, to count shares.",
    )
    created_at = models.DateTimeField(
        default=timezone.now, editable=False, db_index=True
    )

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name}, {self.age}"

    def get_absolute_url(self) -> str:
        return result_address().replace(NO_CODE, self.code)

    @property
    def facts(self) -> str:
        return facts_of(self)

    @property
    def bubbles(self) -> list[str]:
        return [self.lines[part] for part in BUBBLES if part in self.lines]

    @property
    def best_line(self) -> str:
        """The line that travels on cards: the pets, or whatever there is."""
        return self.lines.get("pet") or next(iter(self.bubbles[1:] or self.bubbles), "")

    @property
    def card_lines(self) -> list[str]:
        return [
            line
            for line in dict.fromkeys([self.lines.get("hello", ""), self.best_line])
            if line
        ]

    @property
    def portrait(self) -> dict[str, str] | None:
        """Addresses of the picture, or None when its face may not be shown any more."""
        if not self.face.is_servable:
            return None
        return {
            "url": self.face.picture_url(512),
            "placeholder_url": self.face.picture_url(96),
        }

    @property
    def share_text(self) -> str:
        return f"Meet {self.name} “{self.best_line}” Find yours:"

    @property
    def card_url(self) -> str:
        return reverse("quiz:card", args=[self.code])

    @property
    def open_graph(self) -> dict[str, str]:
        """The link preview; it shows the quiz's own card once the face is taken away."""
        alt = f"AI-generated portrait of a made-up person, with the words: {self.name}, {self.facts}"
        image = (self.card_url, alt) if self.face.is_servable else neutral_card()
        return open_graph(
            f"Meet my AI lover, {self.name}",
            f"{self.facts}. “{self.best_line}” Everyone here is AI-generated. Find yours.",
            self.get_absolute_url(),
            *image,
        )

    @property
    def disclosure(self) -> str:
        """Say which network drew the face, from what, and when: nobody is in the picture."""
        face = self.face
        if not face.is_servable:  # whose recipe would draw it again
            return f"{self.name} does not exist. Their face is not shown any more."
        reviewed = {
            Face.Review.PANEL: "checked by people before anyone met them",
            Face.Review.SHIPPED: "reviewed before anyone met them",
        }.get(Face.Review(face.review), "")
        parts = [
            face.network.title,
            f"seed {face.seed}",
            f"made {face.drawn_on:%B %Y}",
            reviewed,
        ]
        return f"{self.name} does not exist. Face: {', '.join(part for part in parts if part)}."
