"""The input that starts an appeal (docs/api.md)."""

from pydantic import JsonValue

from domain.shared.account import SellerAccount
from domain.shared.text import Frozen


class AppealInput(Frozen):
    """The only argument of `Appeal`. The appeal itself comes as an update."""

    account: SellerAccount
    carried: dict[str, JsonValue] | None = None
    """The state of an appeal that continues as new. For the engine's own use."""
