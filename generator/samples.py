"""Sheets of unscreened pictures for operators."""

import torch
from django.utils import timezone
from PIL import Image

from faces.files import ai_mark, encode
from generator.models import Sample
from generator.recipes import Recipe
from generator.sampling import Sampler, to_pixels
from generator.sheets import draw_sheet


def draw_sheet_of(sample: Sample, device: torch.device) -> None:
    """Draw a sample's sheet into its row, or say there in words why that failed."""
    try:
        sample.sheet = draw(sample, device)
        sample.drawn_at = timezone.now()
    except Exception as error:
        sample.last_error = f"{type(error).__name__}: {error}"[:300]
    sample.save(update_fields=["sheet", "drawn_at", "last_error"])


def draw(sample: Sample, device: torch.device) -> bytes:
    sampler = Sampler.load(sample.network, device)
    classes = 0 if sampler.network.num_classes else None
    recipes = [
        Recipe(sample.network.name, seed, float(sample.psi), classes)
        for seed in sample.seeds
    ]
    pictures = [
        Image.fromarray(to_pixels(picture)) for picture in sampler.draw(recipes)
    ]
    footer = f"{sample} · AI-generated, unscreened: not to be shown"
    sheet = draw_sheet(pictures, [f"seed {seed}" for seed in sample.seeds], footer)
    return encode(sheet, "webp", ai_mark(str(sample)))
