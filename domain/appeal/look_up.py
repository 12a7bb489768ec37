"""What a look-up means for the appeals of an account (docs/rules.md, section 9)."""

from datetime import datetime

from domain.appeal.appeal import Appeal
from domain.appeal.deactivation import AppealFacts, Deactivation
from domain.appeal.status import WAITING, AppealReason, AppealStatus


def looked_up(appeal: Appeal, facts: AppealFacts, now: datetime) -> None:
    """Record what can be appealed. An open appeal stays about what it was about."""
    appeal.wants_look_up, appeal.later = False, None
    found = facts.deactivation
    if not appeal.is_open:
        _learn(appeal, facts, now)
    elif found is not None and _is_another(appeal, found):
        appeal.later = facts
    elif found is not None and found.part is not None:
        appeal.deactivation = found  # somebody may have come to have a part in its case


def give_way(appeal: Appeal, now: datetime) -> None:
    """End an appeal that waits, if the look-up has found a later deactivation by another case.

    It is called for a seller who appeals that one.
    """
    later = appeal.later
    if later is None or appeal.status not in WAITING:
        return
    appeal.set_status(now, AppealStatus.LAPSED, AppealReason.OVERTAKEN)
    appeal.later = None
    _learn(appeal, later, now)


def _learn(appeal: Appeal, facts: AppealFacts, now: datetime) -> None:
    found_now = {name: value for name, value in facts.account if value is not None}
    appeal.account = appeal.account.model_copy(update=found_now)
    appeal.problem = facts.problem
    if not appeal.announces:
        appeal.told = appeal.timeline.count  # nobody wanted to know so far
    appeal.announces = facts.announces
    found = facts.deactivation
    if found is None:
        return
    if _is_another(appeal, found):
        _begin_anew(appeal, found, now)
    elif found.part is not None:  # a record that is gone by now is kept as it was
        appeal.deactivation = found
    if not appeal.submissions:  # the setting may give everybody more time by now
        appeal.terms = facts.terms


def _is_another(appeal: Appeal, found: Deactivation) -> bool:
    return appeal.deactivation is None or appeal.deactivation.case_id != found.case_id


def _begin_anew(appeal: Appeal, found: Deactivation, now: datetime) -> None:
    """Another case has deactivated the account since: that can be appealed anew."""
    appeal.submissions, appeal.outages = (), ()
    appeal.question = appeal.answer_letter = appeal.answer_told_at = None
    appeal.programme_told = False
    appeal.status, appeal.reason, appeal.since = AppealStatus.NOT_APPEALED, None, now
    appeal.deactivation = found
