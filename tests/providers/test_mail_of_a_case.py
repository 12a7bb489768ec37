"""A case whose e-mails go to a real mail server, which is not always in the mood."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from domain.case.attempt import Channel
from domain.case.events import Decision
from domain.case.status import Status
from domain.shared.result import Result
from reference.mail_tokens import thread_of
from tests.engine import Engine, OpenCase, engine_in
from tests.providers.mail_server import Letterbox, mail_server
from tests.workflows.events import PLAN, REJECT, decided
from workflows.case.issue_case import IssueCase


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def post(
    tmp_path_factory: pytest.TempPathFactory, server: str
) -> AsyncIterator[tuple[Engine, Letterbox]]:
    """An engine, and the server that its e-mails go to."""
    async with mail_server() as box:
        mail = box.client()
        async with engine_in(tmp_path_factory.mktemp("engine"), mail=mail, server=server) as engine:
            yield engine, box


@pytest.fixture
def engine(post: tuple[Engine, Letterbox]) -> Engine:
    return post[0]


@pytest.fixture
def box(post: tuple[Engine, Letterbox]) -> Letterbox:
    post[1].taken.clear()
    return post[1]


async def _emailed(case: OpenCase) -> list[Result | None]:
    view = await case.view()
    return [a.result for a in view.attempts if a.channel is Channel.EMAIL]


async def test_a_greylisted_notice_is_accepted_at_the_second_try(
    engine: Engine, box: Letterbox
) -> None:
    box.answers["RCPT"] = ["450 4.7.1 Come back later"]
    case = await engine.open()
    assert await _emailed(case) == [Result.ACCEPTED]
    assert len(box.taken) == 1


async def test_an_address_that_is_refused_bounces_at_once(engine: Engine, box: Letterbox) -> None:
    box.answers["RCPT"] = ["550 5.1.1 Who?"]
    case = await engine.open()
    assert await _emailed(case) == [Result.BOUNCED]
    assert not box.taken


async def test_an_address_that_would_break_out_of_its_header_bounces(
    engine: Engine, box: Letterbox
) -> None:
    case = await engine.open(email="=?utf-8?q?a=0D=0ABcc=3A_b?=@kettle.example")
    assert await _emailed(case) == [Result.BOUNCED]
    assert not box.taken


async def test_a_message_whose_answer_was_lost_comes_twice_and_can_be_recognised(
    engine: Engine, box: Letterbox
) -> None:
    box.hangs_up = ["after"]
    case = await engine.open()
    assert await _emailed(case) == [Result.ACCEPTED]
    first, second = box.messages()
    assert first["Message-ID"] == second["Message-ID"]


async def test_all_messages_of_a_case_are_one_conversation(engine: Engine, box: Letterbox) -> None:
    case = await engine.open()
    for _ in range(3):
        await case.tell(IssueCase.submit_plan, PLAN)
        await case.tell(IssueCase.review_plan, REJECT)
    await case.reaches(Status.ESCALATED)
    await case.when(lambda _: any("desk@" in str(m["To"]) for m in box.messages()))
    await case.tell(IssueCase.decide, decided(Decision.RESOLVE))
    case_id = (await case.end()).id
    assert "owner@bluekettle.example" in str(box.messages()[0]["To"])
    assert "owner@bluekettle.example" in str(box.messages()[-1]["To"])
    assert len({m["Message-ID"] for m in box.messages()}) == len(box.messages()) > 3
    thread = f"<{thread_of(case_id)}@case72.example>"
    assert {str(m["References"]) for m in box.messages()} == {thread}
    assert {str(m["In-Reply-To"]) for m in box.messages()} == {thread}
    assert thread not in {m["Message-ID"] for m in box.messages()}
