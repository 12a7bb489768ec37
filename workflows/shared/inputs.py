"""What a workflow is given, looked at before it is worked with."""

from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.case.events import Event
from domain.shared.errors import Refusal, Refused, explain
from reference.contact_check import email_problem, number_problem, zone_problem

Input = TypeVar("Input")
State = TypeVar("State", bound=BaseModel)

_EXISTS = (
    ("emergency_phone", number_problem),
    ("email", email_problem),
    ("time_zone", zone_problem),
)


def given(start: Input | None, expected: type[Input]) -> Input:
    """The input of a start, which may be missing, whatever the signature says.

    Raises:
        ApplicationError: it is, and the workflow ends.
    """
    if not isinstance(start, expected):
        raise ApplicationError("the input is missing, or is no JSON", type="BadInput")
    return start


def carried_over(state: dict[str, JsonValue], model: type[State]) -> State:
    """The state of a workflow that continues as new.

    Raises:
        ApplicationError: somebody else gave it; the workflow ends.
        RuntimeError: it is not understood. Ours to mend: the task fails until it is, rather
            than the workflow.
    """
    if workflow.info().continued_run_id is None:
        raise ApplicationError("carried: the engine's own; leave it out", type="BadInput")
    try:
        return model.model_validate(state)
    except ValidationError as error:
        raise RuntimeError(f"carried state not understood: {explain(error)}") from None


def require_workflow_id(of_account: str, form: str) -> None:
    """Only its account's own id keeps an account to one workflow.

    Raises:
        ApplicationError: the workflow has another; it ends.
    """
    if workflow.info().workflow_id != of_account:
        raise ApplicationError(f"the workflow id must be {form} of the account", type="BadInput")


def update_id() -> str:
    """The id of the update that is being looked at or taken: a repeat has the same."""
    update = workflow.current_update_info()
    assert update is not None
    return update.id


def refuse_what_does_not_exist(event: Event) -> None:
    """For any update that brings news of an account, itself or in its `account`.

    Only for a validator: the answer changes with the data a machine carries.

    Raises:
        Refused: a number, an address or a time zone is none; names the field.
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
