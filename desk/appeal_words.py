"""What the desk says of appeals, in messages to translate."""

from domain.appeal.deactivation import Unreached
from domain.appeal.events import AppealEventKind
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.errors import Refusal
from web.languages import N_

STATUSES = {
    AppealStatus.NOT_APPEALED: N_("nothing was appealed"),
    AppealStatus.SUBMITTED: N_("It waits for the desk"),
    AppealStatus.MORE_INFORMATION: N_("It waits for the seller"),
    AppealStatus.REINSTATING: N_("To be reinstated: the account is not active yet"),
    AppealStatus.UPHOLDING: N_("To be upheld: it is looked whether the account is deactivated"),
    AppealStatus.REINSTATED: N_("Reinstated: the account is active again"),
    AppealStatus.UPHELD: N_("Upheld: the deactivation stands"),
    AppealStatus.LAPSED: N_("Lapsed without a decision"),
}
REASONS = {
    AppealReason.NO_ANSWER: N_("the seller did not answer the question"),
    AppealReason.OVERTAKEN: N_("the seller has appealed a later deactivation"),
    AppealReason.QUESTION_UNDELIVERED: N_("the e-mail with the question did not get through"),
    AppealReason.ADDED_MEANWHILE: N_("the seller added something before the question was sent"),
    AppealReason.MESSAGE_WAITING: N_(
        "the seller's time is over, and an answer may wait in the mailbox"
    ),
    AppealReason.OUTAGE_REPORTED: N_("an outage of ours was reported, and is to be judged"),
    AppealReason.REINSTATEMENT_FAILED: N_("the account service failed for 24 hours"),
    AppealReason.REINSTATEMENT_HELD: N_(
        "another case, or somebody else, has deactivated the account"
    ),
    AppealReason.ACCOUNT_ACTIVE: N_(
        "it was to be upheld, but the account is active: reinstate it here, or deactivate it first"
    ),
}
SILENT = N_("The seller counted as silent, and it may have been us who could not reach them:")
OUTAGE_KNOWN = N_(
    "The account was not deactivated for silence. Even so, look whether this matters:"
)
RECORD_GONE = N_(
    "The record of the case is gone. If the seller counted as silent, it may have been us who "
    "could not reach them:"
)
MESSAGE_WAITS = N_(
    "A message about the case is in the mailbox, and no case took it. Read it before you decide, "
    "and look when it came. If it came before the deactivation, the seller was not silent. If it "
    "came after it, it may be a reply to our e-mail, and says nothing about us."
)
UNREACHED = {
    Unreached.EMAIL_BOUNCED: N_("An e-mail to them came back."),
    Unreached.NUMBER_NOT_CALLED: N_("Their number was invalid, or none that we call."),
    Unreached.FAILED_ON_OUR_SIDE: N_("An attempt failed on our side, or was not made."),
    Unreached.OUTAGE_REPORTED: N_("An outage of ours has come to light since."),
}
EVENTS = {
    AppealEventKind.SUBMITTED: N_("Appeal sent"),
    AppealEventKind.INFORMATION_ADDED: N_("Information added"),
    AppealEventKind.DECIDED: N_("Answered"),
    AppealEventKind.OUTAGE_REPORTED: N_("Outage reported"),
    AppealEventKind.ADDRESS_CHANGED: N_("Address changed"),
    AppealEventKind.STATUS: N_("Became"),
    AppealEventKind.EMAIL: N_("E-mail to the seller"),
    AppealEventKind.DESK_TOLD: N_("Desk told"),
    AppealEventKind.DESK_NOT_TOLD: N_("Desk could not be told"),
    AppealEventKind.PROGRAMME_TOLD: N_("Programme told"),
    AppealEventKind.CANCELLATION_IGNORED: N_("Cancellation ignored"),
    AppealEventKind.CLOSED: N_("Closed"),
}
AWAY = N_("The appeal cannot be reached")
CHANGED_SINCE = N_("The appeal has changed since you looked. Read it again; nothing was done.")
CLOSED = N_("The appeal has closed. Nothing was done.")
ANOTHER_APPEAL = N_(
    "That appeal has closed, and the account has another one by now: this. Nothing was done."
)
NOT_TAKEN = N_("The appeal does not take it. Nothing was done.")
REFUSALS: dict[str, str] = {
    Refusal.HAD_PART_IN_CASE: N_("You had a part in the case, so another person decides."),
    Refusal.ANSWERED_FIRST_APPEAL: N_(
        "You answered the first appeal, so another person answers the second."
    ),
    Refusal.CHANGED_SINCE: CHANGED_SINCE,
    Refusal.NO_APPEAL_WAITS: N_("It is decided already. Nothing was done."),
    Refusal.SELLER_WAS_ASKED: N_(
        "The seller was asked and still has time to answer. Until then it can only be granted."
    ),
    Refusal.ASKED_ALREADY: N_("The seller was asked already. Decide on what there is."),
    Refusal.NO_EMAIL: N_("No e-mail address of the seller is known, so nothing can be asked."),
    Refusal.APPEALED_TWICE: N_(
        "Both appeals are answered, and no third is taken. If the outage speaks for the seller, "
        "have the account activated and recorded as active (enrollment reinstate)."
    ),
    Refusal.FILE_FULL: N_("The appeal has no room for more."),
}
