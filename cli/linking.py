"""`link`: a seller's way in to their account health page, for the desk to hand on."""

import sys

from pydantic import ValidationError

from cli.output import say
from cli.parameters import Case
from cli.problems import BadInput
from domain.errors import explain
from runtime.portal_settings import PortalSettings, of_this_machine
from runtime.settings import Settings


def link(case: Case) -> None:
    """Make a link that opens the seller's account health page, for whoever has it."""
    try:
        settings = of_this_machine(PortalSettings(), Settings().state)
    except ValidationError as error:
        raise BadInput(f"settings (CASE72_*): {explain(error)}") from None
    try:
        address = settings.entry().link(case.workflow_id)
    except ValueError as error:
        raise BadInput(str(error)) from None
    say(address)
    if sys.stdout.isatty():
        say(f"It opens the page for {settings.link_days:g} days; whoever has it can act there.")
