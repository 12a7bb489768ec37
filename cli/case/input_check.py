"""Check whether a case can be opened, before anything is sent."""

from collections.abc import Callable

from cli.terminal.problems import BadInput
from domain.case.policy import effective_policy
from domain.shared.errors import explain
from reference.contact_check import email_problem, number_problem, zone_problem
from workflows.case.input import CaseInput


def check(start: CaseInput, tell_person: Callable[[str], None]) -> None:
    """Refuse input that would fail later. `tell_person` gets the warnings.

    Raises:
        BadInput: the case cannot be opened.
    """
    if start.carried is not None:
        raise BadInput("carried: is for the engine's own use")
    try:
        effective_policy(start.policy)
    except ValueError as error:
        raise BadInput(f"policy: {explain(error)}") from None
    account = start.account
    if problem := zone_problem(account.time_zone):
        raise BadInput(f"account.time_zone: {problem}")
    if problem := email_problem(account.email):
        raise BadInput(f"account.email: {problem}")
    if problem := number_problem(account.emergency_phone):
        tell_person(
            f"warning: account.emergency_phone: {problem}. The case does not call it, and asks "
            "the seller for another by e-mail"
        )
