"""The store for files that sellers attach, as commands reach it."""

from pydantic import ValidationError

from cli.terminal.problems import BadInput
from domain.shared.errors import explain
from providers.files.intake import Intake
from runtime.file_settings import FileSettings


def intake_of_settings() -> Intake:
    """Return the way into the store that page and desk use.

    Raises:
        BadInput: a setting is wrong.
    """
    try:
        return FileSettings().intake()
    except ValidationError as error:
        raise BadInput(f"settings (CASE72_FILES*): {explain(error)}") from None
    except ValueError as error:
        raise BadInput(str(error)) from None
