"""What is looked up for an appeal, and how an account is reinstated (docs/rules.md, section 9)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.appeals import AppealActivities
from domain.appeal.activity_inputs import (
    LookForAnswerInput,
    LookUpAppealInput,
    ReinstateInput,
)
from domain.appeal.deactivation import AppealFacts, Terms
from domain.appeal.status import AppealReason
from domain.case.status import Reason
from domain.case.view import CaseView, view_of
from domain.enrollment.view import EnrollmentView
from domain.enrollment.view import view_of as enrollment_view_of
from domain.shared.errors import Refusal
from domain.shared.events import RecordDeactivation
from providers.protocols import ProviderFailed
from providers.simulated.account_service import SimulatedMarketplace
from providers.temporal.failures import NOT_NOW
from tests.domain.case.world import World
from tests.domain.enrollment.world import Programme as Enrolled

SELLER = "A2EXAMPLE"
APPEAL = "appeal/US/A2EXAMPLE/9"
LOOK_FOR_ANSWER = LookForAnswerInput(appeal_id=APPEAL, asked_at=datetime(2026, 3, 6, tzinfo=UTC))
KEY = f"{APPEAL}/1"
TERMS = Terms(window=timedelta(days=90), desk_within=timedelta(days=7))
INPUT = LookUpAppealInput(store="US", seller_id=SELLER)


class Known:
    """A programme, a store of closed cases and a mailbox that answer what they were given."""

    def __init__(self, known: EnrollmentView | None, case: CaseView | None = None) -> None:
        self.known, self.case, self.mailbox_is_away = known, case, False

    async def find(self, *_: str) -> Any:  # Any: of an enrollment, or of a case
        return self.known if len(_) == 2 else self.case

    async def waits_for(self, own_id: str, since: datetime) -> bool:
        if self.mailbox_is_away:
            raise ProviderFailed("the mailbox is away")
        return True


def activities(folder: Path, known: Known) -> AppealActivities:
    accounts = SimulatedMarketplace(folder)
    programme: Any = known  # Any: only what is asked is there
    return AppealActivities(accounts, programme, programme, TERMS, programme)


def enrollment(*deactivations: RecordDeactivation) -> EnrollmentView:
    seller = Enrolled()
    seller.take(*deactivations)
    return enrollment_view_of(seller.enrollment, seller.now)


def by_case(case: CaseView) -> RecordDeactivation:
    return RecordDeactivation(by="case", case_id=case.id)


async def look_up(folder: Path, known: Known, *, active: bool = False) -> AppealFacts:
    found = activities(folder, known)
    if not active:
        await found.accounts.deactivate("US", SELLER, "case/US/A2EXAMPLE/1")
    return await ActivityEnvironment().run(found.look_up_appeal, INPUT)


@pytest.fixture(scope="module")
def silent() -> CaseView:
    return view_of(World().play(80).case)


async def test_a_case_that_deactivated_is_found_with_who_had_a_part(
    tmp_path: Path, silent: CaseView
) -> None:
    facts = await look_up(tmp_path, Known(enrollment(by_case(silent)), silent))
    found = facts.deactivation
    assert found is not None
    assert (found.case_id, found.reason) == (silent.id, Reason.NOT_REACHED)
    assert "message_waiting" in found.unreached
    assert facts.account.email == silent.account.email


async def test_of_an_open_appeal_only_the_record_of_its_case_is_read_again(
    tmp_path: Path, silent: CaseView
) -> None:
    found = activities(tmp_path, Known(None, silent))
    again = INPUT.model_copy(update={"case_id": silent.id})
    facts = await ActivityEnvironment().run(found.look_up_appeal, again)
    assert facts.deactivation is not None
    assert (facts.deactivation.case_id, facts.deactivation.is_final) == (silent.id, True)
    gone = activities(tmp_path, Known(None))
    assert (await ActivityEnvironment().run(gone.look_up_appeal, again)).deactivation is None


async def test_an_appeal_does_not_wait_for_a_mailbox_that_is_away(
    tmp_path: Path, silent: CaseView
) -> None:
    known = Known(enrollment(by_case(silent)), silent)
    known.mailbox_is_away = True
    facts = await look_up(tmp_path, known)
    assert facts.deactivation is not None
    assert facts.deactivation.unreached == ()


async def test_a_case_that_temporal_forgot_is_appealed_all_the_same(
    tmp_path: Path, silent: CaseView
) -> None:
    facts = await look_up(tmp_path, Known(enrollment(by_case(silent)), None))
    assert facts.deactivation is not None
    assert (facts.deactivation.case_id, facts.deactivation.part) == (silent.id, None)


@pytest.mark.parametrize(
    ("known", "active", "problem"),
    [
        pytest.param(lambda: None, False, Refusal.NOT_DEACTIVATED, id="nobody-knows-the-seller"),
        pytest.param(
            lambda: enrollment(RecordDeactivation(by="marketplace")),
            False,
            Refusal.NOT_BY_A_CASE,
            id="somebody-else-did",
        ),
        pytest.param(
            lambda: enrollment(RecordDeactivation(by="case", case_id="case/US/A2EXAMPLE/1")),
            True,
            Refusal.NOT_DEACTIVATED,
            id="active-again",
        ),
        pytest.param(enrollment, False, Refusal.NOT_BY_A_CASE, id="the-programme-was-not-told"),
    ],
)
async def test_what_cannot_be_appealed(
    tmp_path: Path, known: Any, active: bool, problem: Refusal
) -> None:
    facts = await look_up(tmp_path, Known(known()), active=active)
    assert (facts.deactivation, facts.problem) == (None, problem)


async def test_who_reported_a_deactivation_first_does_not_hide_the_case_that_is_told_after_it(
    tmp_path: Path, silent: CaseView
) -> None:
    known = enrollment(RecordDeactivation(by="marketplace"), by_case(silent))
    facts = await look_up(tmp_path, Known(known, silent))
    assert facts.deactivation is not None
    assert facts.deactivation.case_id == silent.id


async def test_whether_an_answer_waits_is_asked_of_the_mailbox_and_an_outage_is_tried_again(
    tmp_path: Path,
) -> None:
    known = Known(None)
    found, wanted = (
        activities(tmp_path, known),
        LOOK_FOR_ANSWER,
    )
    assert await ActivityEnvironment().run(found.look_for_answer, wanted)
    without = replace(found, unread_mail=None)
    assert not await ActivityEnvironment().run(without.look_for_answer, wanted)
    known.mailbox_is_away = True
    with pytest.raises(ApplicationError) as away:
        await ActivityEnvironment().run(found.look_for_answer, wanted)
    assert not away.value.non_retryable


async def test_where_only_the_desk_reads_answers_no_silence_counts(tmp_path: Path) -> None:
    found = replace(activities(tmp_path, Known(None)), unread_mail=None, takes_answers=False)
    wanted = LOOK_FOR_ANSWER
    assert await ActivityEnvironment().run(found.look_for_answer, wanted)


async def test_while_operations_hold_silence_nothing_lapses(tmp_path: Path) -> None:
    now, wanted = datetime.now(UTC), LOOK_FOR_ANSWER
    without = replace(activities(tmp_path, Known(None)), unread_mail=None)
    held = replace(without, silence_held_until=now + timedelta(minutes=20))
    with pytest.raises(ApplicationError) as too_early:
        await ActivityEnvironment().run(held.look_for_answer, wanted)
    assert (too_early.value.type, too_early.value.non_retryable) == (NOT_NOW, False)
    wait = too_early.value.next_retry_delay
    assert wait is not None
    assert timedelta(minutes=19) < wait <= timedelta(minutes=20)
    over = replace(without, silence_held_until=now - timedelta(minutes=1))
    assert not await ActivityEnvironment().run(over.look_for_answer, wanted)


async def test_what_a_later_case_found_deactivated_stays_so(tmp_path: Path) -> None:
    """That case has told the programme, and asked the account service for nothing."""
    first, later = "case/US/A2EXAMPLE/1", "case/US/A2EXAMPLE/2"
    since = [RecordDeactivation(by="case", case_id=case) for case in (first, later)]
    found = activities(tmp_path, Known(enrollment(*since)))
    await found.accounts.deactivate("US", SELLER, first)
    wanted = ReinstateInput(key=KEY, case_id=first, store="US", seller_id=SELLER)
    with pytest.raises(ApplicationError) as held:
        await ActivityEnvironment().run(found.reinstate_account, wanted)
    assert (held.value.type, held.value.non_retryable) == (AppealReason.REINSTATEMENT_HELD, True)
    assert not await found.accounts.is_active("US", SELLER)


@pytest.mark.parametrize("key", [1, 2])
async def test_the_newest_case_is_taken_back_whichever_case_the_account_service_knows(
    tmp_path: Path, key: int
) -> None:
    cases = [f"case/US/A2EXAMPLE/{number}" for number in (1, 2)]
    told = [RecordDeactivation(by="case", case_id=case) for case in cases]
    found = activities(tmp_path, Known(enrollment(*told)))
    await found.accounts.deactivate("US", SELLER, cases[key - 1])
    wanted = ReinstateInput(key=KEY, case_id=cases[1], store="US", seller_id=SELLER)
    await ActivityEnvironment().run(found.reinstate_account, wanted)
    assert await found.accounts.is_active("US", SELLER)


async def test_only_what_the_case_did_is_taken_back(tmp_path: Path) -> None:
    found = activities(tmp_path, Known(None))
    await found.accounts.deactivate("US", SELLER, "case/US/A2EXAMPLE/another")
    wanted = ReinstateInput(key=KEY, case_id="case/US/A2EXAMPLE/1", store="US", seller_id=SELLER)
    with pytest.raises(ApplicationError) as held:
        await ActivityEnvironment().run(found.reinstate_account, wanted)
    assert (held.value.type, held.value.non_retryable) == (AppealReason.REINSTATEMENT_HELD, True)
    assert not await found.accounts.is_active("US", SELLER)


async def test_a_further_decision_reinstates_what_a_later_case_has_deactivated(
    tmp_path: Path,
) -> None:
    found = activities(tmp_path, Known(None))
    case = "case/US/A2EXAMPLE/1"
    await found.accounts.deactivate("US", SELLER, case)
    wanted = ReinstateInput(key=KEY, case_id=case, store="US", seller_id=SELLER)
    await ActivityEnvironment().run(found.reinstate_account, wanted)
    later = "case/US/A2EXAMPLE/2"
    await found.accounts.deactivate("US", SELLER, later)
    again = wanted.model_copy(update={"key": f"{APPEAL}/2", "case_id": later})
    await ActivityEnvironment().run(found.reinstate_account, again)
    assert await found.accounts.is_active("US", SELLER)


async def test_an_account_is_believed_to_be_active_only_when_it_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = activities(tmp_path, Known(None))
    await found.accounts.deactivate("US", SELLER, "case/US/A2EXAMPLE/1")
    wanted = ReinstateInput(key=KEY, case_id="case/US/A2EXAMPLE/1", store="US", seller_id=SELLER)

    async def lies(*_: str) -> None:
        """Take it, and do nothing."""

    with monkeypatch.context() as lying:
        lying.setattr(SimulatedMarketplace, "reinstate", lies)
        with pytest.raises(ApplicationError, match="deactivated although it was reinstated"):
            await ActivityEnvironment().run(found.reinstate_account, wanted)
    await ActivityEnvironment().run(found.reinstate_account, wanted)
    await ActivityEnvironment().run(found.reinstate_account, wanted)
    assert await found.accounts.is_active("US", SELLER)
