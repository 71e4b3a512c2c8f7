from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from faces.models import AGE_BUCKETS, GENDERS, QUALITIES, Network
from generator.recipes import MAX_PSI, MAX_SEED
from generator.tones import TONES

MAX_ATTEMPTS = 3
MAX_WANTED = 100_000
PSI: dict[str, Any] = {
    "max_digits": 5,
    "decimal_places": 4,
    "validators": [MinValueValidator(0), MaxValueValidator(MAX_PSI)],
}
SEEDS_PER_PICTURE = 48
"""A steered picture takes the seed that is nearest already."""
LEASE = timedelta(seconds=20)
"""How long a worker may be silent before its batch is given to another."""
SILENCE = timedelta(seconds=60)
"""How long it may be before it counts as gone."""


class Target(models.Model):
    """How many faces of one cell the pool should have."""

    gender = models.CharField(
        max_length=11, choices=[(value, value) for value in GENDERS]
    )
    age_bucket = models.CharField(
        max_length=7, choices=[(value, value) for value in AGE_BUCKETS]
    )
    quality = models.CharField(
        max_length=10, choices=[(value, value) for value in QUALITIES], default="good"
    )
    wanted = models.PositiveIntegerField(
        validators=[MaxValueValidator(MAX_WANTED)],
        help_text="Faces that visitors may meet or that wait for the panel.",
    )

    class Meta:
        ordering = ["quality", "gender", "age_bucket"]
        constraints = [
            models.UniqueConstraint(
                fields=["gender", "age_bucket", "quality"], name="target_cell_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gender}, {self.age_bucket}, {self.quality}: {self.wanted}"


class TopUpSettings(models.Model):
    """How the pool is topped up; there is one row."""

    network = models.ForeignKey(
        Network,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"subject": "faces"},
        help_text="Who draws; it must draw faces and have its weights here. Empty: nothing is drawn.",
    )
    is_paused = models.BooleanField(
        "paused",
        default=False,
        help_text="No new batches; those ordered before are still drawn.",
    )
    psi = models.DecimalField(
        **PSI,
        default="0.7",
        help_text="Truncation for good faces: lower is safer and blander.",
    )
    trainwreck_psi = models.DecimalField(
        **PSI,
        default="1.4",
        help_text="Truncation for trainwrecks: 1.2 to 1.55 is funny; above, few are faces.",
    )
    batch_size = models.PositiveSmallIntegerField(
        default=16,
        validators=[MinValueValidator(1), MaxValueValidator(256)],
        help_text="Pictures per batch: what a crash may cost.",
    )
    max_per_run = models.PositiveIntegerField(
        default=500, help_text="Pictures that one plan may order at most."
    )
    max_per_hour = models.PositiveIntegerField(
        default=2000, help_text="Pictures that may be ordered within an hour at most."
    )
    share_light = models.PositiveSmallIntegerField(
        "light skin", default=34, help_text="Per cent of the pool that should have it."
    )
    share_medium = models.PositiveSmallIntegerField(
        "medium skin", default=33, help_text="Per cent."
    )
    share_dark = models.PositiveSmallIntegerField(
        "dark skin", default=33, help_text="Per cent."
    )

    class Meta:
        verbose_name = verbose_name_plural = "top-up settings"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="top_up_settings_one_row"),
            models.CheckConstraint(
                condition=Q(share_light=100 - F("share_medium") - F("share_dark")),
                name="top_up_settings_shares_add_up",
                violation_error_message="The three shares of skin must add up to 100.",
            ),
        ]

    def __str__(self) -> str:
        return "Top-up settings"

    @classmethod
    def get(cls) -> "TopUpSettings":
        """The row, or the defaults while nobody has saved one."""
        return cls.objects.select_related("network").first() or cls(pk=1)

    @property
    def mix(self) -> dict[str, int]:
        """The wished share of each skin tone, in per cent."""
        shares = self.share_light, self.share_medium, self.share_dark
        return dict(zip(TONES, shares, strict=True))

    @classmethod
    def choose(cls, network: Network) -> None:
        """Let a network draw for the pool where none was chosen yet."""
        chosen = cls.get()
        if chosen.network is None and not network.is_retired:
            chosen.network = network
            chosen.save()


class BatchQuerySet(models.QuerySet["Batch"]):
    def open(self) -> Self:
        """Batches that are still to bring faces."""
        return self.filter(status__in=[Batch.Status.WAITING, Batch.Status.RUNNING])

    def forgotten(self) -> Self:
        """Open batches that no worker holds."""
        free = Q(leased_until=None) | Q(leased_until__lt=timezone.now())
        return self.open().filter(free)

    def free_for(self, worker: str) -> Self:
        """Those, and its own: it draws one at a time, so the child that did is dead."""
        own = self.filter(status=Batch.Status.RUNNING, worker=worker)
        return self.forgotten() | own

    def rested(self) -> Self:
        """Not those just tried: what was in their way may still be there."""
        return self.exclude(started_at__gt=timezone.now() - LEASE)


class Batch(models.Model):
    """Pictures to draw: consecutive seeds of one network for one cell.

    The row is the truth; a message to a worker only rings the bell.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    network = models.ForeignKey(Network, models.PROTECT)
    gender = models.CharField(max_length=11, help_text="The gender asked for.")
    age_bucket = models.CharField(max_length=7, help_text="The age bucket asked for.")
    quality = models.CharField(max_length=10, help_text="The quality asked for.")
    psi = models.DecimalField(max_digits=5, decimal_places=4)
    is_steered = models.BooleanField(
        default=False, help_text="Whether w is moved towards the gender and age."
    )
    first_seed = models.PositiveBigIntegerField()
    count = models.PositiveIntegerField(help_text="Pictures to draw.")
    skin_tones = models.JSONField(
        default=list,
        blank=True,
        help_text="The skin tone asked for, picture by picture; empty: whichever comes.",
    )

    status = models.CharField(
        max_length=7, choices=Status, default=Status.WAITING, db_index=True
    )
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="Workers that took it since the last picture."
    )
    num_drawn = models.PositiveIntegerField(default=0)
    num_rejected = models.PositiveIntegerField(default=0)
    num_kept = models.PositiveIntegerField(default=0)
    num_in_cell = models.PositiveIntegerField(
        default=0, help_text="Kept faces that look like what was asked for."
    )
    seconds = models.FloatField(default=0)
    last_error = models.CharField(
        max_length=300, blank=True, help_text="What went wrong last, in words."
    )

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "batches"
        permissions = [("order_batch", "Can order batches and have failed ones again")]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "first_seed"], name="batch_seeds_unique"
            ),
            models.CheckConstraint(
                condition=Q(num_drawn=F("num_rejected") + F("num_kept")),
                name="batch_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(num_drawn__lte=F("count")), name="batch_draws_no_more"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.gender}, {self.age_bucket}, {self.quality}"

    @property
    def seeds(self) -> range:
        """All that the batch may draw from: no other does."""
        return range(self.first_seed, self.first_seed + self.count * SEEDS_PER_PICTURE)

    @property
    def seed_groups(self) -> list[range]:
        """For each picture the seeds it may choose from; the first unless it is steered."""
        starts = self.seeds[::SEEDS_PER_PICTURE]
        return [range(start, start + SEEDS_PER_PICTURE) for start in starts]

    @property
    def tones(self) -> list[str]:
        """For each picture the skin tone asked for; "" for any."""
        return self.skin_tones or [""] * self.count

    @property
    def per_cent_kept(self) -> int | None:
        """How many of its pictures passed screening; None before the first."""
        return round(100 * self.num_kept / self.num_drawn) if self.num_drawn else None

    @property
    def seconds_so_far(self) -> float:
        if self.status != self.Status.RUNNING or not self.started_at:
            return self.seconds
        return self.seconds + (timezone.now() - self.started_at).total_seconds()

    def take(self, worker: str) -> bool:
        """Lease the batch to a worker; False if another has it or it is over.

        A batch that runs and is free has lost its worker. When that happens again and
        again without one more picture, it fails; so does one of a retired network.
        """
        now = timezone.now()
        free = Batch.objects.free_for(worker).filter(pk=self.pk)
        over = {"status": Batch.Status.FAILED, "finished_at": now, "leased_until": None}
        failed = free.filter(attempts__gte=MAX_ATTEMPTS).update(
            last_error=f"It ended its worker {MAX_ATTEMPTS} times, at the same picture.",
            **over,
        ) or free.filter(network__retired_at__isnull=False).update(
            last_error="Its network was retired.", **over
        )
        taken = not failed and free.update(
            status=Batch.Status.RUNNING,
            started_at=now,
            leased_until=now + LEASE,
            worker=worker,
            attempts=F("attempts") + 1,
        )
        self.refresh_from_db()
        return bool(taken)

    def mine(self) -> BatchQuerySet:
        """The row, while nobody else has taken the batch since."""
        return Batch.objects.filter(
            pk=self.pk, status=Batch.Status.RUNNING, started_at=self.started_at
        )

    def extend_lease(self) -> bool:
        """Go on with the batch, unless that is somebody else's now or nobody's."""
        mine = self.mine().filter(network__retired_at=None)
        return bool(mine.update(leased_until=timezone.now() + LEASE))

    def finish(self, seconds: float, note: str = "") -> None:
        self.close(Batch.Status.DONE, seconds, note)

    def give_back(self, seconds: float, reason: str, is_its_fault: bool = True) -> None:
        """Let the batch be tried again, unless it was tried enough."""
        if not is_its_fault:
            self.mine().update(attempts=0)
        tried_enough = self.mine().filter(attempts__gte=MAX_ATTEMPTS).exists()
        status = Batch.Status.FAILED if tried_enough else Batch.Status.WAITING
        self.close(status, seconds, reason)

    def try_again(self) -> bool:
        """Let workers have a failed batch once more; False if it had not failed."""
        failed = Batch.objects.filter(pk=self.pk, status=Batch.Status.FAILED)
        return bool(
            failed.update(status=Batch.Status.WAITING, attempts=0, finished_at=None)
        )

    def close(self, status: str, seconds: float, reason: str) -> None:
        self.mine().update(
            status=status,
            seconds=F("seconds") + seconds,
            finished_at=None if status == Batch.Status.WAITING else timezone.now(),
            leased_until=None,
            last_error=reason[:300],
        )
        self.refresh_from_db()


class SampleQuerySet(models.QuerySet["Sample"]):
    def waiting(self) -> Self:
        return self.filter(drawn_at=None, last_error="")

    def forgotten(self) -> Self:
        """Waiting ones that no worker can still be drawing."""
        limit = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
        return self.waiting().exclude(begun_at__gt=timezone.now() - limit)

    def free_for(self, worker: str) -> Self:
        """Those, and its own: it draws one at a time, so the child that did is dead."""
        return self.forgotten() | self.waiting().filter(worker=worker)


class Sample(models.Model):
    """A sheet of unscreened pictures for operators, to judge a network and a psi by.

    Nothing of it enters the pool.
    """

    network = models.ForeignKey(
        Network,
        models.CASCADE,
        limit_choices_to=~Q(weights_sha256=""),
        help_text="Only those whose weights are here.",
    )
    psi = models.DecimalField(
        **PSI,
        default="0.7",
        help_text="Truncation: 0 is the average face, above 1 gets strange.",
    )
    first_seed = models.PositiveBigIntegerField(
        default=1,
        validators=[MaxValueValidator(MAX_SEED - 8)],
        help_text="This one and the next seven are drawn.",
    )
    asked_at = models.DateTimeField(default=timezone.now)
    begun_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="Workers that began to draw it."
    )
    sheet = models.BinaryField(default=b"", help_text="A WebP of eight pictures.")
    last_error = models.CharField(max_length=300, blank=True)

    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return (
            f"{self.network}, psi {self.psi.normalize():f}, from seed {self.first_seed}"
        )

    @property
    def seeds(self) -> range:
        return range(self.first_seed, self.first_seed + 8)

    def begin(self, worker: str) -> bool:
        """Count one more attempt; False if another worker is at it.

        After too many attempts it is over, and the reason is written.
        """
        free = Sample.objects.free_for(worker).filter(pk=self.pk)
        if free.filter(attempts__gte=MAX_ATTEMPTS).update(
            last_error=f"It ended its worker {MAX_ATTEMPTS} times."
        ):
            return False
        attempts = F("attempts") + 1
        return bool(
            free.update(attempts=attempts, worker=worker, begun_at=timezone.now())
        )


class Worker(models.Model):
    """What a worker last said of itself."""

    name = models.CharField(max_length=100, unique=True)
    device = models.CharField(max_length=100)
    free_megabytes = models.PositiveIntegerField(
        help_text="Free memory of the device it draws on."
    )
    faces_per_minute = models.FloatField(default=0)
    doing = models.CharField(max_length=200, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        return timezone.now() - self.seen_at < SILENCE

    @property
    def free_memory(self) -> str:
        if not self.free_megabytes:
            return "unknown"
        return f"{self.free_megabytes / 1000:.1f} GB"
