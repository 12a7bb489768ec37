"""Sample values that try every template about appeals in every situation it depends on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from babel import Locale

from domain.appeal.activity_inputs import SendAppealLetterInput, TellDeskOfAppealInput
from domain.appeal.appeal import Answer, Information, OutageReport, Submission
from domain.appeal.deactivation import Deactivation, Unreached
from domain.appeal.events import (
    AddInformation,
    Appeal,
    AppealEventKind,
    DecideAppeal,
    ReportOutage,
    Verdict,
)
from domain.appeal.letters import ASKS, AppealPurpose
from domain.appeal.status import AppealReason
from domain.appeal.timeline import AppealEntry
from domain.case.evidence_file import EvidenceFile, MediaType
from domain.case.status import Reason
from domain.shared.account import SellerAccount, Store
from mail.appeal_values import values_of_appeal, values_of_desk_appeal
from mail.values import Values, Ways

APPEAL_ID = "appeal/US/A2EXAMPLE/5e0f6c2e-6f7a-4b0e-9a57-0123456789ab"
_CASE_ID = "case/US/A2EXAMPLE/7d0f6c2e-6f7a-4b0e-9a57-0123456789ab"
_AT = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
_NOTE = "Which supplier sold it to you?\n\nPlease attach the invoices:\n- of January"
_WITH_NOTE = (*ASKS, AppealPurpose.REINSTATED, AppealPurpose.UPHELD)
_ENDS = (AppealPurpose.UPHELD, AppealPurpose.LAPSED, AppealPurpose.OUTAGE_FOUND)
_LATER = _AT + timedelta(days=80)


def appeal_letter_inputs() -> Iterator[SendAppealLetterInput]:
    """Yield letters about appeals."""
    for about in AppealPurpose:
        for until, days in _spans(about):
            for expelled in (False, True):
                yield SendAppealLetterInput(
                    appeal_id=APPEAL_ID,
                    number=1,
                    about=about,
                    email="owner@bluekettle.example",
                    name=None if expelled else "Blue Kettle Goods",
                    language="en-US",
                    time_zone="America/Los_Angeles",
                    at=_AT,
                    note=_NOTE if about in _WITH_NOTE else None,
                    until=until,
                    days=days,
                    expelled=expelled,
                )


def _spans(about: AppealPurpose) -> tuple[tuple[datetime | None, int | None], ...]:
    """Return until when, and for how many days, a letter gives the seller time."""
    if about in ASKS:
        return ((None, 7),)
    again = ((_LATER, None), (None, 7))
    if about is AppealPurpose.OUTAGE_FOUND:
        return again
    return (*again, (None, None)) if about in _ENDS else ((None, None),)


def appeal_samples(locale: Locale, ways: Ways) -> Iterator[tuple[str, Values]]:
    """Yield the file name of each letter, with the values of every situation."""
    for letter in appeal_letter_inputs():
        yield f"appeal/{letter.about}", values_of_appeal(letter, locale, ways)


def desk_appeal_samples() -> Iterator[Values]:
    """Yield values of e-mails to the desk: a first appeal, and a second one asked about."""
    file = EvidenceFile(sha256="0f" * 32, name="invoice.pdf", media_type=MediaType.PDF, size=48_500)
    said = Appeal(
        by="seller", what_happened="We were\naway", grounds="It is mended", evidence="INV-1"
    )
    asked = DecideAppeal(by="kim", verdict=Verdict.MORE_INFORMATION, note=_NOTE)
    upheld = DecideAppeal(by="ortiz", verdict=Verdict.UPHOLD, note="No invoice")
    added = AddInformation(by="seller", text="Here it is", files=(file,))
    first = Submission(at=_AT, said=said)
    answered = Submission(
        at=_AT,
        said=said.model_copy(update={"files": (file,)}),
        information=(Information(at=_AT, said=added),),
        question=Answer(at=_AT, said=asked),
        answer=Answer(at=_AT, said=upheld),
        judges=(asked.by, upheld.by),
    )
    for submissions, part, reason in (
        ((first,), ("lee",), None),
        ((answered, first), None, AppealReason.REINSTATEMENT_FAILED),
    ):
        yield values_of_desk_appeal(
            TellDeskOfAppealInput(
                appeal_id=APPEAL_ID,
                account=SellerAccount(store=Store.US, seller_id="A2EXAMPLE"),
                reason=reason,
                deactivation=Deactivation(
                    case_id=_CASE_ID, at=_AT, reason=Reason.NOT_REACHED, part=part
                ),
                unreached=(Unreached.EMAIL_BOUNCED,) if part else (),
                outages=(OutageReport(at=_AT, said=ReportOutage(by="ops", note="Mail\ndown")),)
                if part
                else (),
                submissions=submissions,
                timeline=(AppealEntry(at=_AT, what=AppealEventKind.SUBMITTED, by="seller"),),
                events=1,
                desk_by=_AT,
                due=_AT,
            )
        )
