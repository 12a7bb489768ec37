"""The handlers of the case page. The guard has let each request through (desk/guard.py)."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.appeal_words import STATUSES as APPEAL_STATUSES
from desk.audit import Outcome
from desk.case_fields import CaseForm, Typed
from desk.case_forms import FORMS, HAND_OVER, JUDGING, REVIEW, WHO_WORKS_IT
from desk.case_page import CasePage, news
from desk.case_recording import RECORDING
from desk.case_refusals import (
    ANOTHER_CASE,
    AWAY,
    CHANGED_SINCE,
    CLOSED,
    ISSUE_KNOWN,
    NOT_YOURS,
    Told,
    told_of,
)
from desk.case_workflows import CaseWorkflows
from desk.guard import Handler
from desk.own_events import taken_as
from desk.plan_changes import PARTS
from desk.responses import Responses
from desk.roles import require
from desk.sessions import Session
from desk.words import PLAN_PARTS
from domain.case.events import AddIssue, Review
from domain.shared.names import RUN_ID
from domain.shared.people import is_same_person
from mail.desk_words import STATUSES
from reference.page_links import Visitor
from runtime.desk_wording import Wording, texts_for
from temporal_client.failures import NotThere, TemporalFailure, UpdateRefused
from temporal_client.names import CaseName, case_name
from web.cookies import Cookies
from web.forms import number_in, text_of

_NEWS_SECONDS = 60
_BY_NAME = {form.name: form for form in FORMS}


@dataclass(frozen=True)
class Shown:
    """What the page shows besides the case."""

    typed: Typed | None = None
    told: Told | None = None
    """What was refused."""
    seen: int | None = None
    """How many events were known to somebody whose form was refused."""
    status: int = 200


class CaseHandlers:
    """Shows a case, says what has changed, and takes each form."""

    def __init__(
        self, workflows: CaseWorkflows, responses: Responses, cookies: Cookies, wording: Wording
    ) -> None:
        self._workflows, self._responses = workflows, responses
        self._cookies, self._wording = cookies, wording

    async def show(self, request: Request, session: Session) -> Response:
        """Show the newest case of an account, or that of the run in the query."""
        return await self._page(request, session, Shown())

    async def changed(self, request: Request, _: Session) -> Response:
        """Say who did what since the page was loaded. It is a part of the page, asked for often."""
        name = _name_of(request, request.query_params.get("run"))
        mark, seen = request.query_params.get("mark"), number_in(request.query_params.get("seen"))
        if seen is None:
            raise HTTPException(400)
        now = await self._workflows.mark_of(name)
        if now == mark:
            return Response(status_code=204)
        view = await self._workflows.view(name)
        new = news(view, seen)
        return self._responses.page(
            request,
            "case_changed.html",
            new=new,
            address=_address(request),
            run=name.run_id or "",
            mark=now,
            seen=seen,
            now=view.timeline[-1].at if view.timeline else view.opened_at,
        )

    def taking(self, form: CaseForm) -> Handler:
        """Return the handler that takes a form."""

        async def take(request: Request, session: Session) -> Response:
            return await self._take(form, request, session)

        return take

    async def _take(self, form: CaseForm, request: Request, session: Session) -> Response:
        posted = await request.form()
        typed = Typed.of(form, posted)
        for field in form.fields:
            if field.action is not None and typed.texts[field.name]:
                require(session.person, field.action)
        name = _name_of(request, typed.run or None)
        if name.run_id is None:
            raise HTTPException(400)
        try:
            return await self._answer(request, session, name, typed, posted)
        except NotThere:
            if await self._was_taken(name, session, typed):
                return self._done(request, typed)
            return await self._refused(request, session, typed, CLOSED, 409)
        except UpdateRefused as refusal:
            wrong, told = told_of(refusal, form)
            if wrong is not None:
                typed.problems[wrong] = told.message
            return await self._refused(request, session, typed, told, 422 if wrong else 409)
        except TemporalFailure:
            return self._alone(request, typed, is_away=True)

    async def _answer(
        self, request: Request, session: Session, name: CaseName, typed: Typed, posted: FormData
    ) -> Response:
        request.state.outcome = Outcome.ASKED
        if "insert" in posted:
            await self._insert(name, typed, text_of(posted, "wording") or "")
            return await self._page(request, session, Shown(typed, seen=typed.seen))
        if "back" in posted:
            return await self._page(request, session, Shown(typed, seen=typed.seen))
        event = typed.argument(session.person)
        if event is None:
            return await self._page(request, session, Shown(typed, seen=typed.seen, status=422))
        if typed.is_final and text_of(posted, "sure") != "yes":
            return self._alone(request, typed)
        if typed.form is HAND_OVER and not await self._is_theirs(name, session):
            return await self._refused(request, session, typed, NOT_YOURS, 409)
        if isinstance(event, AddIssue) and await self._knows(name, event, typed.seen):
            typed.problems["id"] = ISSUE_KNOWN
            return await self._page(request, session, Shown(typed, seen=typed.seen, status=422))
        key = typed.update_id(session.id, event.model_dump_json())
        await self._workflows.tell(name, typed.form.update, event, key)
        return self._done(request, typed)

    def _done(self, request: Request, typed: Typed) -> Response:
        request.state.outcome = Outcome.DONE
        response = RedirectResponse(_address(request), 303)
        self._cookies.set(response, "done", typed.form.name, _NEWS_SECONDS)
        return response

    async def _was_taken(self, name: CaseName, session: Session, typed: Typed) -> bool:
        """Return whether the case, which has closed, took this form when it was sent before."""
        try:
            view = await self._workflows.view(name)
        except NotThere:
            return False
        event = typed.argument(session.person)
        return event is not None and taken_as(view, event, typed.seen) is not None

    async def _knows(self, name: CaseName, event: AddIssue, seen: int) -> bool:
        """Tell whether the case has the issue already, so that adding it would change nothing."""
        view = await self._workflows.view(name)
        if view.closed_at is not None or taken_as(view, event, seen) is not None:
            return False
        added = event.issue
        return any(i.id == added.id and i.harmful >= added.harmful for i in view.issues)

    async def _is_theirs(self, name: CaseName, session: Session) -> bool:
        """Tell whether the person has the case. Only a lead hands over what is not their own."""
        holder = (await self._workflows.view(name)).assignee
        return is_same_person(session.person.name, holder)

    async def _insert(self, name: CaseName, typed: Typed, wanted: str) -> None:
        """Put a prepared text behind what was typed."""
        language = (await self._workflows.view(name)).account.language
        decision, _, title = wanted.partition("/")
        texts = texts_for(self._wording, language)
        text = texts.get(Review(decision), {}).get(title) if decision in list(Review) else None
        if text is not None:
            before = typed.texts["note"].rstrip()
            typed.texts["note"] = f"{before}\n{text}" if before else text
            typed.texts["decision"] = decision

    async def _refused(
        self, request: Request, session: Session, typed: Typed, told: Told, status: int
    ) -> Response:
        try:
            return await self._page(
                request, session, Shown(typed, told, seen=typed.seen, status=status)
            )
        except TemporalFailure:
            return self._alone(request, typed, is_away=True)

    async def _page(self, request: Request, session: Session, shown: Shown) -> Response:
        name = _name_of(request, request.query_params.get("run"))
        account = f"{request.path_params['store']}/{request.path_params['seller_id']}"
        try:
            case = CasePage(await self._workflows.read(name, account))
        except NotThere:
            raise HTTPException(404) from None
        typed, told = shown.typed, shown.told
        new = news(case.view, shown.seen) if shown.seen is not None else ()
        kept: list[str] = []
        if typed is not None and typed.run not in (None, "", case.view.id.rpartition("/")[2]):
            # What was typed is about another case: it is there to be copied, and in no form.
            kept = [text for text in typed.written if text]
            typed, told, new = None, ANOTHER_CASE, ()
        done = self._cookies.get(request, "done") or ""
        response = self._responses.page(
            request,
            "case.html",
            shown.status,
            case=case,
            address=_address(request),
            run=case.view.id.rpartition("/")[2],
            shown_run=name.run_id,
            typed=typed,
            kept=kept,
            told=told or (CHANGED_SINCE if new else None),
            new=new,
            done=_BY_NAME[done].done if request.method == "GET" and done in _BY_NAME else None,
            forms=_offered(case, session, typed),
            texts=texts_for(self._wording, case.view.account.language),
            parts=PARTS,
            part_words=PLAN_PARTS,
            reviewing=REVIEW.name,
            status_words=STATUSES,
            appeal_words=APPEAL_STATUSES,
        )
        if done and request.method == "GET":
            self._cookies.forget(response, "done")
        return response

    def _alone(self, request: Request, typed: Typed, *, is_away: bool = False) -> Response:
        address = _address(request)
        return self._responses.form_alone(request, typed, address, away=AWAY, is_away=is_away)


def _offered(case: CasePage, session: Session, typed: Typed | None) -> Mapping[str, list[CaseForm]]:
    """Return the forms that the person may send and that make sense now, and the one typed in."""

    def wanted(form: CaseForm) -> bool:
        is_typed = typed is not None and typed.form is form
        makes_sense = is_typed or form.offered(case, session.person)
        return session.person.may(form.action) and makes_sense

    groups = {"judging": JUDGING, "working": WHO_WORKS_IT, "recording": RECORDING}
    return {name: [form for form in group if wanted(form)] for name, group in groups.items()}


def _name_of(request: Request, run: str | None) -> CaseName:
    """Return the case that a request is about.

    Raises:
        HTTPException: the address or the run is none that we would write.
    """
    store, seller_id = request.path_params["store"], request.path_params["seller_id"]
    try:
        Visitor.of(f"case/{store}/{seller_id}")
    except ValueError:
        raise HTTPException(404) from None
    if run is not None and not RUN_ID.fullmatch(run):
        raise HTTPException(404)
    return case_name(store, seller_id, run)


def _address(request: Request) -> str:
    return f"/desk/case/{request.path_params['store']}/{request.path_params['seller_id']}"
