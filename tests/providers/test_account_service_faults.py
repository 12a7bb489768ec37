"""Whatever the account service answers, nothing is believed that the contract does not say."""

import asyncio
import io
import logging
import traceback
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from examples.account_service import TOKEN
from providers.http.account_service import AccountServer, HttpAccountService
from providers.protocols import ProviderFailed
from tests.providers.disturbed_account_service import (
    ACCOUNT,
    APPEAL,
    BROKEN,
    CASE,
    DOWN,
    REDIRECT,
    SELLER,
    TOO_MANY,
    UNAUTHORIZED,
    AfterActing,
    Disturbed,
    disturbed,
    dropped,
    hangs,
    huge,
    said,
    slow,
)

LEAKED = {"told": f"Bearer {TOKEN} {SELLER} is no good"}
FAULTS: dict[str, ASGIApp] = {
    "hangs": hangs,
    "slow bytes": slow,
    "huge": huge,
    "dropped": dropped,
    "500": BROKEN,
    "503": DOWN,
    "401": UNAUTHORIZED,
    "429": TOO_MANY,
    "redirect": REDIRECT,
    "no content": Response(b"", 204),
    "created": JSONResponse({"account": ACCOUNT, "state": "deactivated"}, 201),
    "by a proxy": JSONResponse({"account": ACCOUNT, "state": "deactivated"}, 203),
    "accepted for later": JSONResponse({"account": ACCOUNT, "state": "deactivated"}, 202),
    "an error that looks right": JSONResponse({"account": ACCOUNT, "state": "deactivated"}, 500),
    "another account": said("deactivated", "US:A3OTHER"),
    "another store": said("deactivated", f"CA:{SELLER}"),
    "no account": JSONResponse({"state": "deactivated"}),
    "no state": JSONResponse({"account": ACCOUNT}),
    "a state that is not in the contract": said("suspended"),
    "a state in capitals": said("DEACTIVATED"),
    "a state that is none": said(None),
    "a state that is true": said(True),
    "a list of states": said(["deactivated"]),
    "a list": JSONResponse([{"account": ACCOUNT, "state": "deactivated"}]),
    "an object around it": JSONResponse({"data": {"account": ACCOUNT, "state": "deactivated"}}),
    "a text": Response("deactivated"),
    "a page": Response(f"<html>deactivated {LEAKED}</html>", media_type="text/html"),
    "nothing": Response(b""),
    "cut off": Response(said("deactivated").body[:-1]),
    "not UTF-8": Response(b'{"account": "US:A2EXAMPLE", "state": "deactivated\xff"}'),
    "half a character": Response(b'{"account": "\\ud800", "state": "deactivated"}'),
    "nested": Response(b"[" * 50_000),
    "told our secrets": JSONResponse(LEAKED, 400),
}


@pytest.fixture
async def service() -> AsyncIterator[Disturbed]:
    async with disturbed() as running:
        yield running


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the adapter's libraries log, at any level."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    loggers = [logging.getLogger(name) for name in ("httpx2", "httpcore2", "providers")]
    for logger in loggers:
        logger.addHandler(handler)
    yield text
    for logger in loggers:
        logger.removeHandler(handler)


def nothing_told(failure: BaseException, logged: io.StringIO) -> None:
    told = "".join(traceback.format_exception(failure)) + repr(failure) + logged.getvalue()
    assert failure.__cause__ is None
    assert failure.__context__ is None or failure.__suppress_context__
    for secret in (SELLER, f"Bearer {TOKEN}", CASE, "is no good"):
        assert secret not in told


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_is_believed(service: Disturbed, fault: str, logged: io.StringIO) -> None:
    service.answers(FAULTS[fault])
    accounts = service.client(timeout_seconds=1.5)
    for asked in (
        accounts.is_active("US", SELLER),
        accounts.deactivate("US", SELLER, CASE),
        accounts.reinstate("US", SELLER, CASE, APPEAL),
    ):
        with pytest.raises(ProviderFailed, match="account service: ") as failure:
            await asked
        nothing_told(failure.value, logged)
    assert len(service.asked) == 3  # no redirect was followed, nothing was tried again
    assert not service.accounts.deactivated


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_was_done_before_the_fault_is_read_back(service: Disturbed, fault: str) -> None:
    service.answers(AfterActing(FAULTS[fault]), reads=False)
    accounts = service.client(timeout_seconds=1.5)
    with pytest.raises(ProviderFailed):
        await accounts.deactivate("US", SELLER, CASE)
    assert not await accounts.is_active("US", SELLER)


async def test_a_deactivation_that_leaves_the_account_active_is_a_failure(
    service: Disturbed,
) -> None:
    service.answers(said("active"), reads=False)
    with pytest.raises(ProviderFailed, match="took deactivate, and the account is active"):
        await service.client().deactivate("US", SELLER, CASE)


async def test_a_lie_is_found_by_reading_back(service: Disturbed) -> None:
    service.answers(said("deactivated"), reads=False)
    accounts = service.client()
    await accounts.deactivate("US", SELLER, CASE)
    assert await accounts.is_active("US", SELLER)


async def test_fields_that_the_contract_does_not_name_are_ignored(service: Disturbed) -> None:
    more = {"account": ACCOUNT, "state": "active", "since": "2026-01-01", "by": {"who": 1}}
    service.answers(JSONResponse(more))
    assert await service.client().is_active("US", SELLER)


async def test_a_wrong_token_is_told_apart(service: Disturbed, logged: io.StringIO) -> None:
    with pytest.raises(ProviderFailed, match=r"our token or certificate \(401\)") as failure:
        await service.client(token="wrong").is_active("US", SELLER)
    nothing_told(failure.value, logged)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid"])
async def test_nobody_there(url: str, logged: io.StringIO) -> None:
    with pytest.raises(ProviderFailed, match="no connection") as failure:
        await HttpAccountService(AccountServer(url, TOKEN)).is_active("US", SELLER)
    nothing_told(failure.value, logged)


async def test_a_connection_closed_without_a_word(logged: io.StringIO) -> None:
    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(close, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(ProviderFailed, match="the answer was lost") as failure:
            await HttpAccountService(AccountServer(url, TOKEN)).deactivate("US", SELLER, CASE)
    nothing_told(failure.value, logged)


async def test_many_at_once_share_nothing(service: Disturbed) -> None:
    service.answers(hangs)
    accounts = service.client(timeout_seconds=2)
    others = [accounts.deactivate("US", f"SELLER{n}", f"case/{n}") for n in range(40)]
    hanging = asyncio.create_task(accounts.is_active("US", SELLER))
    await asyncio.gather(*others)
    assert len(service.accounts.deactivated) == 40
    with pytest.raises(ProviderFailed):
        await hanging
