import numpy as np
import pytest
import torch

from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels
from tests.generator.small import CPU


class SmallDevice:
    """A network on a device with room for a few pictures at once."""

    resolution, z_dim, w_dim, num_ws, num_classes = 4, 8, 8, 1, 0

    def __init__(self, room):
        self.room = room

    def map(self, z, psi=1.0, classes=None):
        return psi * z

    def draw(self, w, noise="const"):
        if len(w) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return w[:, :1, None, None].expand(-1, 3, 4, 4)


RECIPES = [Recipe("small", seed, 1.0) for seed in range(10)]


def sampler(room):
    sampler = Sampler(SmallDevice(room), CPU)
    sampler.batch_size = 8
    return sampler


def test_a_batch_too_large_for_the_device_is_halved_and_none_is_lost():
    small = sampler(room=3)

    drawn = [picture[0, 0, 0].item() for picture in small.draw(RECIPES)]

    alone = [small.w(recipe)[0, 0].item() for recipe in RECIPES]
    assert drawn == alone
    assert small.batch_size == 2
    assert small.note == "Out of memory at 4 pictures at once, went on with 2."


def test_a_device_with_room_for_none_says_so():
    small = sampler(room=0)

    with pytest.raises(torch.OutOfMemoryError):
        list(small.draw(RECIPES))

    assert small.batch_size == 1


def test_pixels_follow_the_rule_of_the_stylegan_scripts():
    levels = torch.tensor([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0])

    pixels = to_pixels(levels.expand(3, 1, 6))

    assert pixels.dtype == np.uint8
    assert pixels.shape == (1, 6, 3)
    assert pixels[0, :, 0].tolist() == [0, 0, 128, 191, 255, 255]
