"""What a seller can ask for and do: each a route, each change an update of a workflow."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from domain.enrollment.events import ChangeAccount
from domain.events import ChangeContact, RequestCall
from portal.addresses import network_asking
from portal.asking import Found, Gone, SaidNo, Workflows
from portal.case_page import case_page
from portal.incoming import Forms, case_of, once, text_of
from portal.languages import NAMES, Language, Reader, language_of
from portal.limits import Limit
from portal.number_form import NumberForm, readable
from portal.plan_form import PLAN_WORDS, PlanForm, form_to_go_on_from
from portal.session import Visit, Visits
from portal.shown import (
    CALLED_JUST_NOW,
    CALLING,
    CASE_CHANGED,
    NOT_KNOWN,
    Shown,
    refused,
    said_of,
)
from portal.standing_page import StandingPage

_SELLER = "seller"


class Pages:
    """The routes."""

    def __init__(
        self, workflows: Workflows, visits: Visits, version: str, desk_phone: str | None
    ) -> None:
        self._workflows = workflows
        self._visits = visits
        self._version = version
        self._desk_phone = desk_phone
        self._entries = Limit(30, 60)
        self._views = Limit(240, 60)
        self._links = Limit(10, 600)
        self._forms = Forms(visits)

    # --- looking --------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """The page as it stands."""
        chosen = request.query_params.get("language")
        if chosen in NAMES:
            response: Response = RedirectResponse("/", 303)
            self._visits.set_language(response, chosen)
            return response
        visit = self._visits.of(request)
        once(self._views, visit.visitor.account)
        news = self._visits.cookie(request, "news")
        response = await self._show(request, visit, Shown(news=news))
        if news is not None:
            self._visits.forget(response, "news")
        return response

    async def enter(self, request: Request) -> Response:
        """Exchange a link's token for a visit, so that it does not stay in the address."""
        once(self._entries, network_asking(request))
        response = RedirectResponse("/", 303)
        self._visits.enter(request, response)
        return response

    async def fresh_link(self, request: Request) -> Response:
        """For an old link: a fresh one by e-mail. The answer is the same, whatever comes of it."""
        once(self._entries, network_asking(request))
        form = await self._forms.read(request)
        self._visits.check_site(request)
        visitor = self._visits.named_by(text_of(form, "link") or "")
        once(self._links, visitor.account)
        await self._workflows.send_link(visitor)
        return self.render(request, Reader(self._language(request)), "sent.html")

    async def leave(self, request: Request) -> Response:
        """End the visit."""
        self._forms.proven(request, await self._forms.read(request))
        response = self.render(request, Reader(self._language(request)), "left.html")
        self._visits.forget(response, "visit")
        return response

    async def health(self, _: Request) -> Response:
        """Alive."""
        return PlainTextResponse("alive\n")

    async def ready(self, _: Request) -> Response:
        """Whether Temporal answers."""
        if await self._workflows.ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("Temporal does not answer\n", 503)

    # --- doing ----------------------------------------------------------------------------

    async def call(self, request: Request) -> Response:
        """The button "contact me now"."""
        form = await self._forms.read(request)
        visit = self._forms.proven(request, form)
        case_id = case_of(form, visit)
        # Pressed twice within a minute counts once; beyond that the case itself keeps count.
        key = visit.key("call", case_id, str(int(time.time() // 60)))
        try:
            event = RequestCall(by=_SELLER)
            await self._workflows.tell_case(case_id, "request_call", event, key)
        except SaidNo as refusal:
            return await self._show(request, visit, refused(refusal, called=True))
        except Gone:
            return await self._show(request, visit, Shown(CASE_CHANGED, status=409))
        return self._done("call")

    async def plan(self, request: Request) -> Response:
        """The form of a plan: sent, or a row of it added or removed."""
        form = await self._forms.read(request)
        typed = PlanForm.of_form(form)
        # Whatever goes wrong from here on, what was typed is shown again.
        request.state.typed = typed
        visit = self._forms.proven(request, form)
        case_id = case_of(form, visit)
        request.state.visit, request.state.case_id = visit, case_id
        request.state.state = text_of(form, "state") or ""
        request.state.rejected = text_of(form, "rejected") or ""
        chosen = text_of(form, "language")
        if chosen in NAMES:
            request.state.language = chosen
            return await self._show(request, visit, Shown(plan=typed))
        if typed.rearranged(text_of(form, "add"), text_of(form, "remove")):
            return await self._show(request, visit, Shown(plan=typed))
        plan = typed.plan()
        if plan is None or typed.is_unchanged(request.state.rejected):
            return await self._show(request, visit, Shown(plan=typed, status=422))
        key = visit.key("plan", case_id, request.state.state, plan.model_dump_json())
        try:
            await self._workflows.tell_case(case_id, "submit_plan", plan, key)
        except SaidNo as refusal:
            shown = refused(refusal)
            shown.plan = typed
            return await self._show(request, visit, shown)
        except Gone:
            return await self._show(request, visit, Shown(CASE_CHANGED, plan=typed, status=409))
        return self._done("plan")

    async def number(self, request: Request) -> Response:
        """The emergency number, of the open case if there is one, else of the enrollment.

        Each tells the other (docs/rules.md, section 2).
        """
        form = await self._forms.read(request)
        visit = self._forms.proven(request, form)
        typed = NumberForm.of_form(form, visit.visitor.store)
        if typed.e164 is None:
            return await self._show(request, visit, Shown(number=typed, status=422))
        try:
            await self._change_number(visit, form, typed.e164)
        except SaidNo as refusal:
            if typed.refused(refusal.why):
                return await self._show(request, visit, Shown(number=typed, status=422))
            return await self._show(request, visit, refused(refusal))
        except Gone:
            return await self._show(request, visit, Shown(NOT_KNOWN, number=typed, status=409))
        return self._done("number")

    async def _change_number(self, visit: Visit, form: FormData, phone: str) -> None:
        if form.get("case"):
            try:
                await self._workflows.tell_case(
                    case_of(form, visit),
                    "change_contact",
                    ChangeContact(by=_SELLER, emergency_phone=phone),
                )
            except Gone:
                pass  # it has closed, and the enrollment is to know
            else:
                return
        event = ChangeAccount(by=_SELLER, emergency_phone=phone)
        await self._workflows.tell_enrollment(visit.visitor, "change_account", event)

    def _done(self, what: str) -> Response:
        response = RedirectResponse("/", 303)
        self._visits.set_news(response, what)
        return response

    # --- what goes out --------------------------------------------------------------------

    async def _show(self, request: Request, visit: Visit, shown: Shown) -> Response:
        found = await self._workflows.find(visit.visitor)
        reader = self._reader(request, found)
        standing = StandingPage(found.standing) if found.standing is not None else None
        case = case_page(found.case) if found.case is not None else None
        if case is not None and case.says_otherwise_of_the_account(standing):
            case = None
        begun = form_to_go_on_from(case.view) if case else PlanForm.blank()
        has_plan_form = case is not None and case.is_open
        if shown.plan is not None and not has_plan_form:  # nothing in it can be corrected any more
            shown = Shown(CASE_CHANGED, plan=PlanForm(shown.plan.rows), status=409)
        said = shown.notice or said_of(shown.news, case)
        notice = reader.say(said) if said else None
        if shown.notice == CALLED_JUST_NOW:
            again = case.call_again_from if case else None
            notice = (
                reader.say(CALLED_JUST_NOW, moment=reader.moment(again))
                if again
                else reader.say(CASE_CHANGED)
            )
        return self.render(
            request,
            reader,
            "page.html",
            status=shown.status,
            visit=visit,
            case=case,
            case_id=case.view.id if case else "",
            state=case.state if case else "",
            rejected=case.rejected if case else "",
            now=case.now if case else datetime.now(UTC),
            another_case=case is not None and case.is_another_than(visit.visitor.about_id),
            standing=standing,
            standing_unknown=found.standing_unknown,
            notice=notice,
            notice_of_call=said == CALLING,
            notice_is_good=shown.status == 200,
            plan=shown.plan or begun,
            plan_typed=shown.plan not in (None, begun),
            has_plan_form=has_plan_form,
            number=shown.number,
        )

    def render(
        self, request: Request, reader: Reader, template: str, status: int = 200, **context: object
    ) -> Response:
        """A page in the reader's language."""
        template_of = reader.language.templates.get_template(template)
        on_every_page = {
            "reader": reader,
            "languages": NAMES,
            "version": self._version,
            "phone": readable,
            "desk_phone": self._desk_phone,
            "plan_words": PLAN_WORDS,
            "has_plan_form": False,
        }
        response = HTMLResponse(template_of.render(on_every_page | context), status)
        if chosen := getattr(request.state, "language", None):
            self._visits.set_language(response, chosen)
        return response

    def error(
        self,
        request: Request,
        status: int,
        headers: Mapping[str, str] | None = None,
        why: str = "",
    ) -> Response:
        """A page that says what went wrong, and keeps what was typed."""
        reader = Reader(self._language(request))
        typed = getattr(request.state, "typed", None)
        response = self.render(
            request,
            reader,
            "error.html",
            status,
            code=status,
            why=why,
            typed=typed,
            old_link=request.path_params.get("token", ""),
        )
        response.headers.update(headers or {})
        return response

    def unavailable(self, request: Request) -> Response:
        """Temporal is away: a plan stays in its form, ready to be sent again."""
        typed = getattr(request.state, "typed", None)
        visit = getattr(request.state, "visit", None)
        if typed is None or visit is None:
            return self.error(request, 503, {"Retry-After": "30"})
        return self.render(
            request,
            Reader(self._language(request)),
            "kept.html",
            503,
            has_plan_form=True,
            plan=typed,
            visit=visit,
            case_id=request.state.case_id,
            state=request.state.state,
            rejected=request.state.rejected,
        )

    def _language(self, request: Request, tag: str | None = None) -> Language:
        chosen = getattr(request.state, "language", None)
        chosen = chosen or self._visits.cookie(request, "language")
        return language_of(chosen, tag, request.headers.get("accept-language"))

    def _reader(self, request: Request, found: Found) -> Reader:
        account = found.case.account if found.case else None
        known = account or (found.standing.account if found.standing else None)
        if known is None:
            return Reader(self._language(request))
        return Reader(self._language(request, known.language), known.language, known.time_zone)
