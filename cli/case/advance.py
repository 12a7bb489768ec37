"""`advance`: a case's own clock is played forward."""

from cli.case.words import print_case
from cli.clock import play
from cli.session import how_it_ended, run
from cli.terminal.output import say
from cli.terminal.parameters import Case, Json, Span
from cli.terminal.problems import DidNotHappen
from cli.terminal.words import utc
from domain.case.view import CaseView
from temporal_client.workflows import Snapshot, Workflows


def advance(case: Case, time: Span, as_json: Json = False) -> None:
    """Play the case's own clock forward, on a development server."""

    async def advanced(workflows: Workflows) -> Snapshot[CaseView]:
        found = await workflows.look(case)
        if found.broke_off or found.view.closed_at is not None:
            raise DidNotHappen(f"{case} is closed: {how_it_ended(found)}")
        await play(workflows, case, time)
        return await workflows.look(case)

    snapshot = run(advanced)
    if not as_json:
        say(f"By the case's own clock it is {utc(snapshot.now)}.")
    print_case(snapshot.view, as_json=as_json)
