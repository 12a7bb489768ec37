"""A small HTTP server that speaks Twilio's Calls resource, as its documentation has it.

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
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from providers.twilio_api import Account
from providers.twilio_telephone import Numbers, TwilioTelephone

SID = "AC" + "5e" * 16
TOKEN = "f00dfeedf00dfeedf00dfeedf00dfeed"
OURS, DESK, SELLER = "+12065550199", "+12065550198", "+12065550110"


@dataclass(frozen=True)
class Story:
    """What comes of a call: its statuses, each with how long it lasts."""

    before: float = 0.3
    """Seconds for which it rings."""
    ends: str = "no-answer"
    """`completed` means that it is answered."""
    by: str | None = "human"
    detected: float = 0.1
    """Seconds from the answer to `by`."""
    desk: str | None = None
    """How the desk's line answers: `in-progress` joins; None: the seller hangs up before."""
    lasts: float = 0.5
    """Seconds from the answer on."""
    talked: int | None = None
    """The `duration` it tells in the end, unless that of `lasts`."""
    queued: float = 0
    """Seconds for which it waits at Twilio before it rings, a part of `before`."""
    deaf: int = 0
    """How often it answers to be hung up, and is not."""
    listens: float = 60
    """Seconds of our message after which a machine hangs up."""
    says: float = 4
    """Seconds that our message takes, with the wait behind it."""
    presses: float | None = None
    """Seconds of our message after which somebody has picked up and presses a key."""
    joined: str = "in-progress"
    """How the desk's line then answers."""


@dataclass
class Placed:
    """A call that it was asked for."""

    sid: str
    form: dict[str, str]
    story: Story
    at: float = field(default_factory=time.time)
    ended_by_us: float | None = None
    told: float | None = None
    """When it was told to go on with another TwiML: a message to a machine."""
    deaf: int = 0

    def __post_init__(self) -> None:
        self.deaf = self.story.deaf

    @property
    def age(self) -> float:
        """Seconds since it was placed, until it was hung up."""
        return (self.ended_by_us or time.time()) - self.at

    @property
    def pressed(self) -> bool:
        """Whether a key was pressed in our message, which has to be one that gathers it."""
        if self.told is None or self.story.presses is None or "<Gather" not in self.form["Twiml"]:
            return False
        return self.age >= self.told - self.at + self.story.presses

    @property
    def _over_at(self) -> float:
        """When an answered call ends by itself, in seconds since it was placed."""
        story = self.story
        if self.told is None:
            return story.before + story.lasts
        said = self.told - self.at
        if self.pressed:
            return said + (story.presses or 0) + 60
        return said + min(story.listens, story.says)

    @property
    def answered_by(self) -> str | None:
        """Known some time after the answer."""
        if self.status not in ("in-progress", "completed"):
            return None
        return self.story.by if self.age >= self.story.before + self.story.detected else None

    @property
    def status(self) -> str:
        """Where it stands."""
        story = self.story
        if self.age < story.before:
            waits = "queued" if self.age < story.queued else "ringing"
            return "canceled" if self.ended_by_us else waits
        if story.ends != "completed":
            return story.ends
        over = self.ended_by_us or self.age > self._over_at
        return "completed" if over else "in-progress"

    @property
    def alive(self) -> bool:
        """Whether somebody's phone rings, or is off the hook."""
        return self.status in ("queued", "ringing", "in-progress")

    def as_json(self, **changes: Any) -> dict[str, Any]:
        """The Call resource."""
        return {
            "sid": self.sid,
            "account_sid": SID,
            "date_created": format_datetime(datetime.fromtimestamp(int(self.at), UTC)),
            "start_time": None,
            "end_time": self._end_time(),
            "parent_call_sid": None,
            "to": self.form["To"],
            "from": self.form["From"],
            "status": self.status,
            "direction": "outbound-api",
            "answered_by": self.answered_by,
            "api_version": "2010-04-01",
            "duration": self._duration(),
            "price_unit": "USD",
        } | changes

    def _end_time(self) -> str | None:
        if self.alive:
            return None
        ended = self.ended_by_us or self.at + self._over_at
        return format_datetime(datetime.fromtimestamp(int(ended), UTC))

    def _duration(self) -> str | None:
        if self.status != "completed":
            return None
        return str(int(self.story.lasts if self.story.talked is None else self.story.talked))

    def legs(self) -> list[dict[str, Any]]:
        """The calls to the desk's line that its TwiML dials, or that of a key that was pressed."""
        story, legs = self.story, []
        detected = self.age >= story.before + story.detected
        if story.desk is not None and detected:
            # Another TwiML ends what the one before it dialled.
            cut = "canceled" if story.desk == "ringing" else "completed"
            legs.append(self._leg("d", story.desk if self.told is None else cut))
        return [*legs, self._leg("e", story.joined)] if self.pressed else legs

    def _leg(self, digit: str, status: str) -> dict[str, Any]:
        return self.as_json(
            sid="CA" + digit * 32,
            parent_call_sid=self.sid,
            direction="outbound-dial",
            to=DESK,
            status=status,
        )


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
    requests: list[str] = field(default_factory=list)
    creates: list[Answer] = field(default_factory=list)
    """How the next calls to be created are answered; none left means as usual."""
    asks: list[Answer] = field(default_factory=list)
    """The same for the next GETs."""
    slow: float = 0
    """Seconds before every answer, what was asked being done at once."""
    down: Answer | None = None
    """How everything is answered."""
    url: str = ""
    join_url: str | None = None
    """The TwiML of a key; none: nobody is asked to press one."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def telephone(self, token: str = TOKEN) -> TwilioTelephone:
        """Our side, set to call here."""
        return TwilioTelephone(Account(SID, token, self.url), Numbers(OURS, DESK, self.join_url))

    def place(self, to: str = SELLER, **form: str) -> Placed:
        """A call, as somebody else may have placed it."""
        sid = f"CA{next(self._numbers):032x}"
        call = Placed(sid, {"To": to, "From": OURS} | form, self.stories.get(to, Story()))
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
        path = url.path.removeprefix(f"/2010-04-01/Accounts/{SID}/Calls")
        usual = self._usual(method, path, asked, form)
        return instead or usual

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
            return refused(404, 20404)
        if method == "POST" and "Twiml" in form:
            if call.status != "in-progress":
                return refused(400, 21220)
            call.told, call.form["Twiml"] = time.time(), form["Twiml"]
        elif method == "POST" and call.alive:
            assert form in ({"Status": "completed"}, {"Status": "canceled"})
            if call.deaf:
                call.deaf -= 1
            else:
                call.ended_by_us = time.time()
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
                writer.write(_as_http(answer))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def _as_http(answer: Answer) -> bytes:
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    head = [
        f"HTTP/1.1 {answer.status} Said",
        f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}",
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
