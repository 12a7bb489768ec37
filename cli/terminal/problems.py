"""How the client says no: in one line, with an exit code that scripts can rely on."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from typer import TyperException

from domain.shared.errors import explain

Model = TypeVar("Model", bound=BaseModel)


class BadInput(TyperException):
    """What was asked for cannot be asked; nothing was sent. Names the field."""

    exit_code = 2


class DidNotHappen(TyperException):
    """It was asked for and did not happen: refused, not found, unreachable, no answer."""

    exit_code = 1


def checked(model: type[Model], values: Mapping[str, object]) -> Model:
    """What a person gave, in the form that a case takes.

    Raises:
        BadInput: a field is wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise BadInput(explain(error)) from None
