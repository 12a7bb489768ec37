"""Who may read what is encrypted: whoever gives the password (docs/encryption.md).

Passwords are tried by machines, from many addresses at once. So wrong ones are counted for each
address, and for all strangers together. A limit for all together would let anybody who keeps
it used up lock out the right password, too; hence it does not hold for whoever has given the right
one before, which a browser shows by its cookie, and which is remembered of an address.
"""

import base64
import hashlib
import hmac
from collections import OrderedDict

from cryptography.fernet import Fernet, InvalidToken
from starlette.requests import Request
from starlette.responses import Response

from page.addresses import network_asking
from page.limits import Limit

WRONG_OF_ONE = 10
WRONG_OF_STRANGERS = 100
"""All of them together. Both are for so many seconds, and then trickle back one by one:"""
WITHIN_SECONDS = 600

_COOKIE = "case72-codec"
_LOGGED_IN_SECONDS = 12 * 3600
_KNOWN_SECONDS = 90 * 24 * 3600
_SHORTEST_PASSWORD = 12
_REMEMBERS = 1000
_STRANGERS = "strangers"


class TooManyTries(Exception):
    """Too many wrong passwords were given from there, or by strangers from everywhere."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class CodecLogin:
    """Who may ask: whoever gives the password, or has the cookie for having given it."""

    def __init__(self, password: str) -> None:
        if len(password) < _SHORTEST_PASSWORD:
            raise ValueError(
                f"CASE72_CODEC_PASSWORD: must be of {_SHORTEST_PASSWORD} characters at least"
            )
        self._digest = _digest(password)
        # From the password: every process takes the cookie, and a new password ends all of them.
        secret = hashlib.scrypt(password.encode(), salt=_COOKIE.encode(), n=2**14, r=8, p=1)
        self._tickets = Fernet(base64.urlsafe_b64encode(secret[:32]))
        self._of_one = Limit(WRONG_OF_ONE, WITHIN_SECONDS)
        self._of_strangers = Limit(WRONG_OF_STRANGERS, WITHIN_SECONDS)
        self._known: OrderedDict[str, None] = OrderedDict()
        """Networks from which the right password came, the latest last."""

    def is_in(self, request: Request) -> bool:
        """Whether the request comes with the cookie, or with HTTP Basic and the password.

        Raises:
            TooManyTries: the latter, too often.
        """
        if self.is_logged_in(request):
            return True
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            _, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:  # no base64, or no UTF-8 in it
            return False
        return self.is_right(request, password)

    def is_logged_in(self, request: Request) -> bool:
        """Whether somebody logged in here not long ago."""
        return self._ticket(request, _LOGGED_IN_SECONDS) is not None

    def is_right(self, request: Request, password: str) -> bool:
        """Whether it is the password.

        Raises:
            TooManyTries: even if it is; or the limit would be none.
        """
        network = network_asking(request)
        counts = [(self._of_one, network)]
        if ticket := self._ticket(request, _KNOWN_SECONDS):
            counts.append((self._of_one, ticket))  # a stolen one is no way around
        elif network not in self._known:
            counts.append((self._of_strangers, _STRANGERS))
        if seconds := max(limit.until(name) for limit, name in counts):
            raise TooManyTries(seconds)
        if hmac.compare_digest(_digest(password), self._digest):
            self._know(network)
            return True
        for limit, name in counts:
            limit.wait(name)
        return False

    def remember(self, request: Request, answer: Response) -> None:
        """Give the cookie. It is sent from pages of the same site only, the Web UI's included."""
        answer.set_cookie(
            _COOKIE,
            self._tickets.encrypt(b"").decode(),
            max_age=_KNOWN_SECONDS,
            path=request.scope.get("root_path") or "/",
            httponly=True,
            samesite="strict",
            # A proxy may end TLS before us, so that the scheme says nothing.
            secure=request.url.hostname not in ("localhost", "127.0.0.1", "::1"),
        )

    def _ticket(self, request: Request, seconds: int) -> str | None:
        """The cookie, if we gave it no longer ago than that."""
        ticket = request.cookies.get(_COOKIE, "")
        try:
            self._tickets.decrypt(ticket, ttl=seconds)
        except (InvalidToken, ValueError):  # the latter of what is not ASCII
            return None
        return ticket

    def _know(self, network: str) -> None:
        self._known[network] = None
        self._known.move_to_end(network)
        if len(self._known) > _REMEMBERS:
            self._known.popitem(last=False)


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()
