"""The handlers of the page's routes. Each shows a page or sends an update to a workflow."""

import time
from hashlib import sha256

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from domain.case.events import RequestCall, SubmitPlan
from domain.shared.events import SELLER
from page.feedback import CASE_CHANGED, Feedback, feedback_on
from page.forms import Forms, case_of
from page.languages import NAMES
from page.plan_files import PlanFiles
from page.plan_form import PlanForm
from page.responses import Responses
from page.seller_workflows import SellerWorkflows
from page.uploads import Uploads
from page.visits import Visit, Visits
from temporal_client.failures import NotThere, UpdateRefused
from web.addresses import network_asking
from web.forms import check_site, read_form, text_of
from web.limits import Limit

_SHOWN_ANEW_AFTER = 120
"""Seconds. Some of the page changes with time alone, such as when a call can be asked for again."""


class Pages:
    """The handlers, one for each route."""

    def __init__(
        self,
        workflows: SellerWorkflows,
        visits: Visits,
        responses: Responses,
        *,
        forms: Forms,
        uploads: Uploads,
        files: PlanFiles | None = None,
    ) -> None:
        self._workflows = workflows
        self._files, self._uploads = files, uploads
        self._visits = visits
        self._responses = responses
        self._entries = Limit(30, 60)
        self._views = Limit(240, 60)
        self._links = Limit(10, 600)
        self._forms = forms

    # --- handlers that show something -----------------------------------------------------

    async def page(self, request: Request) -> Response:
        """Show the seller's page, or switch to the chosen language."""
        chosen = request.query_params.get("language")
        if chosen in NAMES:
            response: Response = RedirectResponse("/", 303)
            self._visits.cookies.set_language(response, chosen)
            return response
        visit = self._visits.of(request)
        self._views.take(visit.asking(request))
        news = self._visits.cookies.get(request, "news")
        # Taken first: of what happens while the page is made, the next look must hear.
        state = await self._state(request, visit)
        if news is None and request.headers.get("if-none-match") == state:
            return Response(status_code=304)
        response = await self._responses.show(request, visit, Feedback(news=news))
        if response.status_code == 200:
            response.headers["ETag"] = state
        if news is not None:
            self._visits.cookies.forget(response, "news")
        return response

    async def _state(self, request: Request, visit: Visit) -> str:
        """Return the entity tag of what the page would show, without asking a worker for it."""
        shown = (
            await self._workflows.stamp(visit.visitor),
            visit.nonce,
            self._visits.cookies.get(request, "language") or "",
            request.headers.get("accept-language", ""),
            str(int(time.time() // _SHOWN_ANEW_AFTER)),
        )
        return f'W/"{sha256(chr(0).join(shown).encode()).hexdigest()[:32]}"'

    async def enter(self, request: Request) -> Response:
        """Open a visit for a link's token. The redirect removes the token from the address."""
        self._entries.take(network_asking(request))
        response = RedirectResponse("/", 303)
        self._visits.enter(request, response)
        return response

    async def fresh_link(self, request: Request) -> Response:
        """Have a fresh link e-mailed in return for an old one. The answer is always the same."""
        self._entries.take(network_asking(request))
        form = await read_form(request)
        check_site(request, self._visits.origin)
        visitor = self._visits.named_by(text_of(form, "link") or "")
        self._links.take(visitor.account)
        await self._workflows.send_link(visitor)
        return self._responses.say(request, "fresh_link_sent.html")

    async def leave(self, request: Request) -> Response:
        """End the visit."""
        self._forms.visit_of(request, await read_form(request))
        response = self._responses.say(request, "visit_ended.html")
        self._visits.leave(response)
        return response

    async def health(self, _: Request) -> Response:
        """Answer that the process is alive."""
        return PlainTextResponse("alive\n")

    async def ready(self, _: Request) -> Response:
        """Answer whether Temporal is up."""
        if await self._workflows.ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("Temporal does not answer\n", 503)

    # --- handlers that send an update -----------------------------------------------------

    async def call(self, request: Request) -> Response:
        """Request a call, after a press of "contact me now"."""
        form = await read_form(request)
        visit = self._forms.visit_of(request, form)
        case_id = case_of(form, visit)
        # Two presses within a minute count once. Beyond that the case limits the calls.
        key = visit.key("call", case_id, str(int(time.time() // 60)))
        try:
            event = RequestCall(by=SELLER)
            await self._workflows.tell_case(case_id, "request_call", event, key)
        except UpdateRefused as refusal:
            return await self._responses.show(request, visit, feedback_on(refusal))
        except NotThere:
            return await self._responses.show(request, visit, Feedback(CASE_CHANGED, status=409))
        return self._visits.to_page_with_news("call")

    async def plan(self, request: Request) -> Response:
        """Submit a plan. Or show its form with a row added or removed, or in another language."""
        form = await self._uploads.read(request)
        try:
            return await self._plan(request, form)
        finally:
            await form.close()

    async def _plan(self, request: Request, form: FormData) -> Response:
        typed = PlanForm.of_form(form)
        # After any error from here on, the page shows again what was typed.
        request.state.typed = typed
        visit = self._forms.visit_of(request, form)
        case_id = case_of(form, visit)
        request.state.visit, request.state.case_id = visit, case_id
        request.state.state = text_of(form, "state") or ""
        request.state.rejected = text_of(form, "rejected") or ""
        if self._files is not None:
            await self._files.take(form, visit.visitor.account, typed)
        chosen = text_of(form, "language")
        if chosen in NAMES:
            request.state.language = chosen
        rearranged = typed.rearranged(text_of(form, "add"), text_of(form, "remove"))
        if chosen in NAMES or rearranged or "remove_file" in form:
            return await self._responses.show(request, visit, Feedback(plan=typed))
        plan = await self._plan_of(typed, visit, request.state.rejected)
        if plan is None:
            status = 503 if typed.try_later else 422
            return await self._responses.show(request, visit, Feedback(plan=typed, status=status))
        key = visit.key("plan", case_id, request.state.state, plan.model_dump_json())
        try:
            await self._workflows.tell_case(case_id, "submit_plan", plan, key)
        except UpdateRefused as refusal:
            feedback = feedback_on(refusal)
            feedback.plan = typed
            return await self._responses.show(request, visit, feedback)
        except NotThere:
            return await self._responses.show(
                request, visit, Feedback(CASE_CHANGED, plan=typed, status=409)
            )
        return self._visits.to_page_with_news("plan")

    async def _plan_of(self, typed: PlanForm, visit: Visit, rejected: str) -> SubmitPlan | None:
        """Return the plan, or None if there is a problem with it or its files."""
        if self._files is not None:
            await self._files.check(visit.visitor.account, typed)
        plan = typed.plan()
        refused = plan is None or typed.file_problems or typed.is_unchanged(rejected)
        return None if refused else plan
