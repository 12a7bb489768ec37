"""What becomes of an account: the same in the simulation and over HTTP."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from starlette.responses import Response

from providers.protocols import AccountService, ProviderFailed
from providers.simulated.account_service import SimulatedMarketplace
from tests.providers.disturbed_account_service import (
    ACCOUNT,
    APPEAL,
    CASE,
    SELLER,
    TOO_MANY,
    Disturbed,
    disturbed,
)

LATER = "case/US/A2EXAMPLE/02aa"
LATER_APPEAL = "appeal/US/A2EXAMPLE/04cc"


@pytest.fixture
async def service() -> AsyncIterator[Disturbed]:
    async with disturbed() as running:
        yield running


@pytest.fixture(params=["simulated", "http"])
def accounts(request: pytest.FixtureRequest, tmp_path: Path, service: Disturbed) -> AccountService:
    return SimulatedMarketplace(tmp_path) if request.param == "simulated" else service.client()


async def test_an_account_is_active_until_a_case_deactivates_it(accounts: AccountService) -> None:
    assert await accounts.is_active("US", SELLER)
    await accounts.deactivate("US", SELLER, CASE)
    assert not await accounts.is_active("US", SELLER)
    assert await accounts.is_active("CA", SELLER)
    await accounts.deactivate("US", SELLER, CASE)
    await accounts.deactivate("US", SELLER, LATER)
    assert not await accounts.is_active("US", SELLER)


async def test_the_case_that_deactivated_it_reinstates_it(accounts: AccountService) -> None:
    await accounts.deactivate("US", SELLER, CASE)
    await accounts.reinstate("US", SELLER, CASE, APPEAL)
    assert await accounts.is_active("US", SELLER)
    await accounts.reinstate("US", SELLER, CASE, APPEAL)
    await accounts.reinstate("US", SELLER, LATER, LATER_APPEAL)  # it is active already
    assert await accounts.is_active("US", SELLER)


async def test_no_case_reinstates_what_another_deactivated(accounts: AccountService) -> None:
    await accounts.deactivate("US", SELLER, LATER)
    await accounts.deactivate("US", SELLER, CASE)
    with pytest.raises(ProviderFailed, match="the case did not deactivate the account"):
        await accounts.reinstate("US", SELLER, CASE, APPEAL)
    assert not await accounts.is_active("US", SELLER)


async def test_a_refused_reinstatement_may_be_tried_again(accounts: AccountService) -> None:
    await accounts.deactivate("US", SELLER, LATER)
    with pytest.raises(ProviderFailed):
        await accounts.reinstate("US", SELLER, CASE, APPEAL)
    await accounts.reinstate("US", SELLER, LATER, LATER_APPEAL)
    await accounts.reinstate("US", SELLER, CASE, APPEAL)
    assert await accounts.is_active("US", SELLER)


async def test_a_later_case_deactivates_a_reinstated_account(accounts: AccountService) -> None:
    await accounts.deactivate("US", SELLER, CASE)
    await accounts.reinstate("US", SELLER, CASE, APPEAL)
    await accounts.deactivate("US", SELLER, LATER)
    assert not await accounts.is_active("US", SELLER)


async def test_a_late_repeat_of_an_appeal_undoes_no_later_deactivation(
    accounts: AccountService,
) -> None:
    await accounts.deactivate("US", SELLER, CASE)
    await accounts.reinstate("US", SELLER, CASE, APPEAL)
    await accounts.deactivate("US", SELLER, LATER)
    with suppress(ProviderFailed):  # over HTTP the answer says that the account is deactivated
        await accounts.reinstate("US", SELLER, CASE, APPEAL)
    assert not await accounts.is_active("US", SELLER)


async def test_a_late_repeat_undoes_no_reinstatement(service: Disturbed) -> None:
    accounts = service.client()
    await accounts.deactivate("US", SELLER, CASE)
    await accounts.reinstate("US", SELLER, CASE, APPEAL)
    with pytest.raises(ProviderFailed, match="took deactivate, and the account is active"):
        await accounts.deactivate("US", SELLER, CASE)
    assert await accounts.is_active("US", SELLER)


async def test_a_late_repeat_undoes_no_reinstatement_in_the_simulation(tmp_path: Path) -> None:
    accounts = SimulatedMarketplace(tmp_path)
    await accounts.deactivate("US", SELLER, CASE)
    await accounts.reinstate("US", SELLER, CASE, APPEAL)
    await accounts.deactivate("US", SELLER, CASE)
    assert await accounts.is_active("US", SELLER)


@pytest.mark.parametrize("seller", [".", "..", "...", "a.b", "A" * 64, "_", "-"])
async def test_every_seller_id_is_asked_for_as_it_is(service: Disturbed, seller: str) -> None:
    accounts = service.client()
    await accounts.deactivate("US", seller, CASE)
    assert not await accounts.is_active("US", seller)
    assert service.accounts.deactivated == {f"US:{seller}": CASE}


async def test_a_base_address_may_have_a_path_and_a_slash(service: Disturbed) -> None:
    service.url += "//"
    assert await service.client().is_active("US", SELLER)
    assert service.asked == [("GET", f"/accounts/{ACCOUNT}", None)]


async def test_each_change_has_a_key_of_its_own_and_an_appeal_names_the_cases_too(
    service: Disturbed,
) -> None:
    accounts = service.client()
    await accounts.deactivate("US", SELLER, CASE)
    await accounts.reinstate("US", SELLER, CASE, APPEAL)
    assert service.changes() == [("deactivate", CASE), ("reinstate", APPEAL)]


async def test_an_unknown_account_is_neither_active_nor_deactivated(service: Disturbed) -> None:
    accounts = service.client()
    for asked in (
        accounts.is_active("US", "UNKNOWN"),
        accounts.deactivate("US", "UNKNOWN", CASE),
        accounts.reinstate("US", "UNKNOWN", CASE, APPEAL),
    ):
        with pytest.raises(ProviderFailed, match="knows no such account") as failure:
            await asked
        assert failure.value.retry_after == timedelta(minutes=5)


async def test_how_long_to_wait_is_heeded(service: Disturbed) -> None:
    service.answers(TOO_MANY)
    with pytest.raises(ProviderFailed) as failure:
        await service.client().deactivate("US", SELLER, CASE)
    assert failure.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("3600", 300), ("0", 1), ("-1", None), ("soon", None), ("", None), ("9" * 30, None)],
)
async def test_what_is_no_wait_or_too_long_a_one(
    service: Disturbed, asked: str, seconds: int | None
) -> None:
    service.answers(Response("", 503, {"Retry-After": asked}))
    with pytest.raises(ProviderFailed) as failure:
        await service.client().is_active("US", SELLER)
    wait = failure.value.retry_after
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


async def test_a_date_is_a_wait_too(service: Disturbed) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    service.answers(Response("", 503, {"Retry-After": then}))
    with pytest.raises(ProviderFailed) as failure:
        await service.client().is_active("US", SELLER)
    assert failure.value.retry_after is not None
    assert timedelta(minutes=1) < failure.value.retry_after <= timedelta(minutes=2)


@pytest.mark.parametrize("status", [201, 204, 302, 400, 401, 403, 404, 409])
async def test_what_a_person_must_repair_is_not_asked_again_within_seconds(
    service: Disturbed, status: int
) -> None:
    service.answers(Response(b"", status))
    with pytest.raises(ProviderFailed, match=str(status)) as failure:
        await service.client().is_active("US", SELLER)
    assert failure.value.retry_after == timedelta(minutes=5)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_asked_again_as_any_failure(service: Disturbed, status: int) -> None:
    service.answers(Response(b"", status))
    with pytest.raises(ProviderFailed, match=str(status)) as failure:
        await service.client().is_active("US", SELLER)
    assert failure.value.retry_after is None
