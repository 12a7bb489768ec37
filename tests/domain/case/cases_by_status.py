"""A case in each open status, and one that is deactivating."""

from typing import Any

from domain.shared.result import Result
from tests.domain.case.build import a_contact, a_harm_report, a_plan
from tests.domain.case.world import World


def contacting(**script: Any) -> World:
    return World(**script)


def working(**script: Any) -> World:
    return World(**script).take(a_contact())


def in_review(**script: Any) -> World:
    return World(**script).take(a_plan())


def escalated(**script: Any) -> World:
    """Escalated after three days without cooperation."""
    return working(**script).play(72)


def escalated_unreached(**script: Any) -> World:
    """Escalated as nothing of ours got through for three days."""
    nothing = {"calls": Result.PROVIDER_FAILED, "emails": Result.PROVIDER_FAILED}
    return World(**nothing | script).play(72)


def deactivating() -> World:
    """The marketplace's account service is failing."""
    return World(account_service=False).take(a_harm_report())


OPEN_STATUSES = [contacting, working, in_review, escalated]
