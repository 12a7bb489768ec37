"""The receivers of events: the file that names them (docs/webhooks.md)."""

import base64
import binascii
import re
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)

from domain.shared.account import SellerAccount
from domain.shared.announcements import Announcement
from domain.shared.errors import explain

_SETTING = "CASE72_WEBHOOKS_FILE"
_SECRET = "whsec_"  # noqa: S105  # the prefix of every secret
_SECRET_BYTES = range(24, 65)
_NAME = re.compile(r"[a-z0-9_-]{1,32}")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class BadReceivers(ValueError):
    """The file is bad. The message names the setting and the field, and quotes no secret."""


class Include(StrEnum):
    """What a receiver may be told of the seller, besides store and seller id."""

    NAME = "name"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    EMAIL = "email"
    EMERGENCY_PHONE = "emergency_phone"


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a receiver's name has 1 to 32 of a-z, 0-9, _ and -")
    return text


def _address(text: str) -> str:
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port  # raises if the port is bad
    except ValueError:
        host = None
    if not host or not text.isascii() or any(character <= " " for character in text):
        raise ValueError("must be a web address, such as https://shop.example/case72")
    if url.scheme != "https" and not (url.scheme == "http" and host in _HERE):
        raise ValueError("must begin with https:// (http:// only on localhost)")
    if url.fragment:
        raise ValueError("must not have a fragment; leave out the # and what follows")
    return text


def _secret(text: str) -> str:
    try:
        raw = base64.b64decode(text.removeprefix(_SECRET), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not text.startswith(_SECRET) or len(raw) not in _SECRET_BYTES:
        raise ValueError(
            f"must be {_SECRET} and 24 to 64 bytes in base64; docs/webhooks.md says how to make one"
        )
    return text


class Receiver(BaseModel):
    """A system of the marketplace that is told of events."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_address), Field(repr=False)]
    secrets: Annotated[
        tuple[Annotated[str, AfterValidator(_secret)], ...], Field(min_length=1, repr=False)
    ]
    """All of them sign, so that a secret can be replaced without a gap."""
    include: tuple[Include, ...] = ()

    def shown(
        self, events: Iterable[Announcement], account: SellerAccount
    ) -> tuple[Announcement, ...]:
        """Return the events with what this receiver is told of the seller."""
        more = {name.value: getattr(account, name) for name in self.include}
        return tuple(
            event.model_copy(update={"data": event.data | more}) if more else event
            for event in events
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    receivers: Annotated[
        dict[Annotated[str, AfterValidator(_name)], Receiver],
        Field(min_length=1),
    ]


def receivers_of(file: Path | None) -> dict[str, Receiver]:
    """Return the receivers by name; none without a file.

    Raises:
        BadReceivers: the file is bad.
    """
    if file is None:
        return {}
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadReceivers(f"{_SETTING}: {error.strerror}; name a file that exists") from None
    except UnicodeDecodeError:
        raise BadReceivers(f"{_SETTING}: is not text in UTF-8; save it as that") from None
    except tomllib.TOMLDecodeError as error:
        raise BadReceivers(f"{_SETTING}: is not TOML: {error}; see docs/webhooks.md") from None
    try:
        return _File.model_validate(found).receivers
    except ValidationError as error:
        raise BadReceivers(f"{_SETTING}: {explain(error)}") from None
