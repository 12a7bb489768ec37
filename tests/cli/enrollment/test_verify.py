"""`enrollment verify` and `try-call` (docs/rules.md, section 2)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from domain.enrollment.view import EnrollmentView
from domain.shared.result import Result
from reference.page_links import PageLinks
from tests.cli.conftest import Cli, cli_of
from tests.engine import Engine, engine_in

SECRET = "a-secret-of-forty-characters-for-tests-1"
PHONE = "+12065553301"
VERIFY = ("enrollment", "verify", "US/CLI-VERIFY", "--by", "kim")


@pytest_asyncio.fixture(loop_scope="session")
async def calling(
    tmp_path_factory: pytest.TempPathFactory, server: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Engine]:
    """An engine whose calls say codes."""
    monkeypatch.setenv("CASE72_PAGE_SECRETS", SECRET)
    page = PageLinks((SECRET,), "https://health.shop.example")
    async with engine_in(tmp_path_factory.mktemp("cli"), page=page, server=server) as engine:
        yield engine


def code_heard(engine: Engine) -> str:
    words = (engine.folder / "heard" / f"{PHONE}.txt").read_text(encoding="utf-8")
    return "".join(words.split()[-6:])


async def test_a_number_is_verified_by_two_commands(calling: Engine) -> None:
    cli = cli_of(calling)
    seller = await calling.know("CLI-VERIFY", emergency_phone=PHONE)
    early = await cli(*VERIFY, "--code", "123456")
    assert (early.code, early.out) == (1, "")
    assert early.err == "no code is waited for: leave out --code to be called\n"

    asked = await cli(*VERIFY)
    assert (asked.code, asked.err) == (0, "")
    view = await seller.when(lambda v: v.number_call and v.number_call.result)
    assert view.number_call is not None
    assert view.number_call.result is Result.CONNECTED
    code = code_heard(calling)

    bad = await cli(*VERIFY, "--code", "12345")
    assert (bad.code, bad.out) == (2, "")
    assert bad.err == "--code: give the 6 digits that were said or sent\n"
    wrong = await cli(*VERIFY, "--code", f"{(int(code) + 1) % 10**6:06}")
    assert (wrong.code, wrong.out) == (1, "")
    assert wrong.err == "this is not the code that was said or sent: 4 more tries\n"

    right = await cli(*VERIFY, "--code", code, "--json")
    assert right.code == 0
    assert EnrollmentView.model_validate_json(right.out).verified_at is not None
    shown = await cli("enrollment", "show", "US/CLI-VERIFY")
    assert "verified 20" in shown.out
    used = await cli(*VERIFY, "--code", code)
    assert (used.code, used.out) == (1, "")
    assert used.err.startswith("refused: no code is waited for")


async def test_the_number_is_tried(calling: Engine) -> None:
    await calling.know("CLI-TRY", emergency_phone="+12065553402")
    tried = await cli_of(calling)("enrollment", "try-call", "US/CLI-TRY")
    assert (tried.code, tried.err) == (0, "")
    assert "The number is being called (test)." in tried.out


async def test_without_the_secret_nothing_is_sent(
    cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(engine.folder)  # where no `worker.py --dev` has kept a secret
    monkeypatch.delenv("CASE72_PAGE_SECRETS", raising=False)
    seller = await engine.know("CLI-SECRET")
    answer = await cli("enrollment", "verify", "US/CLI-SECRET")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("CASE72_PAGE_SECRETS: is required")
    assert (await seller.view()).number_call is None


@pytest.mark.parametrize("extension", ["reception", "w" * 33, "www"])
async def test_an_extension_that_nobody_could_dial_is_bad_input(cli: Cli, extension: str) -> None:
    for command in (("enrollment", "change"), ("change",)):
        answer = await cli(*command, "US/NOBODY", "--extension", extension)
        assert (answer.code, answer.out) == (2, "")
        assert "--extension: give up to 32 digits" in answer.err


async def test_an_extension_is_changed_and_shown(cli: Cli, engine: Engine) -> None:
    await engine.know("CLI-EXT")
    command = ("enrollment", "change", "US/CLI-EXT")
    changed = await cli(*command, "--extension", "12,", "--json")
    assert EnrollmentView.model_validate_json(changed.out).account.extension == "12wwww"
    removed = await cli(*command, "--remove", "extension", "--json")
    assert EnrollmentView.model_validate_json(removed.out).account.extension is None
