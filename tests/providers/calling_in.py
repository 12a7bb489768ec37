"""Somebody calls our number: what Twilio's stand-in then asks of the page."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2

from providers.twilio.incoming_calls import INCOMING
from tests.providers.calling_back import signature
from tests.providers.twilio_calls import DESK, OURS, SID
from tests.providers.twilio_stand_in import TwilioStandIn
from tests.providers.twiml import Verb, read, said, the

_numbers = itertools.count(1)


@dataclass
class Incoming:
    """A call that came in, and the leg to the desk's line that its TwiML dialled."""

    caller: str
    sid: str = field(default_factory=lambda: f"CA{next(_numbers):031x}a")
    status: str = "ringing"
    direction: str = "inbound"
    leg_to: str | None = None
    """Whom the leg calls; None: nothing is dialled yet."""
    leg_status: str = "ringing"
    leg_parent: str = ""
    dialled: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    verbs: tuple[Verb, ...] = ()
    """The newest TwiML."""
    said: str = ""
    """All that was said."""

    def __post_init__(self) -> None:
        self.leg_parent = self.sid

    @property
    def leg_sid(self) -> str:
        """The leg's own id."""
        return self.sid[:-1] + "b"

    def resources(self) -> list[dict[str, Any]]:
        """The Call resources."""
        call = self._resource(self.sid, self.caller, OURS, self.direction, self.status, None)
        if self.leg_to is None:
            return [call]
        leg = self._resource(
            self.leg_sid,
            self.caller,
            self.leg_to,
            "outbound-dial",
            self.leg_status,
            self.leg_parent,
        )
        return [call, leg]

    def _resource(
        self, sid: str, from_: str, to: str, direction: str, status: str, parent: str | None
    ) -> dict[str, Any]:
        ended = format_datetime(self.ended) if self.ended else None
        return {
            "sid": sid,
            "account_sid": SID,
            "parent_call_sid": parent,
            "from": from_,
            "to": to,
            "direction": direction,
            "status": status,
            "date_created": format_datetime(self.dialled.replace(microsecond=0)),
            "end_time": ended,
            "duration": None,
            "answered_by": None,
        }


@dataclass
class CallingIn:
    """Sends the requests of calls to our number.

    Args:
        twilio: the stand-in, which then knows the calls.
        public: the page's public address.
        local: where the page listens, behind its proxy.
    """

    twilio: TwilioStandIn
    public: str
    local: str

    async def post(
        self, url: str, form: dict[str, str], signed: str | None = None
    ) -> httpx2.Response:
        """Send one, as it comes out of the proxy."""
        headers = {"X-Twilio-Signature": signature(url, form) if signed is None else signed}
        async with httpx2.AsyncClient(timeout=30) as http:
            to = url.replace(self.public, self.local)
            return await http.post(to, data=form, headers=headers)

    async def call(self, caller: str, **more: str) -> Incoming:
        """Call our number. The desk's line then rings."""
        call = Incoming(caller)
        self.twilio.incoming.append(call)
        answer = await self.post(self.public + INCOMING, self.form(call) | more)
        self._does(call, answer)
        call.status = "in-progress"
        if not any(verb.name == "Gather" for verb in call.verbs):
            self._dials(call)
        return call

    async def types(self, call: Incoming, digits: str, **more: str) -> None:
        """Type what the caller is asked for; nothing: they stay on the line."""
        gather, *otherwise = call.verbs
        call.said = said((gather,))
        if digits:
            asked = gather.attributes
            form = self.form(call) | {"Digits": digits[: int(asked["numDigits"])]} | more
            self._does(call, await self.post(asked["action"], form))
        else:
            call.said += said(tuple(otherwise))
        self._dials(call)

    @staticmethod
    def _dials(call: Incoming) -> None:
        call.leg_to, call.dialled = the("Number", call.verbs).text, datetime.now(UTC)

    async def answers(self, call: Incoming, *, times: int = 1) -> set[int]:
        """The desk answers. Return what is answered to being told so."""
        call.leg_status = "in-progress"
        return await self.tell(call, "answered", times)

    async def hangs_up(self, call: Incoming, leg: str = "completed", *, times: int = 1) -> set[int]:
        """The desk's leg ends, and the caller hears what follows."""
        call.leg_status, call.ended = leg, datetime.now(UTC)
        statuses = await self.tell(call, "completed", times)
        action = the("Dial", call.verbs).attributes["action"]
        form = self.form(call) | {"DialCallStatus": leg, "DialCallSid": call.leg_sid}
        self._does(call, await self.post(action, form))
        call.status = "completed"
        return statuses

    async def tell(self, call: Incoming, event: str, times: int = 1) -> set[int]:
        """Tell of the leg, if the TwiML asked for it."""
        asked = the("Number", call.verbs).attributes
        if event not in asked.get("statusCallbackEvent", "").split():
            return set()
        form = self.of_leg(call)
        sent = [self.post(asked["statusCallback"], form) for _ in range(times)]
        return {answer.status_code for answer in await asyncio.gather(*sent)}

    def of_leg(self, call: Incoming) -> dict[str, str]:
        """What is told of the leg."""
        return {
            "AccountSid": SID,
            "CallSid": call.leg_sid,
            "ParentCallSid": call.sid,
            "CallStatus": call.leg_status,
            "Direction": "outbound-dial",
            "From": call.caller,
            "To": DESK,
        }

    @staticmethod
    def form(call: Incoming) -> dict[str, str]:
        """What is sent of the call itself."""
        return {
            "AccountSid": SID,
            "ApiVersion": "2010-04-01",
            "CallSid": call.sid,
            "CallStatus": call.status,
            "CallerCity": "",
            "Direction": call.direction,
            "From": call.caller,
            "To": OURS,
        }

    @staticmethod
    def _does(call: Incoming, answer: httpx2.Response) -> None:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("application/xml")
        verbs = read(answer.text)
        call.said += said(verbs)
        if any(verb.name == "Dial" for verb in verbs):
            call.verbs = verbs


def long_ago(call: Incoming) -> None:
    """As if the conversation had ended an hour ago."""
    call.ended = datetime.now(UTC) - timedelta(hours=1)
