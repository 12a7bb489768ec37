"""Twilio's Calls resource over HTTP: what is asked, and what an answer means."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import httpx2
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from providers.protocols import ProviderFailed

M = TypeVar("M", bound=BaseModel)

_CONNECT_SECONDS = 5
_ASK_SECONDS = 10
_CREATE_SECONDS = 30
"""Longer than Twilio takes to give up by itself: an answer is worth waiting for."""

_LONGEST_WAIT = timedelta(minutes=5)
_LATEST_CALLS = 50


class Refused(ProviderFailed):
    """The request was understood and not carried out."""

    def __init__(self, status: int, code: int | None, retry_after: timedelta | None) -> None:
        super().__init__(f"twilio: refused, {status} {code or ''}".rstrip(), retry_after)
        self.code = code


class Unsent(ProviderFailed):
    """There was nobody to take the request."""


class Unclear(ProviderFailed):
    """The request may have been carried out."""


class Status(StrEnum):
    """Where a call stands."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


def _moment(text: Any) -> Any:  # whatever the answer holds
    return parsedate_to_datetime(text) if isinstance(text, str) else text


class Call(BaseModel):
    """A call, without the numbers in it."""

    sid: Annotated[str, Field(pattern=r"^CA[0-9a-fA-F]{32}$")]
    status: Status
    answered_by: str | None = None
    date_created: Annotated[datetime | None, BeforeValidator(_moment)] = None


class _Page(BaseModel):
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Account:
    """Whose calls they are."""

    sid: str
    auth_token: str = field(repr=False)
    base_url: str


class TwilioApi:
    """Asks Twilio. What it raises quotes neither a number nor an answer's text."""

    def __init__(self, account: Account) -> None:
        for name in ("httpx2", "httpcore2"):  # they log addresses, and those hold numbers
            logging.getLogger(name).setLevel(logging.WARNING)
        self._calls = f"/2010-04-01/Accounts/{account.sid}/Calls"
        self._http = httpx2.AsyncClient(
            base_url=account.base_url,
            auth=httpx2.BasicAuth(account.sid, account.auth_token),
            timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS, pool=_CONNECT_SECONDS),
        )

    async def create(self, form: Mapping[str, str]) -> Call:
        """Place a call."""
        return _read(Call, await self._ask("POST", ".json", form=form, within=_CREATE_SECONDS))

    async def call(self, sid: str) -> Call:
        """A call as it stands."""
        return _read(Call, await self._ask("GET", f"/{sid}.json"))

    async def children(self, sid: str) -> tuple[Call, ...]:
        """The calls that a call dialled."""
        return _read(_Page, await self._ask("GET", ".json", {"ParentCallSid": sid})).calls

    async def latest(self, to: str, from_: str) -> tuple[tuple[Call, ...], datetime]:
        """The latest calls between two numbers, the newest first, and the time it is there.

        Not narrowed down by StartTime: a call that is queued has none yet, and it counts days.
        """
        asked = {"To": to, "From": from_, "PageSize": str(_LATEST_CALLS)}
        response = await self._ask("GET", ".json", asked)
        return _read(_Page, response).calls, _date(response) or datetime.now(UTC)

    async def end(self, sid: str) -> None:
        """Hang up, whether it rings or is answered."""
        await self._ask("POST", f"/{sid}.json", form={"Status": Status.COMPLETED})

    async def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        within: float | None = None,
    ) -> httpx2.Response:
        failure: ProviderFailed
        within = within or _ASK_SECONDS
        try:
            async with asyncio.timeout(within):
                response = await self._http.request(
                    method, self._calls + path, params=params, data=form
                )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError):
            failure = Unsent("twilio: no connection")
        except TimeoutError:
            failure = Unclear(f"twilio: no answer within {within:g} s")
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, ValueError) as error:
            failure = Unclear(f"twilio: the answer was lost ({type(error).__name__})")
        else:
            if response.is_success:
                return response
            wait = _retry_after(response)
            if response.is_server_error:
                failure = Unclear(f"twilio: out of order, {response.status_code}", wait)
            else:
                failure = Refused(response.status_code, _code(response), wait)
        # Raised out here, so that no exception with an address in it hangs on to it.
        raise failure


def _read(model: type[M], response: httpx2.Response) -> M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        pass
    raise Unclear("twilio: the answer is malformed")


def _code(response: httpx2.Response) -> int | None:
    try:
        body = response.json()
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None


def _date(response: httpx2.Response) -> datetime | None:
    return _parsed(response.headers.get("Date"))


def _parsed(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _retry_after(response: httpx2.Response) -> timedelta | None:
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal() and len(text) < 7:
        wait = timedelta(seconds=int(text))
    elif until := _parsed(text):
        wait = until - (_date(response) or datetime.now(UTC))
    else:
        return None
    return min(max(wait, timedelta(seconds=1)), _LONGEST_WAIT)
