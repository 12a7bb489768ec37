"""The limits on sending fresh links to the account health page (docs/rules.md, section 5)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.shared.errors import Refusal, Refused

_DAY = timedelta(days=1)


def refuse_if_too_often(
    asked: Iterable[datetime], now: datetime, spacing: timedelta, per_day: int
) -> None:
    """Limit the requests for links. Anybody with an old link can ask and so fill the mailbox.

    Raises:
        Refused: a link was requested just now, or the limit of the day is reached.
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
