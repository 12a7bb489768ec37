"""How a program of ours begins, with its settings, and how it ends."""

import os
import sys
from typing import NoReturn, TypeVar

from pydantic_settings import BaseSettings

from domain.shared.errors import explain
from runtime.credentials import NotValidNow

SomeSettings = TypeVar("SomeSettings", bound=BaseSettings)


def loaded(kind: type[SomeSettings]) -> SomeSettings:
    """Return settings from the environment.

    Raises:
        ValueError: one is bad. The message names it.
    """
    try:
        return kind()
    except ValueError as error:
        prefix = kind.model_config.get("env_prefix")
        raise ValueError(f"settings ({prefix}*): {explain(error)}") from None


def not_started(error: Exception) -> int:
    """Say in a line why the program does not start, and return its exit code.

    2 means that a setting has to be changed: systemd leaves the program alone then. After 1 it is
    started again.
    """
    print(error, file=sys.stderr)
    return 1 if isinstance(error, (NotValidNow, OSError)) else 2


def end(code: int) -> NoReturn:
    """End the process with this exit code.

    The interpreter's own way out is skipped: after the SDK's threads it can abort, and lose the
    code.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
