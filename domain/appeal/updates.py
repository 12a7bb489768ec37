"""The effect of each update of an appeal (docs/rules.md, section 9).

Each function takes an event and its time. It changes the appeal or raises `Refused`. Callers
apply it to a copy, and drop the copy after a refusal.
"""

from contextlib import suppress
from datetime import datetime

from domain.appeal.appeal import MOST_APPEALS, Answer, Appeal, Information, OutageReport, Submission
from domain.appeal.events import (
    CHANGES_THE_APPEAL,
    AddInformation,
    AppealEventKind,
    DecideAppeal,
    ReportOutage,
    Verdict,
)
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.judges import why_not_by
from domain.appeal.letters import AppealPurpose
from domain.appeal.look_up import give_way
from domain.appeal.status import ANSWERED, WAITING, AppealReason, AppealStatus
from domain.appeal.verdicts import why_not_now
from domain.shared.errors import Refusal, Refused
from domain.shared.throttle import full_until

_MOST_ADDED = 10
"""How often something may be added to an appeal that waits for the desk."""
_MOST_REFUSED = 10
"""How many appeals may be refused in 24 hours, before the next is looked up."""
_MOST_OUTAGES = 10
"""How many outages may be reported beside an appeal."""

_NOTHING_TO_APPEAL = {
    Refusal.NOT_DEACTIVATED: "the account is not deactivated, so there is nothing to appeal",
    Refusal.NOT_BY_A_CASE: "no case deactivated the account; reply to the e-mail of whoever did",
}

_NOT_NOW = {
    Refusal.SELLER_WAS_ASKED: (
        "the seller was asked and still has time to answer; until then it can only be granted"
    ),
    Refusal.ASKED_ALREADY: (
        "the seller was asked for more information already; decide on what there is"
    ),
    Refusal.NO_EMAIL: "no e-mail address is known",
}

_NOT_BY = {
    Refusal.HAD_PART_IN_CASE: (
        "whoever had a part in the case does not decide its appeal; another person does"
    ),
    Refusal.ANSWERED_FIRST_APPEAL: (
        "whoever answered the first appeal does not answer the second; another person does"
    ),
}


def appeal(appeal: Appeal, event: AppealEvent, now: datetime) -> None:
    """Take in an appeal, the first or the second. Call it only after the look-up.

    Raises:
        Refused: there is nothing to appeal, or an appeal is open, or it is too late, the third, or
            has no new evidence.
    """
    give_way(appeal, now)
    _refuse_while_open(appeal)
    if appeal.status is AppealStatus.REINSTATED:
        raise Refused(_NOTHING_TO_APPEAL[Refusal.NOT_DEACTIVATED], Refusal.NOT_DEACTIVATED)
    if appeal.problem is not None or appeal.deactivation is None:
        problem = appeal.problem or Refusal.NOT_DEACTIVATED
        raise Refused(_NOTHING_TO_APPEAL[problem], problem)
    if len(appeal.submissions) >= MOST_APPEALS:
        raise Refused(
            "the account was appealed twice, and a third appeal is not taken",
            Refusal.APPEALED_TWICE,
        )
    is_told = not appeal.is_on_its_way(appeal.answer_letter)
    if is_told and (appeal.until is None or now >= appeal.until):
        until = appeal.until.isoformat() if appeal.until else None
        raise Refused(f"it could be appealed until {until}", Refusal.TOO_LATE, until=until)
    if appeal.needs_new_evidence and not _has_new_evidence(appeal, event):
        raise Refused(
            "evidence, files: a second appeal takes evidence that the first did not have",
            Refusal.NO_NEW_EVIDENCE,
        )
    appeal.submissions += (Submission(at=now, said=event),)
    case_id = appeal.deactivation.case_id
    appeal.timeline.log(now, AppealEventKind.SUBMITTED, event.by, case_id=case_id)
    appeal.wait_for_desk(now)
    appeal.write(AppealPurpose.RECEIVED, now)


def _refuse_while_open(appeal: Appeal) -> None:
    if appeal.is_open:
        raise Refused(
            f"an appeal is open already: {appeal.status}",
            Refusal.APPEAL_OPEN,
            status=appeal.status.value,
        )


def refuse_before_look_up(known: Appeal, event: AppealEvent, now: datetime) -> None:
    """Refuse an appeal before it is looked up, where nothing found could change that.

    One that waits may yet give way to an appeal of a later deactivation. However many were refused,
    one that would be taken is looked up: whoever has the seller's link may have sent the others.

    Raises:
        Refused: one is being carried out, or many were refused already.
    """
    if known.status not in WAITING:
        _refuse_while_open(known)
    if until := full_until(known.refused, _MOST_REFUSED, now):
        with suppress(Refused):
            appeal(known.model_copy(), event, now)
            return
        raise Refused(
            f"{_MOST_REFUSED} appeals were refused within 24 hours",
            Refusal.TOO_MANY_APPEALS,
            appeals=_MOST_REFUSED,
            again_from=until.isoformat(),
        )


def note_refused(appeal: Appeal, now: datetime) -> None:
    """Note that an appeal was refused after it was looked up."""
    appeal.refused = (*appeal.refused, now)[-_MOST_REFUSED:]


def _has_new_evidence(appeal: Appeal, event: AppealEvent) -> bool:
    texts = {s.said.evidence for s in appeal.submissions} | {
        added.said.text for s in appeal.submissions for added in s.information
    }
    named = [s.said.files for s in appeal.submissions]
    named += [added.said.files for s in appeal.submissions for added in s.information]
    hashes = {file.sha256 for files in named for file in files}
    is_new_text = event.evidence is not None and event.evidence not in texts
    is_new_file = any(file.sha256 not in hashes for file in event.files)
    return is_new_text or is_new_file


def add_information(appeal: Appeal, event: AddInformation, now: datetime) -> None:
    """Add something to an appeal. If the seller was asked, the desk has its whole time again.

    The answer to a question is never refused. What came before the question was accepted may be
    something else, so the desk may ask again.

    Raises:
        Refused: no appeal waits for a decision, or too much was added already.
    """
    _refuse_unless_waiting(appeal)
    is_asked = appeal.status is AppealStatus.MORE_INFORMATION
    if not is_asked and len(appeal.newest.information) >= _MOST_ADDED:
        raise Refused(
            "the appeal has no room for more; the desk decides on what it has",
            Refusal.FILE_FULL,
        )
    added = Information(at=now, said=event)
    appeal.change_newest(information=(*appeal.newest.information, added))
    appeal.timeline.log(now, AppealEventKind.INFORMATION_ADDED, event.by)
    if not is_asked:
        return
    if appeal.question is not None and appeal.question.was_accepted:
        appeal.wait_for_desk(now)
    else:
        appeal.lose_question(now, AppealReason.ADDED_MEANWHILE)
    appeal.write(AppealPurpose.RECEIVED, now)


def _refuse_unless_waiting(appeal: Appeal) -> None:
    if appeal.status not in WAITING:
        raise Refused(
            f"no appeal waits for a decision: it is {appeal.status}",
            Refusal.NO_APPEAL_WAITS,
            status=appeal.status.value,
        )


def decide_appeal(appeal: Appeal, event: DecideAppeal, now: datetime) -> None:
    """Answer an appeal, or ask for more information, which is done once.

    Raises:
        Refused: no appeal waits for this, it has changed since, the question was asked before, or
            the person had a part in the case or in the first appeal.
    """
    _refuse_unless_waiting(appeal)
    _refuse_whoever_had_a_part(appeal, event.by)
    _refuse_unless_seen(appeal, event)
    if why := why_not_now(event.verdict, appeal.status, appeal.account, appeal.submissions):
        raise Refused(_NOT_NOW[why], why)
    answer = Answer(at=now, said=event)
    if event.verdict is Verdict.MORE_INFORMATION:
        appeal.change_newest(question=answer)
    else:
        appeal.change_newest(answer=answer)
    appeal.decisions += 1
    appeal.change_newest(judges=(*appeal.newest.judges, event.by))
    appeal.timeline.log(
        now, AppealEventKind.DECIDED, event.by, verdict=event.verdict, note=event.note
    )
    match event.verdict:
        case Verdict.MORE_INFORMATION:
            appeal.ask(now, event.note)
        case Verdict.REINSTATE:
            appeal.set_status(now, AppealStatus.REINSTATING)
        case Verdict.UPHOLD:
            appeal.set_status(now, AppealStatus.UPHOLDING)


def _refuse_whoever_had_a_part(appeal: Appeal, by: str) -> None:
    assert appeal.deactivation is not None
    if problem := why_not_by(by, appeal.deactivation, appeal.submissions):
        raise Refused(_NOT_BY[problem], problem)


def _refuse_unless_seen(appeal: Appeal, event: DecideAppeal) -> None:
    if event.seen is None:
        return
    timeline = appeal.timeline
    if event.seen > timeline.count:
        raise Refused(
            f"seen: there are {timeline.count} events",
            Refusal.NO_SUCH_EVENT,
            seen=event.seen,
            events=timeline.count,
        )
    before = timeline.count - len(timeline.entries)
    since = timeline.entries[max(0, event.seen - before) :]
    new = sorted({entry.what for entry in since} & CHANGES_THE_APPEAL)
    if new:
        raise Refused(
            f"the appeal has changed since ({', '.join(new)}); look at it again",
            Refusal.CHANGED_SINCE,
            seen=event.seen,
            events=timeline.count,
            new=[*new],
        )


def report_outage(appeal: Appeal, event: ReportOutage, now: datetime) -> None:
    """Record an outage that came to light. Whoever decides the appeal is told at once.

    If it was answered, the seller is told that they can appeal once more. If it is about to be
    upheld, whoever decided did not know of the outage.

    Raises:
        Refused: the account was not appealed, or is active again, or no appeal can follow, or too
            many were reported.
    """
    if not appeal.submissions or appeal.status is AppealStatus.REINSTATED:
        raise Refused(
            f"no appeal needs it: it is {appeal.status}",
            Refusal.NO_APPEAL_WAITS,
            status=appeal.status.value,
        )
    if appeal.status in ANSWERED and not appeal.may_come_again:
        raise Refused(
            "both appeals are answered, and no third is taken; if the outage speaks for the "
            "seller, activate the account in your own system, and record it (enrollment reinstate)",
            Refusal.APPEALED_TWICE,
        )
    if len(appeal.outages) >= _MOST_OUTAGES:
        raise Refused("the appeal has no room for more", Refusal.FILE_FULL)
    appeal.outages += (OutageReport(at=now, said=event),)
    appeal.timeline.log(now, AppealEventKind.OUTAGE_REPORTED, event.by, note=event.note)
    if appeal.status is AppealStatus.SUBMITTED:
        appeal.desk_due = now
    if appeal.status is AppealStatus.UPHOLDING:
        appeal.take_decision_back(now, AppealReason.OUTAGE_REPORTED)
    if appeal.may_come_again:
        appeal.tell_answer(now, AppealPurpose.OUTAGE_FOUND)


def ignore_cancellation(appeal: Appeal, now: datetime) -> None:
    """Go on despite a cancellation. Otherwise a third appeal would be taken."""
    appeal.timeline.log(now, AppealEventKind.CANCELLATION_IGNORED)
