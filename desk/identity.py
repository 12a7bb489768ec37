"""Who somebody is, as a provider of identities says: an OpenID provider, or that of `--dev`."""

import secrets
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from pydantic import TypeAdapter, ValidationError

from domain.shared.events import SELLER
from domain.shared.text import Line

_MACHINES = (
    "account service",
    "case",
    "engine",
    "enrollment",
    "mail",
    "opening",
    "page",
    "telephone",
)
_RESERVED = frozenset((*_MACHINES, "marketplace", SELLER))
"""What the timeline names machines and sellers by. Nobody at the desk may look like one."""
_LINE = TypeAdapter(Line)


class Token(NamedTuple):
    """What a provider is asked again with, whether somebody is still who they were."""

    kind: Literal["refresh_token", "access_token"]
    value: str


@dataclass(frozen=True)
class Identity:
    """Somebody whom the provider knows."""

    subject: str
    """The provider's own id of them."""
    name: str
    groups: frozenset[str]
    token: Token = field(repr=False)


@dataclass(frozen=True)
class Attempt:
    """A sign-in under way. The browser that began it keeps this, sealed."""

    next: str
    """The path under /desk to go to afterwards."""
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """It comes back from the provider, and proves that this browser began the sign-in."""
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """It comes back in the ID token, and proves that this was made for this sign-in."""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    """The secret of PKCE. A stolen code is of no use without it."""


class ProviderAway(Exception):
    """The provider does not answer, or not as it should. Another try may help.

    The message says why, for the log.
    """


class ProviderRefuses(Exception):
    """The provider does not vouch for somebody, or what it says is not to be believed.

    The message says why, for the log. It has nothing in it of what was refused.
    """


class IdentityProvider(Protocol):
    """Says who somebody is. Every method raises `ProviderAway` or `ProviderRefuses`."""

    async def sign_in_address(self, attempt: Attempt) -> str:
        """Return where a browser goes to sign in. It then comes back to /desk/signed-in."""

    async def identify(self, attempt: Attempt, code: str, issuer: str | None) -> Identity:
        """Return who has signed in. `code` and `issuer` are what the browser came back with."""

    async def check(self, subject: str, token: Token) -> Identity:
        """Return what is known now of somebody who has signed in before."""

    async def end(self, token: Token) -> str | None:
        """Forget a token. Return where a browser goes to sign out at the provider too, if any."""


def name_in_timeline(claim: object) -> str | None:
    """Return a claim as the name under which somebody acts; None if it cannot be one.

    A case has to take it (`Line`), a person has to be able to read it, and no machine's name is
    anybody's.
    """
    try:
        name = _LINE.validate_python(claim)
    except ValidationError:
        return None
    return name if name.isprintable() and name.casefold() not in _RESERVED else None
