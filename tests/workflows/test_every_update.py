"""Every update of each workflow is walked, tried in any order, and sent by a command.

The updates are read from the workflows, so that a new one is not left out.
"""

import sys
from pathlib import Path

import pytest
from temporalio import workflow

import client
from domain.shared.events import Event
from tests.domain.appeal.letters import APPEALS as APPEAL_LETTERS
from tests.domain.appeal.letters import EVENTS as APPEAL_EVENTS
from tests.domain.case import test_any_order as cases_in_any_order
from tests.domain.case.letters import EVENTS as CASE_LETTERS
from tests.domain.enrollment.build import TODAY
from tests.domain.enrollment.letters import events_on
from workflows.appeal.seller_appeal import SellerAppeal
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

WORKFLOWS = (IssueCase, SellerEnrollment, SellerAppeal)
WITHOUT_A_COMMAND = {
    "send_link": "whoever has an old link asks on the page",
    "record_deactivation": "for a case: its enrollment tells it",
    "change_address": "an enrollment tells an appeal",
    "record_answer": "a case tells its enrollment",
    "receive_reply": "`mail read` takes the message itself",
    "receive_bounce": "likewise",
    "note_mail": "likewise",
}


def updates_of(workflow_class: type) -> dict[str, type[Event]]:
    """The updates that a workflow takes, with the class of each one's event."""
    # There is no public way to ask.
    updates = workflow._Definition.must_from_class(workflow_class).updates
    found = {}
    for name, update in updates.items():
        assert name is not None
        assert update.arg_types is not None
        (found[name],) = update.arg_types
    return found


def test_every_update_of_a_case_is_a_letter_of_the_walk() -> None:
    assert {type(event) for event in CASE_LETTERS.values()} == {*updates_of(IssueCase).values()}


def test_every_update_of_a_case_is_tried_in_any_order() -> None:
    tried = {type(event) for event in cases_in_any_order.EVERY_EVENT}
    assert tried == {*updates_of(IssueCase).values()}


def test_every_update_of_an_enrollment_is_a_letter_and_tried_in_any_order() -> None:
    letters = {type(event) for event in events_on(TODAY).values()}
    assert letters == {*updates_of(SellerEnrollment).values()}


def test_every_update_of_an_appeal_is_a_letter_of_the_walk() -> None:
    letters = {type(event) for event in (APPEAL_LETTERS | APPEAL_EVENTS).values()}
    assert letters == {*updates_of(SellerAppeal).values()}


def modules_of_commands() -> set[str]:
    """The modules of the client's commands, and those of `cli` that they use."""
    apps = [client.app, *(group.typer_instance for group in client.app.registered_groups)]
    commands = [command for app in apps if app for command in app.registered_commands]
    modules = {command.callback.__module__ for command in commands if command.callback}
    used = [vars(sys.modules[name]).values() for name in modules]
    names = {str(getattr(thing, "__module__", "")) for things in used for thing in things}
    return modules | {name for name in names if name.startswith("cli.")}


@pytest.mark.parametrize(
    "update", sorted({u for workflow in WORKFLOWS for u in updates_of(workflow)})
)
def test_every_update_is_sent_by_a_command(update: str) -> None:
    files = [Path(sys.modules[name].__file__ or "") for name in modules_of_commands()]
    sent = any(f'"{update}"' in file.read_text(encoding="utf-8") for file in files)
    assert sent or update in WITHOUT_A_COMMAND
