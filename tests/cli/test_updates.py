"""Every update that people send has a command."""

from collections.abc import Iterator

import pytest
from temporalio import workflow
from typer.main import get_command

from cli.failure_words import COMMANDS
from client import app
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

NOT_BY_COMMAND = {
    "send_link": "a seller asks for it on the page; `link` makes one for the desk",
    "record_deactivation": "the two workflows tell each other, and the marketplace tells them",
}


def commands(group: object, before: str = "") -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        yield f"{before}{name}"
        yield from commands(command, f"{before}{name} ")


@pytest.mark.parametrize(("of", "group"), [(IssueCase, ""), (SellerEnrollment, "enrollment ")])
def test_every_update_has_a_command(of: type, group: str) -> None:
    updates = workflow._Definition.must_from_class(of).updates
    there = set(commands(get_command(app)))
    for update in updates.keys() - NOT_BY_COMMAND:
        assert update is not None
        assert {COMMANDS.get(update), f"{group}{update}"} & there, update
