"""The limit on how often a seller changes number and address (docs/rules.md, section 2)."""

from collections.abc import Sequence
from datetime import datetime

from domain.shared.errors import Refusal, Refused
from domain.shared.throttle import full_until

CHANGES_PER_DAY = 10


def refuse_if_too_many(changed: Sequence[datetime], now: datetime) -> None:
    """Limit the changes that the seller makes. Each is confirmed by e-mail.

    Anybody with the seller's link can make them, and so fill the mailbox and the case file.

    Args:
        changed: when the seller changed them, in order.
        now: the present moment.

    Raises:
        Refused: the limit of the day is reached.
    """
    if until := full_until(changed, CHANGES_PER_DAY, now):
        raise Refused(
            f"number and address were changed {CHANGES_PER_DAY} times within 24 hours",
            Refusal.TOO_MANY_CHANGES,
            changes=CHANGES_PER_DAY,
            again_from=until.isoformat(),
        )
