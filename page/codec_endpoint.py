"""The codec endpoint, through which the Temporal Web UI and `temporal` read encrypted payloads.

They send payloads to /encode and /decode as protobuf JSON. The Web UI needs the cookie from
/login, which its setting "include cross-origin credentials" sends. The command needs HTTP Basic
(`--codec-auth`). See docs/encryption.md.
"""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qs

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import PayloadCodec

from page.codec_login import CodecLogin
from web.limits import TooOften
from web.middleware import without_redirects
from workflows.shared.payloads import ENCRYPTED, why_unreadable

LARGEST_PAYLOADS = 8 * 1024 * 1024
"""In bytes. It is twice Temporal's limit, since base64 and JSON make payloads longer."""
LARGEST_LOGIN = 4 * 1024

_Convert = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>case72: reading what is '
    "encrypted</title><h1>Reading what is encrypted</h1>%s</html>"
)
_FORM = (
    '<p role="alert">%s</p><form method="post"><label>Password <input type="password" '
    'name="password" required autofocus autocomplete="current-password"></label> '
    "<button>Log in</button></form>"
)
_LOGGED_IN = '<p>You are logged in. The <a href="%s">Temporal Web UI</a> can read now.</p>'


def codec_app(codec: PayloadCodec, *, ui_origin: str, password: str) -> ASGIApp:
    """Return the endpoint. It can be mounted under any path.

    Args:
        codec: the worker's codec (`runtime.encryption.codec_of_environment`).
        ui_origin: the Web UI's origin, such as https://temporal.example. No other page may ask.
        password: the password of operators.

    Raises:
        ValueError: the password is too short.
    """
    login = CodecLogin(password)

    async def decode(payloads: Sequence[Payload]) -> list[Payload]:
        return [_shown(payload) for payload in await codec.decode(payloads)]

    def converting(convert: _Convert) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if not login.is_in(request):  # check before reading the body, which can be large
                raise HTTPException(401, "log in first")
            sent = Payloads()
            try:
                Parse(await request.body(), sent, ignore_unknown_fields=True)
            except (ParseError, UnicodeDecodeError):
                raise HTTPException(400, "the body is not Payloads as protobuf JSON") from None
            converted = Payloads(payloads=await convert(sent.payloads))
            return Response(MessageToJson(converted, indent=None), media_type="application/json")

        return answer

    async def log_in(request: Request) -> Response:
        if request.method != "POST":
            is_in = login.is_logged_in(request)
            return HTMLResponse(_PAGE % (_LOGGED_IN % ui_origin if is_in else _FORM % ""))
        given = parse_qs((await request.body()).decode(errors="replace")).get("password", [""])
        if not login.is_right(request, given[0]):
            return HTMLResponse(_PAGE % (_FORM % "That is not the password."), 403)
        answer = RedirectResponse(request.url.path, 303)
        login.remember(request, answer)
        return answer

    app = Starlette(
        routes=[
            Route("/", log_in),
            Route("/login", log_in, methods=["GET", "POST"], max_body_size=LARGEST_LOGIN),
            *(
                Route(path, converting(how), methods=["POST"], max_body_size=LARGEST_PAYLOADS)
                for path, how in (("/encode", codec.encode), ("/decode", decode))
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
        exception_handlers={TooOften: _too_often},
    )
    return _with_any_slashes(without_redirects(app))


def _with_any_slashes(app: ASGIApp) -> ASGIApp:
    """Treat `/decode`, `/decode/` and `//decode` alike, since people type the address by hand."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        root = scope["root_path"]
        parts = [part for part in scope["path"].removeprefix(root).split("/") if part]
        await app({**scope, "path": f"{root}/{'/'.join(parts)}"}, receive, send)

    return named


def _shown(payload: Payload) -> Payload:
    """Replace a payload that could not be decrypted by the reason. The others stay readable."""
    if payload.metadata.get("encoding") != ENCRYPTED.encode():
        return payload  # a reason in its metadata would not be ours
    said = f'"cannot be read: {why_unreadable(payload)}"'  # our words, so nothing to escape
    return Payload(metadata={"encoding": b"json/plain"}, data=said.encode())


async def _too_often(_: Request, error: Exception) -> Response:
    assert isinstance(error, TooOften)
    said = f"too many wrong passwords; wait {error.seconds} seconds"
    return PlainTextResponse(said, 429, {"Retry-After": str(error.seconds)})
