"""What of the appeals of a deactivated account its page shows (docs/rules.md, section 9)."""

from types import SimpleNamespace
from typing import Any

import pytest

from domain.appeal.status import AppealStatus
from domain.appeal.view import view_of
from domain.case.attempt import Purpose
from domain.case.view import view_of as case_view_of
from domain.shared.result import Result
from page.appeal_page import AppealPage
from tests.domain.appeal.build import DAY, DEACTIVATED_AT, FOUND, LATER, NOW, in_status
from tests.domain.case.world import World

WINDOW = 90 * DAY


def deactivated_by(case_id: str) -> Any:
    """What the page asks of the standing of an account."""
    return SimpleNamespace(deactivated_by=case_id, deactivated_at=DEACTIVATED_AT + DAY)


@pytest.mark.parametrize("status", [s for s in AppealStatus if s is not AppealStatus.NOT_APPEALED])
def test_an_appeal_of_the_deactivation_that_stands_is_shown(status: AppealStatus) -> None:
    view = view_of(in_status(status))
    page = AppealPage.of(deactivated_by(FOUND.case_id), view, None, WINDOW, NOW)
    assert page is not None
    assert page.status is status


@pytest.mark.parametrize(
    ("status", "is_late", "shown"),
    [
        (AppealStatus.SUBMITTED, False, False),
        (AppealStatus.SUBMITTED, True, True),
        (AppealStatus.MORE_INFORMATION, False, True),
        (AppealStatus.REINSTATING, False, True),
        (AppealStatus.UPHOLDING, False, True),
        (AppealStatus.UPHELD, False, False),
        (AppealStatus.LAPSED, False, False),
    ],
)
def test_a_later_deactivation_can_be_appealed_while_the_earlier_appeal_waits_for_the_desk(
    status: AppealStatus, is_late: bool, shown: bool
) -> None:
    now = DEACTIVATED_AT + DAY + WINDOW if is_late else NOW
    page = AppealPage.of(
        deactivated_by(LATER.case_id), view_of(in_status(status)), None, WINDOW, now
    )
    assert page is not None
    assert page.status is (status if shown else None)
    assert page.takes_appeal is not shown


@pytest.mark.parametrize(("result", "days"), [(Result.ACCEPTED, 90), (Result.BOUNCED, 365)])
def test_who_was_not_told_of_the_deactivation_has_a_year(result: Result, days: int) -> None:
    case = case_view_of(World().play(80).case)
    attempts = tuple(
        one.model_copy(update={"result": result}) if one.about is Purpose.DEACTIVATED else one
        for one in case.attempts
    )
    told = case.model_copy(update={"attempts": attempts})
    at = max(entry.at for entry in case.timeline if entry.status == "deactivated")
    page = AppealPage.of(deactivated_by(case.id), None, told, WINDOW, NOW)
    assert page is not None
    assert page.until == at + days * DAY


def test_without_the_record_of_the_case_the_time_counts_from_when_the_programme_was_told() -> None:
    page = AppealPage.of(deactivated_by(FOUND.case_id), None, None, WINDOW, NOW)
    assert page is not None
    assert page.until == DEACTIVATED_AT + DAY + WINDOW
