"""What stands between the network and the page: headers, limits of size and time, one log line."""

import asyncio
import time

import structlog
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("page")

LARGEST_BODY = 512 * 1024
"""Bytes: more than three times the largest plan, each character of it as long as one can be."""
BODY_WITHIN_SECONDS = 10

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TLS_ONLY = "max-age=31536000"


def without_redirects(app: Starlette) -> Starlette:
    """Without redirects of Starlette's own: they name the host that the request named."""
    app.router.redirect_slashes = False
    return app


class Guard:
    """Around the whole application, so that no answer goes out without it."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._headers = _HEADERS | ({"Strict-Transport-Security": _TLS_ONLY} if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and log it without who it was or what it was about."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, started = time.monotonic(), 500, False

        async def guarded(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception:
            # Answered as 500 before it gets here; the traceback is for us to mend it by.
            log.exception("unexpected")
            if not started:
                await PlainTextResponse("Please try again.\n", 500)(scope, receive, guarded)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            took = round((time.monotonic() - began) * 1000)
            log.info("request", method=scope["method"], route=route, status=status, ms=took)


class BodyLimit:
    """Refuses a body that is too large, or too slow to come, when somebody reads it.

    Not before: only from there on an exception becomes a page.
    """

    def __init__(
        self,
        app: ASGIApp,
        largest: int = LARGEST_BODY,
        within_seconds: float = BODY_WITHIN_SECONDS,
    ) -> None:
        self._app = app
        self._largest = largest
        self._within = within_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = int(dict(scope["headers"]).get(b"content-length", b"0"))
        until, size, whole = time.monotonic() + self._within, 0, False

        async def counted() -> Message:
            nonlocal size, whole
            if whole:
                return await receive()
            if declared > self._largest:
                raise HTTPException(413)
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            size += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if size > self._largest:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
