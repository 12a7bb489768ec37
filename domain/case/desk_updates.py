"""What the desk and the marketplace do, one method each (docs/rules.md, sections 5 and 6).

What the seller does is in domain/case/seller_updates.py. Each takes what happened and when, and
either changes the case or raises `Refused`, having changed nothing that matters.
"""

from datetime import datetime

from domain.case.attempt import Purpose
from domain.case.events import (
    AddIssue,
    ConversationOutcome,
    Decide,
    Decision,
    HarmCategory,
    RecordConversation,
    RecordDeactivation,
    ReportHarm,
    Review,
    ReviewPlan,
    Withdraw,
)
from domain.case.seller_updates import SellerEvents
from domain.case.state import ALREADY_DEACTIVATED, Harm
from domain.case.status import CLOSED, EventKind, Reason, Status
from domain.shared.errors import Refusal, Refused

MAXIMUM_ISSUES = 100


class Working(SellerEvents):
    """A case that people work on."""

    # --- the desk -------------------------------------------------------------------------

    def review_plan(self, event: ReviewPlan, now: datetime) -> None:
        """A reviewer answers the newest plan."""
        self.admit(event, though_full=True)
        if self.status is not Status.PLAN_REVIEW:
            raise Refused(
                f"no plan is under review: the case is {self.status}",
                Refusal.NOT_UNDER_REVIEW,
                status=self.status.value,
            )
        self.refuse_unless_read(event.version)
        if event.decision is Review.ACCEPT and self.conversation_required:
            raise Refused(
                "the conversation that is required has not been held; "
                "record it (record_conversation) before accepting the plan",
                Refusal.CONVERSATION_REQUIRED,
            )
        reviewed = self.plans[-1].model_copy(
            update={
                "decision": event.decision,
                "note": event.note,
                "reviewed_by": event.by,
                "reviewed_at": now,
            }
        )
        self.plans = (*self.plans[:-1], reviewed)
        self.log(
            now,
            EventKind.PLAN_REVIEWED,
            event.by,
            version=reviewed.version,
            code=event.decision,
            note=event.note,
        )
        if event.decision is Review.ACCEPT:
            self.end(now, Status.RESOLVED, Reason.PLAN_ACCEPTED, Purpose.RESOLVED)
        elif event.decision is Review.MORE_INFORMATION:
            self.conversation_required = True
            self.work(now)
            self.email(Purpose.MORE_INFORMATION, now, event.note, reviewed.version)
        else:
            self._reject(now)
            self.email(Purpose.PLAN_REJECTED, now, event.note, reviewed.version)

    def _reject(self, now: datetime) -> None:
        self.rejections += 1
        if self.rejections >= self.rules.maximum_rejections:
            self.escalate(now, Reason.PLANS_REJECTED)
        else:
            self.work(now)

    def record_conversation(self, event: RecordConversation, now: datetime) -> None:
        """A conversation is a contact and meets the requirement; it may resolve the case."""
        self.refuse_unless_open()
        self.refuse_unless_seen(event)
        self.admit(event)
        self.conversation_required = False
        self.agenda = tuple(p for p in self.agenda if p.about is not Purpose.CONVERSATION)
        self.log(now, EventKind.CONVERSATION, event.by, code=event.outcome, note=event.note)
        self.seller_turned_up(now, event.by)
        if event.outcome is ConversationOutcome.RESOLVED and self.status is not Status.ESCALATED:
            self.end(now, Status.RESOLVED, Reason.CONVERSATION, Purpose.RESOLVED)

    def decide(self, event: Decide, now: datetime) -> None:
        """The lead ends an escalation, the only way out of it."""
        self.refuse_unless_open()
        if self.status is not Status.ESCALATED:
            raise Refused(
                f"there is nothing to decide: the case is {self.status}, not escalated",
                Refusal.NOT_ESCALATED,
                status=self.status.value,
            )
        self.refuse_unless_seen(event)
        self.log(now, EventKind.DECIDED, event.by, code=event.decision, note=event.note)
        if event.decision is Decision.RESOLVE:
            self.end(now, Status.RESOLVED, Reason.DECISION, Purpose.RESOLVED)
        elif event.decision is Decision.DEACTIVATE:
            self.deactivate(now, Reason.DECISION)
        else:
            self._resume(now)

    def _resume(self, now: datetime) -> None:
        self.rejections = 0
        if self.plans and self.plans[-1].decision is None:
            self.review(now)
        elif self.reached:
            self.work(now)
        else:
            self.set_status(now, Status.CONTACTING)
            self.begin_outreach(now)

    # --- the marketplace ------------------------------------------------------------------

    def add_issue(self, event: AddIssue, now: datetime) -> None:
        """A further issue joins; one named before changes nothing, unless newly harmful."""
        issue = event.issue
        known = next((i for i in self.issues if i.id == issue.id), None)
        newly_harmful = issue.harmful and not (known and known.harmful)
        if newly_harmful:
            self._admit_harm()
        elif known is not None:
            self.refuse_unless_open()
            return
        else:
            self.admit(event)
            if len(self.issues) >= MAXIMUM_ISSUES:
                raise Refused(
                    f"the case has {MAXIMUM_ISSUES} issues, and takes no more",
                    Refusal.TOO_MANY_ISSUES,
                    maximum=MAXIMUM_ISSUES,
                )
        if known is None:
            self.issues += (issue,)
            self.log(now, EventKind.ISSUE_JOINED, event.by, issue=issue.id, note=issue.summary)
        else:
            self.issues = tuple(issue if i.id == issue.id else i for i in self.issues)
        if newly_harmful:
            self.harmful_issue(event.by, issue.id, now)
        else:
            self._joined(now)

    def _joined(self, now: datetime) -> None:
        if self.status is Status.CONTACTING:
            self.begin_outreach(now)
        elif self.status is Status.PLAN_REVIEW:
            self.work(now)
            self.email(Purpose.PLAN_DUE, now)
        else:
            if self.status is Status.WORKING:
                self.cooperate(now)
            self.email(Purpose.ISSUE_JOINED, now)

    def report_harm(self, event: ReportHarm, now: datetime) -> None:
        """Harmful conduct: deactivated and expelled, whatever the open status."""
        self._admit_harm()
        self._harm(Harm(reporter=event.by, category=event.category, evidence=event.evidence), now)

    def harmful_issue(self, reporter: str, issue_id: str, now: datetime) -> None:
        """An issue marked harmful is a report of harm, and its own evidence."""
        self._harm(Harm(reporter=reporter, category=HarmCategory.HARM, evidence=issue_id), now)

    def _admit_harm(self) -> None:
        """Harm is taken as long as something can still come of it, however full the file.

        An account that is deactivated may still be expelled until the case has closed: its
        workflow id opens no other before that.
        """
        waits = self.account_deactivated and self.closed_at is None
        if self.status is not Status.DEACTIVATING and not waits:
            self.refuse_unless_open()

    def _harm(self, harm: Harm, now: datetime) -> None:
        if self.harm is not None and not self.is_open:
            return
        self.harm = self.harm or harm
        self.log(
            now, EventKind.HARM_REPORTED, harm.reporter, code=harm.category, note=harm.evidence
        )
        if self.is_open:
            self.deactivate(now, Reason.HARM)

    def record_deactivation(self, event: RecordDeactivation, now: datetime) -> None:
        """Somebody else deactivated the account: there is nothing left to keep.

        Whoever did it tells the seller. A case that has ended has nothing to do with it.

        Raises:
            Refused: the case is deactivating the account itself, which may yet fail.
        """
        if self.status in CLOSED:
            return
        self.refuse_unless_open()
        self.log(now, EventKind.DEACTIVATED_ELSEWHERE, event.by)
        # The programme knows, as it is who tells.
        self.account_deactivated = self.deactivation_told = True
        self.stop_everything()
        self.set_status(now, Status.NOT_COVERED, ALREADY_DEACTIVATED)

    def withdraw(self, event: Withdraw, now: datetime) -> None:
        """Raised in error: the case ends, or one issue of several is struck."""
        self.refuse_unless_open()
        self.refuse_unless_seen(event)
        rest = tuple(i for i in self.issues if i.id != event.issue)
        if event.issue is not None and rest == self.issues:
            raise Refused(
                f"issue: the case has no issue {event.issue}",
                Refusal.NO_SUCH_ISSUE,
                issue=event.issue,
            )
        self.log(now, EventKind.ISSUE_WITHDRAWN, event.by, issue=event.issue, note=event.note)
        if event.issue is not None and rest:
            self.issues = rest
            self.email(Purpose.ISSUE_WITHDRAWN, now, event.note)
            return
        self.end(now, Status.WITHDRAWN, Reason.RAISED_IN_ERROR, Purpose.WITHDRAWN, event.note)

    def cancel(self, now: datetime) -> None:
        """The workflow was cancelled: as if raised in error, while the case is open."""
        if self.is_open and self.policy is not None:
            self.end(now, Status.WITHDRAWN, Reason.CANCELLED, Purpose.WITHDRAWN)
        elif self.is_open:
            self.set_status(now, Status.WITHDRAWN, Reason.CANCELLED)
