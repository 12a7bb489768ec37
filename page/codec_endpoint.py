"""What the Temporal Web UI and the command `temporal` read encrypted payloads through.

They send payloads to /encode and /decode as protobuf JSON, and need a login: the Web UI a cookie,
got at /login and sent along by its "include cross-origin credentials", the command HTTP Basic
(`--codec-auth`). See docs/encryption.md.
"""

import html
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import PayloadCodec

from page.codec_login import CodecLogin, TooManyTries
from page.guard import BodyLimit, without_redirects
from workflows.shared.payloads import ENCRYPTED, why_unreadable

LARGEST_PAYLOADS = 8 * 1024 * 1024
"""Bytes: twice what Temporal lets through at once, as base64 and JSON make it longer."""
LARGEST_LOGIN = 4 * 1024

_Convert = Callable[[Payloads], Awaitable[list[Payload]]]


def codec_app(codec: PayloadCodec, *, ui_origin: str, password: str) -> Starlette:
    """The endpoint, to be mounted under any path.

    Args:
        codec: as the worker's (`runtime.encryption.codec_of_environment`).
        ui_origin: where the Web UI is, such as https://temporal.example; no other page may ask.
        password: what people log in with.

    Raises:
        ValueError: the password is too short.
    """
    login = CodecLogin(password)

    def converting(convert: _Convert) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                if not login.is_in(request):
                    return _plain("log in first", 401)
            except TooManyTries as error:
                return _too_many(error.seconds)
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
            return _page(ui_origin if login.is_logged_in(request) else None)
        given = parse_qs((await request.body()).decode(errors="replace")).get("password", [""])
        try:
            if not login.is_right(request, given[0]):
                return _page(None, "That is not the password.", 403)
        except TooManyTries as error:
            return _too_many(error.seconds)
        answer = RedirectResponse(request.url_for("login").path, 303, _NEVER_KEPT)
        login.remember(request, answer)
        return answer

    payloads = [Middleware(BodyLimit, largest=LARGEST_PAYLOADS)]
    password_form = [Middleware(BodyLimit, largest=LARGEST_LOGIN)]
    app = Starlette(
        routes=[
            Route("/", log_in, methods=["GET"], middleware=password_form),
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
            Middleware(_AnySlashes),
            Middleware(
                CORSMiddleware,
                allow_origins=[ui_origin],
                allow_methods=["POST"],
                allow_headers=["Content-Type", "X-Namespace"],
                allow_credentials=True,
            ),
        ],
    )
    return without_redirects(app)


class _AnySlashes:
    """Takes `/decode`, `/decode/` and `//decode` for the same, as whoever asks adds a slash or not.

    The path of the endpoint is typed in elsewhere: in the Web UI, in a command.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root, path = scope.get("root_path", ""), scope["path"]
            parts = [part for part in path.removeprefix(root).split("/") if part]
            scope = {**scope, "path": f"{root}/{'/'.join(parts)}"}
        await self._app(scope, receive, send)


def _shown(payload: Payload) -> Payload:
    """What could not be decrypted is shown as the reason: the rest of the page still reads."""
    if payload.metadata.get("encoding") != ENCRYPTED.encode():
        return payload  # a reason in its metadata would be whoever wrote it's
    said = f'"cannot be read: {why_unreadable(payload)}"'  # ours: nothing in it to be escaped
    return Payload(metadata={"encoding": b"json/plain"}, data=said.encode())


_NEVER_KEPT = {"Cache-Control": "no-store"}


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, _NEVER_KEPT)


def _too_many(seconds: int) -> Response:
    return PlainTextResponse(
        f"too many wrong passwords; wait {seconds} seconds",
        429,
        _NEVER_KEPT | {"Retry-After": str(seconds)},
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
