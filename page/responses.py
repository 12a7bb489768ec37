"""Renders the pages, each in its reader's language."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from domain.case.evidence_file import LARGEST_FILE, MOST_FILES
from page.appeal_form import ADDED, APPEAL, AppealForm
from page.appeal_page import AppealPage
from page.case_page import case_page
from page.enrollment_page import EnrollmentPage
from page.feedback import (
    APPEAL_CHANGED,
    CALLING,
    CALLING_WITH_CODE,
    CASE_CHANGED,
    TEXTING_CODE,
    TRYING_NUMBER,
    Feedback,
    confirmation_of,
)
from page.languages import NAMES, language_of
from page.number_form import readable
from page.plan_files import KeptFile, PlanFiles
from page.plan_form import PLAN_WORDS, PlanForm, form_to_go_on_from
from page.seller_workflows import Found, SellerWorkflows
from page.visits import Visit, Visits
from providers.files.kinds import ACCEPTED
from web.languages import Language, Reader


class Responses:
    """Makes the responses to all requests."""

    def __init__(
        self,
        workflows: SellerWorkflows,
        visits: Visits,
        version: str,
        desk_phone: str | None,
        *,
        replies: bool = False,
        files: PlanFiles | None = None,
        appeal_window: timedelta = timedelta(days=90),
        proof: bool = False,
        texts: bool = False,
    ) -> None:
        self._proof, self._texts = proof, texts
        self._workflows, self._appeal_window = workflows, appeal_window
        self._visits = visits
        self._version = version
        self._desk_phone, self._replies = desk_phone, replies
        self._files = files

    async def show(self, request: Request, visit: Visit, feedback: Feedback) -> Response:
        """Return a seller's page with the current state of their workflows."""
        found = await self._workflows.find(visit.visitor)
        reader = self._reader(request, found)
        enrollment = EnrollmentPage(found.standing) if found.standing is not None else None
        case = case_page(found.case) if found.case is not None else None
        if case is not None and case.is_outdated_by(enrollment):
            case = None
        begun = form_to_go_on_from(case.view) if case else PlanForm.blank()
        has_plan_form = case is not None and case.is_open
        if feedback.plan is not None and not has_plan_form:
            # The case no longer accepts a plan, so only show what was typed.
            feedback = Feedback(CASE_CHANGED, plan=PlanForm(feedback.plan.rows), status=409)
        plan = feedback.plan or begun
        now = case.now if case else datetime.now(UTC)
        appeal = None
        if case is None or not case.is_open:
            appeal = AppealPage.of(
                found.standing, found.appeal, found.case, self._appeal_window, now
            )
        typed_appeal = feedback.appeal
        appeal_form = typed_appeal if _takes(appeal, typed_appeal) else None
        if typed_appeal is not None and appeal_form is None and feedback.notice is None:
            feedback = replace(feedback, notice=APPEAL_CHANGED, status=409)
        kept = self._kept(visit, appeal_form or plan)
        message = feedback.notice or confirmation_of(feedback.news, case, enrollment)
        return self._render(
            request,
            reader,
            "page.html",
            status=feedback.status,
            visit=visit,
            case=case,
            case_id=case.view.id if case else "",
            state=case.state if case else "",
            rejected=case.rejected if case else "",
            now=now,
            appeal=appeal,
            appeal_form=appeal_form or _blank_appeal(appeal),
            appeal_typed=appeal_form is not None,
            appeal_not_taken=typed_appeal if appeal_form is None else None,
            language_form=_language_form(appeal, has_plan_form=has_plan_form),
            another_case=case is not None and case.is_another_than(visit.visitor.about_id),
            enrollment=enrollment,
            enrollment_unknown=found.standing_unknown,
            notice=_translated(message, reader, feedback.again_from),
            notice_of_call=message == CALLING,
            notice_of_number_call=message in (CALLING_WITH_CODE, TEXTING_CODE, TRYING_NUMBER),
            notice_is_good=feedback.status == 200 and message != CASE_CHANGED,
            plan=plan,
            kept_files=kept,
            plan_typed=feedback.plan not in (None, begun),
            has_plan_form=has_plan_form,
            number=feedback.number,
            code=feedback.code,
        )

    def say(self, request: Request, template: str) -> Response:
        """Return a page that needs no account."""
        return self._render(request, Reader(self._language(request)), template)

    def _render(
        self, request: Request, reader: Reader, template: str, status: int = 200, **context: object
    ) -> Response:
        """Return a page in the reader's language."""
        template_of = reader.language.templates.get_template(template)
        on_every_page = {
            "reader": reader,
            "languages": NAMES,
            "version": self._version,
            "phone": readable,
            "desk_phone": self._desk_phone,
            "replies": self._replies,
            "proof": self._proof,
            "texts": self._texts,
            "plan_words": PLAN_WORDS,
            "has_plan_form": False,
            "language_form": None,
            "maybe_taken": False,
            "takes_files": self._files is not None,
            "accepted_files": ACCEPTED,
            "most_files": MOST_FILES,
            "largest_mb": LARGEST_FILE // 1024 // 1024,
        }
        response = HTMLResponse(template_of.render(on_every_page | context), status)
        if chosen := getattr(request.state, "language", None):
            self._visits.cookies.set_language(response, chosen)
        return response

    def error(
        self,
        request: Request,
        status: int,
        headers: Mapping[str, str] | None = None,
        why: str = "",
        *,
        maybe_taken: bool = False,
    ) -> Response:
        """Return an error page, which shows again what was typed.

        `maybe_taken` says whether it may have been sent all the same.
        """
        reader = Reader(self._language(request))
        typed = getattr(request.state, "typed", None)
        response = self._render(
            request,
            reader,
            "error.html",
            status,
            code=status,
            why=why,
            typed=typed,
            maybe_taken=maybe_taken,
            old_link=request.path_params.get("token", ""),
        )
        response.headers.update(headers or {})
        return response

    def unavailable(self, request: Request, *, maybe_taken: bool) -> Response:
        """Return the page for an outage of Temporal. A typed plan or appeal stays in its form.

        `maybe_taken` says whether an update was sent that nobody answered.
        """
        typed = getattr(request.state, "typed", None)
        visit = getattr(request.state, "visit", None)
        if visit is None or not isinstance(typed, PlanForm | AppealForm):
            return self.error(request, 503, {"Retry-After": "30"}, maybe_taken=maybe_taken)
        shown: dict[str, object] = {"visit": visit, "kept_files": self._kept(visit, typed)}
        reader = Reader(self._language(request))
        if isinstance(typed, AppealForm):
            shown |= {"appeal_form": typed, "maybe_taken": maybe_taken}
            shown["language_form"] = "appeal-form"
            return self._render(request, reader, "appeal_not_sent.html", 503, **shown)
        of_case = {name: getattr(request.state, name) for name in ("case_id", "state", "rejected")}
        shown |= of_case | {"has_plan_form": True, "language_form": "plan-form", "plan": typed}
        return self._render(request, reader, "plan_not_sent.html", 503, **shown)

    def _kept(self, visit: Visit, form: PlanForm | AppealForm) -> list[KeptFile]:
        return self._files.kept(visit.visitor.account, form.files) if self._files else []

    def _language(self, request: Request, tag: str | None = None) -> Language:
        chosen = getattr(request.state, "language", None)
        chosen = chosen or self._visits.cookies.get(request, "language")
        return language_of(chosen, tag, request.headers.get("accept-language"))

    def _reader(self, request: Request, found: Found) -> Reader:
        account = found.case.account if found.case else None
        known = account or (found.standing.account if found.standing else None)
        if known is None:
            return Reader(self._language(request))
        return Reader(self._language(request, known.language), known.language, known.time_zone)


def _translated(message: str | None, reader: Reader, again_from: datetime | None) -> str | None:
    if message is None or again_from is None:
        return reader.say(message) if message else None
    return reader.say(message, moment=reader.moment(again_from))


def _blank_appeal(appeal: AppealPage | None) -> AppealForm:
    blank = AppealForm.of_form(ADDED if appeal and appeal.takes_information else APPEAL)
    return replace(blank, state=appeal.state if appeal else "")


def _takes(appeal: AppealPage | None, typed: AppealForm | None) -> bool:
    """Return whether the page has the form that was typed in."""
    if appeal is None or typed is None:
        return False
    return appeal.takes_information if typed.kind is ADDED else appeal.takes_appeal


def _language_form(appeal: AppealPage | None, *, has_plan_form: bool) -> str | None:
    """Return the id of the form that is sent along when the language is changed."""
    if has_plan_form:
        return "plan-form"
    has_appeal_form = appeal is not None and (appeal.takes_appeal or appeal.takes_information)
    return "appeal-form" if has_appeal_form else None
