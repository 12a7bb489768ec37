"""`--version`, an option of the client itself rather than of a command."""

from typing import Annotated

import typer

from runtime.release import RELEASE


def _show(wanted: bool) -> None:
    if wanted:
        print(RELEASE)
        raise typer.Exit


def version_option(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the option. It is shown, and the client ends, before any command runs."""
