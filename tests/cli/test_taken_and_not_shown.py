"""A command whose update is taken, and whose view nobody answers any more."""

from typing import Any, NoReturn

import pytest

from cli.session import send_update, view_after
from cli.terminal.problems import NotShown
from domain.case.events import Note
from domain.case.status import Status
from domain.enrollment.events import RecordRatings
from domain.shared.taken import Taken
from temporal_client.failures import NoAnswer
from temporal_client.names import case_name, enrollment_name
from temporal_client.workflows import Workflows
from tests.engine import Engine
from tests.workflows.enrollment_events import days_ago
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

NOTE = Note(by="kim", note="They speak French")


async def away(*_: Any) -> NoReturn:
    """What no worker answers."""
    raise NoAnswer("no answer in time")


async def test_it_is_done_all_the_same_and_says_so(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await engine.open(seller_id="UNSEEN")
    with monkeypatch.context() as nobody:
        nobody.setattr(Workflows, "view", away)
        with pytest.raises(NotShown) as unseen:
            await send_update(Workflows(engine.client), case_name("US", "UNSEEN"), "note", NOTE)
    assert unseen.value.exit_code == 0
    assert unseen.value.message.startswith("done: US/UNSEEN is contacting now; but")
    assert (await case.view()).timeline[-1].note == NOTE.note


async def test_the_case_that_took_it_is_shown_though_the_account_has_another(
    engine: Engine,
) -> None:
    first = await engine.open(seller_id="ANOTHER")
    taken = await first.handle.execute_update(IssueCase.withdraw, WITHDRAW)
    await first.end()
    second = await engine.open(seller_id="ANOTHER")
    shown = await view_after(Workflows(engine.client), case_name("US", "ANOTHER"), taken)
    assert shown.status is Status.WITHDRAWN
    assert shown.id == taken.id != (await second.view()).id


async def test_an_enrollment_is_shown_whatever_has_become_of_its_first_run(engine: Engine) -> None:
    await engine.know("LONG-KNOWN")
    seller = enrollment_name("US", "LONG-KNOWN")
    rated = RecordRatings(by="feed", ratings=(days_ago(0, 310),))
    workflows = Workflows(engine.client)
    taken = await workflows.execute_update(seller, "record_ratings", rated)
    # As of one that continued as new long ago: its first run is deleted by now.
    gone = Taken(id=f"{seller.workflow_id}/{'0' * 8}-0000-0000-0000-{'0' * 12}", **_but_id(taken))
    assert (await view_after(workflows, seller, gone)).rating == 310


def _but_id(taken: Taken) -> dict[str, Any]:
    return taken.model_dump(exclude={"id"})
