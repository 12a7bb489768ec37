"""Signed links to the account health page, which open it without a password (docs/page.md).

A token is signed, not encrypted. It contains the account's store and seller id, and nothing else
of the account.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from domain.shared.account import Store
from reference.number_codes import NumberCodes

_ABOUT = re.compile(
    rf"(?:case|enrollment|appeal)/({'|'.join(Store)})/([A-Za-z0-9._-]{{1,64}})(?:/[A-Za-z0-9-]{{1,64}})?"
)

_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clock of the machine that signed may be ahead of this one's."""


class Purpose(StrEnum):
    """The purpose of a signature. A signature for another purpose is not valid."""

    LINK = "case72.link"
    SESSION = "case72.session"
    FILE = "case72.file"


class Forged(Exception):
    """The signature is not ours, or is for another purpose."""


class Expired(Exception):
    """The signature is ours, but the token is too old."""


@dataclass(frozen=True)
class Visitor:
    """The account whose page is requested."""

    about_id: str
    """The own id of the case, the enrollment or the appeal that the link was made for."""
    store: Store
    seller_id: str

    @property
    def account(self) -> str:
        """Return store and seller id: `US/A2EXAMPLE`."""
        return f"{self.store}/{self.seller_id}"

    @classmethod
    def of(cls, about_id: str) -> "Visitor":
        """Read an own id, such as `case/US/A2EXAMPLE/<run id>`, or a workflow id.

        Raises:
            ValueError: the text is not such an id.
        """
        found = _ABOUT.fullmatch(about_id)
        if found is None:
            raise ValueError("is not the id of a case, an enrollment or an appeal")
        return cls(about_id, Store(found[1]), found[2])


class Signer:
    """Signs tokens that a browser keeps. The first key signs, and every key verifies."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a key is required")
        self._keys = list(reversed(keys))  # itsdangerous signs with the last

    def sign(self, purpose: Purpose, value: Any) -> str:
        """Return a token for a JSON value. It consists of letters, digits, `-`, `_` and `.`."""
        token: str = self._serializer(purpose).dumps(value)
        return token

    def read(self, purpose: Purpose, token: str, life: timedelta) -> Any:
        """Return the value of a token.

        Raises:
            Forged: the token is not ours, or is for another purpose.
            Expired: the token is older than `life`.
        """
        serializer = self._serializer(purpose)
        try:
            return serializer.loads(token, max_age=int(life.total_seconds()))
        except SignatureExpired as expired:
            # So the library calls a token of a clock that is ahead, too.
            signed_at = expired.date_signed or datetime.min.replace(tzinfo=UTC)
            if not timedelta(0) <= signed_at - datetime.now(UTC) <= _CLOCKS_DIFFER:
                raise Expired from None
        except BadSignature:
            raise Forged from None
        return serializer.loads(token)

    def read_however_old(self, purpose: Purpose, token: str) -> Any:
        """Return the value of a token that may have expired. The value proves nothing.

        Raises:
            Forged: the token is not ours, or is for another purpose.
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
    """Makes links to the page at `base_url`."""

    def __init__(self, keys: Sequence[str], base_url: str) -> None:
        self._signer = Signer(keys)
        self.codes = NumberCodes(keys)
        """What a seller who was called with a code may type on the page."""
        self._base_url = base_url.rstrip("/")

    def link(self, about_id: str) -> str:
        """Return the page's address for the account of a case or an enrollment.

        Raises:
            ValueError: `about_id` is the id of neither.
        """
        about = Visitor.of(about_id).about_id
        return f"{self._base_url}/enter/{self._signer.sign(Purpose.LINK, about)}"
