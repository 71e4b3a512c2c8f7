import secrets
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from faces import ledger
from faces.ledger import RETIRED, Line

GENDERS = ["woman", "man", "androgynous"]
AGE_BUCKETS = ["20s", "30s", "40s", "50+"]
QUALITIES = ["good", "trainwreck"]
"""What an approved face may be."""


def new_key() -> str:
    return secrets.token_urlsafe(8)


class NetworkQuerySet(models.QuerySet["Network"]):
    def with_num_faces(self) -> Self:
        """Count the faces of each network that visitors may see."""
        servable = Q(face__status=Face.Status.APPROVED)
        return self.annotate(num_faces=models.Count("face", filter=servable))

    def active(self) -> Self:
        """Networks that may still draw."""
        return self.filter(retired_at=None)


class Network(models.Model):
    """A registered generator. No face comes from a network that is not listed here."""

    class Family(models.TextChoices):
        MOBILESTYLEGAN = "mobilestylegan", "MobileStyleGAN"
        STYLEGAN2 = "stylegan2", "StyleGAN2"

    name = models.SlugField(
        unique=True, help_text="Short name for commands, such as mobilestylegan-ffhq."
    )
    title = models.CharField(
        max_length=80, help_text="What visitors read, such as MobileStyleGAN (FFHQ)."
    )
    sha256 = models.CharField(
        max_length=64,
        unique=True,
        help_text="SHA-256 of the file the weights were published in.",
    )
    family = models.CharField(
        max_length=14, choices=Family, help_text="The architecture it is built as."
    )
    subject = models.SlugField(
        default="faces", help_text="What it draws: faces, cats and so on."
    )
    weights_sha256 = models.CharField(
        max_length=64,
        blank=True,
        help_text="SHA-256 of the converted weights; empty until they were brought here.",
    )
    resolution = models.PositiveSmallIntegerField(
        help_text="Pixels along one side of its pictures."
    )
    licence = models.TextField(
        help_text="What the licence of the weights allows, in a sentence visitors read."
    )
    source = models.CharField(max_length=200, help_text="Where the weights came from.")
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Since then it draws no more, and none of its faces is shown.",
    )

    objects = NetworkQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    def retire(self, reason: str, by: User | None = None) -> int:
        """Let it draw no more and take its faces away, for good; returns how many.

        The first step is committed before the second, so that whoever approves one of its
        faces meanwhile is refused. After a crash in between: once more.
        """
        with transaction.atomic():
            retired_at = timezone.now()
            still_there = Network.objects.active().filter(pk=self.pk)
            if still_there.update(retired_at=retired_at):
                self.retired_at = retired_at
                ledger.note([self.ledger_line(reason)])
        return self.face_set.all().take_away(reason, by)

    def ledger_line(self, reason: str) -> Line:
        at = timezone.now().isoformat()
        return Line(at=at, network=self.sha256, status=RETIRED, why=reason)


class FaceQuerySet(models.QuerySet["Face"]):
    def servable(self) -> Self:
        """Faces that visitors may see; the database vouches for what approved means."""
        return self.filter(status=Face.Status.APPROVED)

    def unrated(self) -> Self:
        """Faces that still wait for the panel, raters and lead alike."""
        return self.filter(status=Face.Status.UNRATED)

    def taken_away(self) -> Self:
        """Faces that visitors could see once: of what is gone, the others never were."""
        return self.filter(status__in=Face.TAKEN_AWAY)

    def remaining(self) -> Self:
        """Faces of which nobody has said the last word yet."""
        return self.exclude(status__in=[Face.Status.REJECTED, Face.Status.REVOKED])

    @transaction.atomic
    def take_away(self, reason: str, by: User | None = None) -> int:
        """Revoke what visitors may see, reject what waits for raters; returns how many.

        Waits for whoever decides on one of them right now.
        """
        locked = self.remaining().select_for_update(of=("self",))
        faces = list(locked.select_related("network").defer("scores"))
        for old in {face.status for face in faces}:
            is_unseen = old == Face.Status.UNRATED
            new = Face.Status.REJECTED if is_unseen else Face.Status.REVOKED
            same = [face for face in faces if face.status == old]
            for start in range(0, len(same), 500):  # SQLite takes so many values only
                keys = [face.pk for face in same[start : start + 500]]
                Face.objects.filter(pk__in=keys).update(status=new)
            note_change(same, old, new, reason, by)
        return len(faces)


class Face(models.Model):
    """A generated portrait. The same recipe always gives the same face."""

    class Status(models.TextChoices):
        UNRATED = "unrated", "unrated"
        APPROVED = "approved", "approved"
        REPORTED = "reported", "reported: hidden until the lead has looked"
        REJECTED = "rejected", "rejected"
        REVOKED = "revoked", "revoked"

    class Gender(models.TextChoices):
        UNKNOWN = "unknown", "unknown"
        WOMAN = "woman", "woman"
        MAN = "man", "man"
        ANDROGYNOUS = "androgynous", "androgynous"

    class AgeBucket(models.TextChoices):
        UNKNOWN = "unknown", "unknown"
        TWENTIES = "20s", "20s"
        THIRTIES = "30s", "30s"
        FORTIES = "40s", "40s"
        FIFTY_PLUS = "50+", "50+"

    class Adult(models.TextChoices):
        UNKNOWN = "unknown", "unknown"
        YES = "yes", "clearly adult (25 or older)"
        NO = "no", "under 25 or unsure"

    class Quality(models.TextChoices):
        UNKNOWN = "unknown", "unknown"
        GOOD = "good", "good"
        TRAINWRECK = "trainwreck", "trainwreck"
        UNUSABLE = "unusable", "unusable"

    class Problem(models.TextChoices):
        UNKNOWN = "unknown", "unknown"
        NONE = "none", "none"
        LOOKS_YOUNG = "looks_young", "looks young"
        REAL_PERSON = "real_person", "looks like a real person"
        NUDITY = "nudity", "nudity"
        HATEFUL = "hateful", "hateful"
        DISTRESSING = "distressing", "distressing"
        OTHER = "other", "other"

    class Review(models.TextChoices):
        NONE = "none", "nobody yet"
        SHIPPED = "shipped", "looked at before it was shipped with the demo"
        PANEL = "panel", "agreed by the panel"

    TAKEN_AWAY = [Status.REPORTED, Status.REVOKED]

    key = models.CharField(
        max_length=11,
        unique=True,
        default=new_key,
        editable=False,
        help_text="The public part of its address.",
    )
    network = models.ForeignKey(
        Network, models.PROTECT, help_text="The network that drew the face."
    )
    seed = models.PositiveBigIntegerField(help_text="Seed of the latent z.")
    psi = models.DecimalField(
        max_digits=6,
        decimal_places=4,
        help_text="Truncation psi: 0 is the average face, above 1 gets strange.",
    )
    edit = models.CharField(
        max_length=200, blank=True, help_text="How w was steered; empty for none."
    )
    picture_sha256 = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the picture as it was drawn."
    )
    drawn_on = models.DateField(help_text="The day the picture was drawn.")
    scores = models.JSONField(
        default=dict, blank=True, help_text="What the screening networks measured."
    )

    status = models.CharField(max_length=10, choices=Status, default=Status.UNRATED)
    gender = models.CharField(
        max_length=11,
        choices=Gender,
        default=Gender.UNKNOWN,
        help_text="Presented gender.",
    )
    age_bucket = models.CharField(
        max_length=7, choices=AgeBucket, default=AgeBucket.UNKNOWN
    )
    adult = models.CharField(max_length=7, choices=Adult, default=Adult.UNKNOWN)
    quality = models.CharField(max_length=10, choices=Quality, default=Quality.UNKNOWN)
    problem = models.CharField(max_length=11, choices=Problem, default=Problem.UNKNOWN)
    review = models.CharField(
        max_length=7,
        choices=Review,
        default=Review.NONE,
        help_text="Who looked before it could be approved.",
    )
    proposed_gender = models.CharField(
        max_length=11,
        choices=Gender,
        default=Gender.UNKNOWN,
        help_text="What the screening networks took it for; people decide.",
    )
    proposed_age_bucket = models.CharField(
        max_length=7, choices=AgeBucket, default=AgeBucket.UNKNOWN
    )
    proposed_quality = models.CharField(
        max_length=10, choices=Quality, default=Quality.UNKNOWN
    )
    phash = models.CharField(
        max_length=16,
        blank=True,
        db_index=True,
        help_text="Perceptual hash: near-duplicates differ in few of its 64 bits.",
    )
    leased_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="The rater who has it on the screen.",
    )
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FaceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        permissions = [
            ("revoke_face", "Can revoke a face"),
            ("rate_face", "Can rate faces for the panel"),
            ("decide_face", "Can decide what the panel could not"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "seed", "psi", "edit"], name="face_recipe_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        *("unrated", "approved", "reported", "rejected", "revoked"),
                    ]
                ),
                name="face_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved")
                | Q(
                    adult="yes",
                    problem="none",
                    review__in=["shipped", "panel"],
                    gender__in=GENDERS,
                    age_bucket__in=AGE_BUCKETS,
                    quality__in=QUALITIES,
                ),
                name="face_approved_is_safe",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "gender", "age_bucket", "quality"], name="face_cell"
            ),
        ]

    def __str__(self) -> str:
        edit = f", {self.edit}" if self.edit else ""
        return f"seed {self.seed}, psi {self.psi.normalize():f}{edit}"

    @property
    def is_servable(self) -> bool:
        return self.status == self.Status.APPROVED

    @property
    def is_decided(self) -> bool:
        return self.status in (self.Status.APPROVED, self.Status.REJECTED)

    @property
    def is_taken_away(self) -> bool:
        return self.status in self.TAKEN_AWAY

    @property
    def is_trainwreck(self) -> bool:
        return self.quality == self.Quality.TRAINWRECK

    def picture_url(self, size: int) -> str:
        return reverse("faces:picture", args=[self.key, size])

    def approve(self, reason: str, by: User | None = None) -> bool:
        """Let visitors see the face; False if it was not waiting for that."""
        return self.change_status(self.Status.UNRATED, self.Status.APPROVED, reason, by)

    def reject(self, reason: str, by: User | None = None) -> bool:
        """Never show the face; False if it was not waiting for a decision."""
        return self.change_status(self.Status.UNRATED, self.Status.REJECTED, reason, by)

    def hide(self, reason: str, by: User | None = None) -> bool:
        """Hide the face until the lead has looked; False if nobody could see it."""
        return self.change_status(
            self.Status.APPROVED, self.Status.REPORTED, reason, by
        )

    def show_again(self, reason: str, by: User) -> bool:
        """The lead found nothing wrong; False if it was not waiting for the lead."""
        return self.change_status(
            self.Status.REPORTED, self.Status.APPROVED, reason, by
        )

    @transaction.atomic
    def revoke(self, reason: str, by: User | None = None) -> bool:
        """Hide the face everywhere, for good; False if it was revoked before.

        One that nobody has seen yet is revoked too, so that no approval comes after it.
        """
        face = Face.objects.select_for_update().get(pk=self.pk)
        return face.status != self.Status.REVOKED and self.change_status(
            face.status, self.Status.REVOKED, reason, by
        )

    @transaction.atomic
    def change_status(
        self,
        old: str,
        new: str,
        reason: str,
        by: User | None = None,
        **labels: str,
    ) -> bool:
        """The one way a status changes: if it still is `old`; labels change with it."""
        changes = {"status": new, **labels}
        if Face.objects.filter(pk=self.pk, status=old).update(**changes) != 1:
            return False
        note_change([self], old, new, reason, by)
        for name, value in changes.items():
            setattr(self, name, value)
        return True

    def ledger_line(self, status: str, reason: str) -> Line:
        return Line(
            at=timezone.now().isoformat(),
            network=self.network.sha256,
            status=status,
            why=reason,
            seed=self.seed,
            psi=str(self.psi),
            edit=self.edit,
            picture=self.picture_sha256,
            phash=self.phash,
            drawn_on=str(self.drawn_on),
        )


BLOCKED = {*Face.TAKEN_AWAY, Face.Status.REJECTED}
"""What must stay away from visitors, whatever backup is restored."""


def note_change(
    faces: Iterable[Face], old: str, new: str, reason: str, by: User | None
) -> None:
    """Leave the traces of a change: events, closed reports, and lines that outlive backups."""
    faces = list(faces)
    change = {"from_status": old, "to_status": new, "reason": reason, "by": by}
    FaceEvent.objects.bulk_create(FaceEvent(face=face, **change) for face in faces)
    if new == Face.Status.REVOKED:
        Report.objects.open().filter(face__status=Face.Status.REVOKED).update(
            outcome=Report.Outcome.REVOKED, closed_by=by, closed_at=timezone.now()
        )
    is_by_screening = new == Face.Status.REJECTED and by is None
    if BLOCKED.intersection([old, new]) and not is_by_screening:
        ledger.note(face.ledger_line(new, reason) for face in faces)


class FaceEvent(models.Model):
    """A change of a face's status, or the lead's look at one. Rows are only ever added."""

    face = models.ForeignKey(Face, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        help_text="Empty for a command.",
    )
    from_status = models.CharField(max_length=10, choices=Face.Status)
    to_status = models.CharField(max_length=10, choices=Face.Status)
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["to_status", "at"], name="faceevent_latest")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}: {self.reason}"


class RatingQuerySet(models.QuerySet["Rating"]):
    def standing(self) -> Self:
        """Ratings that were not taken back."""
        return self.filter(undone_at=None)

    def deciding(self) -> Self:
        """Those that the panel's decision is made of."""
        return self.standing().filter(
            purpose__in=[Rating.Purpose.JUDGE, Rating.Purpose.LEAD]
        )

    def vetoes(self) -> Self:
        """Those that block a face."""
        return self.exclude(adult=Face.Adult.YES, problem=Face.Problem.NONE)

    def between(self, first: date, last: date) -> Self:
        """Ratings of these days, both included."""
        start, end = (
            timezone.make_aware(datetime.combine(day, time.min))
            for day in (first, last + timedelta(days=1))
        )
        return self.filter(rated_at__gte=start, rated_at__lt=end)


class Rating(models.Model):
    """What one rater said of one face. Taken back, never changed."""

    class Purpose(models.TextChoices):
        JUDGE = "judge", "to decide"
        LEAD = "lead", "to decide, by the lead"
        GOLD = "gold", "to see how well the rater sees: the answer is known"
        REPEAT = "repeat", "to see whether the rater says the same again"

    face = models.ForeignKey(Face, models.PROTECT, related_name="ratings")
    rater = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="ratings"
    )
    round = models.PositiveSmallIntegerField(
        default=1,
        help_text="Above 1 the rater has seen the face before; 0 is the lead's word.",
    )
    purpose = models.CharField(max_length=6, choices=Purpose, default=Purpose.JUDGE)
    adult = models.CharField(max_length=7, choices=Face.Adult)
    problem = models.CharField(
        max_length=11, choices=Face.Problem, default=Face.Problem.NONE
    )
    gender = models.CharField(
        max_length=11,
        choices=Face.Gender,
        default=Face.Gender.UNKNOWN,
        help_text="Presented gender; unknown means that the rater can't tell.",
    )
    age_bucket = models.CharField(
        max_length=7, choices=Face.AgeBucket, default=Face.AgeBucket.UNKNOWN
    )
    quality = models.CharField(
        max_length=10, choices=Face.Quality, default=Face.Quality.UNKNOWN
    )
    skin_tone = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Monk scale, 1 to 10; for balance only."
    )
    note = models.CharField(max_length=300, blank=True)
    seconds = models.FloatField(
        null=True, blank=True, help_text="How long the rater looked."
    )
    rated_at = models.DateTimeField(default=timezone.now, db_index=True)
    undone_at = models.DateTimeField(
        null=True, blank=True, help_text="When the rater took it back."
    )

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ["-rated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["face", "rater", "round"],
                condition=Q(undone_at=None),
                name="rating_once_per_round",
            ),
            models.CheckConstraint(
                condition=Q(purpose="judge", round=1)
                | Q(purpose="lead", round=0)
                | Q(purpose="gold", round=1)
                | Q(purpose="repeat", round__gte=2),
                name="rating_decides_once",
            ),
            models.CheckConstraint(
                condition=Q(adult__in=["yes", "no"]), name="rating_says_adult_or_not"
            ),
            models.CheckConstraint(
                condition=~Q(problem="unknown"), name="rating_says_problem_or_none"
            ),
            models.CheckConstraint(
                condition=Q(skin_tone=None) | Q(skin_tone__range=(1, 10)),
                name="rating_skin_tone_is_monk",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rater} on face {self.face_id}"

    @property
    def is_veto(self) -> bool:
        return self.adult != Face.Adult.YES or self.problem != Face.Problem.NONE


class Skip(models.Model):
    """A rater left a face to somebody else."""

    face = models.ForeignKey(Face, models.CASCADE, related_name="skips")
    rater = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    skipped_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["face", "rater"], name="skip_once")
        ]

    def __str__(self) -> str:
        return f"{self.rater} skipped face {self.face_id}"


class GoldFace(models.Model):
    """A decided face whose answer is known, shown now and then to see how raters do."""

    face = models.OneToOneField(Face, models.CASCADE, related_name="gold")
    adult = models.CharField(max_length=7, choices=Face.Adult)
    problem = models.CharField(max_length=11, choices=Face.Problem)
    gender = models.CharField(
        max_length=11, choices=Face.Gender, default=Face.Gender.UNKNOWN
    )
    age_bucket = models.CharField(
        max_length=7, choices=Face.AgeBucket, default=Face.AgeBucket.UNKNOWN
    )
    quality = models.CharField(
        max_length=10, choices=Face.Quality, default=Face.Quality.UNKNOWN
    )
    why = models.CharField(
        max_length=200, blank=True, help_text="What a rater is told afterwards."
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"face {self.face_id}"

    def clean(self) -> None:
        """An answer that nobody can get wrong: whole, and as the face was decided."""
        if self.face_id is None:
            return
        is_veto = self.adult != Face.Adult.YES or self.problem != Face.Problem.NONE
        labels = [self.gender, self.age_bucket, self.quality]
        if not self.face.is_decided:
            raise ValidationError("Only a decided face has a known answer.")
        if is_veto and self.face.status == Face.Status.APPROVED:
            raise ValidationError(
                "This face was approved: revoke it first if it looks young or has a problem."
            )
        if not is_veto and "unknown" in labels:
            raise ValidationError("Name gender, age and quality, or what is wrong.")


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        """Reports that the lead has not answered yet."""
        return self.filter(outcome=Report.Outcome.OPEN)


class Report(models.Model):
    """Somebody says that a face must not be shown. Holds nothing about a visitor."""

    class Source(models.TextChoices):
        VISITOR = "visitor", "a visitor"
        PANEL = "panel", "a rater"
        OPERATOR = "operator", "an operator"

    class Reason(models.TextChoices):
        LOOKS_YOUNG = "looks_young", "looks too young"
        REAL_PERSON = "real_person", "looks like somebody real"
        NUDITY = "nudity", "nudity"
        HATEFUL = "hateful", "hateful"
        DISTRESSING = "distressing", "distressing"
        OTHER = "other", "something else"

    class Outcome(models.TextChoices):
        OPEN = "open", "open"
        REVOKED = "revoked", "the face was revoked"
        DISMISSED = "dismissed", "nothing wrong was found"

    face = models.ForeignKey(Face, models.PROTECT, related_name="reports")
    source = models.CharField(max_length=8, choices=Source, default=Source.VISITOR)
    reason = models.CharField(max_length=11, choices=Reason)
    note = models.CharField(max_length=300, blank=True)
    reported_at = models.DateTimeField(default=timezone.now, db_index=True)
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.OPEN)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: face {self.face_id}"
