"""Whether a try before the one that is held may have deactivated the account (section 6)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.accounts import AccountActivities, Held
from domain.case.activity_inputs import DeactivateInput
from domain.case.status import Reason
from providers.protocols import ProviderFailed

INPUT = DeactivateInput(
    case_id="case/US/A1/run",
    store="US",
    seller_id="A1",
    reason=Reason.NOT_REACHED,
    opened_at=datetime(2026, 12, 1, tzinfo=UTC),
)


@dataclass
class Accounts:
    """An account that stays active, and whose service may fail."""

    reads: bool = True
    deactivates: bool = True

    async def is_active(self, store: str, seller_id: str) -> bool:
        if not self.reads:
            raise ProviderFailed("the account service is down")
        return True

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        if not self.deactivates:
            raise ProviderFailed("no answer in time")


@dataclass
class Mailbox:
    """What the look into it finds; None: it is away."""

    holds: bool | None

    async def waits_for(self, case_id: str, opened_at: datetime) -> bool:
        if self.holds is None:
            raise ProviderFailed("mailbox: it is away")
        return self.holds


async def perform(
    accounts: Accounts, holds: bool | None, attempt: int, details: tuple[Any, ...]
) -> tuple[BaseException, tuple[Any, ...]]:
    """One try. Return how it failed, and what it leaves to the next one."""
    env, left = ActivityEnvironment(), [details]
    env.info = replace(env.info, attempt=attempt, heartbeat_details=details)
    env.on_heartbeat = lambda *noted: left.append(noted)
    service: Any = accounts
    programme: Any = None
    doing = AccountActivities(service, programme, unread_mail=Mailbox(holds))
    with pytest.raises(Exception) as failed:  # noqa: PT011 - the tests look at it
        await env.run(doing.deactivate_account, INPUT)
    return failed.value, left[-1]


@pytest.mark.parametrize(
    ("accounts", "holds", "asks"),
    [
        (Accounts(), None, False),
        (Accounts(reads=False), False, False),
        (Accounts(deactivates=False), False, True),
        (Accounts(), False, True),  # the account is active although it was deactivated
    ],
)
async def test_only_a_try_that_has_asked_may_have_taken_effect(
    accounts: Accounts, holds: bool | None, asks: bool
) -> None:
    details: tuple[Any, ...] = ()
    for attempt in (1, 2, 3):
        failure, details = await perform(accounts, holds, attempt, details)
        assert not isinstance(failure, Held)
    held, _ = await perform(Accounts(), True, 4, details)
    assert isinstance(held, Held)
    assert held.details == (asks,)


async def test_a_try_that_never_ended_may_have_asked() -> None:
    _, details = await perform(Accounts(), None, 1, ())
    held, _ = await perform(Accounts(), True, 3, details)
    assert isinstance(held, Held)
    assert held.details == (True,)


async def test_the_first_try_is_held_with_nothing_asked() -> None:
    held, _ = await perform(Accounts(), True, 1, ())
    assert isinstance(held, Held)
    assert (held.type, held.details) == (Reason.MESSAGE_WAITING, (False,))
