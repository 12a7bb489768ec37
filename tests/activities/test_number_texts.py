"""When a text message is sent, and that it is sent once (docs/rules.md, section 2)."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.number_texts import NumberTextActivities
from domain.enrollment.activity_inputs import PlaceNumberCallInput
from domain.enrollment.verification import CallKind
from domain.shared.result import Result
from providers.text_protocols import Text

NINE = datetime(2026, 12, 1, 21, tzinfo=UTC)
"""The end of the hours in which a number is told."""
MINUTE = timedelta(minutes=1)


@dataclass
class Provider:
    """It has sent `earlier`, and notes what it is asked to send."""

    earlier: str | None = None
    age_asked: timedelta | None = None
    sent: int = 0
    within: timedelta | None = None
    finding_takes: float = 0

    async def find(self, text: Text, age: timedelta) -> str | None:
        self.age_asked = age
        await asyncio.sleep(self.finding_takes)
        return self.earlier

    async def send(self, text: Text, within: timedelta) -> str:
        self.sent, self.within = self.sent + 1, within
        return "new"

    async def result(self, sent: str) -> Result | None:
        return Result.ACCEPTED


async def result_of(provider: Provider, *, attempt: int, started: datetime) -> Result:
    env = ActivityEnvironment()
    env.info = replace(
        env.info, attempt=attempt, started_time=started, scheduled_time=NINE - 5 * MINUTE
    )
    asked = PlaceNumberCallInput(
        case_id="enrollment/US/A1/0199",
        number=1,
        phone="+12065559301",
        language="en-US",
        at=NINE - 5 * MINUTE,
        latest=NINE,
        kind=CallKind.CHANGED,
    )
    found = await env.run(NumberTextActivities(provider).send_number_text, asked)
    assert isinstance(found, Result)
    return found


@pytest.mark.parametrize(("attempt", "result"), [(1, Result.SKIPPED), (2, Result.PROVIDER_FAILED)])
async def test_no_try_sends_a_text_once_its_hours_are_over(attempt: int, result: Result) -> None:
    provider = Provider()
    assert await result_of(provider, attempt=attempt, started=NINE) is result
    assert provider.sent == 0


async def test_one_that_an_earlier_try_has_sent_counts_whatever_the_hour() -> None:
    provider = Provider(earlier="found")
    assert await result_of(provider, attempt=2, started=NINE + MINUTE) is Result.ACCEPTED
    assert (provider.sent, provider.age_asked) == (0, 6 * MINUTE)


async def test_a_further_try_sends_what_no_earlier_one_has() -> None:
    provider = Provider()
    assert await result_of(provider, attempt=2, started=NINE - MINUTE) is Result.ACCEPTED
    assert provider.sent == 1


async def test_what_waits_at_the_provider_is_not_sent_once_its_hours_are_over() -> None:
    provider = Provider()
    await result_of(provider, attempt=1, started=NINE - MINUTE)
    assert provider.within is not None
    assert timedelta(seconds=50) < provider.within <= MINUTE


async def test_no_text_is_sent_if_its_hours_end_while_an_earlier_one_is_looked_for() -> None:
    provider = Provider(finding_takes=0.2)
    started = NINE - timedelta(seconds=0.1)
    assert await result_of(provider, attempt=2, started=started) is Result.PROVIDER_FAILED
    assert provider.sent == 0
