"""`link`: a link to a seller's account health page, for the desk to pass on."""

import sys
from contextlib import suppress

from cli.session import run
from cli.terminal.output import say, warn
from cli.terminal.parameters import Case
from cli.terminal.problems import BadInput, DidNotHappen
from cli.terminal.settings import settings_of
from runtime.page_settings import PageSettings, of_this_machine
from runtime.settings import Settings
from temporal_client.failures import NotThere
from temporal_client.names import CaseName, enrollment_name
from temporal_client.workflows import Workflows


def link(case: Case) -> None:
    """Make a link that opens the seller's account health page, for whoever has it."""
    settings = of_this_machine(settings_of(PageSettings), settings_of(Settings).state)
    try:
        address = settings.links().link(case.workflow_id)
    except ValueError as error:
        raise BadInput(str(error)) from None
    _warn_if_unknown(case)
    say(address)
    if sys.stdout.isatty():
        say(f"It opens the page for {settings.link_days:g} days; whoever has it can act there.")


def _warn_if_unknown(case: CaseName) -> None:
    """Warn if nobody knows the seller: the name may be mistyped. The link may work later."""
    try:
        known = run(lambda workflows: _is_known(workflows, case))
    except (DidNotHappen, BadInput) as problem:
        warn(f"warning: it is not known whether there is a seller {case}: {problem.message}")
        return
    if not known:
        warn(
            f"warning: nobody knows the seller {case}: there is no case and no enrollment, and "
            "the page will say so"
        )


async def _is_known(workflows: Workflows, case: CaseName) -> bool:
    account = case.account
    for name in (case, enrollment_name(account.store, account.seller_id)):
        with suppress(NotThere):
            await workflows.describe(name)
            return True
    return False
