"""What others are told of an appeal (docs/rules.md, sections 7 and 9; docs/webhooks.md)."""

from datetime import timedelta

import pytest

from domain.appeal import look_up, step_results
from domain.appeal.activity_inputs import (
    look_up_appeal_input,
    reinstate_input,
    send_appeal_letter_input,
    tell_desk_of_appeal_input,
    tell_reinstatement_input,
)
from domain.appeal.advance import advance
from domain.appeal.announcements import announcements, untold
from domain.appeal.appeal import Appeal
from domain.appeal.deactivation import Unreached
from domain.appeal.events import AppealEventKind, Verdict
from domain.appeal.letters import AppealLetter, AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.appeal.timeline import AppealEntry, AppealTimeline, detail_of
from domain.appeal.view import files_of, view_of
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import Announce
from tests.domain.alike import unlike
from tests.domain.appeal.build import (
    ADDED,
    AGAIN,
    BOUNCE,
    DAY,
    DIAZ,
    FACTS,
    FILE,
    FOUND,
    MOVED,
    NOVAK,
    NOW,
    OUTAGE,
    REPLY,
    WITH_FILE,
    a_new_appeal,
    answer,
    apply,
    in_status,
    send_all,
    submit,
    submitted,
    uphold,
)

# --- receivers of events ------------------------------------------------------------------------


def appealed_twice() -> Appeal:
    appeal = submit(a_new_appeal(), facts=FACTS.model_copy(update={"announces": True}))
    uphold(appeal)
    apply(appeal, AGAIN, NOW + DAY)
    uphold(appeal, by=DIAZ, now=NOW + 2 * DAY)
    return appeal


def test_an_appeal_is_told_as_it_is_sent_and_as_it_is_answered() -> None:
    about = {"appeal_id": "appeal/US/A2EXAMPLE/9", "case_id": FOUND.case_id}
    seller = {"store": "US", "seller_id": "A2EXAMPLE"}
    told = untold(appealed_twice())
    assert [(one.type.value, one.at) for one in told] == [
        ("appeal.submitted", NOW),
        ("appeal.answered", NOW),
        ("appeal.submitted", NOW + DAY),
        ("appeal.answered", NOW + 2 * DAY),
    ]
    assert told[0].data == about | seller | {"status": None, "reason": None}
    assert told[1].data == about | seller | {"status": "upheld", "reason": None}
    assert len({one.id for one in told}) == 4


def test_an_event_has_the_number_of_its_entry_and_whoever_was_told_of_that_is_not_told_again() -> (
    None
):
    appeal = appealed_twice()
    entries = appeal.timeline.entries
    for event in untold(appeal):
        number = int(event.id.split("_")[2])
        assert entries[number - 1].at == event.at
        assert entries[number - 1].what in (AppealEventKind.SUBMITTED, AppealEventKind.STATUS)
        appeal.told = number - 1
        assert event in untold(appeal)
        appeal.told = number
        assert event not in untold(appeal)


def test_an_event_keeps_its_id_when_older_entries_are_gone() -> None:
    appeal = appealed_twice()
    kept, count = appeal.timeline.entries[3:], appeal.timeline.count
    assert announcements(appeal.id, appeal.account, kept, count) == untold(appeal)[-3:]


def test_what_was_handed_over_is_told_no_more_and_if_nobody_listens_nothing_is() -> None:
    appeal = appealed_twice()
    assert Announce() in advance(appeal, NOW + 2 * DAY)
    step_results.announced(appeal, appeal.timeline.count, True, NOW)
    assert untold(appeal) == ()
    step_results.announced(appeal, 0, False, NOW)
    assert untold(appeal) == ()


def test_who_begins_to_listen_is_told_of_what_happens_from_then_on() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    look_up.looked_up(appeal, FACTS.model_copy(update={"announces": True}), NOW)
    assert untold(appeal) == ()
    apply(appeal, AGAIN)
    assert [one.type.value for one in untold(appeal)] == ["appeal.submitted"]
    look_up.looked_up(appeal, FACTS.model_copy(update={"announces": True}), NOW)
    assert [one.type.value for one in untold(appeal)] == ["appeal.submitted"]


# --- clients, by the view -----------------------------------------------------------------------


@pytest.mark.parametrize("status", AppealStatus)
def test_the_view_says_what_the_appeal_is(status: AppealStatus) -> None:
    appeal = in_status(status)
    appeal.reason, appeal.closed_at = AppealReason.OVERTAKEN, NOW
    view = view_of(appeal)
    different = {name for name in unlike(view, appeal) if getattr(appeal, name, view) is not None}
    assert different == {"timeline", "events"}
    assert (view.timeline, view.events) == (appeal.timeline.entries, appeal.timeline.count)


def test_of_the_files_of_an_appeal_the_newest_name_of_each_counts() -> None:
    appeal = submit(a_new_appeal(), WITH_FILE)
    renamed = FILE.model_copy(update={"name": "receipt.pdf"})
    other = FILE.model_copy(update={"sha256": "1a" * 32})
    apply(appeal, ADDED.model_copy(update={"files": (renamed, other)}))
    assert files_of(view_of(appeal)) == {FILE.sha256: renamed, other.sha256: other}


# --- people, by the timeline --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "reads"),
    [
        ({}, ""),
        ({"about": AppealPurpose.OUTAGE_FOUND, "result": Result.BOUNCED}, "outage found: bounced"),
        ({"status": AppealStatus.UPHELD}, "upheld"),
        (
            {"status": AppealStatus.LAPSED, "reason": AppealReason.NO_ANSWER},
            "lapsed (no answer)",
        ),
        (
            {"verdict": Verdict.MORE_INFORMATION, "note": "Which supplier?"},
            "more information: Which supplier?",
        ),
    ],
)
def test_an_event_reads_as_english(facts: dict[str, object], reads: str) -> None:
    entry = AppealEntry.model_validate({"at": NOW, "what": "email", "by": "mail", **facts})
    assert detail_of(entry) == reads


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (AGAIN, {"what": "submitted", "case_id": FOUND.case_id}),
        (ADDED, {"what": "information_added"}),
        (REPLY, {"what": "information_added"}),
        (OUTAGE, {"what": "outage_reported", "note": OUTAGE.note}),
        (BOUNCE.model_copy(update={"attempt": 1}), {"result": "bounced", "note": "5.1.1"}),
        (MOVED, {"what": "address_changed"}),
        (
            answer(Verdict.MORE_INFORMATION),
            {"verdict": "more_information", "note": f"more_information, says {NOVAK}"},
        ),
    ],
)
def test_the_timeline_says_who_did_what(event: Event, says: dict[str, object]) -> None:
    appeal = in_status(AppealStatus.UPHELD) if event is AGAIN else submitted()
    before = appeal.timeline.count
    apply(appeal, event)
    (entry,) = [e for e in appeal.timeline.entries[before:] if e.by == event.by]
    assert {name: getattr(entry, name) for name in says} == says


@pytest.mark.parametrize("result", [Result.ACCEPTED, Result.BOUNCED])
def test_the_timeline_says_what_came_of_each_email(result: Result) -> None:
    appeal = submit(a_new_appeal())
    send_all(appeal, NOW, result)
    sent = appeal.timeline.entries[-1]
    assert (sent.what, sent.about, sent.result) == ("email", AppealPurpose.RECEIVED, result)


def test_the_timeline_says_what_could_not_be_written_for_want_of_an_address() -> None:
    appeal = submitted()
    appeal.account = appeal.account.model_copy(update={"email": None})
    uphold(appeal)
    skipped = appeal.timeline.entries[-1]
    assert (skipped.about, skipped.result) == (AppealPurpose.UPHELD, Result.SKIPPED)


@pytest.mark.parametrize(("told", "what"), [(True, "desk_told"), (False, "desk_not_told")])
def test_the_timeline_says_whether_the_desk_was_told(told: bool, what: str) -> None:
    appeal = submitted()
    step_results.told_desk(appeal, NOW, told, NOW)
    assert appeal.timeline.entries[-1].what == what


def test_the_timeline_keeps_the_newest_300_and_counts_all() -> None:
    timeline = AppealTimeline()
    for minute in range(302):
        timeline.log(NOW + timedelta(minutes=minute), AppealEventKind.DESK_TOLD)
    assert (len(timeline.entries), timeline.count) == (300, 302)
    assert timeline.entries[-1].at == NOW + timedelta(minutes=301)


# --- who acts -----------------------------------------------------------------------------------


def test_an_email_is_sent_with_all_that_was_decided_when_it_was_written() -> None:
    appeal = submitted()
    names = {"name": "Blue Kettle", "language": "en-US", "time_zone": "America/Los_Angeles"}
    appeal.account = appeal.account.model_copy(update=names)
    letter = AppealLetter(
        number=7,
        about=AppealPurpose.UPHELD,
        at=NOW,
        note="The goods were fake",
        until=NOW + DAY,
        days=3,
        expelled=True,
    )
    made = send_appeal_letter_input(appeal, letter, "owner@bluekettle.example")
    assert unlike(made, letter, appeal.account) == {"appeal_id": appeal.id}


def test_the_desk_is_told_the_whole_story() -> None:
    appeal = submitted()
    found = FOUND.model_copy(update={"unreached": (Unreached.EMAIL_BOUNCED,)})
    appeal.deactivation, appeal.reason = found, AppealReason.OUTAGE_REPORTED
    apply(appeal, OUTAGE)
    made = tell_desk_of_appeal_input(appeal, NOW + DAY)
    assert unlike(made, appeal) == {
        "appeal_id": appeal.id,
        "timeline": appeal.timeline.entries,
        "events": appeal.timeline.count,
        "due": NOW + DAY,
    }


@pytest.mark.parametrize("status", AppealStatus)
def test_while_an_appeal_is_open_its_own_case_is_looked_up_again(status: AppealStatus) -> None:
    appeal = in_status(status)
    asked = look_up_appeal_input(appeal)
    assert (asked.store, asked.seller_id) == ("US", "A2EXAMPLE")
    assert asked.case_id == (FOUND.case_id if appeal.is_open else None)


def test_of_a_new_appeal_no_case_is_known() -> None:
    assert look_up_appeal_input(a_new_appeal()).case_id is None


def test_each_decision_to_reinstate_has_a_key_of_its_own() -> None:
    appeal = in_status(AppealStatus.REINSTATING)
    asked, told = reinstate_input(appeal), tell_reinstatement_input(appeal)
    for one in (asked, told):
        assert (one.case_id, one.store, one.seller_id) == (FOUND.case_id, "US", "A2EXAMPLE")
    assert (told.by, told.note) == (NOVAK, f"reinstate, says {NOVAK}")
    step_results.not_reinstated(appeal, AppealReason.REINSTATEMENT_FAILED, NOW)
    apply(appeal, answer(Verdict.REINSTATE, DIAZ))
    keys = {asked.key, told.key, reinstate_input(appeal).key, tell_reinstatement_input(appeal).key}
    assert len(keys) == 4
    assert all(key.startswith(appeal.id) for key in keys)


def test_the_seller_reads_why_the_account_is_active_again_and_whether_they_stay_expelled() -> None:
    appeal = in_status(AppealStatus.REINSTATING)
    step_results.reinstated(appeal, NOW)
    step_results.told_programme(appeal, True, NOW)
    (letter,) = appeal.letters
    assert (letter.about, letter.note) == (AppealPurpose.REINSTATED, f"reinstate, says {NOVAK}")
    assert letter.expelled


# --- an answer that did not get through ---------------------------------------------------------


def bounce_of_answer(appeal: Appeal) -> None:
    assert appeal.answer_letter is not None
    apply(appeal, BOUNCE.model_copy(update={"attempt": appeal.answer_letter}), NOW + 2 * DAY)


def test_an_answer_that_comes_back_is_sent_again_to_an_address_that_is_newer_only() -> None:
    appeal = submitted()
    apply(appeal, MOVED)
    uphold(appeal)
    send_all(appeal, NOW)
    bounce_of_answer(appeal)
    assert appeal.letters == ()
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, MOVED, NOW + DAY)
    bounce_of_answer(appeal)
    assert [letter.about for letter in appeal.letters] == [AppealPurpose.UPHELD]


def test_an_answer_that_still_waits_goes_to_a_new_address_once() -> None:
    appeal = submitted()
    uphold(appeal)
    apply(appeal, MOVED)
    assert [letter.about for letter in appeal.letters] == [AppealPurpose.UPHELD]


def test_an_answer_that_got_through_to_no_address_is_not_sent_again_to_the_same() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, MOVED, NOW + DAY)
    bounce_of_answer(appeal)
    send_all(appeal, NOW + 2 * DAY, Result.BOUNCED)
    bounce_of_answer(appeal)
    assert appeal.letters == ()
