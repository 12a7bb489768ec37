"""The password login of the codec endpoint (docs/encryption.md).

Machines try passwords from many addresses at once. So wrong passwords are counted for each
address, and for all strangers together. With the second limit alone an attacker could lock out
the right password. So it does not apply to those who gave the right password before. A browser
proves that by its cookie, and an address is remembered.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from starlette.requests import Request
from starlette.responses import Response

from web.addresses import network_asking
from web.limits import Limit, TooOften

WRONG_OF_ONE = 10
WRONG_OF_STRANGERS = 100
"""How many wrong passwords are allowed at once: from one address, and from all strangers."""
WITHIN_SECONDS = 600
"""The time over which a used-up limit fills again, one try at a time."""

_COOKIE = "case72-codec"
_LOGGED_IN_SECONDS = 12 * 3600
_KNOWN_SECONDS = 90 * 24 * 3600
_SHORTEST_PASSWORD = 12


class CodecLogin:
    """Lets in who gives the password, or has the cookie of an earlier login."""

    def __init__(self, password: str) -> None:
        if len(password) < _SHORTEST_PASSWORD:
            raise ValueError(
                f"CASE72_CODEC_PASSWORD: must have at least {_SHORTEST_PASSWORD} characters"
            )
        self._password = password.encode()
        # Derive the key from the password. So each process accepts the cookies of the others, and
        # a new password ends all cookies.
        secret = hashlib.scrypt(self._password, salt=_COOKIE.encode(), n=2**14, r=8, p=1)
        self._cookies = Fernet(base64.urlsafe_b64encode(secret[:32]))
        self._of_one = Limit(WRONG_OF_ONE, WITHIN_SECONDS)
        self._of_strangers = Limit(WRONG_OF_STRANGERS, WITHIN_SECONDS)
        self._known: set[str] = set()
        """Networks that gave the right password. Nobody else can add to it."""

    def is_in(self, request: Request) -> bool:
        """Return whether the request has the cookie, or HTTP Basic with the password.

        Raises:
            TooOften: see `is_right`.
        """
        if self.is_logged_in(request):
            return True
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            _, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:  # not base64, or not UTF-8
            return False
        return self.is_right(request, password)

    def is_logged_in(self, request: Request) -> bool:
        """Return whether the request has the cookie of a recent login."""
        return self._cookie(request, _LOGGED_IN_SECONDS) is not None

    def is_right(self, request: Request, password: str) -> bool:
        """Return whether this is the password.

        Raises:
            TooOften: too many wrong passwords came, so not even the right one is checked.
        """
        network = network_asking(request)
        counts = [(self._of_one, network)]
        if cookie := self._cookie(request, _KNOWN_SECONDS):
            counts.append((self._of_one, cookie))  # limits a stolen cookie too
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
        """Set the cookie. Browsers send it from pages of the same site, such as the Web UI."""
        answer.set_cookie(
            _COOKIE,
            self._cookies.encrypt(b"").decode(),
            max_age=_KNOWN_SECONDS,
            path=request.scope.get("root_path") or "/",
            httponly=True,
            samesite="strict",
            # A proxy may end TLS before us, so do not decide by the scheme.
            secure=request.url.hostname not in ("localhost", "127.0.0.1", "::1"),
        )

    def _cookie(self, request: Request, seconds: int) -> str | None:
        """Return the cookie, if it is ours and not older than `seconds`."""
        cookie = request.cookies.get(_COOKIE, "")
        try:
            self._cookies.decrypt(cookie, ttl=seconds)
        except (InvalidToken, ValueError):  # ValueError if it is not ASCII
            return None
        return cookie
