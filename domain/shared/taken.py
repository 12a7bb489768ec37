"""What an update answers once it is taken (docs/api.md)."""

from pydantic import ConfigDict

from domain.shared.text import Frozen


class Taken(Frozen):
    """Where the case, enrollment or appeal stands then.

    It is small because the history keeps it. Whoever wants to see more sends the query. Fields that
    a newer or older worker answers besides are left unread.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    """The own id of the case, the enrollment or the appeal."""
    status: str
    reason: str | None
