"""An update is taken once, however often it is sent (docs/api.md)."""

from domain.shared.taken_updates import REMEMBERED
from tests.domain.case.build import a_new_case


def test_the_newest_updates_are_remembered_and_no_more_than_that() -> None:
    case = a_new_case()
    for number in range(REMEMBERED + 1):
        case.remember(f"update-{number}")
    assert not case.has_taken("update-0")
    assert case.has_taken("update-1")
    assert case.has_taken(f"update-{REMEMBERED}")
    assert len(case.updates) == REMEMBERED


def test_what_was_taken_is_carried_over_with_the_case() -> None:
    case = a_new_case()
    case.remember("update-1")
    again = type(case).model_validate_json(case.model_dump_json())
    assert again.has_taken("update-1")
    assert not again.has_taken("update-2")


def test_a_copy_that_an_update_is_tried_on_remembers_nothing_for_the_case() -> None:
    case = a_new_case()
    case.model_copy().remember("update-1")
    assert not case.has_taken("update-1")
