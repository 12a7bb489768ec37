"""One thing done in many cases: said first, then done in one case after the other.

Nothing of it is kept here. The browser sends the cases one by one, each with what was seen of it
and with an update id that comes from the bulk and the case. So any copy of the desk can go on with
it, and a case that is sent again counts once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from temporalio.client import Client

from desk.audit import Outcome
from desk.bulk_entries import (
    Bulk,
    BulkForm,
    Entry,
    LeftOut,
    as_seen,
    asks_count,
    entry_for,
    entry_of,
    is_as_seen,
)
from desk.bulk_words import OUTCOMES, TITLES, WHAT_HAPPENS
from desk.list_pages import case_named
from desk.list_words import CHANGES, OTHER_REFUSAL, REASONS, REFUSALS, STATUSES
from desk.lists import Lists
from desk.own_events import taken_as
from desk.responses import Responses
from desk.sessions import Session
from desk.update_ids import update_id
from domain.case.events import EventKind
from domain.case.status import Status
from domain.case.view import CaseView
from domain.shared.events import Event
from temporal_client.failures import NotThere, ServerFailed, TemporalFailure, UpdateRefused
from temporal_client.in_parallel import each
from temporal_client.names import CaseName
from temporal_client.workflows import Workflows
from web.forms import text_of
from web.languages import N_

MOST_AT_ONCE = 200
_TOO_MANY = N_("Only 200 cases are taken at once. Select it again afterwards.")

Handler = Callable[[Request, Session], Awaitable[Response]]


class BulkPages:
    """The handlers, three for each thing that can be done."""

    def __init__(self, client: Client, responses: Responses, lists: Lists) -> None:
        self._workflows, self._responses, self._lists = Workflows(client), responses, lists

    def preview(self, what: Bulk) -> Handler:
        """Return the handler that says what will happen to which cases."""

        async def handler(request: Request, session: Session) -> Response:
            request.state.outcome = Outcome.ASKED
            form = await request.form()
            names = list(dict.fromkeys(str(value) for value in form.getlist("case")))
            entries, left_out = await self._looked_at(names[:MOST_AT_ONCE], as_seen(form))
            left_out += [
                LeftOut(case_named(n).workflow_id, _TOO_MANY) for n in names[MOST_AT_ONCE:]
            ]
            proposed = session.person.name if what is Bulk.ASSIGN else ""
            return self._preview(request, what, entries, left_out, BulkForm.new(form, proposed))

        return handler

    async def _looked_at(
        self, names: list[str], seen: dict[str, str]
    ) -> tuple[list[Entry], list[LeftOut]]:
        """Look at each case, and leave out one that is not as the list showed it."""
        entries, left_out = [], []

        async def cases() -> AsyncIterator[CaseName]:
            for name in names:
                yield case_named(name)

        async for name, view in each(cases(), self._view):
            case = name.workflow_id
            if view is None:
                left_out.append(LeftOut(case, N_("It cannot be looked at now.")))
            elif not is_as_seen(view, seen.get(case, "")):
                left_out.append(LeftOut(case, N_("It has changed since it was listed.")))
            else:
                entries.append(entry_for(case, view))
        return entries, left_out

    async def _view(self, name: CaseName) -> CaseView | None:
        try:
            return await self._workflows.view(name)
        except ServerFailed:
            raise
        except TemporalFailure:
            return None

    def _preview(
        self,
        request: Request,
        what: Bulk,
        entries: list[Entry],
        left_out: Iterable[LeftOut],
        typed: BulkForm,
    ) -> Response:
        return self._responses.page(
            request,
            "bulk.html",
            400 if typed.problems or not entries else 200,
            what=what,
            title=TITLES[what],
            what_happens=WHAT_HAPPENS[what],
            entries=entries,
            left_out=list(left_out),
            changes=CHANGES,
            statuses=STATUSES,
            reasons=REASONS,
            typed=typed,
            asks_count=asks_count(what, len(entries)),
        )

    def run(self, what: Bulk) -> Handler:
        """Return the handler of the page that sends the cases, one after the other."""

        async def handler(request: Request, session: Session) -> Response:
            request.state.outcome = Outcome.ASKED
            form = await request.form()
            entries = [entry_of(value) for value in form.getlist("entry")][:MOST_AT_ONCE]
            typed = BulkForm.of(form).checked(what, session.person.name, len(entries))
            if typed.problems or not entries:
                return self._preview(request, what, entries, (), typed)
            return self._responses.page(
                request,
                "bulk_run.html",
                what=what,
                title=TITLES[what],
                entries=entries,
                typed=typed,
            )

        return handler

    def one(self, what: Bulk) -> Handler:
        """Return the handler that does it in one case, and says what came of it."""

        async def handler(request: Request, session: Session) -> Response:
            form, of_path = await request.form(), request.path_params
            entry, typed = entry_of(text_of(form, "entry")), BulkForm.of(form)
            name = case_named(f"case/{of_path['store']}/{of_path['seller_id']}")
            if entry.case != name.workflow_id:
                raise HTTPException(400)  # the audit log would name another case
            try:
                event = typed.event(what, session.person.name, entry)
            except ValidationError:
                raise HTTPException(400) from None
            said_and_seen = (entry.case, entry.run, str(entry.seen), typed.to, typed.note)
            key = update_id(typed.id, what, *said_and_seen)
            request.state.outcome, said = await self._send(what, entry, event, key)
            self._lists.forget()
            return self._responses.page(
                request,
                "bulk_result.html",
                what=what,
                entry=entry,
                typed=typed,
                is_done=request.state.outcome is Outcome.DONE,
                is_unanswered=request.state.outcome is Outcome.UNANSWERED,
                said=said,
            )

        return handler

    async def _send(self, what: Bulk, entry: Entry, event: Event, key: str) -> tuple[Outcome, str]:
        """Send an update. Return what came of it, and the words for it."""
        name = replace(case_named(entry.case), run_id=entry.run)
        try:
            taken = await self._workflows.execute_update(name, what.update, event, key)
        except UpdateRefused as refused:
            return Outcome.REFUSED, REFUSALS.get(refused.code, OTHER_REFUSAL)
        except NotThere:
            # A case that this bulk has ended takes no update, not even the same again.
            view_or_none = await self._view(name)
            kind = view_or_none and taken_as(view_or_none, event, entry.seen)
            if kind is EventKind.PROPOSED:
                return Outcome.DONE, N_("Proposed. The case has ended meanwhile.")
            if kind is not None:
                return Outcome.DONE, OUTCOMES[what]
            return Outcome.REFUSED, N_("It has ended meanwhile. Nothing was done.")
        except TemporalFailure:
            said = N_("It did not answer. It may have been done; to send it again is safe.")
            return Outcome.UNANSWERED, said
        if what is Bulk.DEACTIVATE and taken.status == Status.ESCALATED:
            return Outcome.DONE, N_("Proposed. Another lead confirms it.")
        return Outcome.DONE, OUTCOMES[what]
