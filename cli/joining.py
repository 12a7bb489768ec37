"""Starting a case, or joining the account's open one, whoever else does so meanwhile."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from pydantic_core import to_json
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError

from cli.cases import (
    ANSWERS_WITHIN,
    AlreadyClosed,
    NoAnswer,
    SaidNo,
    Snapshot,
    look,
    tell,
)
from cli.parameters import CaseName
from cli.problems import DidNotHappen
from domain.case.events import AddIssue
from domain.case.status import OPEN, Status
from domain.shared.account import Issue
from domain.shared.names import CASE_WORKFLOW, CASES_QUEUE, case_workflow_id_of
from workflows.case.input import CaseInput
from workflows.shared.markdown import safe
from workflows.shared.search_attributes import at_start

ENDS_WITHIN_SECONDS = 20
"""How long an ending case is waited for."""

_SUMMARY_BYTES = 250
"""Of a summary as JSON: Temporal takes 400, and encryption may add 143 (docs/encryption.md)."""


class Outcome(StrEnum):
    """What asking for a case came to."""

    OPENED = "opened"
    JOINED = "joined"
    KNOWN_ALREADY = "known_already"
    NOT_COVERED = "not_covered"
    """Started, and ended at once: the account is not enrolled, or is deactivated."""


async def open_or_join(
    client: Client, start: CaseInput, by: str, tell_person: Callable[[str], None]
) -> tuple[Snapshot, Outcome]:
    """Start a case with the issues, or have them join the account's open case.

    It is done by whom the input names, and by `by` where it names nobody.

    Raises:
        DidNotHappen: some of them are in no case now; the message says which.
    """
    name = CaseName(case_workflow_id_of(start.account))
    start = start.model_copy(update={"by": start.by or by})
    events = [AddIssue(by=start.by or by, issue=issue) for issue in start.issues]
    # Harm ends a case's patience: what is to be in the case must be in it before.
    left = sorted(events, key=lambda event: event.issue.harmful)
    outcome = Outcome.KNOWN_ALREADY
    until = asyncio.get_running_loop().time() + ENDS_WITHIN_SECONDS
    while True:
        issues = tuple(event.issue for event in left)
        # Not USE_EXISTING, which does not tell whether it was us who started: the server
        # starts one case of all who ask at once, and the others join it below.
        try:
            handle = await client.start_workflow(
                CASE_WORKFLOW,
                start.model_copy(update={"issues": issues}),
                id=name.workflow_id,
                task_queue=CASES_QUEUE,
                search_attributes=at_start(start.account),
                static_summary=_summary(start, issues),
                rpc_timeout=ANSWERS_WITHIN,
            )
        except WorkflowAlreadyStartedError as running:
            left, news = await _join(client, name, start, left, tell_person)
            if news:
                outcome = Outcome.JOINED
            if not left:
                return await look(client, name), outcome
            ending = client.get_workflow_handle(name.workflow_id, run_id=running.run_id)
            await _end_of(ending, left, until)
        else:
            tell_person(f"Opened the case {name} with {_listed(issues)}.")
            opened = await _opened(client, name, handle)
            covered = opened.view.status is not Status.NOT_COVERED
            return opened, Outcome.OPENED if covered else Outcome.NOT_COVERED


async def _join(
    client: Client,
    name: CaseName,
    start: CaseInput,
    events: list[AddIssue],
    tell_person: Callable[[str], None],
) -> tuple[list[AddIssue], bool]:
    """Add the issues to the open case; answer those too late for it, and whether any was news.

    Raises:
        SaidNo: the case is open and does not take one of them; the others joined.
    """
    view = (await look(client, name)).view
    if view.status in OPEN:
        _mention_differences(start, view.account.model_dump(), tell_person)
    left, refusals, news = [], [], False
    for event in events:
        issue = event.issue
        known = next((i for i in view.issues if i.id == issue.id), None)
        try:
            view = await tell(client, name, "add_issue", event)
        except AlreadyClosed:
            left.append(event)
        except SaidNo as refusal:
            now = (await look(client, name)).view
            # A case that is another by now did not refuse it.
            if now.status in OPEN and now.id == view.id:
                refusals.append(f"{issue.id}: {refusal.message}")
            else:
                left.append(event)
        else:
            news = news or known is None or (issue.harmful and not known.harmful)
            if known is None:
                tell_person(f"{issue.id} joined the open case {name}.")
            elif issue.harmful and not known.harmful:
                tell_person(f"{issue.id}, known already, is now reported as harmful.")
            else:
                tell_person(f"{issue.id} is known to the open case {name} already.")
    if refusals:
        raise SaidNo("; ".join(refusals))
    return left, news


def _mention_differences(
    start: CaseInput, theirs: dict[str, Any], tell_person: Callable[[str], None]
) -> None:
    ours = start.account.model_dump()
    different = [field for field in ours if ours[field] != theirs[field]]
    different += ["policy"] if start.policy else []
    if different:
        tell_person(
            f"The open case keeps its own {', '.join(different)} "
            "(`change` gives it a new number or address)."
        )


async def _end_of(handle: WorkflowHandle[Any, Any], left: list[AddIssue], until: float) -> None:
    """Wait until an ending case has ended.

    Raises:
        DidNotHappen: it takes too long.
    """
    try:
        async with asyncio.timeout_at(until):
            await handle.result()
    except TimeoutError:
        raise DidNotHappen(
            f"{_listed(tuple(event.issue for event in left))} not opened: the account's last "
            "case has ended but is not closed yet (its closing e-mail or the deactivation is "
            "still under way); ask again in a while"
        ) from None
    except WorkflowFailureError:
        pass  # It ended, however that was.


async def _opened(client: Client, name: CaseName, handle: WorkflowHandle[Any, Any]) -> Snapshot:
    """The case once it has looked up its coverage, or as far as it got in a few seconds."""
    ours = CaseName(name.workflow_id, handle.first_execution_run_id)
    until = asyncio.get_running_loop().time() + ANSWERS_WITHIN.total_seconds()
    while True:
        try:
            snapshot = await look(client, ours)
        except NoAnswer as error:
            raise NoAnswer(f"the case is started, not yet answered: {error.message}") from None
        if snapshot.broke_off:
            raise DidNotHappen(f"the case could not be opened: {snapshot.broke_off}")
        if snapshot.view.timeline or asyncio.get_running_loop().time() > until:
            return snapshot
        await asyncio.sleep(0.02)


def _listed(issues: tuple[Issue, ...]) -> str:
    return ", ".join(issue.id for issue in issues)


def _summary(start: CaseInput, issues: tuple[Issue, ...]) -> str:
    """Who and what in one line; the Web UI takes it for markdown."""
    account = start.account
    name = safe(account.name)
    codes = ", ".join(sorted({issue.code for issue in issues}))
    summary = f"{account.store}/{account.seller_id}: {codes}, {name}"
    while len(to_json(summary)) > _SUMMARY_BYTES:
        summary = summary[:-1]
    return summary
