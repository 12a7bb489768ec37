"""The commands of the desk's e-mails, copied out of them into the client."""

import asyncio
import re
import shlex

from domain.case.events import ContactChannel, ReportContact, Review
from domain.case.status import Status
from tests.cli.conftest import Answer, Cli
from tests.domain.case.build import a_plan, a_review
from tests.engine import Engine, OpenCase
from tests.patience import PATIENCE
from tests.reading import part_of
from workflows.case.issue_case import IssueCase


async def mailed(engine: Engine, case: OpenCase, about: str, says: str) -> dict[str, str]:
    """The commands of the e-mail to the desk, by their first words."""
    case_id = (await case.view()).id
    async with asyncio.timeout(PATIENCE):
        while True:
            for mail in engine.mails("desk@"):
                text = part_of(mail, "plain")
                if case_id in text and about in str(mail["Subject"]) and says in text:
                    lines = re.findall(r"^ +python client\.py (.*)$", text, re.M)
                    return {_first_words(line): line for line in lines}
            await asyncio.sleep(0.1)


def _first_words(line: str) -> str:
    command, _, answer, *_ = [*line.split(), ""]
    return f"{command} {answer}" if not answer.startswith("-") else command


async def typed(cli: Cli, command: str) -> Answer:
    return await cli(*shlex.split(command))


async def test_a_reviewer_answers_the_version_that_the_e_mail_shows(
    cli: Cli, engine: Engine
) -> None:
    case = await engine.open()
    await case.tell(IssueCase.submit_plan, a_plan("the first cause"))
    first = await mailed(engine, case, "Review", "the first cause")
    answer = await typed(cli, first["review more_information"])
    assert answer.code == 0, answer.err
    await case.tell(IssueCase.submit_plan, a_plan("the second cause"))
    second = await mailed(engine, case, "Review", "the second cause")

    stale = await typed(cli, first["review reject"])
    assert stale.code == 1
    assert "version: 1 is not the newest" in stale.err
    assert (await case.view()).status is Status.PLAN_REVIEW

    for command in ("conversation plan_expected", "review accept"):
        answer = await typed(cli, second[command])
        assert answer.code == 0, answer.err
    assert (await case.end()).status is Status.RESOLVED


async def test_a_lead_decides_what_the_e_mail_shows(cli: Cli, engine: Engine) -> None:
    case = await engine.open(rules={"maximum_rejections": 1})
    await case.tell(IssueCase.submit_plan, a_plan())
    review = await mailed(engine, case, "Review", "Plan, version 1")
    answer = await typed(cli, review["review reject"])
    assert answer.code == 0, answer.err
    decide = await mailed(engine, case, "Decide", "escalated")
    called = ReportContact(by="lee", channel=ContactChannel.PHONE, note="they found the invoice")
    await case.tell(IssueCase.report_contact, called)
    for command in ("decide deactivate", "withdraw"):
        stale = await typed(cli, decide[command])
        assert stale.code == 1
        assert "the case has changed since" in stale.err
    assert (await case.view()).status is Status.ESCALATED
    await case.tell(IssueCase.decide, {"by": "lead", "decision": "resolve", "note": "Invoice came"})
    assert (await case.end()).status is Status.RESOLVED


async def test_another_lead_answers_the_proposal_that_the_e_mail_shows(
    cli: Cli, engine: Engine
) -> None:
    case = await engine.open(rules={"maximum_rejections": 1, "second_person": True})
    await case.tell(IssueCase.submit_plan, a_plan())
    await case.tell(IssueCase.review_plan, a_review(Review.REJECT))
    decide = await mailed(engine, case, "Decide", "escalated")
    proposed = await typed(cli, decide["decide deactivate"].replace("YOU", "lead.ortiz"))
    assert "a deactivation is proposed" in proposed.out
    answers = await mailed(engine, case, "Confirm", "lead.ortiz proposes to deactivate")
    own = await typed(cli, answers["confirm"].replace("YOU", "lead.ortiz"))
    assert own.code == 1
    assert "whoever proposed the deactivation does not confirm it" in own.err
    shown = await cli("show", (await case.view()).id)
    assert "to deactivate, by lead.ortiz" in shown.out
    declined = await typed(cli, answers["decline"])
    assert (declined.code, (await case.view()).proposed) == (0, None)
    again = await cli("decide", (await case.view()).id, "deactivate", "--note", "x", "--by", "a")
    assert again.code == 0, again.err
    stale = await typed(cli, answers["confirm"])
    assert stale.code == 1
    assert "the case has changed since" in stale.err
    confirmed = await cli("confirm", (await case.view()).id, "--note", "x", "--by", "b")
    assert confirmed.code == 0, confirmed.err
    assert (await case.end()).status is Status.DEACTIVATED
