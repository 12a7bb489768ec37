"""A marketplace's system that receives events, on a port of this machine."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from providers.webhooks.receivers import Include, Receiver
from runtime.web_server import listening, open_socket
from tests.patience import PATIENCE, looks


def a_secret() -> str:
    """A new secret."""
    return f"whsec_{base64.b64encode(os.urandom(32)).decode()}"


class ListeningReceiver:
    """Verifies what it gets by the library, and keeps it. `answer` may be changed at any time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.secret = a_secret()
        self.answer = 204
        self.headers: dict[str, str] = {}
        self.takes = 0.0
        """Seconds before it answers."""
        self.asked = 0
        """How often it was asked, whatever it answered."""
        self.got: list[dict[str, Any]] = []  # Any: a body is any JSON
        """The bodies that it took, each with the event's id."""

    @property
    def types(self) -> list[str]:
        """The types of what it took."""
        return [body["type"] for body in self.got]

    @property
    def ids(self) -> list[str]:
        """The ids of what it took."""
        return [body["id"] for body in self.got]

    def settings(self, *secrets: str, include: Sequence[Include] = ()) -> Receiver:
        """As the file of receivers has it."""
        return Receiver(url=self.url, secrets=secrets or (self.secret,), include=tuple(include))

    def file(self, name: str = "crm") -> str:
        """The file of receivers that names it."""
        return f'[receivers.{name}]\nurl = "{self.url}"\nsecrets = ["{self.secret}"]\n'

    async def take(self, request: Request) -> Response:
        """Take an event."""
        self.asked += 1
        body = Webhook(self.secret).verify(await request.body(), dict(request.headers))
        await asyncio.sleep(self.takes)
        if 200 <= self.answer < 300:
            self.got.append({"id": request.headers["webhook-id"], **body})
        return Response(status_code=self.answer, headers=self.headers)

    async def when(self, count: int) -> None:
        """Wait until it has taken so many."""
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                if len(self.got) >= count:
                    return

    async def when_types(self, beginning: str, count: int) -> None:
        """Wait until it has taken so many whose type begins so."""
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                if sum(kind.startswith(beginning) for kind in self.types) >= count:
                    return

    async def tried(self, times: int) -> None:
        """Wait until it was asked so often."""
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                if self.asked >= times:
                    return


@asynccontextmanager
async def a_receiver() -> AsyncIterator[ListeningReceiver]:
    """A receiver that listens while the block runs."""
    listener = open_socket("127.0.0.1", 0)
    receiver = ListeningReceiver(f"http://127.0.0.1:{listener.getsockname()[1]}/case72?key=hidden")
    app = Starlette(routes=[Route("/case72", receiver.take, methods=["POST"])])
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
    async with listening(config, listener):
        yield receiver
