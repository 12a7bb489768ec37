"""What follows from a change of a seller's account (docs/rules.md, section 2)."""

from collections.abc import Collection
from datetime import datetime

from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import AccountNews
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.account import CONTACT, NUMBER, SellerAccount, confirmation_of
from domain.shared.contact_changes import CHANGES_PER_DAY, refuse_if_too_many
from domain.shared.events import SELLER


def learn(
    enrollment: Enrollment,
    account: AccountNews,
    by: str,
    now: datetime,
    confirmed: tuple[str, ...] = (),
) -> None:
    """Take in news of the account, and see that whoever must know of a change hears of it.

    Args:
        enrollment: the enrollment.
        account: the news.
        by: whose news it is.
        now: when.
        confirmed: the addresses that a case has confirmed the change to already.

    Raises:
        Refused: the seller has changed number or address too often.
    """
    news, before = account.news, enrollment.account
    if news.get("emergency_phone", before.emergency_phone) != before.emergency_phone:
        news.setdefault("extension", None)  # the old extension is not of the new number
    changed = {f: value for f, value in news.items() if value != getattr(before, f)}
    if account.emergency_phone is not None and not enrollment.number_valid:
        # Even the number we have counts as changed: the update's validator found it valid.
        changed["emergency_phone"] = account.emergency_phone
    borne_out = _borne_out(news, before) if by == SELLER else set()
    if not changed:
        if borne_out:
            enrollment.contact_news = enrollment.contact_news.after(
                enrollment.account, borne_out, by_seller=True
            )
        return
    if by == SELLER and not changed.keys().isdisjoint((*NUMBER, "email")):
        refuse_if_too_many(enrollment.seller_changes, now)
        enrollment.seller_changes = (*enrollment.seller_changes, now)[-CHANGES_PER_DAY:]
    enrollment.account = before.model_copy(update=changed)
    if "email" in changed:
        enrollment.warnings.allow_now()  # a new address is written to at once
    if not changed.keys().isdisjoint(NUMBER):
        _another_number(enrollment, before, now)
    if "emergency_phone" in changed:
        enrollment.number_valid = None if changed["emergency_phone"] is None else True
    confirmed = _confirm_contact(enrollment, before, confirmed, now)
    enrollment.contact_news = enrollment.contact_news.after(
        enrollment.account, {*changed, *borne_out}, confirmed, by_seller=by == SELLER
    )
    enrollment.timeline.log(now, EnrollmentEventKind.ACCOUNT_CHANGED, by, changed=tuple(changed))


def _borne_out(news: Collection[str], before: SellerAccount) -> set[str]:
    """Return the fields that a case hears of as the seller's, though others gave the same before.

    A number is the seller's with the extension that it has.
    """
    fields = set(news) & {*CONTACT}
    if "extension" not in news and before.extension is not None:
        fields.discard("emergency_phone")
    return fields


def _another_number(enrollment: Enrollment, before: SellerAccount, now: datetime) -> None:
    """Take the proof back, and have the old number told of the change.

    An enrolled seller has some time to prove the new number. An old number that never answered may
    be a stranger's, so it is not told.
    """
    verification, phone = enrollment.verification, enrollment.account.emergency_phone
    enrollment.old_numbers.drop(phone, now)
    if before.emergency_phone not in (None, phone) and verification.is_known:
        assert before.emergency_phone is not None
        verification.calls += 1
        enrollment.old_numbers.add(
            verification.calls,
            before.emergency_phone,
            before.extension,
            proven=verification.verified_at is not None,
        )
    verification.forget()
    enrollment.must_be_verified = None
    if enrollment.account.emergency_phone is None:
        verification.prove_by = None
    elif enrollment.status is EnrollmentStatus.ENROLLED:
        verification.want_proof(now)


def _confirm_contact(
    enrollment: Enrollment, before: SellerAccount, confirmed: tuple[str, ...], now: datetime
) -> tuple[str, ...]:
    """Confirm a changed number or address by e-mail.

    Return all addresses that have a confirmation, those from a case included.
    """
    found = confirmation_of(before, enrollment.account)
    if found is None:
        return confirmed
    confirms, addresses = found
    for to in addresses:
        if to not in confirmed:
            enrollment.write(LetterPurpose.CONTACT_CHANGED, now, to=to, confirms=confirms)
    return (*confirmed, *addresses)
