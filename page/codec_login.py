"""Who may read what is encrypted: whoever gives the password (docs/encryption.md).

Machines try passwords, from many addresses at once. So wrong ones are counted for each address,
and for all strangers together. A limit for all together would also let anybody who uses it up lock
out the right password. So it does not hold for whoever has given the right one before: a browser
shows that by its cookie, and an address is remembered.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from starlette.requests import Request
from starlette.responses import Response

from page.addresses import network_asking
from page.limits import Limit, TooOften

WRONG_OF_ONE = 10
WRONG_OF_STRANGERS = 100
"""Wrong passwords at once: from one address, and from all strangers together."""
WITHIN_SECONDS = 600
"""Over so many seconds as many may be tried again, one by one."""

_COOKIE = "case72-codec"
_LOGGED_IN_SECONDS = 12 * 3600
_KNOWN_SECONDS = 90 * 24 * 3600
_SHORTEST_PASSWORD = 12


class CodecLogin:
    """Who may ask: whoever gives the password, or has the cookie for having given it."""

    def __init__(self, password: str) -> None:
        if len(password) < _SHORTEST_PASSWORD:
            raise ValueError(
                f"CASE72_CODEC_PASSWORD: must be of {_SHORTEST_PASSWORD} characters at least"
            )
        self._password = password.encode()
        # From the password: every process takes the cookie, and a new password ends all of them.
        secret = hashlib.scrypt(self._password, salt=_COOKIE.encode(), n=2**14, r=8, p=1)
        self._cookies = Fernet(base64.urlsafe_b64encode(secret[:32]))
        self._of_one = Limit(WRONG_OF_ONE, WITHIN_SECONDS)
        self._of_strangers = Limit(WRONG_OF_STRANGERS, WITHIN_SECONDS)
        self._known: set[str] = set()
        """Networks from which the right password came: only who has it makes this longer."""

    def is_in(self, request: Request) -> bool:
        """Return whether the request has the cookie, or HTTP Basic with the password.

        Raises:
            TooOften: as `is_right`.
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
        """Return whether somebody logged in here not long ago."""
        return self._cookie(request, _LOGGED_IN_SECONDS) is not None

    def is_right(self, request: Request, password: str) -> bool:
        """Return whether it is the password.

        Raises:
            TooOften: too many wrong ones came, so not even the right one is looked at.
        """
        network = network_asking(request)
        counts = [(self._of_one, network)]
        if cookie := self._cookie(request, _KNOWN_SECONDS):
            counts.append((self._of_one, cookie))  # a stolen one is no way around
        elif network not in self._known:
            counts.append((self._of_strangers, ""))
        if seconds := max(limit.until(name) for limit, name in counts):
            raise TooOften(seconds)
        if hmac.compare_digest(password.encode(errors="replace"), self._password):
            self._known.add(network)
            return True
        for limit, name in counts:
            limit.wait(name)
        return False

    def remember(self, request: Request, answer: Response) -> None:
        """Give the cookie. Browsers send it from pages of the same site only, the Web UI's too."""
        answer.set_cookie(
            _COOKIE,
            self._cookies.encrypt(b"").decode(),
            max_age=_KNOWN_SECONDS,
            path=request.scope.get("root_path") or "/",
            httponly=True,
            samesite="strict",
            # A proxy may end TLS before us, so that the scheme says nothing.
            secure=request.url.hostname not in ("localhost", "127.0.0.1", "::1"),
        )

    def _cookie(self, request: Request, seconds: int) -> str | None:
        """Return the cookie, if it is ours and no older than that."""
        cookie = request.cookies.get(_COOKIE, "")
        try:
            self._cookies.decrypt(cookie, ttl=seconds)
        except (InvalidToken, ValueError):  # the latter of what is not ASCII
            return None
        return cookie
