"""The handlers for the emergency number: to change it, to have it called, to verify it."""

import time
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from domain.case.events import ChangeContact
from domain.enrollment.events import ChangeAccount, EnterCode, TryCall, VerifyNumber
from domain.enrollment.view import NumberCallView
from domain.shared.events import SELLER, Event
from page.code_form import WRONG_CODE, CodeForm
from page.feedback import CODE_IS_OVER, NOT_KNOWN, Feedback, feedback_on
from page.forms import Forms, case_of
from page.number_form import NumberForm
from page.responses import Responses
from page.seller_workflows import SellerWorkflows
from page.visits import Visit, Visits
from reference.number_codes import NumberCodes
from temporal_client.failures import NotThere, UpdateRefused
from web.forms import read_form, text_of


class NumberPages:
    """The handlers, one for each route."""

    def __init__(
        self,
        workflows: SellerWorkflows,
        visits: Visits,
        responses: Responses,
        forms: Forms,
        codes: NumberCodes,
    ) -> None:
        self._workflows, self._visits, self._responses = workflows, visits, responses
        self._codes = codes
        self._forms = forms

    async def number(self, request: Request) -> Response:
        """Change the emergency number in the open case, or else in the enrollment.

        Each of them tells the other (docs/rules.md, section 2).
        """
        form = await read_form(request)
        visit = self._forms.visit_of(request, form)
        typed = NumberForm.of_form(form, visit.visitor.store)
        if typed.e164 is None or typed.extension_problem is not None:
            return await self._responses.show(request, visit, Feedback(number=typed, status=422))
        try:
            await self._change_number(visit, form, typed.e164, typed.dialled)
        except UpdateRefused as refusal:
            of_field = typed.is_refused_by(refusal)
            feedback = Feedback(status=422) if of_field else feedback_on(refusal)
            feedback.number = typed
            return await self._responses.show(request, visit, feedback)
        except NotThere:
            return await self._responses.show(
                request, visit, Feedback(NOT_KNOWN, number=typed, status=409)
            )
        return self._visits.to_page_with_news("number")

    async def _change_number(
        self, visit: Visit, form: FormData, phone: str, extension: str | None
    ) -> None:
        if form.get("case"):
            # The form says it all: with an empty field the number has no extension any more.
            change = ChangeContact(
                by=SELLER,
                emergency_phone=phone,
                extension=extension,
                no_extension=extension is None,
            )
            try:
                await self._workflows.tell_case(case_of(form, visit), "change_contact", change)
            except NotThere:
                pass  # the case has closed, so tell the enrollment
            else:
                return
        event = ChangeAccount(by=SELLER, emergency_phone=phone, extension=extension)
        await self._workflows.tell_enrollment(visit.visitor, "change_account", event)

    async def verify(self, request: Request) -> Response:
        """Ask for a call that says a code, or for a text message with one."""
        form = await read_form(request)
        by_text = text_of(form, "way") == "text"
        event = VerifyNumber(by=SELLER, by_text=by_text)
        return await self._ask(
            request, form, "verify_number", event, "text" if by_text else "verify"
        )

    async def try_call(self, request: Request) -> Response:
        """Ask for a call that says that the number works."""
        form = await read_form(request)
        return await self._ask(request, form, "try_call", TryCall(by=SELLER), "try-call")

    async def _ask(
        self, request: Request, form: FormData, update: str, event: Event, news: str
    ) -> Response:
        visit = self._forms.visit_of(request, form)
        # Two presses within a minute count once, unless there was a call between them. Beyond that
        # the enrollment limits the calls.
        key = visit.key(news, text_of(form, "asked") or "", str(int(time.time() // 60)))
        try:
            await self._workflows.tell_enrollment(visit.visitor, update, event, key)
        except UpdateRefused as refusal:
            return await self._responses.show(request, visit, feedback_on(refusal))
        except NotThere:
            return await self._responses.show(request, visit, Feedback(NOT_KNOWN, status=409))
        return self._visits.to_page_with_news(news)

    async def code(self, request: Request) -> Response:
        """Take the code that the seller typed. Only hashes of it leave this process."""
        form = await read_form(request)
        visit = self._forms.visit_of(request, form)
        typed = CodeForm.of_form(form)
        if typed.digits is None:
            return await self._responses.show(request, visit, Feedback(code=typed, status=422))
        found = await self._workflows.find(visit.visitor)
        call = found.standing.number_call if found.standing else None
        if found.standing and call and _was_verified_by(call, found.standing.verified_at):
            return self._visits.to_page_with_news("code")  # the form was sent twice
        if call is None or call.code_until is None:
            return await self._responses.show(request, visit, Feedback(CODE_IS_OVER, status=409))
        event = EnterCode(by=SELLER, proofs=self._codes.proofs(call.id, typed.digits))
        try:
            after = await self._workflows.enter_code(visit.visitor, event)
        except UpdateRefused as refusal:
            return await self._responses.show(request, visit, feedback_on(refusal))
        if found.standing is not None and after.verified_at != found.standing.verified_at:
            return self._visits.to_page_with_news("code")
        typed.problem = WRONG_CODE
        over = after.number_call is None or after.number_call.code_until is None
        feedback = Feedback(CODE_IS_OVER, status=409) if over else Feedback(code=typed, status=422)
        return await self._responses.show(request, visit, feedback)


def _was_verified_by(call: NumberCallView, verified_at: datetime | None) -> bool:
    return call.code_until is None and verified_at is not None and verified_at >= call.at
