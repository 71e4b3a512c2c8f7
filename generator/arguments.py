"""Options that several commands take."""

from argparse import ArgumentTypeError, _ActionsContainer
from collections.abc import Callable
from typing import Any

from generator.recipes import parse_psi

DEFAULT_NETWORK = "mobilestylegan-ffhq"


def add_network(
    parser: _ActionsContainer, what: str = "a registered network of faces"
) -> None:
    parser.add_argument(
        "--network",
        default=DEFAULT_NETWORK,
        metavar="NAME",
        help=f"{what} (default: {DEFAULT_NETWORK})",
    )


def add_device(parser: _ActionsContainer) -> None:
    parser.add_argument(
        "--device",
        choices=["auto", "cpu", "cuda"],
        default="auto",
        help="a CUDA GPU where there is one (the default), or what you say",
    )


def add_psi(parser: _ActionsContainer, default: float, what: str = "") -> None:
    parser.add_argument(
        "--psi",
        default=default,
        type=sentence(parse_psi),
        help=what or f"truncation (default: {default})",
    )


def sentence(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Let argparse show what a ValueError says."""

    def parse_or_explain(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from error

    return parse_or_explain
