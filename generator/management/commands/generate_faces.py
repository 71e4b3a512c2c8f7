from argparse import ArgumentParser
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from generator.arguments import add_device, add_network, add_psi, sentence
from generator.errors import GeneratorError, in_plain_words
from generator.recipes import Recipe, parse_seeds

if TYPE_CHECKING:
    from generator.sampling import Sampler

SHEET_SUFFIXES = [".jpg", ".jpeg", ".webp", ".png"]
MAX_FRAMES = 240
MAX_ON_SHEET = 400
FORMATS = ["webp", "jpeg", "png"]


class Command(BaseCommand):
    help = (
        "Draw faces from seeds, to look at; nothing is added to the pool. The same "
        "network, seed and psi give the same face on every machine. Pictures that an "
        "earlier run saved are kept, so an interrupted run goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_argument_group("what to draw")
        what.add_argument(
            "--seeds",
            required=True,
            type=sentence(parse_seeds),
            help="1234, or 0-63, or 1,5,9-12",
        )
        add_psi(
            what,
            0.7,
            "truncation: 0 is the average face, 0.7 (the default) a believable one, "
            "1.6 a trainwreck",
        )
        what.add_argument(
            "--edit",
            default="",
            metavar="TEXT",
            help="how the face was steered, as the pool's recipe has it: 'gender +1.20 "
            "age -0.30 by 0123abcd'",
        )
        what.add_argument(
            "--class",
            type=int,
            dest="class_index",
            metavar="N",
            help="class of a conditional network, from 0",
        )
        what.add_argument(
            "--noise",
            choices=["const", "none"],
            default="const",
            help="the network's own noise maps (the default), or none",
        )
        which = parser.add_argument_group(
            "by which network"
        ).add_mutually_exclusive_group()
        add_network(which, "a registered network")
        which.add_argument(
            "--network-file",
            type=Path,
            metavar="FILE",
            help="a StyleGAN2 snapshot (.pkl) that need not be registered; nothing in "
            "it is executed",
        )
        where = parser.add_argument_group("into what")
        where.add_argument(
            "--out",
            type=Path,
            metavar="DIR",
            help="folder for a file per picture (default: drawn in var/, unless there "
            "is a --sheet)",
        )
        where.add_argument(
            "--sheet",
            type=Path,
            metavar="FILE",
            help="one labelled contact sheet: .jpg, .webp or .png",
        )
        where.add_argument(
            "--raw",
            type=Path,
            metavar="FILE.npz",
            help="instead of pictures: float32 arrays z, w and img (N x 3 x H x W, "
            "not clamped), drawn in full precision",
        )
        where.add_argument(
            "--morph",
            type=int,
            metavar="N",
            help="instead of a picture: N frames from the average face to this one, "
            "an animated WebP for each seed",
        )
        where.add_argument(
            "--size",
            type=int,
            metavar="PIXELS",
            help="side of a picture (default: 512, or as many as the network has)",
        )
        where.add_argument(
            "--format",
            choices=FORMATS,
            default="webp",
            help="webp (the default) and jpeg are small; png loses nothing",
        )
        how = parser.add_argument_group("on what")
        add_device(how)
        how.add_argument(
            "--compile",
            action="store_true",
            help="compile the network first: needs g++ and up to a minute",
        )

    @in_plain_words
    def handle(self, *args: object, **options: Any) -> None:
        check_together(options)
        from generator.export import check_recipes

        sampler, name = open_network(options)
        details = options["psi"], options["class_index"], options["noise"]
        recipes = [
            Recipe(name, seed, *details, edit=options["edit"])
            for seed in options["seeds"]
        ]
        check_recipes(sampler, recipes)
        if options["raw"]:
            self.save_raw(sampler, recipes, options["raw"])
        elif options["morph"]:
            self.save_morphs(sampler, recipes, **options)
        else:
            self.save_pictures(sampler, recipes, **options)

    def save_raw(self, sampler: "Sampler", recipes: list[Recipe], path: Path) -> None:
        from generator.export import export_raw

        for _ in progress(export_raw(sampler, recipes, path), len(recipes)):
            pass
        self.stdout.write(f"Saved {path}.")

    def save_morphs(
        self,
        sampler: "Sampler",
        recipes: list[Recipe],
        *,
        morph: int,
        out: Path | None,
        size: int | None,
        **options: Any,
    ) -> None:
        from generator.export import check_folder, check_size, export_morph

        size = check_size(sampler, size)
        folder = check_folder(out or drawn_folder(), len(recipes) * morph, size)
        frames = chain.from_iterable(
            export_morph(sampler, recipe, morph, folder, size) for recipe in recipes
        )
        for _ in progress(frames, len(recipes) * morph, "frame"):
            pass
        self.stdout.write(f"Saved in {folder}.")

    def save_pictures(
        self,
        sampler: "Sampler",
        recipes: list[Recipe],
        *,
        out: Path | None,
        sheet: Path | None,
        size: int | None,
        format: str,
        **options: Any,
    ) -> None:
        from generator.export import (
            check_folder,
            check_size,
            export_pictures,
            export_sheet,
        )

        size = check_size(sampler, size)
        folder = out or (None if sheet else drawn_folder())
        if folder:
            check_folder(folder, len(recipes), size)
        drawn = export_pictures(sampler, recipes, folder, size, format)
        small = dict(progress(drawn, len(recipes)))
        if folder:
            self.stdout.write(f"Saved in {folder}.")
        if sheet:
            export_sheet([small[recipe] for recipe in recipes], recipes, sheet)
            self.stdout.write(f"Saved {sheet}.")


def check_together(options: dict[str, Any]) -> None:
    asked = [name for name in ("raw", "morph", "sheet") if options[name] is not None]
    if len(asked) > 1:
        raise GeneratorError(f"Choose one of --{asked[0]} and --{asked[1]}.")
    if options["morph"] is not None and not 2 <= options["morph"] <= MAX_FRAMES:
        raise GeneratorError(f"--morph takes 2 to {MAX_FRAMES} frames.")
    if options["sheet"] and options["sheet"].suffix.lower() not in SHEET_SUFFIXES:
        raise GeneratorError(f"--sheet must end in {', '.join(SHEET_SUFFIXES)}.")
    if options["sheet"] and len(options["seeds"]) > MAX_ON_SHEET:
        raise GeneratorError(f"A sheet takes {MAX_ON_SHEET} faces at most.")


def open_network(options: dict[str, Any]) -> tuple["Sampler", str]:
    """Return what draws, and the name its pictures go by."""
    from generator.devices import choose_device, prepare
    from generator.networks import build_snapshot, load_network
    from generator.registry import find_network, read_network_file
    from generator.sampling import Sampler

    device = choose_device(options["device"])
    if path := options["network_file"]:
        file = read_network_file(path)
        network, name = build_snapshot(file.snapshot), f"{path.stem}-{file.sha256[:8]}"
    else:
        name = options["network"]
        network = load_network(find_network(name))
    raw = options["raw"] is not None
    prepare(network, device, full_precision=raw, compiled=options["compile"])
    return Sampler(network, device), name


def drawn_folder() -> Path:
    return Path(settings.VAR_DIR) / "drawn"


def progress(items: Iterable[Any], total: int, unit: str = "face") -> Iterable[Any]:
    return tqdm(items, desc="Drawing", total=total, unit=unit)
