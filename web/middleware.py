"""Middleware that adds headers to every answer, and writes one log line for each."""

import time

import structlog
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("web")

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
    "Cache-Control": "no-store",
}
_TLS_ONLY = "max-age=31536000"


def without_redirects(app: Starlette) -> Starlette:
    """Switch off Starlette's own redirects, since they trust the request's Host header."""
    app.router.redirect_slashes = False
    return app


class HeadersAndLog:
    """The outermost middleware, so no answer goes out without it."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._headers = _HEADERS | ({"Strict-Transport-Security": _TLS_ONLY} if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. The log line names neither the visitor nor the account."""
        began, status = time.monotonic(), None

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            # The application has answered 500 already. Log the traceback for us.
            log.exception("unexpected")
            if status is None:
                await PlainTextResponse("Please try again.\n", 500)(scope, receive, with_headers)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            took = round((time.monotonic() - began) * 1000)
            log.info("request", method=scope["method"], route=route, status=status or 500, ms=took)
