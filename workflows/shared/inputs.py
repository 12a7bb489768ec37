"""Checks of what a workflow receives: its input, its carried state, its updates."""

from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.shared.errors import Refusal, Refused, explain
from domain.shared.events import Event
from reference.contact_check import email_problem, number_problem, zone_problem

Input = TypeVar("Input")
State = TypeVar("State", bound=BaseModel)

_EXISTS = (
    ("emergency_phone", number_problem),
    ("email", email_problem),
    ("time_zone", zone_problem),
)


def require_input(start: Input | None, expected: type[Input]) -> Input:
    """Return the input of a start. A client can leave it out, despite the signature.

    Raises:
        ApplicationError: the input is missing. The workflow ends.
    """
    if not isinstance(start, expected):
        raise ApplicationError("the input is missing, or is not JSON", type="BadInput")
    return start


def carried_over(state: dict[str, JsonValue], model: type[State]) -> State:
    """Return the state of a workflow that continues as new.

    Raises:
        ApplicationError: a client gave the state. The workflow ends.
        RuntimeError: the state is not understood. That is our fault, so the workflow task fails
            until we fix it, and the workflow goes on.
    """
    if workflow.info().continued_run_id is None:
        raise ApplicationError("carried: only the engine sets it; leave it out", type="BadInput")
    try:
        return model.model_validate(state)
    except ValidationError as error:
        raise RuntimeError(f"the carried state is not understood: {explain(error)}") from None


def require_workflow_id(of_account: str, form: str) -> None:
    """Require the account's workflow id, so that an account has one workflow only.

    Raises:
        ApplicationError: the workflow has another id. It ends.
    """
    if workflow.info().workflow_id != of_account:
        raise ApplicationError(f"the workflow id must be {form} of the account", type="BadInput")


def update_id() -> str:
    """Return the id of the current update. A repeat has the same id."""
    update = workflow.current_update_info()
    assert update is not None
    return update.id


def refuse_what_does_not_exist(event: Event) -> None:
    """Refuse a number, an address or a time zone that does not exist.

    They may be fields of the update or of its `account`. Call this in a validator only, since the
    answer depends on the data of a machine.

    Raises:
        Refused: one of them does not exist. The message names the field.
    """
    for news in (event, getattr(event, "account", None)):
        for field, problem_of in _EXISTS:
            value = getattr(news, field, None)
            if value is not None and (problem := problem_of(value)):
                raise Refused(
                    f"{field}: {problem}",
                    Refusal.DOES_NOT_EXIST,
                    field=field,
                    problem=problem.code,
                )
