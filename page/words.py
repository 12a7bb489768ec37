"""The page's words for codes. They are marked here, and translated when they are shown."""

from typing import assert_never

from domain.case.attempt import Channel, Purpose
from domain.case.status import CannotCall
from domain.shared.result import Result
from reference.contact_check import ContactProblem
from web.languages import N_

CALL_ABOUT = {
    Purpose.NOTICE: N_("Call to your emergency number"),
    Purpose.REQUESTED: N_("Call that you asked for"),
    Purpose.CONVERSATION: N_("Call to talk your plan through"),
}

EMAIL_ABOUT = {
    Purpose.NOTICE: N_("E-mail: what happened, and how to reach us"),
    Purpose.FINAL_NOTICE: N_("E-mail: last notice before the deadline"),
    Purpose.MORE_INFORMATION: N_("E-mail: what we still need to know about your plan"),
    Purpose.PLAN_REJECTED: N_("E-mail: why we could not accept your plan"),
    Purpose.COOPERATION_REMINDER: N_("E-mail: a reminder that your plan is due"),
    Purpose.ISSUE_JOINED: N_("E-mail: a further issue"),
    Purpose.PLAN_DUE: N_("E-mail: a further issue, which takes a plan"),
    Purpose.ISSUE_WITHDRAWN: N_("E-mail: an issue was withdrawn"),
    Purpose.NUMBER_NEEDED: N_("E-mail: we need a working telephone number"),
    Purpose.FRESH_LINK: N_("E-mail: a fresh link to this page"),
    Purpose.CONTACT_CHANGED: N_("E-mail: your number or address was changed"),
    Purpose.RESOLVED: N_("E-mail: the case is resolved"),
    Purpose.DEACTIVATED: N_("E-mail: your account was deactivated, and how to appeal"),
    Purpose.WITHDRAWN: N_("E-mail: the case was withdrawn"),
}

RESULT = {
    Result.CONNECTED: N_("you answered"),
    Result.DECLINED: N_("answered, but not acknowledged"),
    Result.VOICEMAIL: N_("a machine answered, and took our message"),
    Result.VOICEMAIL_CUT: N_(
        "a machine answered, and did not take our whole message; this is not held against you"
    ),
    Result.NO_ANSWER: N_("nobody answered"),
    Result.BUSY: N_("the line was busy"),
    Result.INVALID_NUMBER: N_("this number does not exist"),
    Result.ACCEPTED: N_("sent"),
    Result.BOUNCED: N_("came back undelivered"),
    Result.PROVIDER_FAILED: N_("failed on our side; this is not held against you"),
    Result.CANCELLED: N_("cancelled, as it was no longer needed"),
    Result.SKIPPED: N_(
        "not made: we were late, or other calls to the number were too close; this is not held "
        "against you"
    ),
}

CALL_RESULT = RESULT | {
    Result.CANCELLED: N_("not made, as a case is open or the number was changed"),
    Result.SKIPPED: N_("not made, as we were late, or because of other calls to this number"),
    Result.PROVIDER_FAILED: N_("failed on our side; please ask for another"),
}
"""The results of calls that a seller asked for outside any case."""

TEXT_RESULT = CALL_RESULT | {
    Result.BOUNCED: N_("this number does not take text messages; please ask for a call"),
    Result.PROVIDER_FAILED: N_("failed on our side; please ask for a call"),
    Result.CANCELLED: N_("not sent, as a case is open or the number was changed"),
    Result.SKIPPED: N_("not sent, as we were late, or because of other calls to this number"),
}
"""The results of text messages with a code."""

CANNOT_CALL = {
    CannotCall.NO_SUCH_NUMBER: N_("We cannot call you: the number we have does not exist."),
    CannotCall.NOT_CALLED: N_("We cannot call you: the number we have is not one that we call."),
}

NUMBER_PROBLEMS = {
    ContactProblem.NO_PHONE_NUMBER: N_(
        "This is not a telephone number. Write it with its country code, such as +1 206 555 0101."
    ),
    ContactProblem.DOMESTIC_PREFIX: N_(
        "No number of that country looks like this. Please check each digit."
    ),
    ContactProblem.IMPOSSIBLE_NUMBER: N_(
        "No number of that country looks like this. Please check each digit."
    ),
    ContactProblem.SHORT_CODE: N_(
        "This is an emergency number or a short code, which we do not call. "
        "Give us an ordinary number."
    ),
    ContactProblem.GLOBAL_NETWORK: N_(
        "This number is of a satellite or another global network, which we do not call. "
        "Give us an ordinary number."
    ),
    ContactProblem.COSTLY_NUMBER: N_(
        "This number is premium-rate or of another costly kind, which we do not call. "
        "Give us an ordinary number."
    ),
    ContactProblem.COUNTRY_NOT_CALLED: N_(
        "We do not call numbers of that country. Give us a number of another."
    ),
}
"""The words for each problem with a number."""


def attempt(channel: Channel, about: Purpose) -> str:
    """Return the words for an attempt."""
    match channel:
        case Channel.CALL:
            return CALL_ABOUT[about]
        case Channel.EMAIL:
            return EMAIL_ABOUT[about]
        case _:
            assert_never(channel)


def icon(channel: Channel) -> str:
    """Return the id of an attempt's icon in web/static/icon.svg."""
    match channel:
        case Channel.CALL:
            return "call"
        case Channel.EMAIL:
            return "mail"
        case _:
            assert_never(channel)
