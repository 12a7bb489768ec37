"""What the forms make of what nobody's browser sends, and of numbers that are none."""

from datetime import UTC, datetime

import pytest
from starlette.datastructures import FormData

from domain.shared.account import Store
from domain.shared.errors import Refusal
from page.feedback import (
    CALLED_JUST_NOW,
    CASE_CHANGED,
    CHANGED_TOO_OFTEN,
    FILE_FULL,
    feedback_on,
)
from page.number_form import NumberForm
from page.plan_form import PlanForm
from page.words import NUMBER_PROBLEMS
from reference.contact_check import ContactProblem
from temporal_client.failures import UpdateRefused


@pytest.mark.parametrize("typed", ["", "nonsense", "9" * 10_000, "+1\0206"])
def test_what_is_too_short_or_no_number_is_said_to_be_none(typed: str) -> None:
    form = NumberForm.of_form(FormData({"emergency_phone": typed}), Store.US)
    assert form.e164 is None
    assert form.problem is not None
    assert form.problem.startswith("This is not a telephone number")


@pytest.mark.parametrize("typed", ["911", "12345"])
def test_an_emergency_number_or_a_short_code_is_said_to_be_one(typed: str) -> None:
    form = NumberForm.of_form(FormData({"emergency_phone": typed}), Store.US)
    assert form.e164 is None
    assert (form.problem or "").startswith("This is an emergency number or a short code")


def test_an_extension_may_be_typed_behind_its_number() -> None:
    typed = {"emergency_phone": "+1 206 555 0111 ext. 5"}
    form = NumberForm.of_form(FormData(typed), Store.US)
    assert (form.e164, form.dialled, form.extension_problem) == ("+12065550111", "5", None)
    beside = NumberForm.of_form(FormData(typed | {"extension": ",6"}), Store.US)
    assert beside.dialled == "wwww6", "what stands in its own field counts"


@pytest.mark.parametrize("number", ["²", "٣", "0", "-1", "3", "9" * 5000, "1\n", ""])
def test_a_row_that_there_is_not_cannot_be_removed(number: str) -> None:
    form = PlanForm.of_form(FormData([("root_causes", "a"), ("root_causes", "b")]))
    assert form.rearranged(None, f"root_causes-{number}")
    assert form.rows["root_causes"] == ["a", "b"]
    assert form.rearranged(None, "root_causes-1")
    assert form.rows["root_causes"] == ["b"]


@pytest.mark.parametrize("problem", NUMBER_PROBLEMS)
def test_a_number_that_the_workflow_refuses_is_said_to_be_what_it_is(
    problem: ContactProblem,
) -> None:
    form = NumberForm("+1 206 555 0101", "+12065550101")
    values = {"field": "emergency_phone", "problem": problem.code}
    assert form.is_refused_by(UpdateRefused("", Refusal.DOES_NOT_EXIST, values))
    assert form.problem == NUMBER_PROBLEMS[problem]


def test_every_problem_of_a_number_has_words_of_its_own_on_the_page() -> None:
    of_others = {ContactProblem.NO_EMAIL_ADDRESS, ContactProblem.NO_TIME_ZONE}
    assert set(NUMBER_PROBLEMS) == set(ContactProblem) - of_others


@pytest.mark.parametrize(
    ("code", "field"),
    [(Refusal.DOES_NOT_EXIST, "email"), (Refusal.FILE_FULL, "emergency_phone"), ("", None)],
)
def test_what_is_refused_for_something_else_is_no_fault_of_the_number(
    code: str, field: str | None
) -> None:
    form = NumberForm("+1 206 555 0101", "+12065550101")
    assert not form.is_refused_by(UpdateRefused("", code, {"field": field}))
    assert form.problem is None


@pytest.mark.parametrize(
    ("code", "notice"),
    [
        (Refusal.FILE_FULL, FILE_FULL),
        (Refusal.CALL_TOO_SOON, CALLED_JUST_NOW),
        (Refusal.TOO_MANY_CALLS, CALLED_JUST_NOW),
        (Refusal.TOO_MANY_CHANGES, CHANGED_TOO_OFTEN),
        (Refusal.CASE_ENDED, CASE_CHANGED),
        ("", CASE_CHANGED),
    ],
)
def test_a_refusal_is_told_by_its_code_and_with_its_values(code: str, notice: str) -> None:
    moment = datetime(2026, 11, 26, 17, 5, tzinfo=UTC)
    found = feedback_on(UpdateRefused("any", code, {"again_from": moment.isoformat()}))
    assert (found.notice, found.status) == (notice, 409)
    names_it = notice in (CALLED_JUST_NOW, CHANGED_TOO_OFTEN)
    assert found.again_from == (moment if names_it else None)
