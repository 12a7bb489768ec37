"""The events of a case, an enrollment or an appeal that are being delivered to a receiver."""

from collections.abc import Iterable
from enum import StrEnum

from domain.shared.announcements import Announcement
from domain.shared.state import State
from domain.shared.text import Frozen

_REMEMBERED = 100
"""How many delivered events are remembered. A repeat comes within minutes."""


class Deliveries(State):
    """What waits for the receiver, in order, and what was given up."""

    waiting: tuple[Announcement, ...] = ()
    given_up: tuple[Announcement, ...] = ()
    """It is kept until somebody hands it over again."""
    delivered: tuple[str, ...] = ()
    """The ids of the newest events that the receiver took."""

    def hand_over(self, events: Iterable[Announcement], *, again: bool = False) -> None:
        """Deliver events. A repeat changes nothing, unless they are to be delivered `again`."""
        for event in events:
            if event.id in _ids(self.waiting):
                continue
            if not again and event.id in {*_ids(self.given_up), *self.delivered}:
                continue
            self.given_up = tuple(one for one in self.given_up if one.id != event.id)
            self.waiting = (*self.waiting, event)

    def end_first(self, *, delivered: bool) -> None:
        """Take off the event that is first: the receiver took it, or it is given up."""
        event, *rest = self.waiting
        self.waiting = tuple(rest)
        if delivered:
            self.delivered = (*self.delivered, event.id)[-_REMEMBERED:]
        else:
            self.given_up = (*self.given_up, event)


class DeliveryStatus(StrEnum):
    """Whether anything was given up."""

    DELIVERING = "delivering"
    GIVEN_UP = "given_up"


class DeliveryInput(Frozen):
    """The only argument of `EventDelivery`."""

    receiver: str
    """Its name in the file of receivers."""
    store: str
    seller_id: str
    carried: Deliveries | None = None
    """The state of a delivery that continues as new."""


class HandOver(Frozen):
    """The argument of the signal `hand_over`."""

    events: tuple[Announcement, ...]
    again: bool = False
    """Whether to deliver what was delivered, or given up, already."""


def _ids(events: Iterable[Announcement]) -> set[str]:
    return {event.id for event in events}
