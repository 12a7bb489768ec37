"""The checks of a world that remembers more than its engine, which went back in time.

A call or an e-mail of the lost time may bear a number that its case has since given to something
else, or to nothing. So it is no fault that a case knows nothing of it. All else is.
"""

from dataclasses import replace

from domain.case.attempt import Channel
from domain.case.status import Reason, Status
from domain.case.view import CaseView
from domain.shared.result import Result
from experiments.faults.checks import SIGNS, wrongly_deactivated
from experiments.faults.evidence import CaseSeen, Delivered, Evidence, of_providers
from experiments.faults.on_cluster.scene import ClusterScene, note_nondeterminism
from experiments.faults.trial import Trial
from reference.mail_tokens import thread_of


def turned_up(case: CaseSeen) -> bool:
    """Return whether the seller had been in contact."""
    return case.view is not None and (
        any(event.what in SIGNS for event in case.view.timeline)
        or any(attempt.result is Result.CONNECTED for attempt in case.view.attempts)
    )


async def judge(
    trial: Trial,
    stage: ClusterScene,
    before: dict[str, CaseSeen],
    kept: Evidence,
    lost: Evidence,
) -> None:
    """Check the promises.

    Args:
        trial: is told.
        stage: the scene.
        before: the cases just before the loss, by workflow id.
        kept: the providers' books at the moment that was restored.
        lost: the books at the loss.
    """
    found = of_providers(stage.cluster.places.state, await stage.crowd.seen())
    forgotten = _deactivated_by_forgotten(found, lost)
    evidence = replace(
        found, deactivated={w: c for w, c in found.deactivated.items() if w not in forgotten}
    )
    reduced = without_forgotten(evidence, kept, lost)
    trial.judge(reduced)
    then = [case for case in before.values() if case.view and case.view.id in forgotten.values()]
    trial.violations += wrongly_deactivated(replace(lost, cases=then, deactivated=forgotten))
    trial.violations += [
        said for said in wrongly_deactivated(evidence) if said not in trial.violations
    ]
    trial.violations += silenced_though_they_turned_up(found, before)
    trial.violations += [
        f"{life.workflow_id}: not over in time: {life.stuck}"
        for life in stage.crowd.lives
        if life.stuck
    ]
    trial.notes.append(
        f"{len(evidence.calls) - len(reduced.calls)} calls and "
        f"{len(evidence.mails) - len(reduced.mails)} e-mails of the lost time are unknown to "
        "their cases"
    )
    returned = sum(turned_up(case) for case in before.values())
    trial.notes.append(f"{returned} sellers had turned up before the loss")
    note_nondeterminism(trial, stage.cluster)


def silenced_though_they_turned_up(found: Evidence, before: dict[str, CaseSeen]) -> list[str]:
    """Return a violation for each seller deactivated for silence who had been in contact."""
    return [
        f"{case.workflow_id}: deactivated for silence, and the seller had turned up"
        for case in found.cases
        if case.view is not None
        and case.view.reason == Reason.NOT_REACHED
        and case.view.status in {Status.DEACTIVATED, Status.DEACTIVATING}
        and case.workflow_id in before
        and turned_up(before[case.workflow_id])
    ]


def without_forgotten(evidence: Evidence, kept: Evidence, lost: Evidence) -> Evidence:
    """Return the evidence without calls and e-mails of the lost time that no case knows."""
    views = [case.view for case in evidence.cases if case.view]
    channels = {f"{view.id}/{a.number}": a.channel for view in views for a in view.attempts}
    threads = {thread_of(view.id): view for view in views}
    calls = {call.key for call in lost.calls} - {call.key for call in kept.calls}
    mails = {mail.message_id for mail in lost.mails} - {mail.message_id for mail in kept.mails}
    return replace(
        evidence,
        calls=[
            call
            for call in evidence.calls
            if call.key not in calls or channels.get(call.key) is Channel.CALL
        ],
        mails=[
            mail
            for mail in evidence.mails
            if mail.message_id not in mails or _is_known(mail, threads, channels)
        ],
    )


def _is_known(mail: Delivered, threads: dict[str, CaseView], channels: dict[str, Channel]) -> bool:
    view = threads.get(mail.thread)
    return view is not None and channels.get(f"{view.id}/{mail.attempt}") is Channel.EMAIL


def _deactivated_by_forgotten(found: Evidence, lost: Evidence) -> dict[tuple[str, str], str]:
    """Return the accounts whose deactivation the engine has forgotten, with the case that did it.

    Opened again, such a case does not cover the account, which is deactivated already. Nor does it
    where it had not looked at the account yet at the moment that was restored.
    """
    known = {
        case.view.id
        for case in found.cases
        if case.view and case.view.status is not Status.NOT_COVERED
    }
    return {who: case for who, case in lost.deactivated.items() if case not in known}
