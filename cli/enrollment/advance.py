"""`enrollment advance`: an enrollment's own clock is played forward."""

from cli.clock import play
from cli.enrollment.words import print_enrollment
from cli.session import run
from cli.terminal.output import say
from cli.terminal.parameters import Json, Seller, Span
from cli.terminal.problems import DidNotHappen
from cli.terminal.words import utc
from domain.enrollment.view import EnrollmentView
from temporal_client.workflows import Snapshot, Workflows


def advance(seller: Seller, time: Span, as_json: Json = False) -> None:
    """Play the enrollment's own clock forward, on a development server."""

    async def advanced(workflows: Workflows) -> Snapshot[EnrollmentView]:
        found = await workflows.look(seller)
        if found.broke_off:
            raise DidNotHappen(f"{seller}: {found.broke_off}")
        await play(workflows, seller, time)
        return await workflows.look(seller)

    found = run(advanced)
    if not as_json:
        say(f"By the enrollment's own clock it is {utc(found.now)}.")
    print_enrollment(found.view, as_json=as_json)
