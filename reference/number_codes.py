"""The codes that calls say to prove a number (docs/rules.md, section 2).

A code is made of the call's id and a key, so it is the same at each try of the call and is stored
nowhere. A keyed hash of it, its proof, may be stored: without the key nobody can find out the code,
though there are only a million.
"""

import hmac
import unicodedata
from collections.abc import Sequence

from domain.enrollment.events import MOST_PROOFS

DIGITS = 6


class NumberCodes:
    """Makes codes and their proofs. The first key makes codes, and a typed code may be of any."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a key is required")
        self._keys = [key.encode() for key in keys]

    def code(self, call_id: str) -> str:
        """Return the digits that a call says."""
        made = hmac.digest(self._keys[0], f"case72.code\0{call_id}".encode(), "sha256")
        return f"{int.from_bytes(made[:16]) % 10**DIGITS:0{DIGITS}}"

    def proof(self, call_id: str) -> str:
        """Return the proof of the code of a call."""
        return _proof(self._keys[0], call_id, self.code(call_id))

    def proofs(self, call_id: str, typed: str) -> tuple[str, ...]:
        """Return the proofs of what was typed, one for each key.

        Older keys than an update takes proofs for make no code that still holds.
        """
        return tuple(_proof(key, call_id, typed) for key in self._keys[:MOST_PROOFS])


def typed_code(text: str) -> str | None:
    """Return the digits of a typed code, without spaces and hyphens; None if it has not six."""
    narrow = unicodedata.normalize("NFKC", text)  # Chinese keyboards also type wide digits
    digits = "".join(c for c in narrow if not c.isspace() and c not in "-.")
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdecimal() else None


def _proof(key: bytes, call_id: str, code: str) -> str:
    return hmac.digest(key, f"case72.proof\0{call_id}\0{code}".encode(), "sha256").hex()
