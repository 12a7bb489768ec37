"""The arguments of an appeal's activities."""

from datetime import datetime

from domain.appeal.appeal import Appeal, OutageReport, Submission
from domain.appeal.deactivation import Deactivation, Unreached
from domain.appeal.letters import AppealLetter, AppealPurpose
from domain.appeal.status import AppealReason
from domain.appeal.timeline import AppealEntry
from domain.shared.account import SellerAccount
from domain.shared.text import Frozen


class LookUpAppealInput(Frozen):
    """Find out what an account's appeal is about."""

    store: str
    seller_id: str
    case_id: str | None = None
    """The case that an open appeal is about. Unless a later one has deactivated the account, its
    record is read again."""


class SendAppealLetterInput(Frozen):
    """An e-mail to the seller. `appeal_id` and `number` together make the Message-ID."""

    appeal_id: str
    number: int
    about: AppealPurpose
    email: str
    name: str | None
    language: str | None
    time_zone: str | None
    at: datetime
    note: str | None
    until: datetime | None
    """Until when the account can be appealed again, where it can for longer than `days`."""
    days: int | None
    """How many days the seller has from the e-mail on: to answer, or to appeal again."""
    expelled: bool
    """Whether the seller stays expelled from the programme."""


class TellDeskOfAppealInput(Frozen):
    """Tell the desk of an appeal that waits for it, with the whole story."""

    appeal_id: str
    account: SellerAccount
    reason: AppealReason | None
    deactivation: Deactivation
    unreached: tuple[Unreached, ...]
    outages: tuple[OutageReport, ...]
    submissions: tuple[Submission, ...]
    timeline: tuple[AppealEntry, ...]
    events: int
    desk_by: datetime
    due: datetime
    """Since when the desk is to be told; with `appeal_id` it makes the Message-ID."""


class LookForAnswerInput(Frozen):
    """Look whether an answer of the seller waits where mail is read."""

    appeal_id: str
    asked_at: datetime


class ReinstateInput(Frozen):
    """Reinstate the account."""

    key: str
    """The idempotency key: of this decision, and of no other."""
    case_id: str
    """Only this case's deactivation is taken back."""
    store: str
    seller_id: str


class TellReinstatementInput(Frozen):
    """Let the programme know that the account is active again."""

    key: str
    """Names this news, so that a repeat is recognised."""
    case_id: str
    """Only this case's deactivation is taken back."""
    store: str
    seller_id: str
    by: str
    note: str


def look_up_appeal_input(appeal: Appeal) -> LookUpAppealInput:
    """Return the input to find out what the account's appeal is about."""
    known = appeal.deactivation if appeal.is_open else None
    return LookUpAppealInput(
        store=appeal.account.store,
        seller_id=appeal.account.seller_id,
        case_id=known.case_id if known else None,
    )


def send_appeal_letter_input(
    appeal: Appeal, letter: AppealLetter, to: str
) -> SendAppealLetterInput:
    """Return the input that sends a letter."""
    account = appeal.account
    return SendAppealLetterInput(
        appeal_id=appeal.id,
        number=letter.number,
        about=letter.about,
        email=to,
        name=account.name,
        language=account.language,
        time_zone=account.time_zone,
        at=letter.at,
        note=letter.note,
        until=letter.until,
        days=letter.days,
        expelled=letter.expelled,
    )


def tell_desk_of_appeal_input(appeal: Appeal, due: datetime) -> TellDeskOfAppealInput:
    """Return the input to tell the desk what waits for it since `due`."""
    assert appeal.deactivation is not None
    assert appeal.desk_by is not None
    return TellDeskOfAppealInput(
        appeal_id=appeal.id,
        account=appeal.account,
        reason=appeal.reason,
        deactivation=appeal.deactivation,
        unreached=appeal.unreached,
        outages=appeal.outages,
        submissions=appeal.submissions,
        timeline=appeal.timeline.entries,
        events=appeal.timeline.count,
        desk_by=appeal.desk_by,
        due=due,
    )


def reinstate_input(appeal: Appeal) -> ReinstateInput:
    """Return the input to reinstate the account."""
    assert appeal.deactivation is not None
    return ReinstateInput(
        key=f"{appeal.id}/{appeal.decisions}",
        case_id=appeal.deactivation.case_id,
        store=appeal.account.store,
        seller_id=appeal.account.seller_id,
    )


def tell_reinstatement_input(appeal: Appeal) -> TellReinstatementInput:
    """Return the input to let the programme know that the account is active again."""
    answer = appeal.newest.answer
    assert answer is not None
    assert appeal.deactivation is not None
    return TellReinstatementInput(
        key=f"{appeal.id}/reinstated/{appeal.decisions}",
        case_id=appeal.deactivation.case_id,
        store=appeal.account.store,
        seller_id=appeal.account.seller_id,
        by=answer.said.by,
        note=answer.said.note,
    )
