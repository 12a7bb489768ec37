"""The appeals at the desk: the list of those that wait, each of them, and what is done in them.

The rules are in docs/rules.md, section 9. The appeal itself has the last word on who may decide it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from temporalio.client import Client

from desk.appeal_words import (
    CHANGED_SINCE,
    DONE,
    EVENTS,
    NOT_TAKEN,
    REASONS,
    REFUSALS,
    STATUSES,
    UNREACHED,
    VERDICTS,
)
from desk.audit import Outcome
from desk.responses import Responses
from desk.roles import Action
from desk.rows import span
from desk.sessions import Session
from domain.appeal.events import DecideAppeal, ReportOutage, Verdict
from domain.appeal.judges import why_not_by
from domain.appeal.status import WAITING, AppealStatus
from domain.appeal.view import AppealView
from domain.shared.events import Event
from domain.shared.names import RUN_ID
from mail.desk_words import REASONS as CASE_REASONS
from reference.page_links import Visitor
from temporal_client.failures import NotThere, UpdateRefused
from temporal_client.found_appeals import waiting_appeals
from temporal_client.names import AppealName, appeal_name
from temporal_client.workflows import Workflows
from web.cookies import Cookies
from web.forms import text_of
from web.languages import N_

_MOST = 200
"""How many appeals the list shows."""
_NEWS_SECONDS = 60
_MISSING = N_("Please fill this in.")
_CHOOSE = N_("Please choose one.")
_TOO_LONG = N_("This is too long.")


@dataclass
class Typed:
    """What was typed in a form of an appeal, and what came of it."""

    verdict: str = ""
    note: str = ""
    outage: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    """By the field's name: a message to translate."""
    told: str | None = None
    """What was refused: a message to translate."""


class AppealHandlers:
    """The handlers, one for each route."""

    def __init__(self, client: Client, responses: Responses, cookies: Cookies) -> None:
        self._client, self._workflows = client, Workflows(client)
        self._responses, self._cookies = responses, cookies

    async def waiting(self, request: Request, _: Session) -> Response:
        """Show the appeals that wait for the desk: what is due first, first."""
        found, now = await waiting_appeals(self._client, _MOST), datetime.now(UTC)
        reader = self._responses.reader(request)
        rows = [
            (one, span(reader, one.deadline - now) if one.deadline and one.deadline > now else None)
            for one in found
        ]
        return self._responses.page(request, "appeals.html", rows=rows, reasons=REASONS, most=_MOST)

    async def show(self, request: Request, session: Session) -> Response:
        """Show the newest appeal of an account."""
        return await self._page(request, session, Typed())

    async def decide(self, request: Request, session: Session) -> Response:
        """Take a decision."""
        form = await request.form()
        typed = Typed(text_of(form, "verdict") or "", text_of(form, "note") or "")
        values = {"by": session.person.name, "verdict": typed.verdict, "note": typed.note}
        seen = text_of(form, "seen") or ""
        try:
            event = DecideAppeal.model_validate(
                values | {"seen": int(seen) if seen.isdecimal() else None}
            )
        except ValidationError as error:
            typed.problems = _problems(error)
            return await self._page(request, session, typed, 422)
        return await self._tell(request, session, typed, "decide_appeal", event)

    async def outage(self, request: Request, session: Session) -> Response:
        """Take a report of an outage that came to light."""
        form = await request.form()
        typed = Typed(outage=text_of(form, "outage") or "")
        try:
            event = ReportOutage.model_validate({"by": session.person.name, "note": typed.outage})
        except ValidationError as error:
            typed.problems = {"outage": _problems(error)["note"]}
            return await self._page(request, session, typed, 422)
        return await self._tell(request, session, typed, "report_outage", event)

    async def _tell(
        self, request: Request, session: Session, typed: Typed, update: str, event: Event
    ) -> Response:
        name = _name_of(request)
        run = text_of(await request.form(), "run") or ""
        if not RUN_ID.fullmatch(run):
            raise HTTPException(400)
        # With what was seen: the same answer again, after the first came to nothing, is another.
        content = event.model_dump_json()
        digest = sha256("\0".join((session.id, run, update, content)).encode()).hexdigest()
        try:
            await self._workflows.execute_update(
                AppealName(name.query, name.workflow_id, run), update, event, f"desk-{digest[:32]}"
            )
        except UpdateRefused as refusal:
            typed.told = REFUSALS.get(refusal.code, NOT_TAKEN)
            return await self._page(request, session, typed, 409)
        except NotThere:
            typed.told = CHANGED_SINCE
            return await self._page(request, session, typed, 409)
        request.state.outcome = Outcome.DONE
        response = RedirectResponse(_address(request), 303)
        self._cookies.set(response, "done", update, _NEWS_SECONDS)
        return response

    async def _page(
        self, request: Request, session: Session, typed: Typed, status: int = 200
    ) -> Response:
        try:
            found = await self._workflows.snapshot(_name_of(request))
        except NotThere:
            raise HTTPException(404) from None
        view, done = found.view, self._cookies.get(request, "done") or ""
        waits = view.status in WAITING
        reader = self._responses.reader(request)
        response = self._responses.page(
            request,
            "appeal.html",
            status,
            view=view,
            now=found.now,
            since=span(reader, found.now - view.since),
            address=_address(request),
            run=view.id.rpartition("/")[2],
            typed=typed,
            may_not=_why_not(view, session.person.name) if waits else None,
            verdicts=_verdicts(view) if waits and session.person.may(Action.DECIDE_APPEAL) else (),
            takes_outage=view.closed_at is None and session.person.may(Action.NOTE),
            done=DONE.get(done) if request.method == "GET" else None,
            statuses=STATUSES,
            reasons=REASONS,
            events=EVENTS,
            verdict_words=VERDICTS,
            unreached_words=UNREACHED,
            case_reasons=CASE_REASONS,
        )
        if done and request.method == "GET":
            self._cookies.forget(response, "done")
        return response


def _problems(error: ValidationError) -> dict[str, str]:
    """Return what is wrong with each field: a message to translate."""
    found = {str(one["loc"][0]): one["type"] for one in error.errors()}
    said = {
        name: _TOO_LONG if what == "string_too_long" else _MISSING for name, what in found.items()
    }
    return said | ({"verdict": _CHOOSE} if "verdict" in found else {})


def _verdicts(view: AppealView) -> tuple[Verdict, ...]:
    """Return what can be answered now."""
    if view.status is AppealStatus.MORE_INFORMATION:
        return (Verdict.REINSTATE,)
    asked = view.submissions[-1].question is not None
    return (Verdict.REINSTATE, Verdict.UPHOLD) if asked else tuple(Verdict)


def _why_not(view: AppealView, person: str) -> str | None:
    """Return why the workflow would refuse this person's decision: a message to translate."""
    problem = why_not_by(person, view.deactivation, view.submissions)
    return REFUSALS[problem] if problem else None


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
