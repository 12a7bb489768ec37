"""A small HTTP server that speaks Twilio's Calls and Messages, as its documentation has it.

What comes of a call is set by number, or else nobody answers it.
"""

import asyncio
import base64
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from providers.spacing import NO_SPACING, Spacing
from providers.twilio.api import Account
from providers.twilio.callbacks import Callbacks
from providers.twilio.telephone import Numbers, TwilioTelephone
from tests.providers.twilio_calls import DESK, OURS, SELLER, SID, TOKEN, Placed, Story
from tests.providers.twilio_texts import TextsStandIn


@dataclass(frozen=True)
class Answer:
    """An answer instead of the usual one."""

    status: int = 200
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    takes: float = 0
    lost: bool = False
    """The connection is closed instead."""
    done: bool = False
    """What was asked is done all the same."""


def refused(status: int, code: int, *headers: tuple[str, str]) -> Answer:
    """An error as Twilio words it, with the number in it."""
    message = f"The number {SELLER} or the token {TOKEN} is no good"
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return Answer(status, body, headers)


@dataclass
class TwilioStandIn:
    """The server, and what it was asked."""

    stories: dict[str, Story] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    incoming: list[Any] = field(default_factory=list)
    """Calls to our number (tests/providers/calling_in.py)."""
    requests: list[str] = field(default_factory=list)
    creates: list[Answer] = field(default_factory=list)
    """How the next calls to be created are answered; none left means as usual."""
    asks: list[Answer] = field(default_factory=list)
    """The same for the next GETs."""
    texts: TextsStandIn = field(default_factory=TextsStandIn)
    slow: float = 0
    """Seconds before every answer, what was asked being done at once."""
    slow_to_end: float = 0
    """The same for requests to hang up."""
    down: Answer | None = None
    """How everything is answered."""
    url: str = ""
    join_url: str | None = None
    """The TwiML of a key; none: nobody is asked to press one."""
    spacing: Spacing = NO_SPACING
    """What our side keeps to."""
    pace: float = 1
    """How many seconds pass here in one of ours: what Twilio dates is by its clock."""
    _began: float = field(default_factory=time.time)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def telephone(
        self,
        token: str = TOKEN,
        look_every: timedelta = timedelta(seconds=1),
        callbacks: Callbacks | None = None,
    ) -> TwilioTelephone:
        """Our side, set to call here."""
        account, numbers = Account(SID, token, self.url), Numbers(OURS, DESK, self.join_url)
        return TwilioTelephone(account, numbers, look_every, callbacks, self.spacing)

    def impatient(self) -> TwilioTelephone:
        """The same, looking ten times a second what has come of a call."""
        return self.telephone(look_every=timedelta(seconds=0.1))

    def now(self) -> float:
        """The time here."""
        return self._began + (time.time() - self._began) * self.pace

    def place(self, to: str = SELLER, **form: str) -> Placed:
        """A call, as somebody else may have placed it."""
        sid = f"CA{next(self._numbers):032x}"
        call = Placed(sid, {"To": to, "From": OURS} | form, self.stories.get(to, Story()), self.now)
        self.placed.append(call)
        return call

    def answer(self, method: str, target: str, form: dict[str, str], auth: str) -> Answer:
        """What a request is answered."""
        url = urlsplit(target)
        asked = dict(parse_qsl(url.query))
        self.requests.append(f"{method} {url.path.partition('/Calls')[2] or url.path}")
        if self.down:
            return self.down
        if auth != "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode():
            return refused(401, 20003)
        queue = self.asks if method == "GET" else self.creates
        instead = queue.pop(0) if queue and (method == "GET" or "To" in form) else None
        if instead and not instead.done:
            return instead
        resource = url.path.removeprefix(f"/2010-04-01/Accounts/{SID}/")
        if resource.startswith("Messages"):
            usual = self._text(method, resource.removeprefix("Messages"), asked, form)
        else:
            usual = self._usual(method, resource.removeprefix("Calls"), asked, form)
        return instead or usual

    def _text(self, method: str, path: str, asked: dict[str, str], form: dict[str, str]) -> Answer:
        if method == "POST":
            return Answer(201, self.texts.send(form))
        if path == ".json":
            return Answer(200, self.texts.latest(asked["To"]))
        found = self.texts.look(path.removeprefix("/").removesuffix(".json"))
        return Answer(200, found) if found else refused(404, 20404)

    def _usual(self, method: str, path: str, asked: dict[str, str], form: dict[str, str]) -> Answer:
        if (method, path) == ("POST", ".json"):
            made = self.place(form.pop("To"), **form)
            return Answer(201, made.as_json(status="queued", date_created=None))
        if path == ".json":
            if parent := asked.get("ParentCallSid"):
                legs = [leg for c in self.placed if c.sid == parent for leg in c.legs()]
                return Answer(200, {"calls": legs})
            found = [
                c.as_json()
                for c in reversed(self.placed)
                if (c.form["To"], c.form["From"]) == (asked.get("To"), asked.get("From"))
            ]
            return Answer(200, {"calls": found, "page_size": 50, "next_page_uri": None})
        call = next((c for c in self.placed if path == f"/{c.sid}.json"), None)
        if call is None:
            known = [found for one in self.incoming for found in one.resources()]
            found = [one for one in known if path == f"/{one['sid']}.json"]
            return Answer(200, found[0]) if found else refused(404, 20404)
        if method == "POST" and "Twiml" in form:
            if call.status != "in-progress":
                return refused(400, 21220)
            call.told, call.form["Twiml"] = self.now(), form["Twiml"]
        elif method == "POST" and call.alive:
            assert form in ({"Status": "completed"}, {"Status": "canceled"})
            if call.deaf:
                call.deaf -= 1
            else:
                call.ended_by_us = self.now()
            return Answer(200, call.as_json(), takes=self.slow_to_end)
        return Answer(200, call.as_json())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while line := await reader.readline():
                method, target, _ = line.decode().split()
                headers = {}
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                form = dict(parse_qsl(body.decode()))
                answer = self.answer(method, target, form, headers.get("authorization", ""))
                await asyncio.sleep(answer.takes or self.slow)
                if answer.lost:
                    return
                writer.write(_as_http(answer, self.now()))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def _as_http(answer: Answer, now: float) -> bytes:
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    head = [
        f"HTTP/1.1 {answer.status} Said",
        f"Date: {format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)}",
        "Content-Type: application/json",
        f"Content-Length: {len(text.encode())}",
        *(f"{name}: {value}" for name, value in answer.headers),
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + text).encode()


@asynccontextmanager
async def twilio_stand_in(**settings: Any) -> AsyncIterator[TwilioStandIn]:
    """A server that runs for as long as the block does."""
    stand_in = TwilioStandIn(**settings)
    server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    stand_in.url = f"http://{host}:{port}"
    try:
        yield stand_in
    finally:
        server.close()
