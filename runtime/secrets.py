"""Secrets in settings: separated by commas, or in a file with one a line."""

import os
import secrets
from pathlib import Path
from typing import Any

SHORTEST_SECRET = 32


def split(value: Any) -> Any:  # Any: the environment can hold anything
    """Return the parts of a setting that are separated by commas. What is no text stays."""
    return [s.strip() for s in value.split(",") if s.strip()] if isinstance(value, str) else value


def secrets_in(file: Path, setting: str) -> tuple[str, ...]:
    """Return the secrets in a file, the newest first.

    Raises:
        ValueError: it cannot be read. The message names the setting.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise ValueError(f"{setting}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:  # its message would quote some of the file
        raise ValueError(f"{setting}: is not text in UTF-8") from None
    return tuple(line.strip() for line in lines if line.strip())


def kept_secret(file: Path) -> str:
    """Return the secret that is kept in a file for development. It is made if there is none."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as made:
            made.write(secrets.token_urlsafe(48))
    return file.read_text()
