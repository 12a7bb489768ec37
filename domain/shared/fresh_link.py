"""The limits on sending fresh links to the account health page (docs/rules.md, section 5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.shared.errors import Refusal, Refused
from domain.shared.throttle import wait_after

SPACING, PER_DAY = timedelta(minutes=15), 3
"""The defaults of a case's policy, and the limits of an enrollment."""


def refuse_if_too_often(
    asked: Sequence[datetime], now: datetime, spacing: timedelta, per_day: int
) -> None:
    """Limit the requests for links. Anybody with an old link can ask and so fill the mailbox.

    Raises:
        Refused: a link was requested just now, or the limit of the day is reached.
    """
    wait = wait_after(asked, spacing, per_day)
    if wait is None or now >= wait.until:
        return
    again = wait.until.isoformat()
    if wait.day_is_full:
        raise Refused(
            f"{per_day} links were sent within 24 hours",
            Refusal.TOO_MANY_LINKS,
            links=per_day,
            again_from=again,
        )
    raise Refused("a link was sent just now", Refusal.LINK_TOO_SOON, again_from=again)
