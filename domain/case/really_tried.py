"""Whether we really tried (docs/rules.md, section 4)."""

from datetime import datetime, timedelta
from typing import assert_never

from domain.case.attempt import GOT_THROUGH, Attempt, Channel, Purpose
from domain.case.outreach import Outreach
from domain.case.policy import Policy
from domain.case.status import Missing
from domain.case.timeline import Timeline
from domain.shared.account import Account, contact_of
from domain.shared.result import Result

_HOUR = timedelta(hours=1)


def shortfall(
    outreach: Outreach, account: Account, rules: Policy, timeline: Timeline
) -> Missing | None:
    """Return what is missing, so that we have not really tried; None if nothing is.

    Attempts count since the outreach last began, if they went to the present number, with its
    extension, or to the present address.
    """
    if outreach.number.not_called is not None:
        return Missing.NEVER_CALLED
    if not set(contact_of(account)) <= set(outreach.own_contacts):
        return Missing.GIVEN_BY_OTHERS
    made = [attempt for attempt in outreach.attempts.made if outreach.includes(attempt)]
    if any(attempt.result is Result.SKIPPED for attempt in made):
        return Missing.SOMETHING_SKIPPED
    emails, calls = _to_present_addresses(made, account)
    final = _final_notice(outreach, emails)
    if final is None:
        return Missing.FINAL_NOTICE
    # It may have begun long before the mail server took it.
    if timeline.ended_at(final.number) > _latest_final_notice(outreach, rules):
        return Missing.FINAL_NOTICE_IN_TIME
    if outreach.number.is_invalid:
        return _missing_where_the_number_is_invalid(outreach, emails, final)
    return _missing_of_calls(outreach, calls, rules)


def _missing_where_the_number_is_invalid(
    outreach: Outreach, emails: list[Attempt], final: Attempt
) -> Missing | None:
    """E-mails count instead of calls. The final notice must have asked for another number."""
    assert outreach.number.invalid_since is not None
    if final.at < outreach.number.invalid_since:
        return Missing.INVALID_IN_TIME
    if sum(email.result is Result.ACCEPTED for email in emails) < 2:
        return Missing.TWO_EMAILS
    return Missing.LAST_EMAIL if emails[-1].result is Result.BOUNCED else None


def _missing_of_calls(outreach: Outreach, calls: list[Attempt], rules: Policy) -> Missing | None:
    rang = [call for call in calls if call.result in GOT_THROUGH]
    if len({call.entry for call in rang}) < rules.minimum_rung_calls:
        return Missing.ENOUGH_CALLS
    in_last_third = any(call.at >= _last_third(outreach, rules) for call in rang)
    return None if in_last_third else Missing.LATE_CALL


def _to_present_addresses(
    made: list[Attempt], account: Account
) -> tuple[list[Attempt], list[Attempt]]:
    """Return the e-mails and the calls that went to the present address and number."""
    emails, calls = [], []
    for attempt in made:
        if not attempt.is_to_present_address(account):
            continue
        match attempt.channel:
            case Channel.EMAIL:
                emails.append(attempt)
            case Channel.CALL:
                calls.append(attempt)
            case _:
                assert_never(attempt.channel)
    return emails, calls


def _final_notice(outreach: Outreach, emails: list[Attempt]) -> Attempt | None:
    """Return the newest accepted one of the present agenda. An earlier agenda's was not final."""
    assert outreach.agenda_start is not None
    finals = (
        email
        for email in reversed(emails)
        if email.about is Purpose.FINAL_NOTICE and email.result is Result.ACCEPTED
    )
    return next((final for final in finals if final.due > outreach.agenda_start), None)


def _latest_final_notice(outreach: Outreach, rules: Policy) -> datetime:
    """It leaves at least half of what the agenda leaves to answer it."""
    assert outreach.deadline is not None
    lead = rules.window - rules.email_hours[-1] * _HOUR
    return outreach.deadline - lead / 2


def _last_third(outreach: Outreach, rules: Policy) -> datetime:
    """Return when the last third begins. The window counts from the start of the agenda here."""
    assert outreach.agenda_start is not None
    return outreach.agenda_start + rules.window - rules.window / 3


def in_words(missing: Missing, outreach: Outreach, rules: Policy) -> str:
    """Describe to the desk what was missing."""
    match missing:
        case Missing.NEVER_CALLED:
            return f"the number was never called: it {outreach.number.not_called}"
        case Missing.GIVEN_BY_OTHERS:
            return "the number or the address was changed by somebody else than the seller"
        case Missing.SOMETHING_SKIPPED:
            return "an attempt was skipped"
        case Missing.FINAL_NOTICE:
            return "the final notice was not accepted"
        case Missing.FINAL_NOTICE_IN_TIME:
            return "the final notice was accepted, or known to be, too late"
        case Missing.INVALID_IN_TIME:
            return "the number was found invalid after the final notice"
        case Missing.TWO_EMAILS:
            return "the number is invalid and only one e-mail was accepted"
        case Missing.LAST_EMAIL:
            return "the number is invalid and the last e-mail bounced"
        case Missing.ENOUGH_CALLS:
            return f"fewer than {rules.minimum_rung_calls} calls rang"
        case Missing.LATE_CALL:
            return "no call rang in the last third of the window"
        case _:
            assert_never(missing)
