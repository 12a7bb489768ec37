"""Which updates a case or an enrollment has taken, so that a repeat is not taken twice.

Temporal itself recognises a repeat by the update's id, but only within one run of a workflow: what
was taken before it continued as new would be taken again (docs/api.md).
"""

from domain.shared.state import State

REMEMBERED = 100
"""The newest updates. A repeat comes within minutes, from a caller whose answer was lost, while a
case takes a few dozen updates in all and an enrollment some in a day."""


class TakesUpdates(State):
    """A state that remembers which updates it has taken."""

    updates: tuple[str, ...] = ()
    """The ids of the newest, the oldest first."""

    def has_taken(self, update_id: str) -> bool:
        """Whether the update is a repeat."""
        return update_id in self.updates

    def remember(self, update_id: str) -> None:
        """The update was taken."""
        self.updates = (*self.updates, update_id)[-REMEMBERED:]
