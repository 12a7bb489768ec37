"""A client of Twilio's resources of calls and texts: requests, and the meaning of answers."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import httpx2
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from providers.protocols import ProviderFailed
from providers.retry_after import parsed_date, retry_after

M = TypeVar("M", bound=BaseModel)

_CONNECT_SECONDS = 5
_ASK_SECONDS = 10
_CREATE_SECONDS = 30
"""Twilio gives up earlier than this. Waiting for its answer tells us whether it placed the call."""

_LONGEST_WAIT = timedelta(minutes=5)
_LATEST = 50
DATES_ARE_ROUNDED = timedelta(seconds=2)
"""Twilio's dates have whole seconds."""
_LONGEST_BODY = 1_000_000
_CALLS, _MESSAGES = "Calls", "Messages"
_PERHAPS_DONE = frozenset({408, 409, 425, 21204})
"""HTTP statuses, and Twilio's code for "call already initiated"."""


class Refused(ProviderFailed):
    """Twilio refused the request and did nothing."""

    def __init__(self, status: int, code: int | None, retry_after: timedelta | None) -> None:
        super().__init__(f"twilio: refused, {status} {code or ''}".rstrip(), retry_after)
        self.code = code


class Unsent(ProviderFailed):
    """The request did not reach Twilio."""


class Unclear(ProviderFailed):
    """Twilio may have carried out the request."""


class CallStatus(StrEnum):
    """The status of a call."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"

    UNKNOWN = ""
    """A status that this code does not know."""


def _known(status: Any) -> Any:  # Any: the answer can hold anything
    known = isinstance(status, str) and status in set(CallStatus)
    return status if known else CallStatus.UNKNOWN


class Call(BaseModel):
    """A call. The phone numbers are left out."""

    sid: Annotated[str, Field(pattern=r"^CA[0-9a-fA-F]{32}$")]
    status: Annotated[CallStatus, BeforeValidator(_known)]
    answered_by: str | None = None
    date_created: Annotated[datetime | None, BeforeValidator(parsed_date)] = None
    end_time: Annotated[datetime | None, BeforeValidator(parsed_date)] = None
    duration: int | None = None
    """Seconds from the answer to the end."""

    @property
    def is_by_machine(self) -> bool:
        """Whether a machine answered, as far as is known."""
        by = self.answered_by or ""
        return by == "fax" or by.startswith("machine")


class Leg(Call):
    """A call with its numbers, and with the call that dialled it."""

    direction: str
    from_: Annotated[str, Field(alias="from", repr=False)]
    to: Annotated[str, Field(repr=False)]
    parent_call_sid: str | None = None


class _Page(BaseModel):
    calls: tuple[Call, ...]


class Message(BaseModel):
    """A text message. Its numbers are left out."""

    sid: Annotated[str, Field(pattern=r"^(SM|MM)[0-9a-fA-F]{32}$")]
    status: str
    error_code: int | None = None
    body: Annotated[str | None, Field(repr=False)] = None
    date_created: Annotated[datetime | None, BeforeValidator(parsed_date)] = None


class _Messages(BaseModel):
    messages: tuple[Message, ...]


class _Complaint(BaseModel):
    code: Annotated[int | None, Field(ge=0, le=999_999)] = None


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes = field(repr=False)
    date: datetime | None
    wait: timedelta | None
    """How long Twilio asks us to wait."""


@dataclass(frozen=True)
class Account:
    """Our account at Twilio."""

    sid: str
    auth_token: str = field(repr=False)
    base_url: str


class TwilioApi:
    """Sends requests to Twilio. Its exceptions quote neither a number nor an answer's text."""

    def __init__(self, account: Account) -> None:
        for name in ("httpx2", "httpcore2"):  # they log URLs, which contain numbers
            logging.getLogger(name).setLevel(logging.WARNING)
        self._account = f"/2010-04-01/Accounts/{account.sid}"
        self._http = httpx2.AsyncClient(
            base_url=account.base_url,
            auth=httpx2.BasicAuth(account.sid, account.auth_token),
            headers={"Accept-Encoding": "identity"},
            # Each followed call can need a connection. Another setting limits the calls.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
        )

    async def create(self, form: Mapping[str, str | list[str]]) -> Call:
        """Place a call."""
        return _read(Call, await self._ask("POST", ".json", form=form, within=_CREATE_SECONDS))

    async def call(self, sid: str) -> Call:
        """Return a call with its current status."""
        return _read(Call, await self._ask("GET", f"/{sid}.json"))

    async def leg(self, sid: str) -> Leg:
        """Return a call with its current status and its numbers."""
        return _read(Leg, await self._ask("GET", f"/{sid}.json"))

    async def children(self, sid: str) -> tuple[Call, ...]:
        """Return the calls that a call dialled."""
        return _read(_Page, await self._ask("GET", ".json", {"ParentCallSid": sid})).calls

    async def latest(self, to: str, from_: str) -> tuple[tuple[Call, ...], datetime]:
        """Return the latest calls between two numbers, newest first, and Twilio's time.

        The request does not filter by StartTime. A queued call has no StartTime yet, and the
        filter knows whole days only.
        """
        params = {"To": to, "From": from_, "PageSize": str(_LATEST)}
        answer = await self._ask("GET", ".json", params)
        return _read(_Page, answer).calls, answer.date or datetime.now(UTC)

    async def end(self, sid: str, status: CallStatus = CallStatus.COMPLETED) -> Call:
        """Hang up. `completed` ends any call; `canceled` ends it only before it is answered."""
        return _read(Call, await self._ask("POST", f"/{sid}.json", form={"Status": status}))

    async def go_on_with(self, sid: str, twiml: str) -> datetime:
        """Make an answered call go on with this TwiML. Return Twilio's time."""
        answer = await self._ask("POST", f"/{sid}.json", form={"Twiml": twiml})
        return answer.date or datetime.now(UTC)

    async def send_text(self, form: Mapping[str, str]) -> Message:
        """Send a text message."""
        answer = await self._ask("POST", ".json", form=form, within=_CREATE_SECONDS, of=_MESSAGES)
        return _read(Message, answer)

    async def text(self, sid: str) -> Message:
        """Return a text message with its current status."""
        return _read(Message, await self._ask("GET", f"/{sid}.json", of=_MESSAGES))

    async def latest_texts(self, to: str) -> tuple[tuple[Message, ...], datetime]:
        """Return the latest text messages to a number, newest first, and Twilio's time."""
        params = {"To": to, "PageSize": str(_LATEST)}
        answer = await self._ask("GET", ".json", params, of=_MESSAGES)
        return _read(_Messages, answer).messages, answer.date or datetime.now(UTC)

    async def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str | list[str]] | None = None,
        within: float | None = None,
        *,
        of: str = _CALLS,
    ) -> _Answer:
        failure: ProviderFailed
        within = within or _ASK_SECONDS
        path = f"{self._account}/{of}{path}"
        try:
            async with asyncio.timeout(within):
                answer = await self._read(method, path, params=params, data=form)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError):
            failure = Unsent("twilio: no connection")
        except TimeoutError:
            failure = Unclear(f"twilio: no answer within {within:g} s")
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, ValueError) as error:
            failure = Unclear(f"twilio: the answer was lost ({type(error).__name__})")
        else:
            if 200 <= answer.status < 300:
                return answer
            code = _code(answer.body)
            if answer.status >= 500:
                failure = Unclear(f"twilio: server error, {answer.status}", answer.wait)
            elif answer.status in _PERHAPS_DONE or code in _PERHAPS_DONE:
                failure = Unclear(f"twilio: the request may be done, {answer.status}", answer.wait)
            else:
                failure = Refused(answer.status, code, answer.wait)
        # Raise it here, outside of the handlers. So it is not chained to an exception with a URL.
        raise failure

    # Any: arguments of httpx2.
    async def _read(self, method: str, path: str, **request: Any) -> _Answer:
        async with self._http.stream(method, path, **request) as response:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > _LONGEST_BODY:
                    raise ValueError("too long")
            date = parsed_date(response.headers.get("Date"))
            wait = retry_after(response.headers.get("Retry-After", ""), date, _LONGEST_WAIT)
            return _Answer(response.status_code, bytes(body), date, wait)


def may_be_since(created: datetime | None, now: datetime, age: timedelta) -> bool:
    """Tell whether what Twilio dates so can be of the last `age`, by Twilio's time."""
    return created is None or created >= now - age - DATES_ARE_ROUNDED


def _read(model: type[M], answer: _Answer) -> M:
    try:
        return model.model_validate_json(answer.body)
    except ValidationError:
        pass
    raise Unclear("twilio: the answer is malformed")


def _code(body: bytes) -> int | None:
    try:
        return _Complaint.model_validate_json(body).code
    except ValidationError:
        return None
