"""Twilio's callbacks: where they go, and whether they are Twilio's (docs/real-telephone.md)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import Field

from domain.shared.text import Frozen


class CallbackTarget(Frozen):
    """The call that a callback is about. It is the query of the callback's address."""

    case: str = Field(pattern=r"^.+/.+$", max_length=300)
    """The case's own id (`domain.shared.names.own_id`)."""
    run: str = Field(max_length=100)
    """The run of the workflow that placed the call."""
    number: int = Field(ge=1)
    """The number of the attempt."""


PATH = "/telephone/twilio"
"""Where the page takes callbacks, below its public address."""


@dataclass(frozen=True)
class Callbacks:
    """The address that Twilio calls back.

    Args:
        url: the public address, without a query.
    """

    url: str

    def address(self, target: CallbackTarget) -> str:
        """Return the address for a call."""
        return f"{self.url}?{urlencode(target.model_dump())}"


def is_signed(auth_token: str, url: str, form: Iterable[tuple[str, str]], signature: str) -> bool:
    """Return whether Twilio signed a request.

    Args:
        auth_token: our account's.
        url: the public address with its query, as Twilio was given it.
        form: the parameters of the body.
        signature: the header `X-Twilio-Signature`.
    """
    signed = url + "".join(name + value for name, value in sorted(form))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(base64.b64encode(digest), signature.encode(errors="replace"))
