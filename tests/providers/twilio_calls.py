"""Calls as Twilio's stand-in has them: what comes of one, and what it says of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

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
    clock: Callable[[], float] = time.time
    at: float = field(init=False)
    ended_by_us: float | None = None
    told: float | None = None
    """When it was told to go on with another TwiML: a message to a machine."""
    deaf: int = 0

    def __post_init__(self) -> None:
        self.at = self.clock()
        self.deaf = self.story.deaf

    @property
    def age(self) -> float:
        """Seconds since it was placed, until it was hung up."""
        return (self.ended_by_us or self.clock()) - self.at

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
