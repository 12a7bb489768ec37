"""Links to the account health page: a seller's way in, without a password (docs/page.md).

A token is signed, not encrypted: it says which account it is for, and nothing of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from domain.shared.account import Store

_ABOUT = re.compile(
    rf"(?:case|enrollment)/({'|'.join(Store)})/([A-Za-z0-9._-]{{1,64}})(?:/[A-Za-z0-9-]{{1,64}})?"
)


class Purpose(StrEnum):
    """What a signature is for; one made for another is none."""

    LINK = "case72.link"
    SESSION = "case72.session"


class Forged(Exception):
    """Nobody of ours signed this, or not for this purpose."""


class Expired(Exception):
    """It was ours, and its time is over."""


@dataclass(frozen=True)
class Visitor:
    """Whose page is asked for."""

    about_id: str
    """The own id of the case or enrollment that the link was made for."""
    store: Store
    seller_id: str

    @property
    def account(self) -> str:
        """What tells accounts apart: `US/A2EXAMPLE`."""
        return f"{self.store}/{self.seller_id}"

    @classmethod
    def of(cls, about_id: str) -> "Visitor":
        """Read an own id, such as `case/US/A2EXAMPLE/<run id>`, or a workflow id.

        Raises:
            ValueError: it is none.
        """
        found = _ABOUT.fullmatch(about_id)
        if found is None:
            raise ValueError("is not the id of a case or an enrollment")
        return cls(about_id, Store(found[1]), found[2])


class Signer:
    """Signs what a browser keeps for us. Of its keys the first signs, and all are believed."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a key is required")
        self._keys = list(reversed(keys))  # itsdangerous signs with the last

    def sign(self, purpose: Purpose, value: Any) -> str:
        """A token of letters, digits, `-`, `_` and `.` for a JSON value."""
        token: str = self._serializer(purpose).dumps(value)
        return token

    def read(self, purpose: Purpose, token: str, life: timedelta) -> Any:
        """The value of a token.

        Raises:
            Forged: it is not ours, or for something else.
            Expired: it is older than `life`.
        """
        try:
            return self._serializer(purpose).loads(token, max_age=int(life.total_seconds()))
        except SignatureExpired:
            raise Expired from None
        except BadSignature:
            raise Forged from None

    def read_however_old(self, purpose: Purpose, token: str) -> Any:
        """The value of a token that may have expired: it says whom it was for, and proves nothing.

        Raises:
            Forged: it is not ours, or for something else.
        """
        try:
            return self._serializer(purpose).loads(token)
        except BadSignature:
            raise Forged from None

    def _serializer(self, purpose: Purpose) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._keys, salt=purpose.value, signer_kwargs={"digest_method": sha256}
        )


class PageLinks:
    """The way in to the page at `base_url`."""

    def __init__(self, keys: Sequence[str], base_url: str) -> None:
        self._signer = Signer(keys)
        self._base_url = base_url.rstrip("/")

    def link(self, about_id: str) -> str:
        """The page's address for the account of a case or an enrollment.

        Raises:
            ValueError: `about_id` is the id of neither.
        """
        about = Visitor.of(about_id).about_id
        return f"{self._base_url}/enter/{self._signer.sign(Purpose.LINK, about)}"
