"""What the desk is told, and the commands it is given (docs/rules.md, section 5; docs/api.md)."""

import re
import shlex
from datetime import timedelta

import pytest
import typer

from client import app
from domain.case import desk_updates, marketplace_updates, seller_updates, step_results
from domain.case.activity_inputs import tell_desk_input
from domain.case.advance import advance
from domain.case.attempt import Channel, Purpose
from domain.case.case import Case
from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.case.timeline import TimelineEntry
from domain.shared.events import ENGINE
from domain.shared.result import Result
from mail.desk_words import REASONS, STATUSES, told
from mail.samples import desk_samples
from mail.templates import Templates, Written
from mail.values import values_of_desk
from tests.domain.case.build import (
    ASK_MORE,
    HOUR,
    MONDAY_9,
    a_change,
    a_conversation,
    a_new_case,
    a_plan,
    a_review,
    facts_for,
    joins,
)

CASE = "case/US/A2EXAMPLE/01a2059d-646f-7525-933d-d4e161505d22"
CODE = re.compile(r"\b[a-z]+_[a-z_]+\b|->")
EMAILS = [Templates().write_to_desk(values) for values in desk_samples()]


def opened() -> Case:
    """A case that has begun."""
    case = a_new_case().model_copy(update={"id": CASE})
    step_results.looked_up(case, facts_for(case), MONDAY_9)
    return case


def commands(text: str) -> list[str]:
    """What follows `python client.py` in an e-mail, line by line."""
    return re.findall(r"^ +python client\.py (.*)$", text, re.M)


def parsed(command: str) -> dict[str, object]:
    """What the client makes of a line that somebody copies."""
    group = typer.main.get_command(app)
    with group.make_context("client", ["list"], resilient_parsing=True) as context:
        name, found, rest = group.resolve_command(context, shlex.split(command))  # type: ignore[attr-defined]  # a group's
        with found.make_context(name, list(rest), parent=context) as inner:
            return dict(inner.params)


@pytest.mark.parametrize("email", EMAILS, ids=lambda e: e.subject)
def test_each_command_is_one_that_the_client_takes(email: Written) -> None:
    lines = commands(email.text)
    assert len(lines) >= 4
    for line in lines:
        given = parsed(line)
        assert str(given["case"]) == "US/A2EXAMPLE"
        judges = not line.startswith("show")
        assert judges == (given.get("seen") == 1 or isinstance(given.get("version"), int))


@pytest.mark.parametrize("required", [False, True])
def test_the_desk_answers_what_it_was_shown(required: bool) -> None:
    case, now = opened(), MONDAY_9
    seller_updates.submit_plan(case, a_plan("one"), now)
    if required:
        desk_updates.review_plan(case, ASK_MORE, now)
        seller_updates.submit_plan(case, a_plan("two"), now)
    input = tell_desk_input(case, now)
    text = Templates().write_to_desk(values_of_desk(input, None)).text
    lines = commands(text)
    versions = {parsed(line)["version"] for line in lines if line.startswith("review")}
    assert versions == {case.plans.versions[-1].version}
    seen = {parsed(line)["seen"] for line in lines if line.startswith(("with", "conv"))}
    assert seen == {len(case.timeline.entries)}
    # What it is told to do first comes first, or else it would be refused.
    names = [line.split()[0] for line in lines if " accept" in line or line.startswith("conv")]
    assert names == (["conversation", "review"] if required else ["review"])


def test_every_event_and_result_is_told_in_words() -> None:
    for what in EventKind:
        entry = TimelineEntry(at=MONDAY_9, what=what, by=ENGINE)
        assert not CODE.search(told(entry)), what
    for result in Result:
        entry = TimelineEntry(
            at=MONDAY_9,
            what=EventKind.CALL,
            by=ENGINE,
            attempt=1,
            result=result,
            about=Purpose.FINAL_NOTICE,
        )
        assert not CODE.search(told(entry)), result
    assert set(STATUSES) == set(Status)
    assert set(REASONS) == set(Reason)


def test_a_whole_story_is_told_without_a_code() -> None:
    case, now = opened(), MONDAY_9
    advance(case, now)
    for attempt in case.attempts.under_way:
        call = attempt.channel is Channel.CALL
        step_results.reached_out(
            case, attempt.number, Result.VOICEMAIL_CUT if call else Result.ACCEPTED, now
        )
    now += timedelta(minutes=1)
    seller_updates.change_contact(
        case, a_change(phone="+12065550177", email="new@kettle.example"), now
    )
    marketplace_updates.add_issue(case, joins(), now)
    for number in range(3):
        now += HOUR
        seller_updates.submit_plan(case, a_plan(f"cause {number}"), now)
        decision = ASK_MORE if number == 0 else a_review(ASK_MORE.decision, "more_of_it")
        desk_updates.review_plan(case, decision, now)
    desk_updates.record_conversation(case, a_conversation(), now)
    lines = [told(entry).replace("more_of_it", "") for entry in case.timeline.entries]
    assert len(lines) > 12
    assert [line for line in lines if CODE.search(line)] == []
    assert any("emergency number and email" in line for line in lines)
