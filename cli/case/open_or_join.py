"""Starting a case, or joining the account's open one, whoever else does so meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from pydantic_core import to_json

from cli.failure_words import in_words, no_answer_in_words
from cli.terminal.problems import DidNotHappen
from domain.case.events import AddIssue
from domain.case.status import OPEN, Status
from domain.case.view import CaseView
from domain.shared.account import Issue
from temporal_client.failures import NoAnswer, NotThere, UpdateRefused, WorkerFailed
from temporal_client.names import CaseName, case_name
from temporal_client.workflows import ANSWERS_WITHIN, AlreadyOpen, Snapshot, Workflows
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


class IssuesRefused(DidNotHappen):
    """The open case does not take some of the issues; the others joined it."""


class NotYetAnswered(DidNotHappen):
    """The case is started, and no worker has answered for it yet."""


async def open_or_join(
    workflows: Workflows, start: CaseInput, by: str, tell_person: Callable[[str], None]
) -> tuple[Snapshot[CaseView], Outcome]:
    """Start a case with the issues, or have them join the account's open case.

    It is done by whom the input names, and by `by` where it names nobody.

    Raises:
        DidNotHappen: some of them are in no case now; the message says which.
        TemporalFailure: likewise, or it is not known.
    """
    start = start.model_copy(update={"by": start.by or by})
    name = case_name(start.account.store, start.account.seller_id)
    # Harm ends a case's patience: what is to be in the case must be in it before.
    left = sorted(start.issues, key=lambda issue: issue.harmful)
    joined = False
    until = asyncio.get_running_loop().time() + ENDS_WITHIN_SECONDS
    while True:
        # The server starts one case of all who ask at once, and the others join it below.
        try:
            ours = await workflows.start_case(
                name,
                start.model_copy(update={"issues": tuple(left)}),
                attributes=at_start(start.account),
                summary=_summary(start, left),
            )
        except AlreadyOpen as running:
            joining = _Joining(workflows, name, start, tell_person)
            left = await joining.join(left)
            joined = joined or joining.is_news
            if not left:
                outcome = Outcome.JOINED if joined else Outcome.KNOWN_ALREADY
                return await workflows.look(name), outcome
            await _end_of(workflows, running.name, left, until)
        else:
            tell_person(f"Opened the case {name} with {_listed(left)}.")
            opened = await _opened(workflows, ours)
            covered = opened.view.status is not Status.NOT_COVERED
            return opened, Outcome.OPENED if covered else Outcome.NOT_COVERED


class _Joining:
    """Issues that are added to an open case, one after the other."""

    def __init__(
        self,
        workflows: Workflows,
        name: CaseName,
        start: CaseInput,
        tell_person: Callable[[str], None],
    ) -> None:
        self._workflows = workflows
        self._name = name
        self._start = start
        self._tell_person = tell_person
        self.is_news = False
        """Whether any of them changed the case."""

    async def join(self, issues: list[Issue]) -> list[Issue]:
        """Add them; answer those that came too late for the case.

        Raises:
            IssuesRefused: the case is open and does not take one of them; the others joined.
        """
        view = (await self._workflows.look(self._name)).view
        if view.status in OPEN:
            _mention_differences(self._start, view.account.model_dump(), self._tell_person)
        left, refusals = [], []
        for issue in issues:
            event = AddIssue(by=self._start.by or "", issue=issue)
            try:
                after = await self._workflows.tell(self._name, "add_issue", event)
            except NotThere:
                left.append(issue)
            except (UpdateRefused, WorkerFailed) as refusal:
                if await self._is_still_open(view):
                    refusals.append(f"{issue.id}: {in_words(refusal)}")
                else:
                    left.append(issue)
            else:
                self._say_what_came_of(issue, view)
                view = after
        if refusals:
            raise IssuesRefused("; ".join(refusals))
        return left

    async def _is_still_open(self, view: CaseView) -> bool:
        """Whether it was this case that refused, and not one that is another by now."""
        now = (await self._workflows.look(self._name)).view
        return now.status in OPEN and now.id == view.id

    def _say_what_came_of(self, issue: Issue, before: CaseView) -> None:
        known = next((i for i in before.issues if i.id == issue.id), None)
        if known is None:
            said = f"{issue.id} joined the open case {self._name}."
        elif issue.harmful and not known.harmful:
            said = f"{issue.id}, known already, is now reported as harmful."
        else:
            self._tell_person(f"{issue.id} is known to the open case {self._name} already.")
            return
        self.is_news = True
        self._tell_person(said)


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


async def _end_of(workflows: Workflows, ending: CaseName, left: list[Issue], until: float) -> None:
    """Wait until an ending case has ended.

    Raises:
        DidNotHappen: it takes too long.
    """
    try:
        async with asyncio.timeout_at(until):
            await workflows.wait_until_closed(ending)
    except TimeoutError:
        raise DidNotHappen(
            f"{_listed(left)} not opened: the account's last case has ended but is not closed yet "
            "(its closing e-mail or the deactivation is still under way); ask again in a while"
        ) from None


async def _opened(workflows: Workflows, ours: CaseName) -> Snapshot[CaseView]:
    """The case once it has looked up its coverage, or as far as it got in a few seconds."""
    until = asyncio.get_running_loop().time() + ANSWERS_WITHIN.total_seconds()
    while True:
        try:
            snapshot = await workflows.look(ours)
        except NoAnswer as failure:
            why = no_answer_in_words(failure)
            raise NotYetAnswered(f"the case is started, not yet answered: {why}") from None
        if snapshot.broke_off:
            raise DidNotHappen(f"the case could not be opened: {snapshot.broke_off}")
        if snapshot.view.timeline or asyncio.get_running_loop().time() > until:
            return snapshot
        await asyncio.sleep(0.02)


def _listed(issues: Sequence[Issue]) -> str:
    return ", ".join(issue.id for issue in issues)


def _summary(start: CaseInput, issues: Sequence[Issue]) -> str:
    """Who and what in one line; the Web UI takes it for markdown."""
    account = start.account
    name = safe(account.name)
    codes = ", ".join(sorted({issue.code for issue in issues}))
    summary = f"{account.store}/{account.seller_id}: {codes}, {name}"
    while len(to_json(summary)) > _SUMMARY_BYTES:
        summary = summary[:-1]
    return summary
