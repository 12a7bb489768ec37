"""What tests are made of: an appeal in each status, the events, the facts."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from domain.appeal import look_up, mail_updates, step_results, updates
from domain.appeal.advance import advance
from domain.appeal.appeal import Appeal
from domain.appeal.deactivation import AppealFacts, Deactivation, Terms
from domain.appeal.events import (
    AddInformation,
    ChangeAddress,
    DecideAppeal,
    ReportOutage,
    Verdict,
)
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealStatus
from domain.appeal.steps import LookForAnswer, TellDesk
from domain.case.events import ReceiveBounce, ReceiveReply
from domain.case.evidence_file import EvidenceFile, MediaType
from domain.case.status import Reason
from domain.shared.account import SellerAccount, Store
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.refused import as_promised

DAY = timedelta(days=1)
DEACTIVATED_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = DEACTIVATED_AT + DAY
TERMS = Terms(window=90 * DAY, desk_within=7 * DAY)
ACCOUNT = SellerAccount(store=Store.US, seller_id="A2EXAMPLE", email="owner@bluekettle.example")
PART, NOVAK, DIAZ = "reviewer.kim", "reviewer.novak", "lead.diaz"
"""One had a part in the case, the others had not."""

FOUND = Deactivation(
    case_id="case/US/A2EXAMPLE/1", at=DEACTIVATED_AT, reason=Reason.NOT_REACHED, part=(PART,)
)
FACTS = AppealFacts(terms=TERMS, account=ACCOUNT, deactivation=FOUND)
LATER = FOUND.model_copy(update={"case_id": "case/US/A2EXAMPLE/2"})
"""By another case."""
NOTHING = AppealFacts(terms=TERMS, account=ACCOUNT, problem=Refusal.NOT_DEACTIVATED)

FILE = EvidenceFile(sha256="0f" * 32, name="invoice.pdf", media_type=MediaType.PDF, size=48_500)
APPEAL = AppealEvent(by="seller", what_happened="We were abroad", grounds="It is mended")
AGAIN = APPEAL.model_copy(update={"evidence": "Invoice INV-77"})
WITH_FILE = APPEAL.model_copy(update={"files": (FILE,)})
ADDED = AddInformation(by="seller", text="The supplier is Kettle Works")
REPLY = ReceiveReply(by="seller", text="It was Kettle Works, see the invoice")
MOVED = ChangeAddress(by="enrollment", email="new@bluekettle.example")
BOUNCE = ReceiveBounce(by="mail", attempt=2, code="5.1.1")
OUTAGE = ReportOutage(by="operations", note="The mail server lost messages")


def answer(verdict: Verdict, by: str = NOVAK, seen: int | None = None) -> DecideAppeal:
    return DecideAppeal(by=by, verdict=verdict, note=f"{verdict}, says {by}", seen=seen)


def a_new_appeal(now: datetime = NOW) -> Appeal:
    return Appeal(id="appeal/US/A2EXAMPLE/9", account=ACCOUNT, since=now)


def apply(appeal: Appeal, event: Event, now: datetime = NOW) -> None:
    """Apply an event as the workflow does: to the appeal, unless it is refused."""
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    changed = appeal.model_copy()
    rules = updates if hasattr(updates, method) else mail_updates
    with as_promised():
        getattr(rules, method)(changed, event, now)
    for name in Appeal.model_fields:
        setattr(appeal, name, getattr(changed, name))


def submit(
    appeal: Appeal, event: AppealEvent = APPEAL, now: datetime = NOW, facts: AppealFacts = FACTS
) -> Appeal:
    """Appeal, after the look-up."""
    look_up.looked_up(appeal, facts, now)
    apply(appeal, event, now)
    return appeal


def uphold(appeal: Appeal, by: str = NOVAK, now: datetime = NOW) -> None:
    """Decide that the deactivation stands, of an account that is deactivated."""
    apply(appeal, answer(Verdict.UPHOLD, by), now)
    step_results.looked_at_account(appeal, False, now)


def submitted(now: datetime = NOW) -> Appeal:
    appeal = submit(a_new_appeal(now), now=now)
    send_all(appeal, now)
    step_results.told_desk(appeal, now, True, now)
    return appeal


def send_all(appeal: Appeal, now: datetime, result: Result = Result.ACCEPTED) -> None:
    """Send every letter that waits."""
    while appeal.letters:
        step_results.sent(appeal, appeal.letters[0], result, now)


def lapses(appeal: Appeal, waits: bool = False) -> datetime:
    """Let the time to answer a question pass, with its reminder; return when it is over."""
    assert appeal.question is not None
    remind_at = appeal.question.remind_at
    assert remind_at is not None
    advance(appeal, remind_at)
    send_all(appeal, remind_at)
    return time_is_over(appeal, waits=waits)


def time_is_over(appeal: Appeal, *, waits: bool = False) -> datetime:
    """Let the seller's time pass, and look into the mailbox."""
    assert appeal.seller_by is not None
    ends = appeal.seller_by
    assert LookForAnswer() in advance(appeal, ends)
    step_results.looked_for_answer(appeal, waits, ends)
    return ends


def in_status(status: AppealStatus, now: datetime = NOW) -> Appeal:
    """An appeal that came into a status at `now`, with its letters sent."""
    if status is AppealStatus.NOT_APPEALED:
        appeal = a_new_appeal(now)
        look_up.looked_up(appeal, FACTS, now)
        return appeal
    appeal = submitted(now)
    match status:
        case AppealStatus.MORE_INFORMATION | AppealStatus.LAPSED:
            apply(appeal, answer(Verdict.MORE_INFORMATION), now)
        case AppealStatus.REINSTATING | AppealStatus.REINSTATED:
            apply(appeal, answer(Verdict.REINSTATE), now)
        case AppealStatus.UPHOLDING:
            apply(appeal, answer(Verdict.UPHOLD), now)
        case AppealStatus.UPHELD:
            uphold(appeal, now=now)
    send_all(appeal, now)
    if status is AppealStatus.REINSTATED:
        step_results.reinstated(appeal, now)
        step_results.told_programme(appeal, False, now)
        send_all(appeal, now)
    if status is AppealStatus.LAPSED:
        send_all(appeal, lapses(appeal))
    assert appeal.status is status
    return appeal


def written(appeal: Appeal) -> list[AppealPurpose]:
    """What the letters that wait are about."""
    return [letter.about for letter in appeal.letters]


def tells_desk(appeal: Appeal, now: datetime) -> list[datetime]:
    """Since when the desk is to be told."""
    return [step.due for step in advance(appeal, now) if isinstance(step, TellDesk)]


def code_of(appeal: Appeal, event: Event, now: datetime = NOW) -> Refusal:
    """The code with which an event is refused."""
    before = appeal.model_copy()
    with pytest.raises(Refused) as refused:
        apply(appeal, event, now)
    assert appeal == before
    return refused.value.code
