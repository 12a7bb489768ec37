"""Workers of ours that are absent are never held against a seller (docs/rules.md, section 4).

No time is skipped while anything waits for a worker: it then passes as on the wall. So the
time that a call or an e-mail is given, and the hours of what is missed, are brought down to
seconds here. tests/domain/case/test_outages.py plays downtimes of hours.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from domain.case.attempt import Channel
from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.case.view import CaseView
from domain.shared.names import CASES_QUEUE, EMAIL_QUEUE, TELEPHONY_QUEUE
from domain.shared.result import Result
from runtime.settings import Settings
from runtime.workers import working
from tests.engine import BENCH, HOUR, Engine, OpenCase, engine_in
from tests.outages import CALL, EMAIL
from tests.patience import PATIENCE
from tests.workflows.failing_providers import FailingProviders, Log

SECOND = 1 / 3600
DEACTIVATED = (Status.DEACTIVATED, Reason.NOT_REACHED)
NOT_REALLY_TRIED = (Status.ESCALATED, Reason.NOT_REALLY_TRIED)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def idle(tmp_path_factory: pytest.TempPathFactory, server: str) -> AsyncIterator[Engine]:
    """An engine without a worker."""
    providers = FailingProviders()
    folder = tmp_path_factory.mktemp("idle")
    async with engine_in(
        folder, telephone=providers, mail=providers, queues=(), server=server
    ) as engine:
        yield engine


@asynccontextmanager
async def serving(engine: Engine, *queues: str) -> AsyncIterator[None]:
    """Workers for these queues."""
    settings = Settings(state=engine.folder, drain_seconds=0.5, **BENCH)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(working(engine.client, settings, engine.providers, queues))
        yield


async def opened(engine: Engine, seller_id: str, **rules: Any) -> tuple[OpenCase, Log]:
    """A case that has just begun, and what the providers see of it."""
    providers = engine.providers.telephone
    assert isinstance(providers, FailingProviders)
    log = providers.log(seller_id)
    return await engine.open(seller_id=seller_id, wait=False, rules=rules), log


def outcome(view: CaseView) -> tuple[Status, str | None]:
    return view.status, view.reason


def hours_of(view: CaseView, channel: Channel, result: Result) -> list[float]:
    """When the attempts of a channel began that ended so."""
    return [
        round((attempt.at - view.opened_at) / HOUR, 1)
        for attempt in view.attempts
        if (attempt.channel, attempt.result) == (channel, result)
    ]


def missing(view: CaseView) -> list[str | None]:
    """What the timeline says was missing."""
    return [entry.note for entry in view.timeline if entry.what is EventKind.ESCALATED]


async def test_without_workers_for_the_telephone_nobody_is_deactivated(idle: Engine) -> None:
    async with serving(idle, CASES_QUEUE, EMAIL_QUEUE):
        case, log = await opened(idle, "NO-TELEPHONY", call_timeout="PT0.1S")
        await case.play(73 * HOUR)
        view = await case.view()
    assert outcome(view) == NOT_REALLY_TRIED
    assert missing(view) == ["fewer than 3 calls rang"]
    assert log.rang == []
    assert len(log.accepted) == 5
    assert len(hours_of(view, CALL, Result.PROVIDER_FAILED)) == 10


async def test_without_workers_for_mail_nobody_is_deactivated(idle: Engine) -> None:
    async with serving(idle, CASES_QUEUE, TELEPHONY_QUEUE):
        case, log = await opened(idle, "NO-EMAIL", email_timeout="PT0.1S")
        await case.play(71.9 * HOUR)
        # Later there is the desk to be told, which nobody does either.
        playing = asyncio.create_task(case.play(HOUR))
        view = await case.reaches(Status.ESCALATED)
        async with serving(idle, EMAIL_QUEUE):
            await playing
            await case.when(lambda v: any(e.what is EventKind.DESK_TOLD for e in v.timeline))
    assert outcome(view) == NOT_REALLY_TRIED
    assert missing(view) == ["the final notice was not accepted"]
    assert (len(log.rang), log.accepted, len(log.desk_told)) == (10, [], 1)
    assert hours_of(view, EMAIL, Result.PROVIDER_FAILED) == [0, 24, 36, 48, 66]


async def test_what_waited_too_long_for_a_worker_has_failed_and_is_not_made_up_for(
    idle: Engine,
) -> None:
    """The one case misses a call at hour 32, the other an e-mail at hour 20."""
    async with serving(idle, CASES_QUEUE):
        async with serving(idle, TELEPHONY_QUEUE, EMAIL_QUEUE):
            call, call_log = await opened(idle, "CALL", call_timeout="PT3S")
            rules = {"email_hours": [0, 20, 48, 66], "email_timeout": "PT3S"}
            email, email_log = await opened(idle, "EMAIL", **rules)
            await asyncio.gather(call.play(31 * HOUR), email.play(19 * HOUR))
        await asyncio.gather(*(case.play(2 * HOUR) for case in (call, email)))
        async with serving(idle, TELEPHONY_QUEUE, EMAIL_QUEUE):
            await asyncio.gather(*(case.play(73 * HOUR) for case in (call, email)))
            call_view, email_view = await call.end(), await email.end()
    assert hours_of(call_view, CALL, Result.PROVIDER_FAILED) == [32]
    assert (len(call_log.rang), len(call_log.accepted)) == (9, 5)
    assert not any(24.5 < hour < 47.5 for hour in call_log.rang)
    assert hours_of(email_view, EMAIL, Result.PROVIDER_FAILED) == [20]
    assert (len(email_log.rang), len(email_log.accepted)) == (10, 3)
    assert not any(0.5 < hour < 47.5 for hour in email_log.accepted)
    assert outcome(call_view) == outcome(email_view) == DEACTIVATED


async def test_a_call_that_waited_for_a_worker_in_time_is_dialled_once(idle: Engine) -> None:
    async with serving(idle, CASES_QUEUE, EMAIL_QUEUE):
        case, log = await opened(idle, "IN-TIME")
        await case.when(lambda v: any(a.result for a in v.attempts))
        await asyncio.sleep(0.5)
        assert log.rang == []
        async with serving(idle, TELEPHONY_QUEUE):
            view = await case.settled()
            await case.play(0.5 * HOUR)
    assert hours_of(view, CALL, Result.NO_ANSWER) == [0]
    assert len(log.rang) == 2, "and the next one when it is due"


async def test_after_downtime_only_the_newest_of_each_channel_is_made_up_for(idle: Engine) -> None:
    """Nobody takes up the cases at hour 24, for some seconds: one misses most of its agenda
    then, the other, whose agenda is the usual one, a call and an e-mail.
    """
    missed = [24, 24 + SECOND / 2, 24 + SECOND]
    async with serving(idle, TELEPHONY_QUEUE, EMAIL_QUEUE):
        async with serving(idle, CASES_QUEUE):
            much, much_log = await opened(
                idle,
                "MISSED-MUCH",
                call_hours=[0, 1, 4, *missed, 48, 56, 70],
                email_hours=[0, *missed, 66],
                call_spacing="PT0.2S",
            )
            little, little_log = await opened(idle, "MISSED-LITTLE")
            both = (much, little)
            await asyncio.gather(*(case.play(23 * HOUR) for case in both))
            begun = max([(await case.view()).opened_at for case in both])
        # Their clocks now go to hour 24, and then on with the one on the wall.
        playing = [asyncio.create_task(case.play(2 * HOUR)) for case in both]
        async with asyncio.timeout(PATIENCE):
            for case in both:
                while (
                    await idle.skipper.get_current_time(case.handle)
                    < begun + (24 + 2 * SECOND) * HOUR
                ):
                    await asyncio.sleep(0.1)
        assert (len(much_log.rang), len(much_log.accepted)) == (3, 1)
        async with serving(idle, CASES_QUEUE):
            await asyncio.gather(*playing)
            assert (len(much_log.rang), len(much_log.accepted)) == (4, 2)
            await asyncio.gather(*(case.play(50 * HOUR) for case in both))
            much_view, little_view = await much.view(), await little.end()

    assert hours_of(much_view, CALL, Result.SKIPPED) == [24, 24]
    assert hours_of(much_view, EMAIL, Result.SKIPPED) == [24, 24]
    assert much_log.most_at_once == 1
    assert outcome(much_view) == NOT_REALLY_TRIED
    assert missing(much_view) == ["an attempt was skipped"]
    assert not much_log.really_tried(72, skipped=4)
    assert much_log.really_tried(72, skipped=0), "all else was as it has to be"

    assert (len(little_log.rang), len(little_log.accepted)) == (10, 5)
    assert outcome(little_view) == DEACTIVATED
