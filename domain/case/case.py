"""A case: what it is made of, and how its status changes (docs/rules.md, sections 3 to 6).

What people do to it is in seller_updates.py, desk_updates.py and marketplace_updates.py, the
passing of time in advance.py, and what comes of a step in step_results.py.
"""

from datetime import datetime

from pydantic import Field, JsonValue

from domain.case.attempt import NOTICES, Attempt, Channel, Purpose, Scheduled
from domain.case.attempts import Attempts
from domain.case.call_requests import CallRequests
from domain.case.desk_work import DeskWork
from domain.case.events import EventKind
from domain.case.harm import Harm
from domain.case.outreach import Outreach
from domain.case.plans import Plans
from domain.case.policy import Policy
from domain.case.status import OPEN, Reason, Status
from domain.case.timeline import Timeline
from domain.shared.account import Account, ContactNews, Issue
from domain.shared.events import ENGINE
from domain.shared.taken_updates import TakesUpdates

ALREADY_DEACTIVATED = "the account is deactivated already; what is left to the seller is to appeal"
"""Why such an account's case is not covered."""

_OF_A_STATUS = NOTICES | {Purpose.CONVERSATION, Purpose.COOPERATION_REMINDER}
"""Attempts that make sense only in the status they were planned in."""


class Case(TakesUpdates):
    """The whole of a case."""

    id: str
    account: Account
    issues: tuple[Issue, ...]
    opened_at: datetime
    opened_by: str = ENGINE
    overrides: dict[str, JsonValue] | None = None
    """The policy as the start gave it. None once the case is open."""
    policy: Policy | None = None
    """Frozen when the case opens. None before."""

    status: Status = Status.CONTACTING
    reason: str | None = None
    closed_at: datetime | None = None

    outreach: Outreach = Field(default_factory=Outreach)
    plans: Plans = Field(default_factory=Plans)
    desk: DeskWork = Field(default_factory=DeskWork)
    call_requests: CallRequests = Field(default_factory=CallRequests)
    timeline: Timeline = Field(default_factory=Timeline)

    reached: bool = False
    """Whether the seller has turned up since the case opened."""
    conversation_required: bool = False
    desk_due: datetime | None = None
    """When the desk is told next."""
    desk_news: bool = False
    """Whether the desk was not told yet of a message that came in. It is, whatever the status."""
    harm: Harm | None = None
    deactivates_for_harm: bool = False
    """Whether the deactivation under way is for harm, or was for silence before harm was reported.
    """
    unanswered_deactivation: Reason | None = None
    """Why an account was to be deactivated of which nobody knows yet whether it is: a try got no
    answer."""
    expelled: bool = False
    account_deactivated: bool = False
    """Whether the account is, by this case or before it."""
    deactivation_told: bool = False
    """Whether the enrollment knows that the account is deactivated."""
    shares_contact: bool = False
    """Whether the enrollment is told of a new number or address."""
    contact_news: ContactNews = ContactNews()
    """The new number or address that the enrollment was not told of yet."""
    tells_answers: bool = False
    """Whether the enrollment is told of each connected call."""
    find_hashes: tuple[str, ...] = ()
    """Keyed hashes of name, number and address, by which the case is found. Empty without a key."""
    find_hashes_are_old: bool = False
    """Whether number or address have changed since they were made."""
    announces: bool = False
    """Whether the marketplace's systems want to know what happens in the case."""
    told: int = 0
    """How many entries of the timeline they were told of."""
    bytes_written: int = 0
    """How many bytes the words of people take up in the case."""

    # --- properties -----------------------------------------------------------------------

    @property
    def rules(self) -> Policy:
        """The policy of a case that is open."""
        if self.policy is None:
            raise RuntimeError("the case is not open yet")
        return self.policy

    @property
    def is_open(self) -> bool:
        """Whether events are still taken."""
        return self.status in OPEN

    @property
    def attempts(self) -> Attempts:
        """All attempts, those of the outreach and others."""
        return self.outreach.attempts

    @property
    def deadline(self) -> datetime | None:
        """Until when the seller has time: to be reached, then to work with us."""
        return self.outreach.deadline

    @property
    def email_needed(self) -> bool:
        """Whether the seller's present address does not work.

        A full or unreachable mailbox (a code of 4.x.x) says nothing of the address.
        """
        passing = {
            entry.attempt
            for entry in self.timeline.entries
            if entry.what is EventKind.BOUNCED and (entry.code or "").startswith("4.")
        }
        return self.attempts.come_back_from(self.account.email, passing)

    @property
    def assigned_until(self) -> datetime | None:
        """Until when the case is theirs who took it; None if nobody did."""
        return self.desk.assigned_until(self.timeline, self.rules) if self.policy else None

    @property
    def conversation_wanted(self) -> bool:
        """Whether the seller is being called for the conversation that is required."""
        return self.status is Status.WORKING and self.conversation_required

    @property
    def may_call(self) -> bool:
        """Whether the seller may still be called, as far as the case stands now."""
        to_come = (*self.attempts.agenda, *self.attempts.under_way)
        rings = self.conversation_wanted or any(attempt.channel.rings for attempt in to_come)
        return rings and not self.outreach.number.cannot_be_called

    @property
    def call_again_from(self) -> datetime | None:
        """From when on the seller may ask to be called again; None before the first time."""
        return self.call_requests.again_from(self.rules) if self.call_requests.times else None

    def takes_requests(self, now: datetime) -> bool:
        """Whether "contact me now" would call the seller. Only then their page has the button."""
        again = self.call_again_from
        waits = again is not None and again > now
        return self.is_open and not self.outreach.number.cannot_be_called and not waits

    # --- from status to status ------------------------------------------------------------

    def set_status(self, now: datetime, status: Status, reason: str | None = None) -> None:
        """Change the status. Stop the attempts that belonged to the one before."""
        self.status, self.reason = status, reason
        if not self.desk_news:
            self.desk_due = None
        self.desk.proposal = None
        self.timeline.log(now, EventKind.STATUS, status=status, reason=reason)
        self.attempts.stop(lambda attempt: attempt.about in _OF_A_STATUS)

    def begin_outreach(self, now: datetime) -> None:
        """Begin the 72 hours, or begin them again."""
        self.timeline.log(now, EventKind.OUTREACH_BEGAN)
        self.outreach.begin(now, self.rules, self.account)

    def seller_turned_up(
        self,
        now: datetime,
        by: str,
        *,
        code: str | None = None,
        note: str | None = None,
        keep_requested_call: bool = False,
    ) -> None:
        """Record a contact. It stops the clock, the agenda and a ringing call."""
        self.timeline.log(now, EventKind.CONTACT, by, code=code, note=note)
        self.stop_reaching(keep_requested_call=keep_requested_call)
        if self.status is Status.CONTACTING:
            self.work(now)
        elif self.status is Status.WORKING:
            self.cooperate(now)

    def stop_reaching(self, *, keep_requested_call: bool = False) -> None:
        """Stop the attempts to reach the seller, who is reached."""
        self.reached = True

        def over(attempt: Scheduled) -> bool:
            if attempt.about is Purpose.REQUESTED:
                return not keep_requested_call
            return attempt.channel.rings or attempt.about in NOTICES

        self.attempts.cancel(over)
        # The daily call for a conversation is no part of the agenda of the 72 hours.
        self.attempts.drop(lambda p: over(p) and p.about is not Purpose.CONVERSATION)

    def work(self, now: datetime) -> None:
        """Wait for a plan of the seller, who is reached. From here on only a person deactivates."""
        self.set_status(now, Status.WORKING)
        self.outreach.conversation_due = now
        self.cooperate(now)

    def cooperate(self, now: datetime) -> None:
        """Give the seller the whole time to work with us, with a reminder at half of it."""
        window = self.rules.cooperation_window
        self.outreach.deadline = now + window
        self.attempts.drop(lambda planned: planned.about is Purpose.COOPERATION_REMINDER)
        self.attempts.schedule(Channel.EMAIL, Purpose.COOPERATION_REMINDER, now + window / 2)

    def review(self, now: datetime) -> None:
        """Wait for a reviewer to answer the plan. The desk is told, and reminded."""
        if self.status is not Status.PLAN_REVIEW:
            self.set_status(now, Status.PLAN_REVIEW)
        if self.rules.desk_told_of_plans:
            self.desk_due = now
        elif not self.desk_news:
            self.desk_due = now + self.rules.desk_reminder

    def tell_desk_of_message(self, now: datetime) -> None:
        """Tell the desk at once of a message that came in."""
        self.desk_due, self.desk_news = now, True

    def escalate(self, now: datetime, reason: Reason) -> None:
        """Hand the case to a lead. The desk is told at once, and reminded."""
        self.set_status(now, Status.ESCALATED, reason)
        self.desk_due = now

    def deactivate(self, now: datetime, reason: Reason) -> None:
        """Begin the deactivation. From here on nothing stops it."""
        self.stop_everything()
        self.deactivates_for_harm = reason is Reason.HARM
        self.set_status(now, Status.DEACTIVATING, reason)

    def end(
        self,
        now: datetime,
        status: Status,
        reason: str | None,
        about: Purpose,
        note: str | None = None,
    ) -> None:
        """End the case, and e-mail the seller how it ended."""
        self.end_without_email(now, status, reason)
        self.attempts.email(about, now, note)

    def end_deactivated(self, now: datetime, reason: str | None) -> None:
        """End the case: the account is deactivated, and the programme is to be told."""
        self.account_deactivated, self.unanswered_deactivation = True, None
        self.end(now, Status.DEACTIVATED, reason, Purpose.DEACTIVATED)

    def end_without_email(self, now: datetime, status: Status, reason: str | None) -> None:
        """End the case. Whoever ended it tells the seller."""
        self.stop_everything()
        self.set_status(now, status, reason)

    def cancel(self, now: datetime) -> None:
        """End an open case whose workflow was cancelled, as if it was raised in error.

        Not one whose account may be deactivated: nobody might see to it.
        """
        if not self.is_open or self.unanswered_deactivation is not None:
            return
        if self.policy is None:  # not open yet: nobody was told of it
            self.set_status(now, Status.WITHDRAWN, Reason.CANCELLED)
        else:
            self.end(now, Status.WITHDRAWN, Reason.CANCELLED, Purpose.WITHDRAWN)

    def stop_everything(self) -> None:
        """Stop all attempts but those that confirm a changed number or address to its owner."""
        self.attempts.stop(lambda attempt: attempt.about is not Purpose.CONTACT_CHANGED)

    def act_on_harm(self, harm: Harm, now: datetime) -> None:
        """Deactivate and expel for harmful conduct, whatever the open status.

        In a case that has ended only the first report counts. It expels the seller.
        """
        if self.status is Status.DEACTIVATING and self.reason == Reason.NOT_REACHED:
            self.deactivates_for_harm = True
        if self.harm is not None and not self.is_open:
            return
        self.harm = self.harm or harm
        self.timeline.log(
            now, EventKind.HARM_REPORTED, harm.reporter, code=harm.category, note=harm.evidence
        )
        if self.is_open:
            self.deactivate(now, Reason.HARM)

    def log_attempt(self, now: datetime, attempt: Attempt, served_by: str | None = None) -> None:
        """Log an attempt that was made, `served_by` one of several providers."""
        self.timeline.log(
            now,
            attempt.channel.event,
            attempt=attempt.number,
            about=attempt.about,
            result=attempt.result,
            served_by=served_by,
        )
