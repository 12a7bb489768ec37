"""Start a case, or add the issues to the account's open case, whoever else does so meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from pydantic_core import to_json

from cli.failure_words import in_words, no_answer_in_words
from cli.session import view_after
from cli.terminal.problems import DidNotHappen
from domain.case.events import AddIssue
from domain.case.status import OPEN, Status
from domain.case.view import CaseView
from domain.shared.account import Issue
from temporal_client.failures import Closed, NoAnswer, NotThere, UpdateRefused, WorkerFailed
from temporal_client.names import CaseName, case_name
from temporal_client.workflows import ANSWERS_WITHIN, AlreadyOpen, Workflows
from workflows.case.input import CaseInput
from workflows.shared.markdown import safe
from workflows.shared.search_attributes import at_start

ENDS_WITHIN_SECONDS = 20
"""How long to wait for a case that is ending."""

_SUMMARY_BYTES = 250
"""The limit of a summary as JSON.

Temporal takes 400 bytes, and encryption may add 143 (docs/encryption.md).
"""


class Outcome(StrEnum):
    """What became of the issues."""

    OPENED = "opened"
    JOINED = "joined"
    KNOWN_ALREADY = "known_already"
    NOT_COVERED = "not_covered"
    """The case started and ended at once: the account is not enrolled, or is deactivated."""


class IssuesRefused(DidNotHappen):
    """The open case refused some of the issues; the others joined it."""


class NotYetAnswered(DidNotHappen):
    """The case has started, and no worker has answered yet."""


async def open_or_join(
    workflows: Workflows, start: CaseInput, by: str, tell_person: Callable[[str], None]
) -> tuple[CaseView, Outcome]:
    """Start a case with the issues, or add them to the account's open case.

    The input says who opens the case; `by` if it does not.

    Raises:
        DidNotHappen: some issues are in no case now; the message says which.
        TemporalFailure: likewise, or nobody knows.
        NotShown: some have joined the open case, and then nobody answered.
    """
    start = start.model_copy(update={"by": start.by or by})
    name = case_name(start.account.store, start.account.seller_id)
    # Harm ends the time in which a case takes issues, so the harmful ones come last.
    left = sorted(start.issues, key=lambda issue: issue.harmful)
    is_news = False
    until = asyncio.get_running_loop().time() + ENDS_WITHIN_SECONDS
    while True:
        # Of several clients at once the server starts one case; the others join it below.
        try:
            ours = await workflows.start_case(
                name,
                start.model_copy(update={"issues": tuple(left)}),
                at_start(start.account, left),
                summary=_summary(start, left),
            )
        except AlreadyOpen as running:
            open_case = _OpenCase(workflows, name, start, tell_person)
            view, left = await open_case.add(left)
            is_news = is_news or open_case.is_news
            if view is not None and not left:
                return view, Outcome.JOINED if is_news else Outcome.KNOWN_ALREADY
            await _end_of(workflows, running.name, left, until)
        else:
            tell_person(f"Opened the case {name} with {_listed(left)}.")
            opened = await _opened(workflows, ours)
            covered = opened.status is not Status.NOT_COVERED
            return opened, Outcome.OPENED if covered else Outcome.NOT_COVERED


class _OpenCase:
    """The account's open case, to which issues are added, one after the other."""

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
        """Whether any issue changed the case."""

    async def add(self, issues: list[Issue]) -> tuple[CaseView | None, list[Issue]]:
        """Add issues. Return the newest view, and the issues that came too late for the case.

        The view is None if the case broke off just now.

        Raises:
            IssuesRefused: the case is open and refuses some of them; the others joined.
            NotShown: nobody answers any more.
        """
        try:
            view = await self._workflows.view(self._name)
        except Closed:
            return None, issues
        if view.status in OPEN:
            _mention_differences(self._start, view.account.model_dump(), self._tell_person)
        left, refusals, taken = [], [], None
        for issue in issues:
            event = AddIssue(by=self._start.by or "", issue=issue)
            try:
                taken = await self._workflows.execute_update(self._name, "add_issue", event)
            except NotThere:
                left.append(issue)
            except (UpdateRefused, WorkerFailed) as refusal:
                if await self._is_still_open(view):
                    refusals.append(f"{issue.id}: {in_words(refusal)}")
                else:
                    left.append(issue)
            else:
                self._say_what_came_of(issue, view)
        if refusals:
            raise IssuesRefused("; ".join(refusals))
        return (await view_after(self._workflows, self._name, taken) if taken else view), left

    async def _is_still_open(self, view: CaseView) -> bool:
        """Return whether this case refused. The account may have another case by now."""
        try:
            now = await self._workflows.view(self._name)
        except Closed:
            return False
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
    """Wait until a case that is ending has ended.

    Raises:
        DidNotHappen: that takes too long.
    """
    try:
        async with asyncio.timeout_at(until):
            await workflows.wait_until_closed(ending)
    except TimeoutError:
        raise DidNotHappen(
            f"{_listed(left)} not opened: the account's last case has ended but is not closed yet "
            "(its closing e-mail or the deactivation is still under way); ask again in a while"
        ) from None


async def _opened(workflows: Workflows, ours: CaseName) -> CaseView:
    """Return the case after it has looked up its coverage, or after a few seconds."""
    until = asyncio.get_running_loop().time() + ANSWERS_WITHIN.total_seconds()
    while True:
        try:
            view = await workflows.view(ours)
        except NoAnswer as failure:
            why = no_answer_in_words(failure)
            raise NotYetAnswered(f"the case is started, not yet answered: {why}") from None
        except Closed as broke_off:
            raise DidNotHappen(f"the case could not be opened: {broke_off}") from None
        if view.timeline or asyncio.get_running_loop().time() > until:
            return view
        await asyncio.sleep(0.02)


def _listed(issues: Sequence[Issue]) -> str:
    return ", ".join(issue.id for issue in issues)


def _summary(start: CaseInput, issues: Sequence[Issue]) -> str:
    """Return account and issues in one line. The Web UI takes it for markdown."""
    account = start.account
    name = safe(account.name)
    codes = ", ".join(sorted({issue.code for issue in issues}))
    summary = f"{account.store}/{account.seller_id}: {codes}, {name}"
    while len(to_json(summary)) > _SUMMARY_BYTES:
        summary = summary[:-1]
    return summary
