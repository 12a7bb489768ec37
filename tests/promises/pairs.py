"""What a text promises, and what must be so of the state that it is shown in."""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from domain.case.attempt import Purpose
from domain.case.status import Status
from domain.enrollment.status import EnrollmentStatus
from mail.markup import plain
from page.feedback import CALLING, PLAN_FOR_DECISION, PLAN_FOR_REVIEW
from page.languages import LANGUAGES
from reference.languages import moment as told
from tests.mail.emails import TAGS
from tests.promises.facts import (
    being_called,
    button_when_read,
    called_daily,
    cannot_call,
    clock_runs,
    conversation_needed,
    desk_is_told,
    in_status,
    is_open,
    may_appeal,
    may_call,
    may_return,
    newer_version,
    no_clock_runs,
    nothing_is_awaited,
    only_a_number_is_missing,
    page_has_button,
    plan_waits,
    silence_deactivates,
    something_next,
    something_to_come,
    stands,
    stays_active,
    time_is_left,
)
from tests.promises.states import Moment
from tests.promises.texts import Text
from tests.promises.words import (
    AGAIN,
    ANSWER,
    APPEAL,
    AT_ONCE,
    CONTACT_ME,
    DAILY,
    DESK,
    ISSUE_JOINED,
    LEAD,
    NOTHING_NOW,
    NOTHING_TO_DO,
    NOW_ENROLLED,
    OUR_CALLS,
    PRESS,
    REPLY,
    STAYS_ACTIVE,
    STILL_TALK,
    STOPS,
    THE_PAGE,
    WILL_BE_DEACTIVATED,
    Words,
    either,
    english,
    page,
)


class Pair(NamedTuple):
    """Where these words stand in a text of these kinds, this must be so."""

    promise: str
    kinds: frozenset[str]
    words: Words
    holds: Callable[[Moment], bool]

    def is_made(self, text: Text) -> bool:
        """Whether a text promises it."""
        words = self.words.get(text.language)
        return text.kind in self.kinds and bool(words) and bool(_read(words or "", text.words))


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(words)


def _read(words: str, text: str) -> re.Match[str] | None:
    return _compiled(words).search(text)


def breaches(text: Text) -> list[str]:
    """The promises of a text that the state excludes."""
    broken = [p.promise for p in PAIRS if p.is_made(text) and not p.holds(text.moment)]
    return broken + ([] if text.kind != "mail" else _deadlines(text))


# --- the table ------------------------------------------------------------------------------------

_PAGE, _MAIL, _LETTER = frozenset({"page"}), frozenset({"mail"}), frozenset({"letter"})
_OURS = frozenset({"client", "web ui"})

PAIRS = [
    Pair("names the button", _PAGE, either(CONTACT_ME, page(*PRESS)), page_has_button),
    Pair("names the button", _MAIL, CONTACT_ME, button_when_read),
    Pair("offers a form for a plan", _PAGE, page("Send the plan", "Write your plan"), is_open),
    Pair(
        "has a plan of yours", _PAGE, page("It takes the place of the one we have."), newer_version
    ),
    Pair(
        "we are calling",
        _PAGE,
        page(CALLING, "We are calling you at this moment.", ANSWER),
        being_called,
    ),
    Pair("we call daily", _PAGE, page(*DAILY), called_daily),
    Pair("we cannot call", _PAGE, page("Give us another number"), cannot_call),
    Pair("we call", _MAIL, OUR_CALLS, may_call),
    Pair("to come", _PAGE, page("What comes next"), something_to_come),
    Pair("to come", _OURS, english(r"To come\b|[1-9]\d* to come"), something_to_come),
    Pair("next", _OURS, english(r"Next\*{0,2}:? "), something_next),
    Pair(
        "the desk is reminded",
        frozenset({"web ui"}),
        english("a reminder to the desk"),
        desk_is_told,
    ),
    Pair(
        "by a deadline",
        _PAGE,
        page(
            "Get in touch by %(moment)s",
            "Send us your plan by %(moment)s",
            "Talk with us, and send your plan again, by %(moment)s",
            "Time left",
        ),
        clock_runs,
    ),
    Pair("time is left", _PAGE, page("Get in touch by %(moment)s"), time_is_left),
    Pair("a deadline", _OURS, english(r"\b[Dd]eadline"), clock_runs),
    Pair("any way stops the clock", _MAIL, STOPS, in_status(Status.CONTACTING)),
    Pair(
        "silence costs the account",
        _PAGE,
        page("If we have not heard from you by then, your account will be deactivated."),
        silence_deactivates,
    ),
    Pair("silence costs the account", _MAIL, WILL_BE_DEACTIVATED, silence_deactivates),
    Pair(
        "no clock runs",
        _PAGE,
        page(
            "No clock is running. However long we take, it does not cost you anything.",
            "No clock is running, and nothing happens to your account by itself.",
        ),
        no_clock_runs,
    ),
    Pair(
        "the account stays active",
        _PAGE | _OURS | _MAIL,
        either(
            page(
                "Your account stays active",
                "The case was withdrawn, and your account stays active",
            ),
            STAYS_ACTIVE,
            dict.fromkeys(TAGS, "the account stays active"),
        ),
        stays_active,
    ),
    Pair(
        "nothing is left to do",
        _PAGE,
        page("There is nothing left for you to do."),
        in_status(Status.RESOLVED, Status.WITHDRAWN),
    ),
    Pair(
        "you can appeal",
        _PAGE,
        page(
            "Your account was deactivated. You can appeal",
            "To appeal, reply to our last e-mail. Say what happened, why your account should be "
            "active, and what you have done about it. Your reply goes to our account health team.",
        ),
        may_appeal,
    ),
    Pair("you can appeal", _MAIL, APPEAL, may_appeal),
    Pair("left is to appeal", _OURS, english("left to the seller is to appeal"), may_appeal),
    Pair(
        "it will be done, and told",
        _PAGE,
        page("You will get an e-mail as soon as it is done. You can appeal by replying to it."),
        in_status(Status.DEACTIVATING),
    ),
    Pair("a plan waits", _PAGE, page("waits for a reviewer"), plan_waits),
    Pair(
        "a plan waits",
        _OURS | {"desk"},
        english("[Ww]aits for a reviewer|[Ww]aits for the lead"),
        plan_waits,
    ),
    Pair(
        "a reviewer will read it",
        _PAGE,
        page(
            PLAN_FOR_REVIEW,
            "We have had version %(version)s of your plan since %(moment)s. A reviewer reads it, "
            "and you get an e-mail with the answer.",
        ),
        in_status(Status.PLAN_REVIEW),
    ),
    Pair("a person decides", _PAGE, page(PLAN_FOR_DECISION), in_status(Status.ESCALATED)),
    Pair("a lead looks at it", _MAIL, LEAD, in_status(Status.ESCALATED)),
    Pair(
        "a lead decides",
        frozenset({"client", "desk"}),
        english("desk decides|until a lead decides"),
        in_status(Status.ESCALATED),
    ),
    Pair("a conversation is required", _OURS, english("phone conversation"), conversation_needed),
    Pair(
        "the seller is being reached",
        _OURS,
        english("being reached|trying to reach"),
        in_status(Status.CONTACTING),
    ),
    Pair("a plan is awaited", _OURS, english("a plan is awaited"), in_status(Status.WORKING)),
    Pair(
        "it is being deactivated",
        _OURS,
        english("is being deactivated|Deactivating the account"),
        in_status(Status.DEACTIVATING),
    ),
    Pair("nothing must be done now", _PAGE, NOTHING_NOW, lambda m: not conversation_needed(m)),
    Pair("a conversation is needed", _PAGE, STILL_TALK, conversation_needed),
    Pair("nothing is to be done", _MAIL, NOTHING_TO_DO, nothing_is_awaited),
    Pair("an issue has joined since the plan", _PAGE, ISSUE_JOINED, in_status(Status.WORKING)),
    Pair("a reply is read", _MAIL, REPLY, lambda m: not is_open(m) or _confirms(m)),
    Pair("there is a page", _MAIL | _LETTER, THE_PAGE, lambda m: m.linked),
    Pair("the desk has a number", _MAIL | _LETTER | _PAGE, DESK, lambda m: m.desk_phone),
    Pair(
        "you are enrolled",
        _PAGE,
        page("You are enrolled, and no case is open"),
        stands(EnrollmentStatus.ENROLLED),
    ),
    Pair(
        "one step is left",
        _PAGE,
        page("Give us an emergency number to be enrolled"),
        only_a_number_is_missing,
    ),
    Pair(
        "you are then enrolled",
        _PAGE,
        page("There is nothing you must do: you are then enrolled automatically."),
        may_return,
    ),
    Pair(
        "the rating qualifies on a day",
        _PAGE | {"client"},
        either(
            page("If your rating stays as it is, it qualifies on %(day)s."),
            dict.fromkeys(TAGS, "the rating qualifies on"),
        ),
        may_return,
    ),
    Pair(
        "cases are covered",
        frozenset({"client"}),
        english("cases of the seller are covered"),
        stands(EnrollmentStatus.ENROLLED),
    ),
    Pair("you are enrolled", _LETTER, NOW_ENROLLED, stands(EnrollmentStatus.ENROLLED)),
    Pair("enrolled at once", _LETTER, AT_ONCE, only_a_number_is_missing),
    Pair("enrolled again", _LETTER, AGAIN, may_return),
]


def _confirms(m: Moment) -> bool:
    """A change of number or address is confirmed to somebody who may have no page."""
    return all(input.about is Purpose.CONTACT_CHANGED for input in m.mail)


def _deadlines(text: Text) -> list[str]:
    """The deadline in an e-mail is one that runs, and is still to come."""
    (input,) = text.moment.mail
    if input.deadline is None or time_is_left(text.moment):
        return []
    locale = LANGUAGES[text.language].locale
    named = plain(told(input.deadline, input.time_zone, locale))
    said = " ".join(named.split()) in " ".join(text.words.split())
    return ["a deadline that does not run"] if said else []
