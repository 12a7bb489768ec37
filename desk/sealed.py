"""Values that a browser keeps for us, and cannot read or change.

A `Signer` (reference/page_links.py) would let the browser read them. What a session asks the
provider again with is for nobody's eyes.
"""

import base64
import json
import zlib
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Purpose(StrEnum):
    """What a value is kept for. One for another purpose cannot be opened."""

    SIGN_IN = "case72.desk.sign_in"
    SESSION = "case72.desk.session"


class Broken(Exception):
    """The value is not ours, is for another purpose, or is too old."""


class Sealer:
    """Seals values. The first key seals, and every key opens."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._boxes = {
            purpose: MultiFernet([_box(key, purpose) for key in keys]) for purpose in Purpose
        }

    def seal(self, purpose: Purpose, value: Any) -> str:
        """Return a JSON value, sealed. It consists of letters, digits, `-` and `_`."""
        packed = zlib.compress(json.dumps(value, separators=(",", ":")).encode())
        return self._boxes[purpose].encrypt(packed).decode().rstrip("=")

    def open(self, purpose: Purpose, sealed: str, life: timedelta) -> Any:
        """Return the value.

        Raises:
            Broken: see there. `life` is how old it may be.
        """
        try:
            padded = sealed + "=" * (-len(sealed) % 4)
            packed = self._boxes[purpose].decrypt(padded, ttl=int(life.total_seconds()))
        except (InvalidToken, ValueError):  # ValueError if it is not ASCII
            raise Broken from None
        return json.loads(zlib.decompress(packed))


def _box(key: str, purpose: Purpose) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
