"""A number that we do not call: no e-mail speaks of calls, or of the button (section 4)."""

from domain.case import desk_updates, seller_updates, step_results
from domain.case.activity_inputs import send_email_input
from domain.case.advance import advance
from domain.case.case import Case
from tests.domain.case.build import ASK_MORE, MONDAY_9, a_change, a_new_case, a_plan, facts_for


def _opened(not_called: str | None) -> Case:
    case = a_new_case()
    step_results.looked_up(case, facts_for(case, not_called=not_called), MONDAY_9)
    seller_updates.submit_plan(case, a_plan(), MONDAY_9)
    desk_updates.review_plan(case, ASK_MORE, MONDAY_9)
    advance(case, MONDAY_9)
    return case


def test_e_mails_ask_for_another_number_and_promise_no_call() -> None:
    for not_called in ("is a satellite number", None):
        case = _opened(not_called)
        input = send_email_input(case, case.attempts.under_way[-1])
        assert input.number_needed == (not_called is not None)
        assert input.calls == input.button == (not_called is None)


def test_with_another_number_calls_are_spoken_of_again() -> None:
    case = _opened("is a satellite number")
    seller_updates.change_contact(case, a_change(phone="+12065550177"), MONDAY_9)
    advance(case, MONDAY_9)
    input = send_email_input(case, case.attempts.under_way[-1])
    assert (input.number_needed, input.calls, input.button) == (False, True, True)
