"""Calls to our number at Twilio (docs/real-telephone.md)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from providers.call_wording import SPOKEN
from providers.twilio.api import Account, CallStatus, TwilioApi
from providers.twilio.callbacks import PATH
from providers.twilio.speech import REFERENCE_DIGITS, Addresses, after_the_desk, for_a_caller
from providers.twilio.telephone import Numbers

INCOMING = f"{PATH}/incoming"
"""Where the page takes calls to our number, below its public address."""
ANSWERED = f"{INCOMING}/answered"
"""Where Twilio says that the desk's line was answered, or that the conversation has ended."""
TYPED = f"{INCOMING}/reference"
"""Where Twilio says what the caller has typed."""
ENDED = f"{INCOMING}/ended"
"""Where Twilio asks what to do when the desk's leg has ended."""

_COUNTS_FOR = timedelta(minutes=15)
"""How long after its end a conversation is recorded. A request sent again later is too old: the
number may be another seller's by then."""
_JOINED = frozenset({CallStatus.IN_PROGRESS, CallStatus.COMPLETED})

Sid = Annotated[str, Field(pattern=r"^CA[0-9a-fA-F]{32}$")]


class _Form(BaseModel):
    """What Twilio sends. It sends more than we read."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class ComingCall(_Form):
    """A call that comes in."""

    sid: Annotated[Sid, Field(alias="CallSid")]
    caller: Annotated[str, Field(alias="From", max_length=100, repr=False)] = ""
    verified: Annotated[str, Field(alias="StirVerstat", max_length=100)] = ""
    """What the carriers say of the caller's number (STIR/SHAKEN)."""

    @property
    def number(self) -> str | None:
        """Return the caller's number, or None if it is withheld or known to be forged."""
        if self.verified.startswith("TN-Validation-Failed"):
            return None
        return self.caller if self.shows_a_number else None

    @property
    def shows_a_number(self) -> bool:
        """Whether the caller's number is one (E.164)."""
        digits = self.caller[1:]
        return self.caller[:1] == "+" and digits.isascii() and digits.isdecimal()


class TypedReference(_Form):
    """What a caller has typed, or the query that carries it on."""

    digits: Annotated[str, Field(alias="Digits", pattern=rf"^[0-9]{{{REFERENCE_DIGITS}}}$")]


class DeskLeg(_Form):
    """News of the call to the desk's line."""

    sid: Annotated[Sid, Field(alias="CallSid")]
    parent: Annotated[Sid, Field(alias="ParentCallSid")]


class DeskLegEnded(_Form):
    """The call to the desk's line has ended, and Twilio asks what to do."""

    status: Annotated[str, Field(alias="DialCallStatus", max_length=40)]


@dataclass(frozen=True)
class Conversation:
    """A person who called our number spoke with the desk."""

    caller: str = field(repr=False)
    """The caller's number."""
    dialled: datetime
    """When the desk's line was called, to the second."""


class IncomingCalls:
    """Connects who calls our number to the desk's line, and says whether they spoke.

    Args:
        account: ours at Twilio.
        numbers: ours, and the desk's.
        url: the page's public address.
    """

    def __init__(self, account: Account, numbers: Numbers, url: str) -> None:
        self._api, self._numbers, self.url = TwilioApi(account), numbers, url

    def for_known(self, call: ComingCall, language: str, typed: str | None = None) -> str:
        """Return the TwiML that joins a caller to the desk whom we recognise.

        Args:
            call: theirs.
            language: one of `SPOKEN`.
            typed: the reference by which we do, if they have typed one.
        """
        told = f"{self.url}{ANSWERED}" + (f"?Digits={typed}" if typed else "")
        return self._twiml(call, language, told=told)

    def for_unknown(self, call: ComingCall, language: str, *, asked: bool) -> str:
        """Return the TwiML that joins any other caller, who may first be asked for a reference."""
        return self._twiml(call, language, typed=f"{self.url}{TYPED}" if asked else None)

    def _twiml(
        self, call: ComingCall, language: str, told: str | None = None, typed: str | None = None
    ) -> str:
        ended = f"{self.url}{ENDED}?language={language}"
        caller_id = None if call.shows_a_number else self._numbers.ours
        to = Addresses(ended, told, typed)
        return for_a_caller(SPOKEN[language], self._numbers.desk, caller_id, to)

    @staticmethod
    def after(ended: DeskLegEnded, language: str) -> str:
        """Return the TwiML that follows when the desk's leg has ended."""
        return after_the_desk(SPOKEN[language], spoke=ended.status in ("completed", "answered"))

    async def conversation(self, leg: DeskLeg) -> Conversation | None:
        """Ask Twilio about a leg. Return None unless it joined a caller to the desk, lately.

        Raises:
            ProviderFailed: Twilio does not answer.
        """
        desk, call = await self._api.leg(leg.sid), await self._api.leg(leg.parent)
        joined = desk.to == self._numbers.desk and desk.status in _JOINED
        if not joined or desk.parent_call_sid != call.sid or call.direction != "inbound":
            return None
        if desk.date_created is None:
            return None
        if desk.end_time and datetime.now(UTC) - desk.end_time > _COUNTS_FOR:
            return None
        return Conversation(call.from_, desk.date_created)
