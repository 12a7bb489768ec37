"""What a bulk consists of: the cases as they were seen, and what was typed for all of them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from secrets import token_urlsafe

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from desk.responses import path_after
from desk.roles import Action
from domain.case.events import Assign, Decide, Decision, Withdraw
from domain.case.status import Status
from domain.case.timeline import CHANGES_THE_CASE
from domain.case.view import CaseView
from domain.case.waiting import status_since
from domain.shared.events import Event
from domain.shared.names import run_id_of
from domain.shared.text import Frozen
from web.forms import text_of
from web.languages import N_

TYPED_ABOVE = 20
"""More deactivations than this ask for a typed confirmation."""


class Bulk(StrEnum):
    """What can be done in many cases at once. The value is a part of the address."""

    ASSIGN = "assign"
    WITHDRAW = "withdraw"
    RESOLVE = "resolve"
    RESUME = "resume"
    DEACTIVATE = "deactivate"

    @property
    def action(self) -> Action:
        """Return what somebody's role must include for it."""
        return _ACTIONS.get(self, Action.DECIDE)

    @property
    def update(self) -> str:
        """Return the update that does it in a case."""
        return _UPDATES.get(self, "decide")


_ACTIONS = {Bulk.ASSIGN: Action.ASSIGN, Bulk.WITHDRAW: Action.WITHDRAW}
_UPDATES = {Bulk.ASSIGN: "assign", Bulk.WITHDRAW: "withdraw"}


class Entry(Frozen):
    """A case of a bulk, with what was seen of it. It goes to the browser and comes back."""

    case: str
    """The workflow id: `case/US/A2EXAMPLE`."""
    run: str
    seen: int
    held_by: str | None
    name: str
    status: Status
    reason: str | None
    """Why it has that status, as a code."""
    issues: str
    news: tuple[str, ...] = ()
    """What has happened since it got its status, as kinds of events."""


@dataclass(frozen=True)
class LeftOut:
    """A case that was selected, and will not be touched."""

    case: str
    why: str


@dataclass(frozen=True)
class BulkForm:
    """What somebody typed for all cases of a bulk."""

    id: str
    back: str
    """The path of the list to go back to."""
    note: str = ""
    to: str = ""
    count: str = ""
    """How many accounts will be deactivated, as typed."""
    problems: dict[str, str] = field(default_factory=dict)
    """What is wrong, by field."""

    @classmethod
    def new(cls, form: FormData, to: str) -> "BulkForm":
        """Return an empty form for a bulk that begins. `to` is whom it proposes to assign to."""
        return cls(token_urlsafe(12), path_after(text_of(form, "list")), to=to)

    @classmethod
    def of(cls, form: FormData) -> "BulkForm":
        """Return the form as it was posted."""
        bulk, note, to, count = (text_of(form, n) or "" for n in ("bulk", "note", "to", "count"))
        return cls(bulk, path_after(text_of(form, "list")), note, to, count)

    def checked(self, what: Bulk, by: str, cases: int) -> "BulkForm":
        """Return the form with its problems."""
        problems = {}
        try:
            self.event(what, by)
        except ValidationError as error:
            for problem in error.errors():
                problems[str(problem["loc"][0])] = N_("This is missing, or too long.")
        if asks_count(what, cases) and self.count.strip() != str(cases):
            problems["count"] = N_("Type how many accounts will be deactivated.")
        return replace(self, problems=problems)

    def event(self, what: Bulk, by: str, entry: Entry | None = None) -> Event:
        """Return the argument of the update for a case, or of none to see whether it is valid.

        Raises:
            ValidationError: it is not.
        """
        seen, held_by = (entry.seen, entry.held_by) if entry else (None, None)
        if what is Bulk.ASSIGN:
            return Assign(by=by, to=self.to, held_by=held_by, note=self.note)
        if what is Bulk.WITHDRAW:
            return Withdraw(by=by, note=self.note, seen=seen)
        return Decide(by=by, decision=Decision(what), note=self.note, seen=seen)


def asks_count(what: Bulk, cases: int) -> bool:
    """Return whether somebody has to type how many accounts will be deactivated."""
    return what is Bulk.DEACTIVATE and cases > TYPED_ABOVE


def as_seen(form: FormData) -> dict[str, str]:
    """Return what the list showed of each case, by its id (desk/rows.py, `as_seen`)."""
    return {str(value).partition(" ")[0]: str(value) for value in form.getlist("seen")}


def is_as_seen(view: CaseView, seen: str) -> bool:
    _, status, since = (*seen.split(" "), "", "")[:3]
    try:
        began = datetime.fromisoformat(since)
    except ValueError:
        return False
    now = status_since(view.timeline) or view.opened_at
    # A search attribute may keep a moment less exactly than the case does.
    return view.status == status and abs((now - began).total_seconds()) < 1


def entry_for(case: str, view: CaseView) -> Entry:
    since = status_since(view.timeline) or view.opened_at
    held = view.assigned_until is not None and view.assigned_until > datetime.now(UTC)
    news = (e.what for e in view.timeline if e.at > since and e.what in CHANGES_THE_CASE)
    return Entry(
        case=case,
        run=run_id_of(view.id),
        seen=len(view.timeline),
        held_by=view.assignee if held else None,
        name=view.account.name,
        status=view.status,
        reason=view.reason,
        issues="; ".join(f"{issue.summary} ({issue.id})" for issue in view.issues[:3]),
        news=tuple(dict.fromkeys(news)),
    )


def entry_of(text: object) -> Entry:
    try:
        return Entry.model_validate_json(str(text))
    except ValidationError:
        raise HTTPException(400) from None
