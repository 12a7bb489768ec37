"""What the forms make of what nobody's browser sends, and of numbers that are none."""

import pytest
from starlette.datastructures import FormData

from domain.shared.account import Store
from page.number_form import NumberForm
from page.plan_form import PlanForm


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


def test_a_number_with_an_extension_is_refused_since_nobody_would_dial_it() -> None:
    typed = "+1 206 555 0111 ext. 5"
    form = NumberForm.of_form(FormData({"emergency_phone": typed}), Store.US)
    assert (form.e164, form.typed) == (None, typed)


@pytest.mark.parametrize("number", ["²", "٣", "0", "-1", "3", "9" * 5000, "1\n", ""])
def test_a_row_that_there_is_not_cannot_be_removed(number: str) -> None:
    form = PlanForm.of_form(FormData([("root_causes", "a"), ("root_causes", "b")]))
    assert form.rearranged(None, f"root_causes-{number}")
    assert form.rows["root_causes"] == ["a", "b"]
    assert form.rearranged(None, "root_causes-1")
    assert form.rows["root_causes"] == ["b"]
