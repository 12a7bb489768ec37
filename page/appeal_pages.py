"""The handlers of the forms of an appeal (docs/rules.md, section 9)."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from domain.appeal.events import AddInformation, Appeal
from domain.shared.errors import Refusal
from page.appeal_form import AppealForm, AppealKind
from page.feedback import APPEAL_CHANGED, Feedback, feedback_on_appeal
from page.forms import Forms
from page.languages import NAMES
from page.plan_files import PlanFiles
from page.responses import Responses
from page.seller_workflows import SellerWorkflows
from page.uploads import Uploads
from page.visits import Visit, Visits
from temporal_client.failures import NotThere, TemporalFailure, UpdateRefused
from web.forms import text_of


class AppealPages:
    """The handlers, one for each form."""

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
        self._workflows, self._visits, self._responses = workflows, visits, responses
        self._files, self._uploads = files, uploads
        self._forms = forms

    def taking(self, kind: AppealKind) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler that takes a form."""

        async def take(request: Request) -> Response:
            form = await self._uploads.read(request)
            try:
                return await self._take(kind, request, form)
            finally:
                await form.close()

        return take

    async def _take(self, kind: AppealKind, request: Request, form: FormData) -> Response:
        """Send what was typed. Or show the form without a file, or in another language."""
        typed = AppealForm.of_form(kind, form)
        # After any error from here on, the page shows again what was typed.
        request.state.typed = typed
        visit = self._forms.visit_of(request, form)
        request.state.visit = visit
        if self._files is not None:
            await self._files.take(form, visit.visitor.account, typed)
        chosen = text_of(form, "language")
        if chosen in NAMES:
            request.state.language = chosen
        if chosen in NAMES or "remove_file" in form:
            return await self._responses.show(request, visit, Feedback(appeal=typed))
        event = await self._checked(visit, typed)
        if event is None:
            status = 503 if typed.try_later else 422
            return await self._responses.show(request, visit, Feedback(appeal=typed, status=status))
        return await self._send(request, visit, typed, event)

    async def _checked(self, visit: Visit, typed: AppealForm) -> Appeal | AddInformation | None:
        """Return what is to be sent, or None if there is a problem with it or its files."""
        if self._files is not None:
            await self._files.check(visit.visitor.account, typed)
        event = typed.event()
        return None if typed.file_problems else event

    async def _send(
        self, request: Request, visit: Visit, typed: AppealForm, event: Appeal | AddInformation
    ) -> Response:
        """Send it, and say what came of it.

        Raises:
            TemporalFailure: nobody knows what came of it. The page then says so.
        """
        key = visit.key(typed.kind.name, typed.state, event.model_dump_json())
        try:
            await self._workflows.tell_appeal(visit.visitor, event, key)
        except TemporalFailure as failure:
            # It may have been taken when it was sent before, or although nobody answered.
            if not await self._workflows.appeal_has(visit.visitor, event):
                return await self._not_taken(request, visit, typed, failure)
        return self._visits.to_page_with_news(typed.kind.name)

    async def _not_taken(
        self, request: Request, visit: Visit, typed: AppealForm, failure: TemporalFailure
    ) -> Response:
        if isinstance(failure, UpdateRefused):
            if failure.code == Refusal.NO_NEW_EVIDENCE:
                typed.needs_new_evidence()
                feedback = Feedback(status=422)
            else:
                feedback = feedback_on_appeal(failure)
        elif isinstance(failure, NotThere):
            feedback = Feedback(APPEAL_CHANGED, status=409)
        else:
            raise failure
        feedback.appeal = typed
        return await self._responses.show(request, visit, feedback)
