"""The events of a case, one method each (docs/rules.md, sections 5 and 6).

Each takes what happened and when, and either changes the case or raises `Refused`, having
changed nothing that matters: a caller that wants to know first tries it on a copy.
"""

from datetime import datetime

from domain.account import Account, confirmation_of
from domain.attempt import OUTREACH, About, Channel, Planned
from domain.errors import Refused
from domain.events import (
    AddIssue,
    ChangeContact,
    Decide,
    Decision,
    HarmCategory,
    Outcome,
    RecordConversation,
    ReportContact,
    ReportHarm,
    RequestCall,
    Review,
    ReviewPlan,
    SendLink,
    SubmitPlan,
    Withdraw,
)
from domain.fresh_link import refuse_if_too_often
from domain.record import DAY, Harm, Plan, Reason, Status, What
from domain.transitions import Transitions

MAXIMUM_ISSUES = 100


class Working(Transitions):
    """A case that people work on."""

    # --- the seller -----------------------------------------------------------------------

    def report_contact(self, event: ReportContact, now: datetime) -> None:
        """Contact recorded by a specialist: an inbound call, a reply."""
        self.admit(event)
        self.contact(now, event.by, f"{event.channel}: {event.note}")

    def request_call(self, event: RequestCall, now: datetime) -> None:
        """The button "contact me now": a contact, and a call at once; throttled."""
        self.admit(event)
        recent = tuple(r for r in self.requests if now - r < DAY)
        if recent and now - recent[-1] < self.rules.request_spacing:
            again = recent[-1] + self.rules.request_spacing
            raise Refused(f"a call was requested just now; ask again from {again:%H:%M:%S} UTC")
        if len(recent) >= self.rules.requests_per_day:
            again = recent[-self.rules.requests_per_day] + DAY
            raise Refused(
                f"{len(recent)} calls were requested within 24 hours; "
                f"ask again from {again:%Y-%m-%d %H:%M} UTC"
            )
        self.requests = (*recent, now)
        self.log(now, What.CALL_REQUESTED, event.by)
        # Asking once more does not hang up on the call asked for before, unless it is to a
        # number that was changed meanwhile.
        calling = any(
            a.about is About.REQUESTED and a.wanted and a.to == self.account.emergency_phone
            for a in self.under_way
        )
        self.contact(now, event.by, keep_requested_call=calling)
        if self.cannot_call:
            self.email(About.NUMBER_NEEDED, now)
        elif not calling:
            self.request(now)

    def submit_plan(self, event: SubmitPlan, now: datetime) -> None:
        """A plan is a contact; the newest version counts. Once escalated it waits for the desk.

        The same text as that of the version under review is a contact and no version.
        """
        if self._is_under_review(event):
            self.admit(RequestCall(by=event.by))  # which takes the room of a line, not of a plan
            self.contact(now, event.by, f"sent version {len(self.plans)} again")
            return
        self.admit(event)
        self.plans += (Plan(version=len(self.plans) + 1, at=now, plan=event),)
        self.log(now, What.PLAN_SUBMITTED, event.by, f"version {len(self.plans)}")
        self._turned_up(now)
        if self.status is not Status.ESCALATED:
            self.review(now)

    def _is_under_review(self, event: SubmitPlan) -> bool:
        if self.status not in (Status.PLAN_REVIEW, Status.ESCALATED) or not self.plans:
            return False
        newest = self.plans[-1]
        return newest.decision is None and event.says_the_same_as(newest.plan)

    def send_link(self, event: SendLink, now: datetime) -> None:
        """A fresh link, by e-mail to the address on file. An old link is no proof: no contact."""
        self.admit(event)
        asked = [entry.at for entry in self.timeline if entry.what is What.LINK_REQUESTED]
        refuse_if_too_often(asked, now, self.rules.link_spacing, self.rules.links_per_day)
        self.log(now, What.LINK_REQUESTED, event.by)
        self.email(About.FRESH_LINK, now)

    def contact(
        self,
        now: datetime,
        by: str,
        note: str | None = None,
        *,
        keep_requested_call: bool = False,
    ) -> None:
        """The seller turned up: the clock, the agenda and a ringing call stop."""
        self.log(now, What.CONTACT, by, note)
        self._turned_up(now, keep_requested_call=keep_requested_call)
        if self.status is Status.CONTACTING:
            self.work(now)
        elif self.status is Status.WORKING:
            self.cooperate(now)

    def _turned_up(self, now: datetime, *, keep_requested_call: bool = False) -> None:
        self.reached = True

        def over(attempt: Planned) -> bool:
            if attempt.about is About.REQUESTED:
                return not keep_requested_call
            return attempt.channel is Channel.CALL or attempt.about in OUTREACH

        self.call_off(over)
        # The daily call for a conversation is no part of the agenda of the 72 hours.
        self.agenda = tuple(p for p in self.agenda if p.about is About.CONVERSATION or not over(p))

    def change_contact(self, event: ChangeContact, now: datetime) -> None:
        """A new number or address. The number is called from what remains of the agenda."""
        self.admit(event, though_full=event.from_enrollment)
        account = self.account
        email, phone = (
            event.email or account.email,
            event.emergency_phone or account.emergency_phone,
        )
        # One that was not called may be named again: it was looked up before, and let in.
        is_called_now = self.not_called is not None and event.emergency_phone is not None
        if (email, phone) == (account.email, account.emergency_phone) and not is_called_now:
            return
        self.account = account.model_copy(update={"email": email, "emergency_phone": phone})
        changed = [f for f in ("emergency_phone", "email") if getattr(event, f) is not None]
        self.log(now, What.CONTACT_CHANGED, event.by, " and ".join(changed))
        confirmed = self._confirm_contact(account, event, now)
        if self.shares_contact and not event.from_enrollment:
            self.contact_news = self.contact_news.after(self.account, changed, confirmed)
        if is_called_now or (phone != account.emergency_phone and self.number_invalid):
            self.invalid_since = self.not_called = None
            if self.status is Status.CONTACTING:
                self.plan_outreach_calls(now, call_now=True)
            self.conversation_due = now

    def _confirm_contact(
        self, before: Account, event: ChangeContact, now: datetime
    ) -> tuple[str, ...]:
        """E-mail that the number or address was changed; to whom, the enrollment's included."""
        found = confirmation_of(before, self.account)
        if found is None:
            return event.confirmed
        confirms, addresses = found
        for to in addresses:
            if to not in event.confirmed:
                self.plan(Channel.EMAIL, About.CONTACT_CHANGED, now, to=to, confirms=confirms)
        return (*event.confirmed, *addresses)

    # --- the desk -------------------------------------------------------------------------

    def review_plan(self, event: ReviewPlan, now: datetime) -> None:
        """A reviewer answers the newest plan."""
        self.admit(event, though_full=True)
        if self.status is not Status.PLAN_REVIEW:
            raise Refused(f"no plan is under review: the case is {self.status}")
        self.refuse_unless_read(event.version)
        if event.decision is Review.ACCEPT and self.conversation_required:
            raise Refused(
                "the conversation that is required has not been held; "
                "record it (record_conversation) before accepting the plan"
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
        note = f"{event.decision}: {event.note}" if event.note else event.decision
        self.log(now, What.PLAN_REVIEWED, event.by, note)
        if event.decision is Review.ACCEPT:
            self.end(now, Status.RESOLVED, Reason.PLAN_ACCEPTED, About.RESOLVED)
        elif event.decision is Review.MORE_INFORMATION:
            self.conversation_required = True
            self.work(now)
            self.email(About.MORE_INFORMATION, now, event.note, reviewed.version)
        else:
            self._reject(now)
            self.email(About.PLAN_REJECTED, now, event.note, reviewed.version)

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
        self.agenda = tuple(p for p in self.agenda if p.about is not About.CONVERSATION)
        self.log(now, What.CONVERSATION, event.by, f"{event.outcome}: {event.note}")
        self.contact(now, event.by)
        if event.outcome is Outcome.RESOLVED and self.status is not Status.ESCALATED:
            self.end(now, Status.RESOLVED, Reason.CONVERSATION, About.RESOLVED)

    def decide(self, event: Decide, now: datetime) -> None:
        """The lead ends an escalation, the only way out of it."""
        self.refuse_unless_open()
        if self.status is not Status.ESCALATED:
            raise Refused(f"there is nothing to decide: the case is {self.status}, not escalated")
        self.refuse_unless_seen(event)
        self.log(now, What.DECIDED, event.by, f"{event.decision}: {event.note}")
        if event.decision is Decision.RESOLVE:
            self.end(now, Status.RESOLVED, Reason.DECISION, About.RESOLVED)
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
                raise Refused(f"the case has {MAXIMUM_ISSUES} issues, and takes no more")
        if known is None:
            self.issues += (issue,)
            self.log(now, What.ISSUE_JOINED, event.by, f"{issue.id}: {issue.summary}")
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
            self.email(About.PLAN_DUE, now)
        else:
            if self.status is Status.WORKING:
                self.cooperate(now)
            self.email(About.ISSUE_JOINED, now)

    def report_harm(self, event: ReportHarm, now: datetime) -> None:
        """Harmful conduct: deactivated and expelled, whatever the open status."""
        self._admit_harm()
        self._harm(Harm(reporter=event.by, category=event.category, evidence=event.evidence), now)

    def harmful_issue(self, reporter: str, issue_id: str, now: datetime) -> None:
        """An issue marked harmful is a report of harm, and its own evidence."""
        self._harm(Harm(reporter=reporter, category=HarmCategory.HARM, evidence=issue_id), now)

    def _admit_harm(self) -> None:
        """Harm is taken as long as something can still come of it, however full the file."""
        if self.status is not Status.DEACTIVATING:
            self.refuse_unless_open()

    def _harm(self, harm: Harm, now: datetime) -> None:
        if self.harm is not None and self.status is Status.DEACTIVATING:
            return
        self.harm = self.harm or harm
        self.log(now, What.HARM_REPORTED, harm.reporter, f"{harm.category}: {harm.evidence}")
        if self.is_open:
            self.deactivate(now, Reason.HARM)

    def withdraw(self, event: Withdraw, now: datetime) -> None:
        """Raised in error: the case ends, or one issue of several is struck."""
        self.refuse_unless_open()
        self.refuse_unless_seen(event)
        rest = tuple(i for i in self.issues if i.id != event.issue)
        if event.issue is not None and rest == self.issues:
            raise Refused(f"issue: the case has no issue {event.issue}")
        if event.issue is not None and rest:
            self.issues = rest
            self.log(now, What.ISSUE_WITHDRAWN, event.by, f"{event.issue}: {event.note}")
            self.email(About.ISSUE_WITHDRAWN, now, event.note)
            return
        which = f"{event.issue}: " if event.issue else ""
        self.log(now, What.ISSUE_WITHDRAWN, event.by, which + event.note)
        self.end(now, Status.WITHDRAWN, Reason.RAISED_IN_ERROR, About.WITHDRAWN, event.note)

    def cancel(self, now: datetime) -> None:
        """The workflow was cancelled: as if raised in error, while the case is open."""
        if self.is_open and self.policy is not None:
            self.end(now, Status.WITHDRAWN, Reason.CANCELLED, About.WITHDRAWN)
        elif self.is_open:
            self.set_status(now, Status.WITHDRAWN, Reason.CANCELLED)
