"""The input that starts an enrollment (docs/api.md)."""

from pydantic import JsonValue

from domain.shared.account import SellerAccount
from domain.shared.text import Frozen, Line


class EnrollmentInput(Frozen):
    """The only argument of `Enrollment`."""

    account: SellerAccount
    by: Line | None = None
    """Who adds the seller."""
    carried: dict[str, JsonValue] | None = None
    """The state of an enrollment that continues as new. For the engine's own use."""
