"""What the Temporal Web UI and the command `temporal` read encrypted payloads through.

They send payloads to /encode and /decode as protobuf JSON, and need a login: the Web UI a cookie,
got at /login and sent along by its "include cross-origin credentials", the command HTTP Basic
(`--codec-auth`). See docs/encryption.md.
"""

import base64
import binascii
import hashlib
import hmac
import html
import time
from collections import deque
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from cryptography.fernet import Fernet, InvalidToken
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import PayloadCodec

from portal.guard import BodyLimit, without_redirects
from workflows.converter import ENCRYPTED, why_unreadable

LARGEST_PAYLOADS = 8 * 1024 * 1024
"""Bytes: twice what Temporal lets through at once, as base64 and JSON make it longer."""
LARGEST_LOGIN = 4 * 1024

_COOKIE = "case72-codec"
_LOGGED_IN_SECONDS = 12 * 3600
_SHORTEST_PASSWORD = 12
_WRONG_PASSWORDS = 10
_WITHIN_SECONDS = 60.0
_REMEMBERED = 10_000

_Convert = Callable[[Payloads], Awaitable[list[Payload]]]


class TooManyTries(Exception):
    """Somebody at that address gave too many wrong passwords just now."""


def codec_app(codec: PayloadCodec, *, ui_origin: str, password: str) -> Starlette:
    """The endpoint, to be mounted under any path.

    Args:
        codec: as the worker's (`runtime.encryption.codec_of_environment`).
        ui_origin: where the Web UI is, such as https://temporal.example; no other page may ask.
        password: what people log in with.

    Raises:
        ValueError: the password is too short.
    """
    login = _Login(password)

    def converting(convert: _Convert) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                if not login.is_in(request):
                    return _plain("log in first", 401)
            except TooManyTries:
                return _too_many()
            payloads = Payloads()
            try:
                Parse(await request.body(), payloads, ignore_unknown_fields=True)
            except (ParseError, UnicodeDecodeError):
                return _plain("is no Payloads as protobuf JSON", 400)
            converted = Payloads(payloads=await convert(payloads))
            return Response(
                MessageToJson(converted, indent=None),
                media_type="application/json",
                headers=_NEVER_KEPT,
            )

        return answer

    async def encode(payloads: Payloads) -> list[Payload]:
        return await codec.encode(payloads.payloads)

    async def decode(payloads: Payloads) -> list[Payload]:
        return [_shown(payload) for payload in await codec.decode(payloads.payloads)]

    async def log_in(request: Request) -> Response:
        if request.method != "POST":
            return _page(ui_origin if login.has_cookie(request) else None)
        given = parse_qs((await request.body()).decode(errors="replace")).get("password", [""])
        try:
            if not login.is_right(request, given[0]):
                return _page(None, "That is not the password.", 403)
        except TooManyTries:
            return _too_many()
        answer = RedirectResponse(request.url_for("login").path, 303, _NEVER_KEPT)
        login.remember(request, answer)
        return answer

    payloads = [Middleware(BodyLimit, largest=LARGEST_PAYLOADS)]
    password_form = [Middleware(BodyLimit, largest=LARGEST_LOGIN)]
    app = Starlette(
        routes=[
            Route("/encode", converting(encode), methods=["POST"], middleware=payloads),
            Route("/decode", converting(decode), methods=["POST"], middleware=payloads),
            Route(
                "/login",
                log_in,
                methods=["GET", "POST"],
                name="login",
                middleware=password_form,
            ),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=[ui_origin],
                allow_methods=["POST"],
                allow_headers=["Content-Type", "X-Namespace"],
                allow_credentials=True,
            )
        ],
    )
    return without_redirects(app)


def _shown(payload: Payload) -> Payload:
    """What could not be decrypted is shown as the reason: the rest of the page still reads."""
    if payload.metadata.get("encoding") != ENCRYPTED.encode():
        return payload  # a reason in its metadata would be whoever wrote it's
    said = f'"cannot be read: {why_unreadable(payload)}"'  # ours: nothing in it to be escaped
    return Payload(metadata={"encoding": b"json/plain"}, data=said.encode())


class _Login:
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
        self._wrong: deque[tuple[float, str]] = deque(maxlen=_REMEMBERED)

    def is_in(self, request: Request) -> bool:
        """Whether the request comes with the cookie, or with HTTP Basic and the password.

        Raises:
            TooManyTries: the latter, too often.
        """
        if self.has_cookie(request):
            return True
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            _, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return self.is_right(request, password)

    def has_cookie(self, request: Request) -> bool:
        """Whether somebody logged in here not long ago."""
        try:
            self._tickets.decrypt(request.cookies.get(_COOKIE, ""), ttl=_LOGGED_IN_SECONDS)
        except InvalidToken:
            return False
        return True

    def is_right(self, request: Request, password: str) -> bool:
        """Whether it is the password.

        Raises:
            TooManyTries: even if it is; or the limit would be none.
        """
        now = time.monotonic()
        while self._wrong and self._wrong[0][0] < now - _WITHIN_SECONDS:
            self._wrong.popleft()
        who = request.client.host if request.client else ""
        if sum(host == who for _, host in self._wrong) >= _WRONG_PASSWORDS:
            raise TooManyTries
        right = hmac.compare_digest(_digest(password), self._digest)
        if not right:
            self._wrong.append((now, who))
        return right

    def remember(self, request: Request, answer: Response) -> None:
        """Give the cookie. It is sent from pages of the same site only, the Web UI's included."""
        answer.set_cookie(
            _COOKIE,
            self._tickets.encrypt(b"").decode(),
            max_age=_LOGGED_IN_SECONDS,
            path=request.scope.get("root_path") or "/",
            httponly=True,
            samesite="strict",
            # A proxy may end TLS before us, so that the scheme says nothing.
            secure=request.url.hostname not in ("localhost", "127.0.0.1", "::1"),
        )


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()


_NEVER_KEPT = {"Cache-Control": "no-store"}


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, _NEVER_KEPT)


def _too_many() -> Response:
    return PlainTextResponse(
        "too many wrong passwords; wait a minute",
        429,
        _NEVER_KEPT | {"Retry-After": str(int(_WITHIN_SECONDS))},
    )


def _page(logged_in_to: str | None, problem: str = "", status: int = 200) -> Response:
    if logged_in_to:
        origin = html.escape(logged_in_to)
        body = f'<p>You are logged in. The <a href="{origin}">Temporal Web UI</a> can read now.</p>'
    else:
        body = (
            f'<p role="alert">{html.escape(problem)}</p><form method="post">'
            '<label>Password <input type="password" name="password" required autofocus '
            'autocomplete="current-password"></label> <button>Log in</button></form>'
        )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>case72: reading what is '
        f"encrypted</title><h1>Reading what is encrypted</h1>{body}</html>"
    )
    headers = _NEVER_KEPT | {
        "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'"
    }
    return HTMLResponse(page, status, headers)
