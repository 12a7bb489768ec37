"""What an enrollment is started with (docs/api.md)."""

from pydantic import JsonValue

from domain.shared.account import SellerAccount
from domain.shared.text import Frozen, Line


class EnrollmentInput(Frozen):
    """The one argument of `Enrollment`."""

    account: SellerAccount
    by: Line | None = None
    """Who makes the seller known."""
    carried: dict[str, JsonValue] | None = None
    """The state of an enrollment that continues as new: for the engine's own use."""
