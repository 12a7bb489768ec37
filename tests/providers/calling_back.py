"""Twilio's stand-in calls back: what it sends, in which order, and to where."""

import asyncio
import base64
import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape

import httpx2

from tests.providers.twilio_calls import SID, TOKEN, Placed
from tests.providers.twilio_stand_in import TwilioStandIn


def signature(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    """As Twilio documents it."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1)).decode()


@dataclass
class CallingBack:
    """Sends what happens to each call to the address that its request named.

    Args:
        twilio: the stand-in.
        public: the page's public address.
        local: where the page listens, behind its proxy.
    """

    twilio: TwilioStandIn
    public: str
    local: str
    lost: bool = False
    late: float = 0
    """Seconds by which each comes late."""
    times: int = 1
    """How often each is sent."""
    swapped: bool = False
    """Whether a call's last one comes before the others."""
    answers: list[int] = field(default_factory=list)
    """The statuses that were answered."""
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """The address and the parameters of each."""

    async def post(self, url: str, form: dict[str, str], signed: str | None = None) -> int:
        """Send one, as it comes out of the proxy, and say what is answered."""
        headers = {"X-Twilio-Signature": signature(url, form) if signed is None else signed}
        async with httpx2.AsyncClient() as http:
            to = url.replace(self.public, self.local)
            answer = await http.post(to, data=form, headers=headers)
        self.answers.append(answer.status_code)
        return int(answer.status_code)

    async def run(self) -> None:
        """Watch the calls, and call back."""
        async with asyncio.TaskGroup() as group:
            watched: set[str] = set()
            while True:
                for call in self.twilio.placed:
                    if call.sid not in watched and "StatusCallback" in call.form:
                        watched.add(call.sid)
                        group.create_task(self._watch(call))
                await asyncio.sleep(0.01)

    async def _watch(self, call: Placed) -> None:
        kept: list[dict[str, str]] = []
        swapped = self.is_swapped(call)
        answered = joined = False
        while True:
            status, alive = call.status, call.alive
            if status == "in-progress" and not answered:
                answered = True
                kept.append(self._form(call, status))
            legs = [leg for leg in call.legs() if leg["status"] == "in-progress"]
            if legs and not joined and (url := _of_the_desks_leg(call)):
                joined = True
                form = self._form(call, "in-progress") | {
                    "CallSid": str(legs[0]["sid"]),
                    "ParentCallSid": call.sid,
                }
                await self._send(url, form)
            if not alive:
                kept.append(self._form(call, status))
            if kept and (not swapped or not alive):
                for form in reversed(kept):
                    await self._send(call.form["StatusCallback"], form)
                kept.clear()
            if not alive:
                return
            await asyncio.sleep(0.01)

    def is_swapped(self, call: Placed) -> bool:
        """Whether the call's last one comes before the others."""
        return self.swapped

    async def _send(self, url: str, form: dict[str, str]) -> None:
        self.sent.append((url, form))
        if self.lost:
            return
        await asyncio.sleep(self.late)
        for _ in range(self.times):
            await self.post(url, form)

    @staticmethod
    def _form(call: Placed, status: str) -> dict[str, str]:
        return {
            "AccountSid": SID,
            "CallSid": call.sid,
            "CallStatus": status,
            "From": call.form["From"],
            "To": call.form["To"],
        }


def _of_the_desks_leg(call: Placed) -> str | None:
    found = re.search(r'<Number statusCallback="([^"]*)"', call.form["Twiml"])
    return unescape(found[1]) if found else None


@asynccontextmanager
async def calling_back(called: CallingBack) -> AsyncIterator[CallingBack]:
    """Call back for as long as the block runs."""
    running = asyncio.create_task(called.run())
    try:
        yield called
    finally:
        running.cancel()
