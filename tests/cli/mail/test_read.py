"""`mail read`, as a mail server's pipe runs it."""

import pytest

from domain.case.status import Status
from reference.mail_tokens import ReplyAddresses, SentEmail
from tests.cli.conftest import Cli
from tests.engine import Engine, OpenCase
from tests.inbound.test_answers import reply

ADDRESS, SECRET = "reply@in.shop.example", "s" * 40
TRY_AGAIN = 75


@pytest.fixture(autouse=True)
def settings(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASE72_INBOUND_ADDRESS", ADDRESS)
    monkeypatch.setenv("CASE72_INBOUND_SECRETS", SECRET)
    monkeypatch.setenv("CASE72_STATE", str(engine.folder))


async def answer_to(case: OpenCase) -> str:
    """A reply to the first e-mail of a case."""
    email = SentEmail.of((await case.view()).id, 1)
    return reply(ReplyAddresses(ADDRESS, [SECRET]).address(email)).decode()


async def test_a_reply_reaches_its_case_once(engine: Engine, cli: Cli) -> None:
    case = await engine.open(email="owner@bluekettle.example")
    message = await answer_to(case)
    for _ in range(2):
        said = await cli("mail", "read", stdin=message)
        assert (said.code, said.out) == (0, "taken\n")
    view = await case.view()
    assert view.status is Status.WORKING
    assert [e.note for e in view.timeline if e.what == "contact"] == ["I have removed the listing."]


async def test_what_no_case_takes_is_sent_to_the_desk(engine: Engine, cli: Cli) -> None:
    said = await cli("mail", "read", stdin=reply("reply@in.shop.example").decode())
    assert (said.code, said.out) == (0, "sent to the desk\n")
    subjects = [str(mail["Subject"]) for mail in engine.mails("desk@case72.example")]
    assert "A message to read" in subjects


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TEMPORAL_ADDRESS", "127.0.0.1:1", "no Temporal server answers"),
        ("CASE72_INBOUND_SECRETS", "short", "secrets: each must have 32 characters or more"),
        ("CASE72_INBOUND_ADDRESS", "", "address: is required"),
    ],
)
async def test_a_mail_server_keeps_the_message_whatever_is_wrong(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    if name == "TEMPORAL_ADDRESS":
        cli = Cli(value)
    elif value:
        monkeypatch.setenv(name, value)
    else:
        monkeypatch.delenv(name)
    said = await cli("mail", "read", stdin=reply("reply@in.shop.example").decode())
    assert said.code == TRY_AGAIN
    assert says in said.err
