"""The settings that a command reads."""

from cli.terminal.problems import BadInput
from runtime.program import SomeSettings, loaded


def settings_of(kind: type[SomeSettings]) -> SomeSettings:
    """Return settings from the environment, and from the folder of secrets.

    Raises:
        BadInput: one is bad. The message names it.
    """
    try:
        return loaded(kind)
    except ValueError as error:
        raise BadInput(str(error)) from None
