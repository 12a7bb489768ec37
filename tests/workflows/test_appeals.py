"""Appeals on a real server, from the deactivation to the answer (docs/rules.md, section 9)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.enrollment.events import Reinstate
from domain.enrollment.status import EnrollmentStatus
from domain.shared.errors import Refusal
from providers.protocols import ProviderFailed
from providers.simulated.account_service import SimulatedMarketplace
from tests.engine import Engine, engine_in, issue
from tests.page.site import links
from tests.workflows import test_rows as rows
from tests.workflows.appeals import (
    ADDED,
    AGAIN,
    MOVED,
    OUTAGE,
    answer,
    deactivated,
    submit,
    was_sent,
)
from tests.workflows.enrollment_events import changed
from workflows.appeal.seller_appeal import SellerAppeal
from workflows.enrollment.seller_enrollment import SellerEnrollment

DAY = timedelta(days=1)


def code_of(failure: WorkflowUpdateFailedError) -> str:
    """The code of a refusal."""
    assert isinstance(failure.cause, ApplicationError)
    return str(failure.cause.details[0]["code"])


async def test_a_deactivated_seller_appeals_another_person_reinstates_and_the_account_is_active(
    engine: Engine,
) -> None:
    await deactivated(engine, "WAYBACK")
    seller = await engine.know("WAYBACK")
    assert (await seller.view()).status is EnrollmentStatus.NOT_ELIGIBLE
    appeal = await submit(engine, "WAYBACK")
    assert (await appeal.view()).status is AppealStatus.SUBMITTED
    await appeal.decide(Verdict.REINSTATE)
    ended = await appeal.end()
    assert ended.status is AppealStatus.REINSTATED
    assert await engine.providers.accounts.is_active("US", "WAYBACK")
    known = await seller.view()
    assert (known.status, known.deactivated) == (EnrollmentStatus.ENROLLED, False)
    subjects = [str(mail["Subject"]) for mail in engine.mails("owner@bluekettle.example")]
    assert "Your account is active again" in subjects
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await submit(engine, "WAYBACK")
    assert code_of(refused.value) == Refusal.NOT_DEACTIVATED


async def test_who_had_a_part_in_the_case_is_refused_by_the_workflow(engine: Engine) -> None:
    await deactivated(engine, "PART")
    appeal = await submit(engine, "PART")
    part = (await appeal.view()).deactivation
    assert part is not None
    assert part.part
    for by in part.part:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await appeal.decide(Verdict.REINSTATE, by)
        assert code_of(refused.value) == Refusal.HAD_PART_IN_CASE
    await appeal.decide(Verdict.UPHOLD)


async def test_an_upheld_appeal_may_come_again_by_another_person_and_a_third_is_refused(
    engine: Engine,
) -> None:
    await deactivated(engine, "TWICE")
    appeal = await submit(engine, "TWICE")
    await appeal.decide(Verdict.MORE_INFORMATION)
    await appeal.when(lambda v: v.seller_by)
    await appeal.tell(SellerAppeal.add_information, ADDED)
    await appeal.decide(Verdict.UPHOLD)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await submit(engine, "TWICE")
    assert code_of(refused.value) == Refusal.NO_NEW_EVIDENCE
    await submit(engine, "TWICE", AGAIN)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await appeal.decide(Verdict.UPHOLD)
    assert code_of(refused.value) == Refusal.ANSWERED_FIRST_APPEAL
    await appeal.decide(Verdict.UPHOLD, "lead.diaz")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await submit(engine, "TWICE", AGAIN)
    assert code_of(refused.value) == Refusal.APPEALED_TWICE


async def test_after_harm_the_account_is_active_and_the_expulsion_stays(engine: Engine) -> None:
    seller = await engine.know("HARMED")
    case = await engine.open(seller_id="HARMED")
    await rows.harmful(case)
    await case.end()
    appeal = await submit(engine, "HARMED")
    await appeal.decide(Verdict.REINSTATE)
    await appeal.end()
    known = await seller.view()
    assert (known.status, known.deactivated) == (EnrollmentStatus.EXPELLED, False)
    letters = [mail.get_body(("plain",)) for mail in engine.mails("owner@bluekettle.example")]
    said = [" ".join(letter.get_content().split()) for letter in letters if letter is not None]
    assert any("until a person of our team readmits it" in text for text in said)


async def test_what_another_deactivated_since_is_not_taken_back_and_the_desk_decides_again(
    engine: Engine,
) -> None:
    await deactivated(engine, "HELD")
    accounts, appeal = engine.providers.accounts, await submit(engine, "HELD")
    found = (await appeal.view()).deactivation
    assert found is not None
    await accounts.reinstate("US", "HELD", found.case_id, "by hand")
    await accounts.deactivate("US", "HELD", "by hand")
    await appeal.decide(Verdict.REINSTATE)
    view = await appeal.when(lambda v: v.reason)
    assert (view.status, view.reason) == (
        AppealStatus.SUBMITTED,
        AppealReason.REINSTATEMENT_HELD,
    )
    assert not await accounts.is_active("US", "HELD")
    await appeal.decide(Verdict.UPHOLD)


@pytest.mark.parametrize("has_page", [True, False])
async def test_a_question_that_nobody_answers_is_asked_once_more_and_then_the_appeal_lapses(
    tmp_path: Path, server: str, has_page: bool
) -> None:
    """Where nothing but the desk takes an answer, it is the desk's instead."""
    async with engine_in(tmp_path, server=server, page=links() if has_page else None) as engine:
        await deactivated(engine, "SILENT")
        appeal = await submit(engine, "SILENT")
        await appeal.decide(Verdict.MORE_INFORMATION)
        await appeal.when(lambda v: v.seller_by)
        await appeal.play(5.5 * DAY)
        await appeal.when(lambda v: was_sent(v, AppealPurpose.REMINDER))
        assert (await appeal.view()).status is AppealStatus.MORE_INFORMATION
        await appeal.play(2 * DAY)
        status = AppealStatus.LAPSED if has_page else AppealStatus.SUBMITTED
        view = await appeal.reaches(status)
    reason = AppealReason.NO_ANSWER if has_page else AppealReason.MESSAGE_WAITING
    assert (view.reason, view.may_come_again) == (reason, has_page)


async def test_of_an_account_that_is_active_the_seller_never_reads_that_it_stays_deactivated(
    engine: Engine,
) -> None:
    await deactivated(engine, "BYHAND")
    accounts, appeal = engine.providers.accounts, await submit(engine, "BYHAND")
    found = (await appeal.view()).deactivation
    assert found is not None
    await accounts.reinstate("US", "BYHAND", found.case_id, "by hand")
    await appeal.decide(Verdict.UPHOLD)
    view = await appeal.when(lambda v: v.reason)
    assert (view.status, view.reason) == (AppealStatus.SUBMITTED, AppealReason.ACCOUNT_ACTIVE)
    await appeal.decide(Verdict.REINSTATE)
    ended = await appeal.end()
    assert ended.status is AppealStatus.REINSTATED
    assert was_sent(ended, AppealPurpose.REINSTATED)
    assert not was_sent(ended, AppealPurpose.UPHELD)
    assert not (await (await engine.know("BYHAND")).view()).deactivated


async def test_an_account_service_that_is_away_for_a_day_does_not_hold_the_answer_for_ever(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deactivated(engine, "BLIND")
    appeal = await submit(engine, "BLIND")

    async def away(*_: object) -> bool:
        raise ProviderFailed("it does not answer")

    monkeypatch.setattr(SimulatedMarketplace, "is_active", away)
    await appeal.tell(SellerAppeal.decide_appeal, answer(Verdict.UPHOLD))
    await appeal.failing()
    await appeal.play(0.9 * DAY)
    view = await appeal.view()
    assert view.status is AppealStatus.UPHOLDING
    assert not was_sent(view, AppealPurpose.UPHELD)
    await appeal.play(0.2 * DAY)
    await appeal.reaches(AppealStatus.UPHELD)
    await appeal.when(lambda v: was_sent(v, AppealPurpose.UPHELD))


async def test_a_slow_desk_does_not_keep_a_seller_from_appealing_a_later_deactivation(
    engine: Engine,
) -> None:
    await deactivated(engine, "SLOW")
    appeal = await submit(engine, "SLOW")
    first = (await appeal.view()).deactivation
    assert first is not None
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await submit(engine, "SLOW", AGAIN)
    assert code_of(refused.value) == Refusal.APPEAL_OPEN
    await engine.providers.accounts.reinstate("US", "SLOW", first.case_id, "by hand")
    seller = await engine.know("SLOW")
    await seller.tell(SellerEnrollment.reinstate, Reinstate(by="lead", note="Activated by hand"))
    await deactivated(engine, "SLOW", issues=(issue("ISS-2"),))
    await submit(engine, "SLOW")
    view = await appeal.view()
    assert view.deactivation is not None
    assert view.deactivation.case_id != first.case_id
    assert (view.status, len(view.submissions)) == (AppealStatus.SUBMITTED, 1)
    await appeal.decide(Verdict.REINSTATE)
    await appeal.end()
    assert await engine.providers.accounts.is_active("US", "SLOW")


class Mailbox:
    """A mailbox in which a message about everything waits."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def waits_for(self, own_id: str, since: datetime) -> bool:
        self.asked.append(own_id)
        return True


async def test_a_message_that_waits_keeps_an_appeal_from_lapsing(
    tmp_path: Path, server: str
) -> None:
    mailbox = Mailbox()
    async with engine_in(tmp_path, server=server, unread_mail=lambda _: mailbox) as engine:
        await deactivated(engine, "WAITS")
        appeal = await submit(engine, "WAITS")
        await appeal.decide(Verdict.MORE_INFORMATION)
        await appeal.when(lambda v: v.seller_by)
        await appeal.play(5.5 * DAY)
        await appeal.when(lambda v: was_sent(v, AppealPurpose.REMINDER))
        await appeal.play(2 * DAY)
        view = await appeal.reaches(AppealStatus.SUBMITTED)
        assert view.reason is AppealReason.MESSAGE_WAITING
        assert mailbox.asked == [view.id]


async def test_a_new_address_reaches_an_open_appeal(engine: Engine) -> None:
    await deactivated(engine, "MOVES")
    seller, appeal = await engine.know("MOVES"), await submit(engine, "MOVES")
    await seller.tell(SellerEnrollment.change_account, changed(email=MOVED.email))
    await appeal.when(lambda v: v.account.email == MOVED.email)
    await appeal.decide(Verdict.UPHOLD)
    await appeal.when(lambda v: was_sent(v, AppealPurpose.UPHELD))
    subjects = [str(mail["Subject"]) for mail in engine.mails(MOVED.email)]
    assert any("stays deactivated" in subject for subject in subjects)


async def test_what_a_later_case_has_deactivated_can_be_appealed_and_reinstated_too(
    engine: Engine,
) -> None:
    await deactivated(engine, "LATER")
    first = await submit(engine, "LATER")
    await first.decide(Verdict.REINSTATE)
    await first.end()
    await deactivated(engine, "LATER", issues=(issue("ISS-2"),))
    second = await submit(engine, "LATER")
    await second.decide(Verdict.REINSTATE)
    await second.end()
    assert await engine.providers.accounts.is_active("US", "LATER")
    assert not (await (await engine.know("LATER")).view()).deactivated


async def test_the_same_appeal_sent_again_after_a_refusal_is_judged_anew(engine: Engine) -> None:
    await deactivated(engine, "ANEW")
    appeal = await submit(engine, "ANEW")
    await appeal.decide(Verdict.UPHOLD)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await submit(engine, "ANEW", id="the same form")
    assert code_of(refused.value) == Refusal.NO_NEW_EVIDENCE
    await appeal.tell(SellerAppeal.report_outage, OUTAGE)
    await submit(engine, "ANEW", id="the same form")
    assert (await appeal.view()).status is AppealStatus.SUBMITTED


async def test_after_ten_refused_appeals_nothing_is_looked_up_for_the_next(engine: Engine) -> None:
    await engine.know("OFTEN")
    codes = []
    for _ in range(11):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await submit(engine, "OFTEN")
        codes.append(code_of(refused.value))
    assert codes == [*[Refusal.NOT_DEACTIVATED] * 10, Refusal.TOO_MANY_APPEALS]


async def test_ten_refused_appeals_of_somebody_with_the_link_keep_out_no_good_one(
    engine: Engine,
) -> None:
    await deactivated(engine, "THIEF")
    appeal = await submit(engine, "THIEF")
    for _ in range(10):
        with pytest.raises(WorkflowUpdateFailedError):
            await submit(engine, "THIEF")
    await appeal.decide(Verdict.UPHOLD)
    await submit(engine, "THIEF", AGAIN)
    assert (await appeal.view()).status is AppealStatus.SUBMITTED
