"""The updates that a case, an enrollment or an appeal has accepted. A repeat is not accepted twice.

Temporal recognises a repeat by the update's id, but only within one run of a workflow. Without
this list a repeat after continue-as-new would be accepted again (docs/api.md).
"""

from domain.shared.state import State

REMEMBERED = 100
"""How many updates are remembered. A repeat comes within minutes, from a caller whose answer was
lost. A case gets a few dozen updates in all, and an enrollment gets a few in a day."""


class TakesUpdates(State):
    """A state that remembers the updates it has accepted."""

    updates: tuple[str, ...] = ()
    """The ids of the newest updates, oldest first."""

    def has_taken(self, update_id: str) -> bool:
        """Tell whether the update is a repeat."""
        return update_id in self.updates

    def remember(self, update_id: str) -> None:
        """Remember that the update was accepted."""
        self.updates = (*self.updates, update_id)[-REMEMBERED:]
