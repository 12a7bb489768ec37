"""Files of keys for tests: a key of a name is always the same."""

import base64
import hashlib
from pathlib import Path

import pytest

SETTING = "CASE72_ENCRYPTION_KEYS_FILE"


def line(name: str) -> str:
    """The line of a key."""
    return f"{name}:{base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()}"


def keys_file(folder: Path, *names: str) -> Path:
    """A file of these keys, the first of which encrypts."""
    file = folder / f"{'-'.join(names)}.keys"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(line(name) for name in names))
    return file


def use_keys(environment: pytest.MonkeyPatch, folder: Path, *names: str) -> None:
    """Who connects from here on uses these keys; without names, none."""
    if names:
        environment.setenv(SETTING, str(keys_file(folder, *names)))
    else:
        environment.delenv(SETTING, raising=False)
