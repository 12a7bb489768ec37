"""Whether we really tried (docs/rules.md, section 4)."""

from datetime import datetime, timedelta
from typing import assert_never

from domain.case.attempt import GOT_THROUGH, OUTREACH, Attempt, Channel, Purpose, Result
from domain.case.state import CaseState
from domain.case.status import Missing

_HOUR = timedelta(hours=1)


def shortfall(case: CaseState) -> Missing | None:
    """What is missing for saying that we really tried to reach the seller; None if nothing is.

    Counted since the outreach last began, and for the number and address the seller has now.
    """
    if case.not_called is not None:
        return Missing.NEVER_CALLED
    if any(a.result is Result.SKIPPED for a in _made(case)):
        return Missing.SOMETHING_SKIPPED
    emails, calls = _to_present_addresses(case)
    final = _final_notice(case, emails)
    if final is None:
        return Missing.FINAL_NOTICE
    if final.at > _latest_final_notice(case):
        return Missing.FINAL_NOTICE_IN_TIME
    if case.number_invalid:
        return _missing_where_the_number_is_invalid(case, emails, final)
    return _missing_of_calls(case, calls)


def _missing_where_the_number_is_invalid(
    case: CaseState, emails: list[Attempt], final: Attempt
) -> Missing | None:
    """Instead of calls. The final notice is what asks for another number in good time."""
    assert case.invalid_since is not None
    if final.at < case.invalid_since:
        return Missing.INVALID_IN_TIME
    if sum(email.result is Result.ACCEPTED for email in emails) < 2:
        return Missing.TWO_EMAILS
    return Missing.LAST_EMAIL if emails[-1].result is Result.BOUNCED else None


def _missing_of_calls(case: CaseState, calls: list[Attempt]) -> Missing | None:
    rang = [call for call in calls if call.result in GOT_THROUGH]
    if len({call.entry for call in rang}) < case.rules.minimum_rung_calls:
        return Missing.ENOUGH_CALLS
    in_last_third = any(call.at >= _last_third(case) for call in rang)
    return None if in_last_third else Missing.LATE_CALL


def _made(case: CaseState) -> list[Attempt]:
    """The notices since the outreach last began."""
    return [a for a in case.attempts if a.outreach == case.outreach and a.about in OUTREACH]


def _to_present_addresses(case: CaseState) -> tuple[list[Attempt], list[Attempt]]:
    """The e-mails and the calls that count."""
    emails, calls = [], []
    for attempt in _made(case):
        if attempt.to != attempt.channel.address(case.account):
            continue
        match attempt.channel:
            case Channel.EMAIL:
                emails.append(attempt)
            case Channel.CALL:
                calls.append(attempt)
            case _:
                assert_never(attempt.channel)
    return emails, calls


def _final_notice(case: CaseState, emails: list[Attempt]) -> Attempt | None:
    """The newest accepted one of the present agenda; one of an earlier agenda was not the last."""
    assert case.base is not None
    finals = (
        email
        for email in reversed(emails)
        if email.about is Purpose.FINAL_NOTICE and email.result is Result.ACCEPTED
    )
    return next((final for final in finals if final.due > case.base), None)


def _latest_final_notice(case: CaseState) -> datetime:
    """It leaves at least half of what the agenda leaves to answer it."""
    assert case.deadline is not None
    lead = case.rules.window - case.rules.email_hours[-1] * _HOUR
    return case.deadline - lead / 2


def _last_third(case: CaseState) -> datetime:
    """Of the window, which here counts from the beginning of the outreach, as the agenda does."""
    assert case.base is not None
    return case.base + case.rules.window - case.rules.window / 3


def in_words(missing: Missing, case: CaseState) -> str:
    """What was missing, as the desk reads it."""
    match missing:
        case Missing.NEVER_CALLED:
            return f"the number was never called: it {case.not_called}"
        case Missing.SOMETHING_SKIPPED:
            return "an attempt was skipped"
        case Missing.FINAL_NOTICE:
            return "the final notice was not accepted"
        case Missing.FINAL_NOTICE_IN_TIME:
            return "the final notice went out too late"
        case Missing.INVALID_IN_TIME:
            return "the number was found invalid after the final notice"
        case Missing.TWO_EMAILS:
            return "the number is invalid and only one e-mail was accepted"
        case Missing.LAST_EMAIL:
            return "the number is invalid and the last e-mail bounced"
        case Missing.ENOUGH_CALLS:
            return f"fewer than {case.rules.minimum_rung_calls} calls rang"
        case Missing.LATE_CALL:
            return "no call rang in the last third of the window"
        case _:
            assert_never(missing)
