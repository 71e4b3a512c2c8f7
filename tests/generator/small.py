"""A pool that draws within milliseconds: a tiny random network, and a stand-in for the
screening networks that needs no weights."""

import hashlib

import torch

from faces.models import AGE_BUCKETS, GENDERS, Network
from generator.batches import Studio
from generator.models import Batch, Target, TopUpSettings
from generator.registry import NetworkFile, register
from generator.sampling import Sampler
from generator.screening import Screening
from generator.snapshots import Snapshot
from tests.make import make_stylegan2

CPU = torch.device("cpu")


class HashScreener:
    """Judges a picture by its hash: the same picture alike, and all of them unlike.

    Every pixel counts, and a given share is rejected.
    """

    def __init__(self, rejects_one_in=4):
        self.rejects_one_in = rejects_one_in

    def screen(self, pixels):
        digest = hashlib.sha256(pixels.tobytes()).digest()
        rejected = digest[0] % self.rejects_one_in == 0
        return Screening(
            scores={"fp18": digest[1] / 256},
            rejected="could be under 18" if rejected else "",
            gender=GENDERS[digest[2] % 3],
            age_bucket=AGE_BUCKETS[digest[3] % 4],
            phash=digest[4:12].hex(),
        )


class KeepsAll(HashScreener):
    def screen(self, pixels):
        screening = super().screen(pixels)
        return Screening(
            screening.scores,
            "",
            screening.gender,
            screening.age_bucket,
            screening.phash,
        )


def make_small_network(name="small", **options):
    facts, tensors = make_stylegan2(**options)
    arrays = {key: tensor.numpy() for key, tensor in tensors.items()}
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    fields = {"name": name, "title": name, "subject": "faces", "source": "tests"}
    file = NetworkFile(sha256, Snapshot(facts, arrays))
    return register(file, licence="Ours.", **fields)[0]


def open_small_studio(network_id, screener=None):
    row = Network.objects.get(pk=network_id)
    return Studio(row, Sampler.load(row, CPU), screener or HashScreener())


def make_batch(network=None, **fields):
    network = network or make_small_network()
    defaults = {"gender": "woman", "age_bucket": "30s", "quality": "good"}
    defaults |= {"psi": "0.7", "first_seed": 100_000, "count": 6}
    return Batch.objects.create(network=network, **(defaults | fields))


def make_top_up(**fields):
    """Settings that let a small network draw."""
    chosen = TopUpSettings.get()
    for name, value in ({"network": make_small_network()} | fields).items():
        setattr(chosen, name, value)
    chosen.save()
    return chosen


def make_target(wanted=2, gender="woman", age_bucket="30s", quality="good"):
    return Target.objects.create(
        gender=gender, age_bucket=age_bucket, quality=quality, wanted=wanted
    )
