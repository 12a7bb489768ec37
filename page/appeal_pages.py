"""The handlers of the forms of an appeal (docs/rules.md, section 9)."""

from collections.abc import Callable
from typing import TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from domain.shared.errors import Refusal
from domain.shared.events import Event
from page.appeal_form import APPEAL_TEXTS, INFORMATION_TEXTS, AppealForm
from page.feedback import CASE_CHANGED, Feedback
from page.forms import Forms
from page.plan_files import PlanFiles
from page.responses import Responses
from page.seller_workflows import SellerWorkflows
from page.uploads import Uploads
from page.visits import Visit, Visits
from temporal_client.failures import NotThere, UpdateRefused

SomeEvent = TypeVar("SomeEvent", bound=Event)


class AppealPages:
    """The handlers, one for each form."""

    def __init__(
        self,
        workflows: SellerWorkflows,
        visits: Visits,
        responses: Responses,
        files: PlanFiles | None = None,
    ) -> None:
        self._workflows, self._visits, self._responses = workflows, visits, responses
        self._files, self._uploads = files, Uploads(visits)
        self._forms = Forms(visits)

    async def appeal(self, request: Request) -> Response:
        """Appeal a deactivation."""
        form = await self._uploads.read(request)
        try:
            typed = AppealForm.of_form(APPEAL_TEXTS, form)
            visit = await self._read_appeal(request, form, typed)
            event = (
                None if "remove_file" in form else await self._checked(visit, typed.appeal, typed)
            )
            if event is None:
                return await self._appeal_again(request, visit, typed, is_sent="send" in form)
            key = visit.key("appeal", event.model_dump_json())
            try:
                await self._workflows.appeal(visit.visitor, event, key)
            except UpdateRefused as refusal:
                if refusal.code != Refusal.NO_NEW_EVIDENCE:
                    changed = Feedback(CASE_CHANGED, appeal=typed, status=409)
                    return await self._responses.show(request, visit, changed)
                typed.needs_new_evidence()
                return await self._appeal_again(request, visit, typed)
            return self._visits.to_page_with_news("appeal")
        finally:
            await form.close()

    async def add_to_appeal(self, request: Request) -> Response:
        """Add something to an appeal, such as the answer to our question."""
        form = await self._uploads.read(request)
        try:
            typed = AppealForm.of_form(INFORMATION_TEXTS, form)
            visit = await self._read_appeal(request, form, typed)
            event = (
                None
                if "remove_file" in form
                else await self._checked(visit, typed.information, typed)
            )
            if event is None:
                return await self._appeal_again(request, visit, typed, is_sent="send" in form)
            key = visit.key("information", event.model_dump_json())
            try:
                await self._workflows.add_to_appeal(visit.visitor, event, key)
            except (UpdateRefused, NotThere):
                changed = Feedback(CASE_CHANGED, appeal=typed, status=409)
                return await self._responses.show(request, visit, changed)
            return self._visits.to_page_with_news("information")
        finally:
            await form.close()

    async def _read_appeal(self, request: Request, form: FormData, typed: AppealForm) -> Visit:
        # After any error from here on, the page shows again what was typed.
        request.state.typed = typed
        visit = self._forms.visit_of(request, form)
        if self._files is not None:
            await self._files.take(form, visit.visitor.account, typed)
        return visit

    async def _checked(
        self, visit: Visit, event_of: Callable[[], SomeEvent | None], typed: AppealForm
    ) -> SomeEvent | None:
        """Return what is to be sent, or None if there is a problem with it or its files."""
        if self._files is not None:
            await self._files.check(visit.visitor.account, typed)
        event = event_of()
        return None if typed.file_problems else event

    async def _appeal_again(
        self, request: Request, visit: Visit, typed: AppealForm, *, is_sent: bool = True
    ) -> Response:
        status = (503 if typed.try_later else 422) if is_sent else 200
        return await self._responses.show(request, visit, Feedback(appeal=typed, status=status))
