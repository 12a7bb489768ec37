"""The failures of commands: a line, and an exit code that scripts can rely on."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from typer import TyperException

from domain.shared.errors import explain

Model = TypeVar("Model", bound=BaseModel)


class BadInput(TyperException):
    """The input is invalid, and nothing was sent. The message names the field."""

    exit_code = 2


class DidNotHappen(TyperException):
    """The command did not succeed: refused, not found, unreachable, no answer."""

    exit_code = 1


class NotShown(TyperException):
    """What was asked for is done, and what became of it cannot be shown."""

    exit_code = 0


def checked(model: type[Model], values: Mapping[str, object]) -> Model:
    """Return what a person typed as a model.

    Raises:
        BadInput: a field is wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise BadInput(explain(error)) from None
