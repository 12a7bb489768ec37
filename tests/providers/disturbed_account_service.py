"""The example account service, with other answers in the place of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examples.account_service import TOKEN, Accounts, application, serving
from providers.http.account_service import AccountServer, HttpAccountService

SELLER = "A2EXAMPLE"
ACCOUNT = f"US:{SELLER}"
CASE = "case/US/A2EXAMPLE/01998f0a"
APPEAL = "appeal/US/A2EXAMPLE/03bb"


@dataclass(frozen=True)
class AfterActing:
    """An answer that comes after what was asked has been done."""

    answer: ASGIApp


@dataclass
class Disturbed:
    """The service, and what it was asked."""

    accounts: Accounts = field(default_factory=Accounts)
    instead: dict[tuple[str, str], ASGIApp | AfterActing] = field(default_factory=dict)
    """What a method is answered for an account."""
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """The method, the path and the key of each request."""
    url: str = ""

    def __post_init__(self) -> None:
        self._app = application(self.accounts)

    def client(self, token: str = TOKEN, timeout_seconds: float = 10) -> HttpAccountService:
        """Our side."""
        return HttpAccountService(AccountServer(self.url, token, timeout_seconds=timeout_seconds))

    def answers(self, answer: ASGIApp | AfterActing, *, reads: bool = True) -> None:
        """Answer changes of the account so from now on, and reads too."""
        self.instead["POST", ACCOUNT] = answer
        if reads:
            self.instead["GET", ACCOUNT] = answer

    def changes(self) -> list[tuple[str, str | None]]:
        """The changes that were asked for, and their keys."""
        return [(path.rpartition("/")[2], key) for method, path, key in self.asked if key]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope)
        path = request.url.path
        self.asked.append((request.method, path, request.headers.get("Idempotency-Key")))
        answer = self.instead.get((request.method, path.split("/")[2]), self._app)
        if isinstance(answer, AfterActing):
            await self._app(scope, receive, _nowhere)
            answer = answer.answer
        await answer(scope, receive, send)


async def _nowhere(_: Message) -> None:
    pass


@asynccontextmanager
async def disturbed() -> AsyncIterator[Disturbed]:
    """The service on this machine, for as long as the block runs."""
    # It logs each answer that is cut off.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    service = Disturbed()
    async with serving(service) as url:
        service.url = url
        yield service


def said(state: Any, account: Any = ACCOUNT) -> Response:
    """An answer as the contract has it, whatever is true."""
    return JSONResponse({"account": account, "state": state})


async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
    """Say nothing until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    """Send a byte now and then."""

    async def bytes_() -> AsyncIterator[bytes]:
        for byte in said("deactivated").body[:-1]:
            yield bytes([byte])
            await asyncio.sleep(0.05)

    await StreamingResponse(bytes_(), media_type="application/json")(scope, receive, send)


async def huge(scope: Scope, receive: Receive, send: Send) -> None:
    """Send blanks, which JSON allows, and then the right answer."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 10_000
        yield bytes(said("deactivated").body)

    await StreamingResponse(chunks(), media_type="application/json")(scope, receive, send)


async def dropped(scope: Scope, receive: Receive, send: Send) -> None:
    """Close the connection in the middle of the answer, which is a whole one by itself."""
    body = bytes(said("deactivated").body)
    length = [(b"content-length", str(len(body) + 1).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await asyncio.sleep(0.05)  # else nothing of it leaves


REDIRECT = RedirectResponse("/accounts/US:A3OTHER")
TOO_MANY = Response("", 429, {"Retry-After": "7"})
BROKEN = Response("out of order", 500)
DOWN = Response("", 503)
UNAUTHORIZED = Response("who?", 401)
