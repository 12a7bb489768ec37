"""The handlers of the lists: what needs me next, taking and handing over, finding a case."""

from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from temporalio.client import Client

from desk.list_words import NOTHING_THERE, QUEUES
from desk.lists import MOST, PAGE, REFRESH_SECONDS, Lists, ListWish
from desk.report import ReportPage
from desk.responses import Responses
from desk.roles import Action, require
from desk.rows import Row
from desk.sessions import Session
from desk.update_ids import update_id
from domain.case.events import Assign
from domain.case.view import CaseView
from domain.shared.account import Store
from domain.shared.errors import Refusal
from domain.shared.names import CASE_WORKFLOW
from domain.shared.people import is_same_person
from reference.find_hashes import FindHashes
from reference.page_links import Visitor
from temporal_client.failures import NotThere, TemporalFailure, UpdateRefused
from temporal_client.finding import condition_of
from temporal_client.found_appeals import count_waiting
from temporal_client.found_cases import found_cases
from temporal_client.names import CaseName, case_name
from temporal_client.search import query_of
from temporal_client.workflows import Workflows
from web.forms import text_of
from web.languages import N_

_MOST_FOUND = 50
_LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Notice:
    """What came of something, above the list: a message, and what it names."""

    message: str
    case: str
    who: str = ""
    is_good: bool = True


class ListPages:
    """The handlers, one for each route."""

    def __init__(
        self,
        client: Client,
        responses: Responses,
        lists: Lists,
        hashes: FindHashes | None,
        report: ReportPage,
        *,
        has_mailbox: bool,
    ) -> None:
        """Set up the handlers.

        Args:
            client: reaches the workflows.
            responses: makes the pages.
            lists: the lists, with what is kept of them.
            hashes: what cases are found by. None: not by name, address and number.
            report: is led to once there is one.
            has_mailbox: whether the desk shows replies that could not be placed.
        """
        self._has_mailbox, self._report = has_mailbox, report
        self._client, self._workflows = client, Workflows(client)
        self._responses, self._lists, self._hashes = responses, lists, hashes

    async def home(self, request: Request, session: Session) -> Response:
        """Show a list, and the counts of all."""
        return await self._list(request, session)

    async def _list(
        self,
        request: Request,
        session: Session,
        notice: Notice | None = None,
        changed: CaseView | None = None,
    ) -> Response:
        """Show the list that the address names.

        `changed` is a case that was just assigned, which visibility may not show yet.
        """
        wish, reader = ListWish.of(request.query_params), self._responses.reader(request)
        found, now = await self._lists.found(wish, session.person.name), datetime.now(UTC)
        cases = found.cases
        if changed is not None:
            account, held = changed.account, {"assignee", "assigned_until"}
            named = f"{account.store}/{account.seller_id}"
            now_held = {name: getattr(changed, name) for name in held}
            cases = tuple(
                one.model_copy(update=now_held) if one.case == named else one for one in cases
            )
        return self._responses.page(
            request,
            "home.html",
            409 if notice and not notice.is_good else 200,
            rows=[Row(one, now, reader) for one in cases],
            wish=wish,
            counts=found.counts,
            queues=QUEUES,
            nothing_there=NOTHING_THERE[wish.queue],
            names=self._lists.names,
            appeals=await count_waiting(self._client, wish.store),
            has_mailbox=self._has_mailbox,
            has_report=self._report.is_there,
            notice=notice,
            key=token_urlsafe(9),
            stores=list(Store),
            most=MOST,
            page=PAGE,
            refresh_seconds=REFRESH_SECONDS,
        )

    # --- who works a case ---------------------------------------------------------------------

    async def take(self, request: Request, session: Session) -> Response:
        """Take a case that nobody has."""
        return await self._assign(request, session, to=session.person.name, held_by=None)

    async def hand_over(self, request: Request, session: Session) -> Response:
        """Hand one's own case over to somebody else."""
        form, me = await request.form(), session.person.name
        to, name = text_of(form, "to"), case_in(form)
        if not is_same_person(me, (await self._workflows.view(name)).assignee):
            require(session.person, Action.ASSIGN)
        return await self._assign(request, session, to=to, held_by=me)

    async def release(self, request: Request, session: Session) -> Response:
        """Release one's own case."""
        return await self._assign(request, session, to=None, held_by=session.person.name)

    async def assign(self, request: Request, session: Session) -> Response:
        """Give a case to somebody, or release it, whoever has it."""
        form = await request.form()
        to = None if text_of(form, "release") else text_of(form, "to")
        if to is None and not text_of(form, "release"):
            raise HTTPException(400)
        return await self._assign(request, session, to=to, held_by=text_of(form, "held_by") or None)

    async def _assign(
        self, request: Request, session: Session, *, to: str | None, held_by: str | None
    ) -> Response:
        form, me = await request.form(), session.person.name
        name, note = case_in(form), text_of(form, "note")
        try:
            event = Assign(by=me, to=to, held_by=held_by, note=note)
        except ValidationError:
            message = N_("The name or the note is missing or too long. Nothing was done.")
            return await self._list(request, session, Notice(message, str(name), is_good=False))
        key = update_id(text_of(form, "key") or "", "assign", str(name), to or "", note or "")
        try:
            await self._workflows.execute_update(name, "assign", event, key)
        except (UpdateRefused, NotThere) as failure:
            notice = await self._not_assigned(name, failure)
            self._lists.forget()
            return await self._list(request, session, notice)
        self._lists.forget()
        if to is None:
            notice = Notice(N_("%(case)s is free again."), str(name))
        elif to == me:
            notice = Notice(N_("You have %(case)s now."), str(name))
        else:
            notice = Notice(N_("%(who)s has %(case)s now."), str(name), to)
        return await self._list(request, session, notice, await self._shown_now(name))

    async def _shown_now(self, name: CaseName) -> CaseView | None:
        """Return the view of a case that was just assigned; None if nobody answers any more."""
        try:
            return await self._workflows.view(name)
        except TemporalFailure:
            return None

    async def _not_assigned(self, name: CaseName, failure: UpdateRefused | NotThere) -> Notice:
        """Say why a case was not assigned: who was first, or that it has ended."""
        if isinstance(failure, UpdateRefused) and failure.code == Refusal.HELD_BY_ANOTHER:
            view = await self._workflows.view(name)
            if view.assignee is not None:
                message = N_("%(who)s was first: they have %(case)s. Nothing was done.")
                return Notice(message, str(name), view.assignee, is_good=False)
        message = N_("%(case)s has ended meanwhile. Nothing was done.")
        return Notice(message, str(name), is_good=False)

    # --- finding a case -----------------------------------------------------------------------

    async def find(self, request: Request, session: Session) -> Response:
        """Find cases by what somebody knows of them. A single account leads to its case.

        The text is posted: addresses are written down by proxies and browsers, and it may be a
        name, an e-mail address or a telephone number.
        """
        text = (text_of(await request.form(), "q") or "").strip()[:_LONGEST_SEARCH]
        condition = condition_of(text, self._hashes) if text else None
        cases = []
        if condition is not None:
            query = query_of(CASE_WORKFLOW, condition)
            cases = await found_cases(self._client, query, _MOST_FOUND)
        if len(accounts := {one.case for one in cases}) == 1:
            return RedirectResponse(f"/desk/case/{accounts.pop()}", 303)
        reader, now = self._responses.reader(request), datetime.now(UTC)
        return self._responses.page(
            request,
            "found.html",
            text=text,
            rows=[Row(one, now, reader) for one in cases],
            most=_MOST_FOUND,
            by_person=self._hashes is not None,
        )


def case_in(form: FormData) -> CaseName:
    """Return the case that a form is about: the newest of the account.

    Raises:
        HTTPException: it names none.
    """
    return case_named(text_of(form, "case") or "")


def case_named(text: str) -> CaseName:
    """Return the case of a workflow id such as `case/US/A2EXAMPLE`.

    Raises:
        HTTPException: the text is no such id.
    """
    try:
        visitor = Visitor.of(text)
    except ValueError:
        raise HTTPException(400) from None
    name = case_name(visitor.store, visitor.seller_id)
    if name.workflow_id != text:
        raise HTTPException(400)
    return name
