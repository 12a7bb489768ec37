"""`link`: a seller's way in to their account health page, for the desk to hand on."""

import sys

from pydantic import ValidationError
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.cases import ANSWERS_WITHIN, run
from cli.output import say, warn
from cli.parameters import Case
from cli.problems import BadInput, DidNotHappen
from domain.shared.errors import explain
from runtime.page_settings import PageSettings, of_this_machine
from runtime.settings import Settings


def link(case: Case) -> None:
    """Make a link that opens the seller's account health page, for whoever has it."""
    try:
        settings = of_this_machine(PageSettings(), Settings().state)
    except ValidationError as error:
        raise BadInput(f"settings (CASE72_*): {explain(error)}") from None
    try:
        address = settings.entry().link(case.workflow_id)
    except ValueError as error:
        raise BadInput(str(error)) from None
    _warn_if_unknown(str(case))
    say(address)
    if sys.stdout.isatty():
        say(f"It opens the page for {settings.link_days:g} days; whoever has it can act there.")


def _warn_if_unknown(seller: str) -> None:
    """A link is right for whoever becomes known later; more likely the name is mistyped."""
    try:
        known = run(lambda client: _is_known(client, seller))
    except (DidNotHappen, BadInput) as problem:
        warn(f"warning: it is not known whether there is a seller {seller}: {problem.message}")
        return
    if not known:
        warn(
            f"warning: nobody knows the seller {seller}: there is no case and no enrollment, and "
            "the page will say so"
        )


async def _is_known(client: Client, seller: str) -> bool:
    for kind in ("case", "enrollment"):
        try:
            handle = client.get_workflow_handle(f"{kind}/{seller}")
            await handle.describe(rpc_timeout=ANSWERS_WITHIN)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        else:
            return True
    return False
