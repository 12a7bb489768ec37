"""What the seller does, and what comes of it (docs/rules.md, section 5): one method each.

Each takes what happened and when, and either changes the case or raises `Refused`, having
changed nothing that matters: a caller that wants to know first tries it on a copy.
"""

from datetime import datetime

from domain.case.attempt import OUTREACH, Channel, Purpose, Scheduled
from domain.case.events import ChangeContact, ReportContact, RequestCall, SendLink, SubmitPlan
from domain.case.state import DAY, Plan
from domain.case.status import EventKind, Status
from domain.case.transitions import Transitions
from domain.shared.account import Account, confirmation_of
from domain.shared.errors import Refusal, Refused
from domain.shared.fresh_link import refuse_if_too_often

_WHAT_A_PLAN_IS_FOR = frozenset({EventKind.PLAN_SUBMITTED, EventKind.ISSUE_JOINED})


class SellerEvents(Transitions):
    """A case whose seller turns up, sends plans, or changes how to be reached."""

    def report_contact(self, event: ReportContact, now: datetime) -> None:
        """Contact recorded by a specialist: an inbound call, a reply."""
        self.admit(event)
        self.seller_turned_up(now, event.by, code=event.channel, note=event.note)

    def request_call(self, event: RequestCall, now: datetime) -> None:
        """The button "contact me now": a contact, and a call at once; throttled."""
        self.admit(event)
        recent = tuple(r for r in self.requests if now - r < DAY)
        if recent and now - recent[-1] < self.rules.request_spacing:
            again = recent[-1] + self.rules.request_spacing
            raise Refused(
                f"a call was requested just now; ask again from {again:%H:%M:%S} UTC",
                Refusal.CALL_TOO_SOON,
                again_from=again.isoformat(),
            )
        if len(recent) >= self.rules.requests_per_day:
            again = recent[-self.rules.requests_per_day] + DAY
            raise Refused(
                f"{len(recent)} calls were requested within 24 hours; "
                f"ask again from {again:%Y-%m-%d %H:%M} UTC",
                Refusal.TOO_MANY_CALLS,
                calls=len(recent),
                again_from=again.isoformat(),
            )
        self.requests = (*recent, now)
        self.log(now, EventKind.CALL_REQUESTED, event.by)
        # Asking once more does not hang up on the call asked for before, unless it is to a
        # number that was changed meanwhile.
        calling = any(
            a.about is Purpose.REQUESTED and a.wanted and a.to == self.account.emergency_phone
            for a in self.under_way
        )
        self.seller_turned_up(now, event.by, keep_requested_call=calling)
        if self.cannot_call:
            self.email(Purpose.NUMBER_NEEDED, now)
        elif not calling:
            self.request(now)

    def submit_plan(self, event: SubmitPlan, now: datetime) -> None:
        """A plan is a contact; the newest version counts. Once escalated it waits for the desk.

        The same text as that of the version under review is a contact and no version.
        """
        if self._is_under_review(event):
            self.admit(RequestCall(by=event.by))  # which takes the room of a line, not of a plan
            self.seller_turned_up(now, event.by, note=f"sent version {len(self.plans)} again")
            return
        self.admit(event)
        self.plans += (Plan(version=len(self.plans) + 1, at=now, plan=event),)
        self.log(now, EventKind.PLAN_SUBMITTED, event.by, version=len(self.plans))
        self._stop_reaching(now)
        if self.status is not Status.ESCALATED:
            self.review(now)

    def _is_under_review(self, event: SubmitPlan) -> bool:
        if self.status not in (Status.PLAN_REVIEW, Status.ESCALATED) or not self.plans:
            return False
        newest = self.plans[-1]
        # With an issue that joined since, the same text says something else.
        news = (e.what for e in reversed(self.timeline) if e.what in _WHAT_A_PLAN_IS_FOR)
        same = newest.decision is None and event.says_the_same_as(newest.plan)
        return same and next(news) is EventKind.PLAN_SUBMITTED

    def send_link(self, event: SendLink, now: datetime) -> None:
        """A fresh link, by e-mail to the address on file. An old link is no proof: no contact."""
        # Few enough for any case, and the page tells whoever asks that it is on its way.
        self.admit(event, though_full=True)
        asked = [entry.at for entry in self.timeline if entry.what is EventKind.LINK_REQUESTED]
        refuse_if_too_often(asked, now, self.rules.link_spacing, self.rules.links_per_day)
        self.log(now, EventKind.LINK_REQUESTED, event.by)
        self.email(Purpose.FRESH_LINK, now)

    def seller_turned_up(
        self,
        now: datetime,
        by: str,
        *,
        code: str | None = None,
        note: str | None = None,
        keep_requested_call: bool = False,
    ) -> None:
        """The seller turned up: the clock, the agenda and a ringing call stop."""
        self.log(now, EventKind.CONTACT, by, code=code, note=note)
        self._stop_reaching(now, keep_requested_call=keep_requested_call)
        if self.status is Status.CONTACTING:
            self.work(now)
        elif self.status is Status.WORKING:
            self.cooperate(now)

    def _stop_reaching(self, now: datetime, *, keep_requested_call: bool = False) -> None:
        self.reached = True

        def over(attempt: Scheduled) -> bool:
            if attempt.about is Purpose.REQUESTED:
                return not keep_requested_call
            return attempt.channel.rings or attempt.about in OUTREACH

        self.call_off(over)
        # The daily call for a conversation is no part of the agenda of the 72 hours.
        self.agenda = tuple(
            p for p in self.agenda if p.about is Purpose.CONVERSATION or not over(p)
        )

    def change_contact(self, event: ChangeContact, now: datetime) -> None:
        """A new number or address. The number is called from what remains of the agenda."""
        self.admit(event, though_full=event.from_enrollment)
        before = self.account
        given = event.model_dump(include={"emergency_phone", "email"}, exclude_none=True)
        after = before.model_copy(update=given)
        # One that was not called may be named again: it was looked up before, and let in.
        is_called_now = self.not_called is not None and event.emergency_phone is not None
        if after == before and not is_called_now:
            return
        self.account, changed = after, tuple(given)
        self.log(now, EventKind.CONTACT_CHANGED, event.by, changed=changed)
        confirmed = self._confirm_contact(before, event, now)
        if self.shares_contact and not event.from_enrollment:
            self.contact_news = self.contact_news.after(after, changed, confirmed)
        is_another = after.emergency_phone != before.emergency_phone
        if is_called_now or (is_another and self.number_invalid):
            self._call_again(now)

    def _call_again(self, now: datetime) -> None:
        """There is a number that we call, after one that we could not."""
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
                self.schedule(Channel.EMAIL, Purpose.CONTACT_CHANGED, now, to=to, confirms=confirms)
        return (*event.confirmed, *addresses)
