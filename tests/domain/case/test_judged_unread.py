"""Nobody judges what they have not seen (docs/rules.md, section 5; docs/api.md)."""

from collections.abc import Callable

import pytest

from domain.case.events import ConversationOutcome, Decision, Judgement, Note, ReviewPlan
from domain.case.status import Status
from domain.shared.errors import Refused
from domain.shared.events import Event
from tests.domain.case.build import (
    ACCEPT,
    ASK_MORE,
    OTHER_NUMBER,
    REJECT,
    a_change,
    a_contact,
    a_conversation,
    a_decision,
    a_harm_report,
    a_plan,
    a_request,
    a_withdrawal,
    joins,
)
from tests.domain.case.cases_by_status import (
    contacting,
    escalated,
    escalated_unreached,
    in_review,
    working,
)
from tests.domain.case.world import World


def of_version(review: ReviewPlan, version: int) -> ReviewPlan:
    return review.model_copy(update={"version": version})


@pytest.mark.parametrize("review", [ACCEPT, REJECT, ASK_MORE])
def test_an_answer_to_an_older_version_is_refused_naming_the_newer_one(review: ReviewPlan) -> None:
    world = in_review().take(a_plan("another supplier"))
    before = world.case.model_copy()
    with pytest.raises(Refused, match=r"version: 1 is not the newest; .* version 2"):
        world.take(of_version(review, 1))
    assert world.case == before
    world.take(of_version(review, 2))
    assert world.case.plans.versions[0].decision is None
    assert world.case.plans.versions[1].decision is review.decision


def test_an_answer_to_a_version_that_there_is_not_is_refused() -> None:
    with pytest.raises(Refused, match="there is no version 2; the newest is 1"):
        in_review().take(of_version(ACCEPT, 2))


def test_an_answer_that_names_no_version_is_to_the_newest() -> None:
    world = in_review().take(a_plan("another supplier"), ACCEPT)
    assert (world.status, world.case.plans.versions[1].reviewed_by) == (Status.RESOLVED, "reviewer")


def having_seen(world: World, judgement: Judgement) -> Judgement:
    return judgement.model_copy(update={"seen": len(world.case.timeline.entries)})


NOTE = Note(by="specialist", note="Stop: it was an error of ours.")
DEACTIVATE, RESOLVE = a_decision(Decision.DEACTIVATE), a_decision(Decision.RESOLVE)
RESOLVED = a_conversation(ConversationOutcome.RESOLVED)


@pytest.mark.parametrize(
    ("start", "judgement", "meanwhile", "new"),
    [
        (escalated, DEACTIVATE, (a_plan(),), "plan submitted"),
        (escalated, DEACTIVATE, (a_contact(),), "contact"),
        (escalated_unreached, DEACTIVATE, (a_request(),), "call requested, contact"),
        (escalated, DEACTIVATE, (a_change(phone=OTHER_NUMBER),), "contact changed"),
        (escalated, DEACTIVATE, (NOTE,), "note"),
        (working, a_withdrawal(), (NOTE,), "note"),
        (escalated, RESOLVE, (joins(),), "issue joined"),
        (escalated, RESOLVE, (a_conversation(),), "conversation, contact"),
        (working, a_withdrawal(), (joins(),), "issue joined"),
        (contacting, a_withdrawal(), (a_plan(),), "plan submitted, status"),
        (in_review, RESOLVED, (joins(),), "issue joined, status"),
        (in_review, ACCEPT, (a_conversation(),), "conversation, contact"),
        (in_review, ACCEPT, (NOTE,), "note"),
        (in_review, RESOLVED, (REJECT,), "plan reviewed, status"),
    ],
)
def test_what_was_made_of_a_case_that_has_changed_since_is_refused_naming_what_is_new(
    start: Callable[[], World], judgement: Judgement, meanwhile: tuple[Event, ...], new: str
) -> None:
    world = start()
    stale = having_seen(world, judgement)
    world.take(*meanwhile)
    before = world.case.model_copy()
    with pytest.raises(Refused, match=f"\\(seen: {stale.seen}\\): {new}; look at it again"):
        world.take(stale)
    assert world.case == before
    world.take(having_seen(world, judgement))
    assert world.status in (Status.DEACTIVATED, Status.RESOLVED, Status.WITHDRAWN)


@pytest.mark.parametrize("answer", [REJECT, ASK_MORE])
def test_an_answer_after_which_the_case_goes_on_is_taken(answer: ReviewPlan) -> None:
    world = in_review()
    seen = having_seen(world, answer)
    assert world.take(NOTE, seen).status is Status.WORKING


def test_one_s_own_note_is_no_news() -> None:
    world = escalated()
    seen = having_seen(world, DEACTIVATE)
    world.take(NOTE.model_copy(update={"by": DEACTIVATE.by}))
    assert world.take(seen).status is Status.DEACTIVATED


def test_a_decision_on_an_escalation_that_somebody_else_ended_is_not_taken_for_the_next() -> None:
    world = escalated()
    stale = having_seen(world, DEACTIVATE)
    world.take(a_decision(Decision.RESUME)).play(72)
    assert world.status is Status.ESCALATED
    with pytest.raises(Refused, match="decided, status"):
        world.take(stale)


def test_what_the_engine_did_meanwhile_makes_no_judgement_stale() -> None:
    world = escalated()
    seen = having_seen(world, DEACTIVATE)
    world.play(49)  # the desk was reminded twice
    assert len(world.case.timeline.entries) > (seen.seen or 0)
    assert world.take(seen).status is Status.DEACTIVATED


def test_nobody_can_have_seen_what_has_not_happened_yet() -> None:
    world = escalated()
    with pytest.raises(Refused, match="seen: the timeline has no more than"):
        world.take(DEACTIVATE.model_copy(update={"seen": len(world.case.timeline.entries) + 1}))


def test_harm_is_reported_whatever_was_seen() -> None:
    assert in_review().take(a_harm_report()).status is Status.DEACTIVATED
