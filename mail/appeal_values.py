"""The variables of the templates about appeals. docs/wording.md lists them."""

from collections.abc import Iterator

from babel import Locale

from domain.appeal.activity_inputs import SendAppealLetterInput, TellDeskOfAppealInput
from domain.appeal.appeal import Submission
from domain.appeal.deactivation import Unreached
from domain.appeal.events import Verdict
from domain.appeal.status import AppealReason, AppealStatus
from domain.appeal.timeline import detail_of
from domain.appeal.verdicts import why_not_now
from domain.case.evidence_file import described
from domain.shared.codes import plain
from domain.shared.events import ENGINE
from mail.desk_words import REASONS
from mail.values import Values, Ways
from reference.languages import moment

UNREACHED = {
    Unreached.EMAIL_BOUNCED: "an e-mail to them came back",
    Unreached.NUMBER_NOT_CALLED: "their number was invalid, or none that we call",
    Unreached.FAILED_ON_OUR_SIDE: "an attempt failed on our side, or was not made",
    Unreached.MESSAGE_WAITING: "a message about the case is in the mailbox, and no case took it; "
    "it may be a reply to the e-mail about the deactivation",
    Unreached.OUTAGE_REPORTED: "an outage of ours has come to light since",
}
"""Why it may have been us who could not reach the seller, in the words of the desk."""

WHY_HERE = {
    AppealReason.QUESTION_UNDELIVERED: "the e-mail with the question did not get through",
    AppealReason.ADDED_MEANWHILE: (
        "the seller added something before the mail server had accepted the question"
    ),
    AppealReason.MESSAGE_WAITING: (
        "the seller's time is over, and an answer may wait in the mailbox"
    ),
    AppealReason.OUTAGE_REPORTED: "an outage of ours was reported, and is to be judged",
    AppealReason.REINSTATEMENT_FAILED: "the account service failed for 24 hours",
    AppealReason.REINSTATEMENT_HELD: (
        "another case, or somebody else, has deactivated the account"
    ),
    AppealReason.ACCOUNT_ACTIVE: (
        "it was to be upheld, but the account is active: reinstate it, or deactivate it first"
    ),
}
"""Why an appeal waits for the desk once more, in its words."""


def values_of_appeal(input: SendAppealLetterInput, locale: Locale, ways: Ways) -> Values:
    """Return the values for an e-mail to the seller."""
    until = input.until
    return {
        "name": input.name,
        "note": input.note,
        "until": moment(until, input.time_zone or "UTC", locale) if until else None,
        "days": input.days,
        "expelled": input.expelled,
        "typed_reference": None,
        **ways.values(input.appeal_id),
    }


def values_of_desk_appeal(input: TellDeskOfAppealInput) -> Values:
    """Return the values for an e-mail to the desk, with the whole story."""
    found, submissions = input.deactivation, input.submissions
    ask, waits = Verdict.MORE_INFORMATION, AppealStatus.SUBMITTED
    earlier = {name for one in submissions[:-1] for name in one.judges}
    return {
        "appeal_id": input.appeal_id,
        "case_id": found.case_id,
        "name": input.account.name,
        "store": input.account.store,
        "seller_id": input.account.seller_id,
        "reason": WHY_HERE.get(input.reason) if input.reason else None,
        "record_gone": found.part is None,
        "part": found.part or (),
        "judges": sorted(earlier),
        "may_ask": why_not_now(ask, waits, input.account, submissions) is None,
        "unreached": [
            *(UNREACHED[why] for why in input.unreached),
            *(outage.said.note for outage in input.outages),
        ],
        "deactivated_at": f"{found.at:%Y-%m-%d %H:%M} UTC",
        "deactivated_for": REASONS.get(found.reason or ""),  # type: ignore[call-overload]  # a reason, or none
        "desk_by": f"{input.desk_by:%Y-%m-%d %H:%M} UTC",
        "seen": input.events,
        "submissions": [
            {"at": f"{one.at:%Y-%m-%d %H:%M} UTC", "parts": [*_parts(one)]}
            for one in input.submissions
        ],
        "timeline": [
            f"{e.at:%Y-%m-%d %H:%M:%S}  {plain(e.what)}{_by(e.by)}  {detail_of(e)}".rstrip()
            for e in input.timeline
        ],
    }


def _by(by: str) -> str:
    return "" if by == ENGINE else f" (by {by})"


def _parts(submission: Submission) -> Iterator[tuple[str, str]]:
    said = submission.said
    yield "What happened", said.what_happened
    yield "What was wrong, or is mended", said.grounds
    if said.evidence:
        yield "Evidence", said.evidence
    yield from (("File", described(file)) for file in said.files)
    if submission.question:
        yield "Our question", submission.question.said.note
    for added in submission.information:
        yield "Added", added.said.text
        yield from (("File", described(file)) for file in added.said.files)
    if submission.answer:
        yield f"Our answer: {plain(submission.answer.said.verdict)}", submission.answer.said.note
