"""The effect of each update by the seller (docs/rules.md, section 5).

Each function takes an event and when it happened. It changes the case, or raises `Refused` and has
changed nothing that matters: a caller that wants to know first tries it on a copy.
"""

from datetime import datetime

from domain.case.admission import admit
from domain.case.attempt import Channel, Purpose
from domain.case.case import Case
from domain.case.events import ChangeContact, EventKind, RequestCall, SubmitPlan
from domain.case.outreach import Outreach
from domain.case.status import READS_PLANS, Status
from domain.shared.account import CONTACT, Account, confirmation_of, contact_of
from domain.shared.contact_changes import refuse_if_too_many
from domain.shared.events import SELLER, SendLink
from domain.shared.fresh_link import refuse_if_too_often

_WHAT_A_PLAN_IS_FOR = frozenset({EventKind.PLAN_SUBMITTED, EventKind.ISSUE_JOINED})


def request_call(case: Case, event: RequestCall, now: datetime) -> None:
    """Call the seller at once, who pressed "contact me now". It is a contact."""
    admit(case, event)
    case.call_requests.add(now, case.rules)
    case.timeline.log(now, EventKind.CALL_REQUESTED, event.by)
    # Asking once more does not hang up on the call asked for before, unless it is to a
    # number that was changed meanwhile.
    calling = any(
        a.about is Purpose.REQUESTED and a.wanted and a.is_to_present_address(case.account)
        for a in case.attempts.under_way
    )
    case.seller_turned_up(now, event.by, keep_requested_call=calling)
    if case.outreach.number.cannot_be_called:
        case.attempts.email(Purpose.NUMBER_NEEDED, now)
    elif not calling:
        case.outreach.plan_requested_call(now, case.rules)


def submit_plan(case: Case, event: SubmitPlan, now: datetime) -> None:
    """Take in a version of the plan. It is a contact, and the newest version counts.

    In an escalated case it waits for the lead. The same text as that of the version under review
    is a contact and no new version.
    """
    if _is_under_review(case, event):
        admit(case, RequestCall(by=event.by))  # which takes the room of a line, not of a plan
        again = f"sent version {len(case.plans.versions)} again"
        case.seller_turned_up(now, event.by, note=again)
        return
    admit(case, event)
    version = case.plans.add(event, now).version
    case.timeline.log(now, EventKind.PLAN_SUBMITTED, event.by, version=version)
    case.stop_reaching()
    case.desk.proposal = None  # whoever proposed it has not read this version
    if case.status is not Status.ESCALATED:
        case.review(now)


def _is_under_review(case: Case, event: SubmitPlan) -> bool:
    waiting = case.plans.unanswered
    if case.status not in READS_PLANS or waiting is None:
        return False
    # With an issue that joined since, the same text says something else.
    nothing_joined = case.timeline.newest_of(_WHAT_A_PLAN_IS_FOR) is EventKind.PLAN_SUBMITTED
    return nothing_joined and event.says_the_same_as(waiting.plan)


def send_link(case: Case, event: SendLink, now: datetime) -> None:
    """E-mail a fresh link to the address on file. It is no contact: an old link proves nothing."""
    # Links are few, and the page has told whoever asked that one is on its way.
    admit(case, event, though_full=True)
    asked = case.timeline.times_of(EventKind.LINK_REQUESTED)
    refuse_if_too_often(asked, now, case.rules.link_spacing, case.rules.links_per_day)
    case.timeline.log(now, EventKind.LINK_REQUESTED, event.by)
    case.attempts.email(Purpose.FRESH_LINK, now)


def change_contact(case: Case, event: ChangeContact, now: datetime) -> None:
    """Change the number or address. The rest of the agenda goes to the new one."""
    admit(case, event, though_full=event.from_enrollment)
    if event.from_enrollment:
        event = _but_what_is_newer_here(case, event)
    before, outreach = case.account, case.outreach
    given = event.model_dump(include={"emergency_phone", "email"}, exclude_none=True)
    after = before.model_copy(update=given | _extension(event, before))
    # The number that we did not call may be named again: the validator has found it callable.
    is_called_now = outreach.number.not_called is not None and event.emergency_phone is not None
    if event.by == SELLER and (after != before or is_called_now):
        refuse_if_too_many(case.timeline.times_of(EventKind.CONTACT_CHANGED, SELLER), now)
    _note_own(outreach, event, after)
    if after == before and not is_called_now:
        return
    case.account, changed = after, tuple(given)
    case.find_hashes_are_old |= bool(case.find_hashes) and after != before
    case.timeline.log(now, EventKind.CONTACT_CHANGED, event.by, changed=changed)
    confirmed = _confirm_contact(case, before, event, now)
    if case.shares_contact and not event.from_enrollment:
        case.contact_news = case.contact_news.after(after, changed, confirmed)
    is_another = after.emergency_phone != before.emergency_phone
    if is_called_now or (is_another and outreach.number.is_invalid):
        outreach.call_again(now)
        if case.status is Status.CONTACTING:
            outreach.plan_calls(now, case.rules, case.account, call_now=True)


def _note_own(outreach: Outreach, event: ChangeContact, after: Account) -> None:
    """Note the number and the address that are from the seller. The enrollment says which are."""
    by_seller = event.by_seller if event.from_enrollment else CONTACT if event.by == SELLER else ()
    given = zip(CONTACT, contact_of(after), strict=True)
    own = [value for field, value in given if field in by_seller and getattr(event, field)]
    outreach.own_contacts = tuple(dict.fromkeys((*outreach.own_contacts, *own)))


def _but_what_is_newer_here(case: Case, event: ChangeContact) -> ChangeContact:
    """Leave out what was changed here, and the enrollment has not heard of: it hears of it again.

    Otherwise a seller who corrects a number at once would have the first one again.
    """
    pending, ours = case.contact_news.fields, case.account
    left_out: dict[str, None] = {}
    number = (event.emergency_phone, event.extension)
    is_other = number[0] is not None and number != (ours.emergency_phone, ours.extension)
    if "emergency_phone" in pending and is_other:
        left_out |= {"emergency_phone": None, "extension": None}
    if "email" in pending and event.email not in (None, ours.email):
        left_out |= {"email": None}
    if not left_out:
        return event
    case.contact_news = case.contact_news.after(ours, left_out)
    return event.model_copy(update=left_out)


def _extension(event: ChangeContact, before: Account) -> dict[str, str | None]:
    """Return the extension that the change leaves. Another number has none but its own."""
    is_another = event.emergency_phone not in (None, before.emergency_phone)
    is_told = event.from_enrollment and event.emergency_phone is not None
    if is_another or is_told or event.no_extension or event.extension is not None:
        return {"extension": event.extension}
    return {}


def _confirm_contact(
    case: Case, before: Account, event: ChangeContact, now: datetime
) -> tuple[str, ...]:
    """Confirm the change by e-mail. Return every confirmed address, the enrollment's too."""
    found = confirmation_of(before, case.account)
    if found is None:
        return event.confirmed
    confirms, addresses = found
    for to in addresses:
        if to not in event.confirmed:
            case.attempts.schedule(
                Channel.EMAIL, Purpose.CONTACT_CHANGED, now, to=to, confirms=confirms
            )
    return (*event.confirmed, *addresses)
