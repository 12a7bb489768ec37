"""Messages for the failures of calls to Temporal."""

import re

from domain.shared.names import CASES_QUEUE
from runtime.rights import REFUSALS
from temporal_client.failures import (
    AnswerUnreadable,
    Closed,
    NoAnswer,
    NoServer,
    NotThere,
    NoWorker,
    Paused,
    ServerRefused,
    TemporalFailure,
    UpdateRefused,
    WorkerFailed,
)
from temporal_client.names import APPEAL, CASE, ENROLLMENT
from temporal_client.workflows import ANSWERS_WITHIN

_UNKNOWN = {
    CASE.workflow: "there is no case",
    ENROLLMENT.workflow: "the programme does not know the seller",
    APPEAL.workflow: "there is no appeal of",
}
SHOWN_BY = {
    CASE.workflow: "show",
    ENROLLMENT.workflow: "enrollment show",
    APPEAL.workflow: "appeal show",
}
"""The command that shows a workflow."""
_ENCRYPTED_MESSAGE = "Encoded failure"
"""What Temporal says in place of an encrypted message."""

COMMANDS = {
    "report_contact": "contact",
    "request_call": "call",
    "submit_plan": "plan",
    "review_plan": "review",
    "record_conversation": "conversation",
    "add_issue": "issue",
    "change_contact": "change",
    "report_harm": "harm",
    "record_ratings": "ratings import",
    "change_account": "enrollment change",
    "add_information": "appeal add",
    "decide_appeal": "appeal decide",
    "report_outage": "appeal outage",
}
_UPDATE = re.compile(rf"\b({'|'.join(COMMANDS)})\b")


def in_commands(refusal: str) -> str:
    """Return a refusal with the names of commands in place of those of updates."""
    return _UPDATE.sub(lambda found: f"`python client.py {COMMANDS[found[1]]}`", refusal)


def in_words(failure: TemporalFailure) -> str:
    """Return what went wrong, and what to do about it."""
    match failure:
        case NoAnswer():
            return no_answer_in_words(failure) + _what_may_yet_happen(failure)
        case UpdateRefused():
            return f"refused: {in_commands(str(failure))}"
        case AnswerUnreadable():
            unknown = "it is not known whether it was taken: " if failure.of_update else ""
            return f"{unknown}the answer {failure}"
        case ServerRefused(status=status) if status in REFUSALS:
            return (
                f"Temporal does not let us: {failure} The API key lacks the right in this "
                "namespace, or it has expired (docs/access.md)"
            )
        case ServerRefused():
            return _of_server(str(failure))
        case Closed():
            return f"{failure.name}: {failure}"
        case NotThere():
            return _not_there(failure)
        case WorkerFailed():
            return _of_worker(failure)
    return str(failure)


def no_answer_in_words(failure: NoAnswer) -> str:
    """Return why nobody answers, without what may still happen."""
    match failure:
        case Paused():
            assert failure.name is not None
            return (
                f"somebody paused the {failure.name.query.workflow}; `temporal workflow unpause -w "
                f"{failure.name.workflow_id}` lets it go on"
            )
        case NoServer():
            return "the Temporal server does not answer"
        case NoWorker():
            return (
                f"no worker is listening on queue {CASES_QUEUE}; start one with `python worker.py`"
            )
    return (
        f"no worker answered within {ANSWERS_WITHIN.seconds} s, though one was listening on queue "
        f"{CASES_QUEUE} a minute ago; if it has gone, start one with `python worker.py`"
    )


def _what_may_yet_happen(failure: NoAnswer) -> str:
    if failure.name is None or not failure.of_update:
        return ""
    return (
        ". It may still be taken once one answers: look with `python client.py "
        f"{SHOWN_BY[failure.name.query.workflow]} {failure.name}` before asking again"
    )


def _not_there(failure: NotThere) -> str:
    name = failure.name
    if name is None:  # a workflow of an audit was deleted just now
        return _of_server(str(failure))
    run = f" with the run {name.run_id}" if name.run_id else ""
    return f"{_UNKNOWN[name.query.workflow]} {name}{run}"


def _of_server(message: str) -> str:
    if "search attribute" in message:
        return (
            "no worker has run on this server yet, or a search attribute was removed since; start "
            "one with `python worker.py`, or restart one: it registers what cases are found by at "
            "its start (nodes of a server know that some seconds later)"
        )
    return f"Temporal answers: {message}"


def _of_worker(failure: WorkerFailed) -> str:
    message = str(failure)
    if failure.of_update:
        return f"refused: {in_commands(message)}"
    if message == _ENCRYPTED_MESSAGE:
        message = "its log says why; does it lack a key? (docs/runbook/key-missing.md)"
    what = failure.name.query.workflow if failure.name else "workflow"
    return f"the worker cannot read the {what}: {message}"
