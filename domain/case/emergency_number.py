"""Whether the seller's emergency number can be called (docs/rules.md, section 4)."""

from datetime import datetime

from domain.case.status import CannotCall
from domain.shared.state import State


class EmergencyNumber(State):
    """What is known of the present number, whatever it is."""

    invalid_since: datetime | None = None
    """When a carrier said that there is no such number."""
    not_called: str | None = None
    """Why it is not one that we call; None if it is."""

    @property
    def problem(self) -> CannotCall | None:
        """Why another number is needed before the seller can be called; None if none is."""
        if self.is_invalid:
            return CannotCall.NO_SUCH_NUMBER
        return None if self.not_called is None else CannotCall.NOT_CALLED

    @property
    def is_invalid(self) -> bool:
        """Whether a carrier said that there is no such number."""
        return self.invalid_since is not None

    @property
    def cannot_be_called(self) -> bool:
        """Whether another number is needed before the seller can be called."""
        return self.problem is not None
