"""Secrets in settings: separated by commas, or in a file with one a line."""

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
