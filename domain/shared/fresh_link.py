"""How often a fresh link to the account health page is sent (docs/rules.md, section 5)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.shared.errors import Refusal, Refused

_DAY = timedelta(days=1)


def refuse_if_too_often(
    asked: Iterable[datetime], now: datetime, spacing: timedelta, per_day: int
) -> None:
    """Anybody with an old link can ask, so the seller's mailbox is to be left in peace.

    Raises:
        Refused: one was asked for just now, or as many as a day allows.
    """
    lately = [moment for moment in asked if now - moment < _DAY]
    if lately and now - lately[-1] < spacing:
        again = lately[-1] + spacing
        raise Refused(
            "a link was sent just now", Refusal.LINK_TOO_SOON, again_from=again.isoformat()
        )
    if len(lately) >= per_day:
        raise Refused(
            f"{len(lately)} links were sent within 24 hours",
            Refusal.TOO_MANY_LINKS,
            links=len(lately),
            again_from=(lately[-per_day] + _DAY).isoformat(),
        )
