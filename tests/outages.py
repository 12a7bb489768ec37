"""Outages, and whether a seller was really tried, judged from what the providers saw alone.

Hours count from the opening of the case. Written apart from domain/case/really_tried.py, to check
it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from domain.case.attempt import Channel

CALL, EMAIL = Channel.CALL, Channel.EMAIL

WINDOW = 72
SPACING = 0.25


class Outage(NamedTuple):
    """The provider of a channel does not do its work from `begins` until before `ends`."""

    channel: Channel
    begins: float
    ends: float

    def covers(self, channel: Channel, begins: float, ends: float) -> bool:
        """Whether the channel is down for the whole of this time."""
        return self.channel is channel and self.begins <= begins and ends <= self.ends


def both(begins: float, ends: float) -> tuple[Outage, ...]:
    """An outage of the telephone and of the mail."""
    return Outage(CALL, begins, ends), Outage(EMAIL, begins, ends)


@dataclass
class Seen:
    """When the providers really did something for a case: the log of telephone and mail."""

    rang: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    final_notices: list[float] = field(default_factory=list)
    """Those of `accepted` that were final."""

    @property
    def first_notice(self) -> float | None:
        """When the first notice got through."""
        return min(self.rang + self.accepted, default=None)

    def really_tried(self, deadline: float, skipped: int) -> bool:
        """Section 4 of docs/rules.md for a number and an address that are valid and stay."""
        if self.first_notice is None or skipped:
            return False
        # The one that was itself the first notice had the agenda planned anew after it.
        # It leaves 6 hours to answer, and must have left 3.
        finals = [moment for moment in self.final_notices if moment > self.first_notice]
        if not finals or finals[-1] > deadline - 3:
            return False
        rang = sorted(self.rang)
        entries = [
            call
            for call, before in zip(rang, [-WINDOW, *rang], strict=False)
            if call - before >= SPACING - 0.001  # nearer ones are redials of a busy number
        ]
        begun = self.first_notice if self.first_notice > SPACING else 0
        return len(entries) >= 3 and rang[-1] >= begun + WINDOW * 2 / 3
