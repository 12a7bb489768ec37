"""An appeal at the desk: its page, and what is done in it.

The rules are in docs/rules.md, section 9. The appeal itself has the last word on who may decide it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from temporalio.client import Client

from desk.appeal_forms import DECIDE_APPEAL, FORMS, OUTAGE, VERDICTS
from desk.appeal_words import (
    ANOTHER_APPEAL,
    AWAY,
    CLOSED,
    EVENTS,
    MESSAGE_WAITS,
    NOT_TAKEN,
    OUTAGE_KNOWN,
    REASONS,
    RECORD_GONE,
    REFUSALS,
    SILENT,
    STATUSES,
    UNREACHED,
)
from desk.audit import Outcome
from desk.case_fields import CaseForm, Typed
from desk.guard import Handler
from desk.responses import Responses
from desk.roles import Person
from desk.rows import span
from desk.sessions import Session
from domain.appeal.deactivation import Deactivation, Unreached
from domain.appeal.events import Verdict
from domain.appeal.judges import why_not_by
from domain.appeal.status import WAITING
from domain.appeal.verdicts import why_not_now
from domain.appeal.view import AppealView
from domain.case.status import Reason
from domain.shared.events import Event
from domain.shared.names import RUN_ID
from mail.desk_words import REASONS as CASE_REASONS
from reference.page_links import Visitor
from temporal_client.failures import NotThere, TemporalFailure, UpdateRefused
from temporal_client.names import AppealName, appeal_name
from temporal_client.workflows import Workflows
from web.cookies import Cookies
from web.forms import text_of

_NEWS_SECONDS = 60
_BY_NAME = {form.name: form for form in FORMS}


@dataclass(frozen=True)
class Shown:
    """What the page shows besides the appeal."""

    typed: Typed | None = None
    told: str | None = None
    """What was refused: a message to translate."""
    status: int = 200


class AppealHandlers:
    """Shows an appeal, and takes each form."""

    def __init__(self, client: Client, responses: Responses, cookies: Cookies) -> None:
        self._workflows = Workflows(client)
        self._responses, self._cookies = responses, cookies

    async def show(self, request: Request, session: Session) -> Response:
        """Show the newest appeal of an account."""
        return await self._page(request, session, Shown())

    def taking(self, form: CaseForm) -> Handler:
        """Return the handler that takes a form."""

        async def take(request: Request, session: Session) -> Response:
            typed = Typed.of(form, posted := await request.form())
            if not RUN_ID.fullmatch(typed.run):
                raise HTTPException(400)
            request.state.outcome = Outcome.ASKED
            if "back" in posted:
                return await self._page(request, session, Shown(typed))
            sure = text_of(posted, "sure") == "yes"
            return await self._take(request, session, typed, sure=sure)

        return take

    async def _take(
        self, request: Request, session: Session, typed: Typed, *, sure: bool
    ) -> Response:
        event = typed.argument(session.person)
        if event is None:
            return await self._page(request, session, Shown(typed, status=422))
        if typed.is_final and not sure:
            return self._alone(request, typed)
        name = replace(_name_of(request), run_id=typed.run)
        key = typed.update_id(session.id, event.model_dump_json())
        try:
            await self._workflows.execute_update(name, typed.form.update, event, key)
        except TemporalFailure as failure:
            # It may have been taken when it was sent before, or although nobody answered.
            if not await self._was_taken(name, typed.seen, event):
                return await self._not_taken(request, session, typed, failure)
        request.state.outcome = Outcome.DONE
        response = RedirectResponse(_address(request), 303)
        self._cookies.set(response, "done", typed.form.name, _NEWS_SECONDS)
        return response

    async def _was_taken(self, name: AppealName, seen: int, event: Event) -> bool:
        """Return whether the appeal is known to have taken this after what was seen."""
        try:
            view = await self._workflows.view(name)
        except TemporalFailure:
            return False
        forgotten = view.events - len(view.timeline)
        since = view.timeline[max(0, seen - forgotten) :]
        said = event.model_dump(include={"by", "note", "verdict"})
        return any(said.items() <= vars(entry).items() for entry in since)

    async def _not_taken(
        self, request: Request, session: Session, typed: Typed, failure: TemporalFailure
    ) -> Response:
        if isinstance(failure, UpdateRefused):
            told = REFUSALS.get(failure.code, NOT_TAKEN)
        elif isinstance(failure, NotThere):
            told = CLOSED
        else:
            return self._alone(request, typed, is_away=True)
        try:
            return await self._page(request, session, Shown(typed, told, 409))
        except TemporalFailure:
            return self._alone(request, typed, is_away=True)

    async def _page(self, request: Request, session: Session, shown: Shown) -> Response:
        try:
            found = await self._workflows.snapshot(_name_of(request))
        except NotThere:
            raise HTTPException(404) from None
        view, reader = found.view, self._responses.reader(request)
        run, forms = view.id.rpartition("/")[2], _offered(view, session.person)
        typed = shown.typed
        is_another = typed is not None and typed.run != run
        # What was typed about another appeal, or for a form that is gone, is there to be copied.
        is_gone = typed is not None and (is_another or forms[typed.form.name] is None)
        done = self._cookies.get(request, "done") or ""
        response = self._responses.page(
            request,
            "appeal.html",
            shown.status,
            view=view,
            now=found.now,
            since=span(reader, found.now - view.since),
            address=_address(request),
            run=run,
            typed=None if is_gone else typed,
            kept=typed.texts["note"] if typed is not None and is_gone else "",
            told=ANOTHER_APPEAL if is_another else shown.told,
            forms=forms,
            may_not=_why_not(view, session.person.name),
            doubts=_doubts(view),
            message_waits=MESSAGE_WAITS if Unreached.MESSAGE_WAITING in view.unreached else None,
            done=_BY_NAME[done].done if request.method == "GET" and done in _BY_NAME else None,
            statuses=STATUSES,
            reasons=REASONS,
            events=EVENTS,
            verdict_words=VERDICTS,
            case_reasons=CASE_REASONS,
        )
        if done and request.method == "GET":
            self._cookies.forget(response, "done")
        return response

    def _alone(self, request: Request, typed: Typed, *, is_away: bool = False) -> Response:
        address = _address(request)
        return self._responses.form_alone(request, typed, address, away=AWAY, is_away=is_away)


def _offered(view: AppealView, person: Person) -> Mapping[str, CaseForm | None]:
    """Return the forms by their names; None: the person may not send it, or it makes no sense."""
    takes = () if _why_not(view, person.name) else _verdicts(view)
    decides = takes and person.may(DECIDE_APPEAL.action)
    reports = view.closed_at is None and person.may(OUTAGE.action)
    verdict, note = DECIDE_APPEAL.fields
    now = replace(verdict, choices=tuple(one for one in verdict.choices if one.value in takes))
    return {
        DECIDE_APPEAL.name: replace(DECIDE_APPEAL, fields=(now, note)) if decides else None,
        OUTAGE.name: OUTAGE if reports else None,
    }


def _verdicts(view: AppealView) -> tuple[Verdict, ...]:
    """Return what can be answered now, by the rule of the appeal itself."""
    if view.status not in WAITING:
        return ()
    about = (view.status, view.account, view.submissions)
    return tuple(one for one in Verdict if why_not_now(one, *about) is None)


def _why_not(view: AppealView, person: str) -> str | None:
    """Return why the appeal would refuse this person's decision: a message to translate."""
    if view.status not in WAITING:
        return None
    problem = why_not_by(person, view.deactivation, view.submissions)
    return REFUSALS[problem] if problem else None


def _doubts(view: AppealView) -> tuple[str, list[str]] | None:
    """Return what may have been our fault, and what is said before it: messages to translate."""
    found = [UNREACHED[why] for why in view.unreached if why in UNREACHED]
    return (_before_doubts(view.deactivation), found) if found else None


def _before_doubts(deactivation: Deactivation | None) -> str:
    if deactivation is None or deactivation.reason is None:
        return RECORD_GONE
    return SILENT if deactivation.reason == Reason.NOT_REACHED else OUTAGE_KNOWN


def _name_of(request: Request) -> AppealName:
    """Return the appeal that a request is about.

    Raises:
        HTTPException: the address is none that we would write.
    """
    store, seller_id = request.path_params["store"], request.path_params["seller_id"]
    try:
        Visitor.of(f"appeal/{store}/{seller_id}")
    except ValueError:
        raise HTTPException(404) from None
    return appeal_name(store, seller_id)


def _address(request: Request) -> str:
    return f"/desk/appeal/{request.path_params['store']}/{request.path_params['seller_id']}"
