"""What goes wrong, in plain words, and how commands say it."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError


class GeneratorError(ValueError):
    """Something that cannot be done; the message is for the person who asked."""


class LoadError(GeneratorError):
    """A file that cannot be used as a network; the message is one plain sentence."""


def in_plain_words(handle: Callable[..., None]) -> Callable[..., None]:
    """For a command's `handle`: one sentence and exit status 1 instead of a traceback.

    Ctrl-C ends with status 130. The web site is installed without torch and numpy, so
    their absence is explained too.
    """

    @wraps(handle)
    def handle_or_explain(*args: Any, **options: Any) -> None:
        try:
            handle(*args, **options)
        except KeyboardInterrupt:
            print("Stopped.", file=sys.stderr)  # noqa: T201
            sys.exit(130)
        except ModuleNotFoundError as error:
            raise CommandError(
                f"{error.name} is not installed: run pip install '.[gpu]' first."
            ) from error
        except DatabaseError as error:
            raise CommandError(
                f"The database cannot be used: {error}. Has manage.py migrate been run?"
            ) from error
        except (GeneratorError, OSError) as error:
            raise CommandError(str(error)) from error

    return handle_or_explain
