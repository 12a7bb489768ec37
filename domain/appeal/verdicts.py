"""Which answers an appeal that waits takes now (docs/rules.md, section 9)."""

from collections.abc import Sequence

from domain.appeal.appeal import Submission
from domain.appeal.events import Verdict
from domain.appeal.status import AppealStatus
from domain.shared.account import SellerAccount
from domain.shared.errors import Refusal


def why_not_now(
    verdict: Verdict,
    status: AppealStatus,
    account: SellerAccount,
    submissions: Sequence[Submission],
) -> Refusal | None:
    """Return why an appeal that waits does not take an answer now; None if it does."""
    if status is AppealStatus.MORE_INFORMATION and verdict is not Verdict.REINSTATE:
        return Refusal.SELLER_WAS_ASKED
    if verdict is not Verdict.MORE_INFORMATION:
        return None
    if submissions[-1].question is not None:
        return Refusal.ASKED_ALREADY
    return Refusal.NO_EMAIL if account.email is None else None
