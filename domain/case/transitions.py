"""From status to status, and who is refused on the way (docs/rules.md, section 5)."""

from datetime import datetime

from domain.case.attempt import OUTREACH, Channel, Purpose, Scheduled
from domain.case.events import AddIssue, ChangeContact, Event, Judgement, SendLink, SubmitPlan
from domain.case.outreach import Outreach
from domain.case.status import CHANGES_THE_CASE, EventKind, Reason, Status
from domain.shared.errors import Refusal, Refused

MAXIMUM_WRITTEN = 600_000
"""Bytes that what people write may take up in a case: Temporal stores at most 2 MB of it."""

_OF_A_STATUS = OUTREACH | {Purpose.CONVERSATION, Purpose.COOPERATION_REMINDER}
"""Attempts that make sense only in the status they were planned in."""


class Transitions(Outreach):
    """A case that changes its status, which the events and the clock make it do."""

    def set_status(self, now: datetime, status: Status, reason: str | None = None) -> None:
        """Change the status; what belonged to the one before stops."""
        self.status, self.reason, self.desk_due = status, reason, None
        self.log(now, EventKind.STATUS, status=status, reason=reason)

        def over(attempt: Scheduled) -> bool:
            return attempt.about in _OF_A_STATUS

        self.call_off(over)
        self.agenda = tuple(p for p in self.agenda if not over(p))

    def work(self, now: datetime) -> None:
        """The seller is reached; from here on only a person deactivates."""
        self.set_status(now, Status.WORKING)
        self.conversation_due = now
        self.cooperate(now)

    def cooperate(self, now: datetime) -> None:
        """The time to work with us counts anew, with a reminder at half of it."""
        self.deadline = now + self.rules.cooperation_window
        self.agenda = tuple(p for p in self.agenda if p.about is not Purpose.COOPERATION_REMINDER)
        self.schedule(
            Channel.EMAIL, Purpose.COOPERATION_REMINDER, now + self.rules.cooperation_window / 2
        )

    def review(self, now: datetime) -> None:
        """A plan waits for a reviewer, who is told and reminded."""
        if self.status is not Status.PLAN_REVIEW:
            self.set_status(now, Status.PLAN_REVIEW)
        self.desk_due = now if self.rules.desk_told_of_plans else now + self.rules.desk_reminder

    def escalate(self, now: datetime, reason: Reason) -> None:
        """Hand the case to a person; the desk is told at once, and again."""
        self.set_status(now, Status.ESCALATED, reason)
        self.desk_due = now

    def deactivate(self, now: datetime, reason: Reason) -> None:
        """From here on nothing stops the deactivation."""
        self.stop_everything()
        self.set_status(now, Status.DEACTIVATING, reason)

    def end(
        self,
        now: datetime,
        status: Status,
        reason: str | None,
        about: Purpose,
        note: str | None = None,
    ) -> None:
        """The case ends, and the seller is told how."""
        self.stop_everything()
        self.set_status(now, status, reason)
        self.email(about, now, note)

    def stop_everything(self) -> None:
        """All but what confirms a change of number or address: whose it is must hear of it."""
        self.call_off(lambda a: a.about is not Purpose.CONTACT_CHANGED)
        self.agenda = tuple(p for p in self.agenda if p.about is Purpose.CONTACT_CHANGED)

    def admit(self, event: Event, *, though_full: bool = False) -> None:
        """Refuse what comes too late, or no longer fits into the case.

        `though_full` takes what gets a case on that would otherwise be stuck: the answer to a
        plan that was taken, or the seller's way back to the page.
        """
        self.refuse_unless_open()
        self.bytes_written += _room(event)
        # Being reached is never refused, and happens once.
        reached = self.status is Status.CONTACTING and not isinstance(
            event, AddIssue | ChangeContact | SendLink
        )
        if self.bytes_written > MAXIMUM_WRITTEN and not (reached or though_full):
            raise Refused(
                "the case file is full; the desk can still answer and decide", Refusal.FILE_FULL
            )

    def refuse_unless_read(self, version: int | None) -> None:
        """Say which plan is the newest, if the one that a reviewer read is not."""
        newest = self.plans[-1].version
        if version is not None and version < newest:
            raise Refused(
                f"version: {version} is not the newest; the seller has sent version {newest}, "
                "which is to be read first",
                Refusal.NEWER_VERSION,
                version=version,
                newest=newest,
            )
        if version is not None and version > newest:
            raise Refused(
                f"version: there is no version {version}; the newest is {newest}",
                Refusal.NO_SUCH_VERSION,
                version=version,
                newest=newest,
            )

    def refuse_unless_seen(self, judgement: Judgement) -> None:
        """Say what is new, if it was made of a case that has changed since."""
        if judgement.seen is None:
            return
        seen, events = judgement.seen, len(self.timeline)
        if seen > events:
            raise Refused(
                f"seen: the timeline has no more than {events} events",
                Refusal.NO_SUCH_EVENT,
                seen=seen,
                events=events,
            )
        kinds = (entry.what for entry in self.timeline[seen:])
        new = list(dict.fromkeys(what for what in kinds if what in CHANGES_THE_CASE))
        if new:
            what = ", ".join(kind.replace("_", " ") for kind in new)
            raise Refused(
                f"the case has changed since (seen: {seen}): {what}; look at it again, "
                f"it now has {events} events",
                Refusal.CHANGED_SINCE,
                seen=seen,
                events=events,
                new=[kind.value for kind in new],
            )

    def refuse_unless_open(self) -> None:
        """Say how the case ended and what is left to do, if it has."""
        if self.is_open:
            return
        how = f"{self.status} ({self.reason})" if self.reason else self.status
        over = self.status in (Status.DEACTIVATING, Status.DEACTIVATED)
        left = (
            "what is left to the seller is to appeal"
            if over
            else "a further issue opens a new case once this one has closed"
        )
        raise Refused(
            f"the case ended: {how}; {left}",
            Refusal.CASE_ENDED,
            status=self.status.value,
            reason=self.reason,
        )


def _room(event: Event) -> int:
    """The bytes an event takes up: a note may stand in plan, attempt and timeline."""
    size = len(event.model_dump_json().encode())
    return size if isinstance(event, SubmitPlan) else 3 * size + 500
