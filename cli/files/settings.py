"""The store for files that sellers attach, as commands reach it."""

from cli.terminal.problems import BadInput
from cli.terminal.settings import settings_of
from providers.files.intake import Intake
from runtime.file_settings import FileSettings


def intake_of_settings() -> Intake:
    """Return the way into the store that page and desk use.

    Raises:
        BadInput: a setting is wrong.
    """
    settings = settings_of(FileSettings)
    try:
        return settings.intake()
    except ValueError as error:
        raise BadInput(str(error)) from None
