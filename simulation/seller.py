"""A seller of a simulated case: where they are, whether they can be reached, what they answer."""

from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from domain.case.calling_hours import CallingWindow
from domain.shared.account import Account, Store
from domain.shared.result import Result
from reference.time_zones import zone_of
from simulation.chance import Drawn, Mix, delay_at, draw
from simulation.world import Answer, World

_HOUR_SECONDS, _FIVE_MINUTES = 3600, 300
_DAY_MS = 86_400_000


class Answered(NamedTuple):
    """A seller's answer to an e-mail."""

    after: timedelta
    """The e-mail was sent."""
    by: Answer


@cache
def account_in(zone: str, language: str) -> Account:
    """Return the account of a simulated seller. No two of them differ in anything else."""
    return Account(
        store=Store.US,
        seller_id="SIMULATED",
        name="Simulated seller",
        language=language,
        time_zone=zone,
        email="seller@simulated.example",
        emergency_phone="+12065550110",
    )


class Mixes:
    """The mixes of a world, prepared for drawing."""

    def __init__(self, world: World) -> None:
        self.zones = Mix(world.time_zones)
        self.languages = Mix(world.languages)
        self.answers = Mix(world.emails.answered_by)
        self.verdicts = Mix(world.plans.reviewed_as)
        self.rulings = Mix(world.desk.decided_as)


class Seller:
    """The seller of one case, whose luck is the same under every policy."""

    def __init__(self, world: World, mixes: Mixes, seed: int, case: int) -> None:
        self._world, self._mixes, self._seed, self._case = world, mixes, seed, case
        opening, zone, language, *_ = draw(seed, case, Drawn.OPENING)
        invalid, silent, bounced, blind, *_ = draw(seed, case, Drawn.SELLER)
        after = timedelta(milliseconds=int(opening * world.days * _DAY_MS))
        self.opened_at = world.begins + after
        self.account = account_in(mixes.zones.at(zone), mixes.languages.at(language))
        self.zone = zone_of(self.account.time_zone)
        self.has_number = invalid >= world.calls.invalid_numbers
        self.ever_picks_up = silent >= world.calls.never_picked_up
        self.has_address = bounced >= world.emails.bounced
        self.ever_reads = self.has_address and blind >= world.emails.never_read

    def draw(self, what: Drawn, index: int = 0) -> tuple[float, ...]:
        """Return eight numbers of this seller's luck."""
        return draw(self._seed, self._case, what, index)

    def is_at_the_telephone(self, moment: datetime) -> bool:
        """Return whether the seller would pick up. It holds for a whole hour of their day."""
        local = moment.astimezone(self.zone)
        calls = self._world.calls
        share = calls.picked_up[local.hour] * calls.by_weekday[local.weekday()]
        hour = int(moment.timestamp() // _HOUR_SECONDS)
        # Where zones have half hours, an hour of the clock has two halves with luck of their own.
        return self.ever_picks_up and self.draw(Drawn.AT_THE_TELEPHONE, hour)[0] < share

    def acknowledges(self, moment: datetime, *, asked_for: bool = False) -> bool:
        """Return whether a call at this moment would be a contact: picked up, acknowledged."""
        return self.has_number and self.called(moment, asked_for=asked_for)[0] is Result.CONNECTED

    def called(self, moment: datetime, *, asked_for: bool) -> tuple[Result, timedelta]:
        """Return what becomes of a call that is dialled at this moment, and how long it takes.

        A seller who has asked for the call waits for it.
        """
        calls = self._world.calls
        ring, talk = timedelta(seconds=calls.ring_seconds), timedelta(seconds=calls.talk_seconds)
        if not self.has_number:
            return Result.INVALID_NUMBER, timedelta(seconds=1)
        luck = self.draw(Drawn.CALL, int(moment.timestamp() // _FIVE_MINUTES))
        if asked_for or self.is_at_the_telephone(moment):
            return (Result.CONNECTED if luck[0] < calls.acknowledged else Result.DECLINED), talk
        if luck[1] < calls.busy:
            return Result.BUSY, timedelta(seconds=1)
        if luck[1] < calls.busy + calls.voicemail:
            return Result.VOICEMAIL, talk
        return Result.NO_ANSWER, ring

    def answer_to_email(self, sent: datetime) -> Answered | None:
        """Return the answer to an e-mail that was sent at this moment; None if there is none."""
        emails = self._world.emails
        reads, reading, answers, answering, by, *_ = self.draw(
            Drawn.EMAIL, int(sent.timestamp() // _HOUR_SECONDS)
        )
        if not self.ever_reads or reads >= emails.read or answers >= emails.answered:
            return None
        after = delay_at(emails.until_read, reading) + delay_at(emails.until_answered, answering)
        return Answered(after, self._mixes.answers.at(by))

    def plan_after(self, index: int) -> timedelta | None:
        """Return how long the seller takes to send a plan they owe; None if they send none."""
        sends, delay, *_ = self.draw(Drawn.PLAN, index)
        plans = self._world.plans
        return delay_at(plans.until_submitted, delay) if sends < plans.submitted else None

    def would_have_answered(
        self, deadline: datetime, hours: tuple[CallingWindow, ...]
    ) -> tuple[bool, bool]:
        """Return whether one more call, and whether one more e-mail, would have been answered.

        The call is made an hour after the deadline, or when the calling hours begin next. The
        e-mail is sent at the deadline, and answered within the next 24 hours.
        """
        at = deadline + timedelta(hours=1)
        window = next((w for w in hours if at < w.closes), None)
        call = window is not None and self.acknowledges(max(at, window.opens))
        answer = self.answer_to_email(deadline)
        return call, answer is not None and answer.after <= timedelta(hours=24)
