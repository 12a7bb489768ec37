"""Whether we really tried (docs/rules.md, section 4)."""

from datetime import timedelta

from domain.case.attempt import GOT_THROUGH, OUTREACH, Channel, Purpose, Result
from domain.case.state import CaseState
from domain.case.status import Missing

_HOUR = timedelta(hours=1)


def shortfall(case: CaseState) -> Missing | None:
    """What is missing for saying that we really tried to reach the seller; None if nothing is.

    Counted since the outreach last began, and for the number and address the seller has now.
    """
    assert case.deadline is not None
    assert case.base is not None
    rules = case.rules
    made = [a for a in case.attempts if a.outreach == case.outreach and a.about in OUTREACH]
    if case.not_called is not None:
        return Missing.NEVER_CALLED
    if any(a.result is Result.SKIPPED for a in made):
        return Missing.SOMETHING_SKIPPED
    emails = [a for a in made if a.channel is Channel.EMAIL and a.to == case.account.email]
    accepted = [a for a in emails if a.result is Result.ACCEPTED]
    # One that went out before the agenda was planned anew was the last of nothing.
    finals = [a for a in accepted if a.about is Purpose.FINAL_NOTICE and a.due > case.base]
    if not finals:
        return Missing.FINAL_NOTICE
    planned_lead = rules.window - rules.email_hours[-1] * _HOUR
    if finals[-1].at > case.deadline - planned_lead / 2:
        return Missing.FINAL_NOTICE_IN_TIME
    if case.number_invalid:
        # Found invalid after the final notice, nobody was asked for another in good time.
        if case.invalid_since is None or finals[-1].at < case.invalid_since:
            return Missing.INVALID_IN_TIME
        if len(accepted) < 2:
            return Missing.TWO_EMAILS
        return Missing.LAST_EMAIL if emails[-1].result is Result.BOUNCED else None
    rang = [
        a
        for a in made
        if a.channel is Channel.CALL
        and a.to == case.account.emergency_phone
        and a.result in GOT_THROUGH
    ]
    if len({a.entry for a in rang}) < rules.minimum_rung_calls:
        return Missing.ENOUGH_CALLS
    ends = case.base + rules.window
    if not any(a.at >= ends - rules.window / 3 for a in rang):
        return Missing.LATE_CALL
    return None


def in_words(missing: Missing, case: CaseState) -> str:
    """What was missing, as the desk reads it."""
    match missing:
        case Missing.NEVER_CALLED:
            return f"the number was never called: it {case.not_called}"
        case Missing.ENOUGH_CALLS:
            return f"fewer than {case.rules.minimum_rung_calls} calls rang"
        case _:
            return _WORDS[missing]


_WORDS = {
    Missing.SOMETHING_SKIPPED: "an attempt was skipped",
    Missing.FINAL_NOTICE: "the final notice was not accepted",
    Missing.FINAL_NOTICE_IN_TIME: "the final notice went out too late",
    Missing.INVALID_IN_TIME: "the number was found invalid after the final notice",
    Missing.TWO_EMAILS: "the number is invalid and only one e-mail was accepted",
    Missing.LAST_EMAIL: "the number is invalid and the last e-mail bounced",
    Missing.LATE_CALL: "no call rang in the last third of the window",
}
