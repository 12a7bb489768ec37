"""Enrollments on the real server (docs/rules.md, section 2)."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from domain.enrollment.events import AccountNews, Readmit, RecordRatings
from domain.enrollment.ratings import Rating, window_length
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.account import SellingPlan
from runtime.dev_server import TIME_SKIPPING
from temporal_client.search_attributes import SELLER, STATUS, STORE
from tests.engine import Engine, KnownSeller, engine_in
from tests.patience import PATIENCE
from tests.workflows.enrollment_events import changed, days_ago, found_harm, recorded
from tests.workflows.refusing import refused
from workflows.enrollment.seller_enrollment import SellerEnrollment as Programme

DAY = timedelta(days=1)
ENROLLED, INVITED = ("enrolled", "accepted"), ("invited", "accepted")


async def written(seller: KnownSeller, *letters: tuple[str, str]) -> None:
    """Those letters are sent, and after a while still no others."""
    await seller.when(
        lambda v: sum(e.what is EnrollmentEventKind.EMAIL for e in v.timeline) >= len(letters)
    )
    await asyncio.sleep(0.2)
    assert await seller.wrote() == list(letters)


async def test_a_good_half_year_enrolls_and_says_so_once(engine: Engine) -> None:
    seller = await engine.know("GOOD", email="good@seller.example")
    await written(seller, ENROLLED)
    view = await seller.tell(Programme.record_ratings, recorded(days_ago(365, 300)))
    assert (view.status, view.reason) == (
        EnrollmentStatus.ENROLLED,
        EnrollmentReason.REQUIREMENTS_MET,
    )
    await written(seller, ENROLLED)
    (mail,) = engine.mails("good@seller.example")
    assert "enrolled" in mail["Subject"]


async def test_it_sleeps_until_the_very_day_by_a_single_timer(engine: Engine) -> None:
    seller = await engine.know("SLEEPS", days_ago(100, 300))
    view = await seller.view()
    assert view.status is EnrollmentStatus.NOT_ELIGIBLE
    assert view.qualifies_on is not None
    wait = view.qualifies_on - datetime.now(UTC).date()
    await seller.play(wait - 2 * DAY)
    assert (await seller.view()).status is EnrollmentStatus.NOT_ELIGIBLE
    await seller.play(2 * DAY)
    await written(seller, ENROLLED)
    enrolled = next(
        e for e in (await seller.view()).timeline if e.status is EnrollmentStatus.ENROLLED
    )
    assert enrolled.at.date() == view.qualifies_on
    timers = [e for e in await seller.events() if e == "timer_started_event_attributes"]
    assert len(timers) == 1


async def test_a_quiet_half_year_of_an_enrolled_seller_is_no_event(engine: Engine) -> None:
    seller = await engine.know("QUIET")
    await written(seller, ENROLLED)
    before = await seller.events()
    assert "timer_started_event_attributes" not in before
    await seller.play(183 * DAY)
    assert await seller.events() == before


async def test_who_lacks_only_a_number_is_asked_twice_and_enrolled_when_it_comes(
    engine: Engine,
) -> None:
    seller = await engine.know("ASKED", emergency_phone=None, email="asked@seller.example")
    await written(seller, INVITED)
    await seller.play(6 * DAY)
    await written(seller, INVITED)
    await seller.play(2 * DAY)
    again = ("invited_again", "accepted")
    await written(seller, INVITED, again)
    await seller.play(60 * DAY)
    await written(seller, INVITED, again)
    view = await seller.tell(Programme.change_account, changed(emergency_phone="+12065550110"))
    assert view.status is EnrollmentStatus.ENROLLED
    await written(seller, INVITED, again, ENROLLED)
    assert len(engine.mails("asked@seller.example")) == 3


async def test_a_number_that_is_not_valid_invites_and_one_in_a_message_is_refused(
    engine: Engine,
) -> None:
    seller = await engine.know("WRONG", emergency_phone="+12065550")
    view = await seller.view()
    assert (view.status, view.reason) == (EnrollmentStatus.INVITED, EnrollmentReason.INVALID_NUMBER)
    for number, why in (("+12065550", "not a possible number"), ("+19005550101", "premium")):
        assert why in await refused(
            seller, Programme.change_account, changed(emergency_phone=number)
        )


@pytest.mark.parametrize("zone", ["localtime", "right/America/New_York", "Etc/GMT-9", "UTC"])
async def test_a_time_zone_that_names_no_place_is_refused(engine: Engine, zone: str) -> None:
    seller = await engine.know(f"NOWHERE-{zone.replace('/', '-')}")
    why = await refused(seller, Programme.change_account, changed(time_zone=zone))
    assert "time_zone: is not a time zone that names a place" in why


async def test_the_eleventh_day_below_ends_it_and_a_correction_of_it_does_not_write_twice(
    engine: Engine,
) -> None:
    seller = await engine.know("FALLS", days_ago(365, 300), days_ago(9, 249))
    warned = ("days_below", "accepted")
    await written(seller, ENROLLED, warned)
    await seller.play(DAY)
    view = await seller.when(lambda v: v.status is EnrollmentStatus.NOT_ELIGIBLE)
    assert view.reason is EnrollmentReason.TOO_MANY_DAYS_BELOW
    await written(seller, ENROLLED, warned, ("ended", "accepted"))
    await seller.tell(Programme.record_ratings, recorded(days_ago(9, 200)))
    await written(seller, ENROLLED, warned, ("ended", "accepted"))


async def test_a_removed_number_ends_it_and_one_e_mail_says_both(engine: Engine) -> None:
    seller = await engine.know("REMOVED")
    await written(seller, ENROLLED)
    view = await seller.tell(Programme.change_account, changed(emergency_phone=None))
    assert (view.status, view.reason) == (EnrollmentStatus.INVITED, EnrollmentReason.NO_NUMBER)
    confirmed, both = ("contact_changed", "accepted"), ("ended_number_needed", "accepted")
    await written(seller, ENROLLED, confirmed, both)
    await seller.play(8 * DAY)
    await written(seller, ENROLLED, confirmed, both, ("invited_again", "accepted"))


async def test_an_outage_of_mail_delays_a_letter_and_loses_none(engine: Engine) -> None:
    seller = await engine.know("OUTAGE", email="outage@seller.example")
    await seller.play(5 * timedelta(hours=1))
    assert await seller.wrote() == []
    await seller.tell(Programme.change_account, changed(email="back@seller.example"))
    await written(seller, ENROLLED)
    assert len(engine.mails("back@seller.example")) == 1


async def test_a_day_in_the_future_is_refused_naming_the_field(engine: Engine) -> None:
    seller = await engine.know("FUTURE")
    says = await refused(
        seller, Programme.record_ratings, recorded(days_ago(1, 300), days_ago(-2, 300))
    )
    assert "ratings.1.date" in says
    assert "future" in says


async def test_only_a_person_readmits_and_a_repeat_of_the_expulsion_changes_nothing(
    engine: Engine,
) -> None:
    seller = await engine.know("HARMS")
    await written(seller, ENROLLED)
    assert "not expelled" in await refused(
        seller, Programme.readmit, Readmit(by="lead", note="Was it?")
    )
    for _ in range(2):
        view = await seller.tell(Programme.expel, found_harm("case/US/HARMS/1"))
        assert (view.status, view.reason) == (EnrollmentStatus.EXPELLED, EnrollmentReason.HARM)
    view = await seller.tell(Programme.readmit, Readmit(by="lead", note="Mistaken identity"))
    assert view.status is EnrollmentStatus.ENROLLED
    # An answer that was lost has the case ask again, after the person has decided.
    view = await seller.tell(Programme.expel, found_harm("case/US/HARMS/1"))
    assert view.status is EnrollmentStatus.ENROLLED
    await written(seller, ENROLLED, ("ended", "accepted"), ENROLLED)


async def test_cancelling_does_not_make_the_programme_forget(engine: Engine) -> None:
    seller = await engine.know("CANCELLED")
    await seller.tell(Programme.expel, found_harm())
    await seller.handle.cancel()
    view = await seller.when(
        lambda v: any(e.what is EnrollmentEventKind.CANCELLATION_IGNORED for e in v.timeline)
    )
    assert view.status is EnrollmentStatus.EXPELLED
    view = await seller.tell(Programme.readmit, Readmit(by="lead", note="All is well"))
    assert view.status is EnrollmentStatus.ENROLLED


async def test_a_seller_is_found_with_both_workflow_types(engine: Engine) -> None:
    await engine.know("FOUND")
    await engine.open(seller_id="FOUND")
    query = f"{SELLER.name} = 'FOUND' AND {STORE.name} = 'US'"
    async with asyncio.timeout(PATIENCE):
        while True:
            found = {
                w.workflow_type: w.typed_search_attributes.get(STATUS)
                async for w in engine.client.list_workflows(query)
            }
            if found == {"Enrollment": "enrolled", "IssueCase": "contacting"}:
                return
            await asyncio.sleep(0.1)


async def test_a_poisoned_start_ends_at_once_naming_the_field(engine: Engine) -> None:
    for workflow_id, start, named in (
        ("enrollment/US/P5", None, "input is missing"),
        ("enrollment/US/P6", b"x", "input is missing"),
        ("enrollment/US/P1", {"account": {"store": "UK", "seller_id": "P1"}}, "account.store"),
        ("enrollment/US/P2", {"account": {"store": "US", "seller_id": "P/2"}}, "account.seller_id"),
        ("enrollment/US/P3", {"account": {"store": "US", "seller_id": "P4"}}, "workflow id"),
    ):
        handle: WorkflowHandle[Any, Any] = await engine.client.start_workflow(
            "Enrollment", start, id=workflow_id, task_queue="cases"
        )
        with pytest.raises(Exception, match="failed") as failure:
            await asyncio.wait_for(handle.result(), PATIENCE)
        assert named in str(failure.value.__cause__)


async def test_it_continues_as_new_losing_no_message_and_no_reminder(
    tmp_path: Path,
) -> None:
    often = ("limit.historyCount.suggestContinueAsNew=25",)
    async with engine_in(tmp_path, config=(*TIME_SKIPPING, *often)) as engine:
        seller = await engine.know("LONG", emergency_phone=None)
        await written(seller, INVITED)
        days = [days_ago(age, 300 + age) for age in range(200)]

        async def tell(some: list[Rating]) -> None:
            for rating in some:  # without a look at the view: between two runs one query has room
                await seller.handle.execute_update(Programme.record_ratings, recorded(rating))

        await asyncio.gather(*(tell(days[lane::8]) for lane in range(8)))
        description = await seller.handle.describe()
        assert description.run_id != seller.handle.first_execution_run_id
        latest = engine.client.get_workflow_handle(seller.handle.id)
        assert len((await latest.fetch_history()).events) < 200
        for age in (0, 60, 150, 180):
            view = await seller.tell(Programme.record_ratings, recorded(days_ago(age, 100)))
        assert view.days_below == 4
        assert view.days_on_record == window_length(datetime.now(UTC).date())
        now = KnownSeller(latest, seller.skipper)
        await now.play(8 * DAY)
        await written(now, INVITED, ("invited_again", "accepted"))


async def test_what_is_not_professional_is_not_eligible_until_it_is(engine: Engine) -> None:
    seller = await engine.know("AMATEUR", selling_plan="individual")
    view = await seller.view()
    assert (view.status, view.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.SELLING_PLAN,
    )
    professional = changed(selling_plan=SellingPlan.PROFESSIONAL)
    assert (
        await seller.tell(Programme.change_account, professional)
    ).status is EnrollmentStatus.ENROLLED


async def test_ratings_and_account_in_one_message_are_decided_together(engine: Engine) -> None:
    seller = await engine.know("TOGETHER", days_ago(10, 300), emergency_phone=None)
    number = AccountNews(emergency_phone="+12065550110")
    good = RecordRatings(by="feed", ratings=(days_ago(365, 300),), account=number)
    assert (await seller.tell(Programme.record_ratings, good)).status is EnrollmentStatus.ENROLLED
    # Nobody was invited in between.
    await written(seller, ENROLLED)
    premium = RecordRatings(
        by="feed",
        ratings=(days_ago(1, 100),),
        account=AccountNews(emergency_phone="+19005550101"),
    )
    assert "premium" in await refused(seller, Programme.record_ratings, premium)
    assert (await seller.view()).rating == 300
