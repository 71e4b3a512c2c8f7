"""What editors lay down about single words: their grammar, and which are better left out."""

from django.core.exceptions import ValidationError
from django.db import models

from texts.parsing import TemplateError, check_word, one_line


class GrammarException(models.Model):
    """What the grammar would get wrong: "an" before 8-ball, "cats called Steve"."""

    class Article(models.TextChoices):
        A = "a", "a"
        AN = "an", "an"

    word = models.CharField(
        max_length=80,
        unique=True,
        help_text="A word, or a whole phrase, in small letters; an article also fits phrases that "
        "begin with the word, a plural those that end with it.",
    )
    article = models.CharField(
        max_length=2, choices=Article, blank=True, help_text="What {job:a} puts before."
    )
    plural = models.CharField(
        max_length=80, blank=True, help_text="What {pet:plural} and {3-12 pet} say."
    )

    class Meta:
        ordering = ["word"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(article__in=["", "a", "an"]),
                name="grammar_exception_article_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(article="", plural=""),
                name="grammar_exception_says_something",
                violation_error_message="Give the article, the plural or both.",
            ),
        ]

    def __str__(self) -> str:
        return self.word

    def clean(self) -> None:
        self.word = one_line(self.word).lower()
        self.plural = one_line(self.plural)
        for name in ("word", "plural"):
            try:
                check_word(getattr(self, name))
            except TemplateError as error:
                raise ValidationError({name: str(error)}) from error


class FlaggedWord(models.Model):
    """A word that lines should do without; our own list, never a stock one."""

    class Severity(models.TextChoices):
        WARN = "warn", "warn: a tick lets it pass"
        REFUSE = "refuse", "refuse: it cannot be published"

    word = models.CharField(max_length=80, unique=True)
    severity = models.CharField(max_length=6, choices=Severity, default=Severity.WARN)
    note = models.CharField(
        max_length=200, blank=True, help_text="Why, or what to write instead."
    )

    class Meta:
        ordering = ["word"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__in=["warn", "refuse"]),
                name="flagged_word_severity_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.word

    def clean(self) -> None:
        self.word = one_line(self.word).lower()
