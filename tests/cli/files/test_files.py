"""`plan --attach` stores files, and `files sweep` deletes those that no case names."""

import os
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from domain.case.view import CaseView
from providers.files.store import FileStore, owner_of
from runtime.file_settings import FileSettings
from tests.cli.conftest import Cli, cli_of, name_of
from tests.engine import Engine
from tests.sample_files import EICAR, PDF, PNG, clamd_at
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

TEXT = ("--root-cause", "x", "--corrective-action", "y", "--preventive-measure", "z")
TWO_DAYS = 48 * 3600


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    """The store of the commands' settings."""
    monkeypatch.setenv("CASE72_STATE", str(tmp_path))
    return FileSettings(state=tmp_path).file_store()


@pytest.fixture
def invoice(tmp_path: Path) -> str:
    """A file to attach."""
    path = tmp_path / "invoice.pdf"
    path.write_bytes(PDF)
    return str(path)


def client_of(engine: Engine) -> Cli:
    """The client, as users start it: the store's library does not outlive a fork."""
    return replace(cli_of(engine), started_anew=True)


def make_old(state: Path) -> None:
    """Have every file in the store be there for two days."""
    then = time.time() - TWO_DAYS
    for path in (state / "files").rglob("*"):
        os.utime(path, (then, then))


async def names_in(store: FileStore) -> set[str]:
    """What is in the store, by hash."""
    return {file.sha256 async for file in store.each()}


def named_by(view: CaseView) -> list[str]:
    """The names of the newest plan's files."""
    return [file.name for file in view.plans[-1].plan.files]


async def test_a_file_is_stored_and_named_and_shown(
    engine: Engine, store: FileStore, invoice: str
) -> None:
    cli, case = client_of(engine), await engine.open()
    name = name_of(case)
    planned = await cli("plan", name, *TEXT, "--attach", invoice, "--json")
    assert planned.code == 0, planned
    assert named_by(planned.view) == ["invoice.pdf"]
    digest = sha256(PDF).hexdigest()
    assert await store.get(name, digest) == PDF
    shown = await cli("show", name)
    assert f"file: invoice.pdf (application/pdf, {len(PDF)} B, sha256 {digest[:12]})" in " ".join(
        shown.out.split()
    )


async def test_what_is_not_taken_is_said_and_nothing_is_sent(
    engine: Engine, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli, case = client_of(engine), await engine.open()
    name = name_of(case)
    wrong = tmp_path / "picture.png"
    wrong.write_bytes(PDF)
    virus = tmp_path / "virus.txt"
    virus.write_bytes(EICAR)
    refused = await cli("plan", name, *TEXT, "--attach", str(wrong))
    assert (refused.code, "is not what its name says" in refused.err) == (2, True), refused
    missing = await cli("plan", name, *TEXT, "--attach", str(tmp_path / "none.pdf"))
    assert (missing.code, "No such file" in missing.err) == (2, True), missing
    async with clamd_at() as (_, address):
        monkeypatch.setenv("CASE72_FILES_CLAMD", address)
        infected = await client_of(engine)("plan", name, *TEXT, "--attach", str(virus))
        assert (infected.code, "infected" in infected.err) == (2, True), infected
    away = await client_of(engine)("plan", name, *TEXT, "--attach", str(virus))
    assert (away.code, "try again" in away.err) == (1, True), away
    assert (await case.view()).plans == ()
    assert await names_in(store) == set()


async def test_a_plan_that_names_what_is_not_stored_is_not_sent(
    engine: Engine, store: FileStore, tmp_path: Path
) -> None:
    cli, case = client_of(engine), await engine.open()
    plan = tmp_path / "plan.json"
    plan.write_text(
        '{"root_causes": ["a"], "corrective_actions": ["b"], "preventive_measures": ["c"], '
        f'"files": [{{"sha256": "{"ab" * 32}", "name": "a.pdf", "media_type": "application/pdf", '
        '"size": 7}]}'
    )
    answer = await cli("plan", name_of(case), "--file", str(plan))
    assert (answer.code, "no such file" in answer.err) == (2, True), answer
    assert (await case.view()).plans == ()


async def test_what_a_case_names_stays_and_what_none_names_goes(
    engine: Engine, store: FileStore, invoice: str, tmp_path: Path
) -> None:
    cli = client_of(engine)
    closed, opened = await engine.open(), await engine.open()
    accounts = []
    for case in (closed, opened):
        accounts.append(name_of(case))
        answer = await cli("plan", accounts[-1], *TEXT, "--attach", invoice)
        assert answer.code == 0, answer
    await closed.tell(IssueCase.withdraw, WITHDRAW)
    await closed.end()
    left = await store.put(accounts[0], PNG)  # chosen, and never sent
    of_nobody = await store.put("US/NOBODY", PDF)
    assert "No file is older than a day" in (await cli("files", "sweep", "--delete")).out
    make_old(tmp_path)
    young = await store.put(accounts[1], b"young")
    counted = await cli("files", "sweep")
    assert (counted.code, "Named by nothing: 2." in counted.out) == (0, True), counted
    assert len([f async for f in store.each()]) == 5
    swept = await cli("files", "sweep", "--delete")
    assert (swept.code, "Deleted: 2. Kept: 2." in swept.out) == (0, True), swept
    assert not await store.has(accounts[0], left)
    assert not await store.has("US/NOBODY", of_nobody)
    digest = sha256(PDF).hexdigest()
    found = {(file.owner, file.sha256) async for file in store.each()}
    assert found == {
        (owner_of(accounts[0]), digest),
        (owner_of(accounts[1]), digest),
        (owner_of(accounts[1]), young),
    }


async def test_where_temporal_knows_no_case_nothing_is_deleted(
    engine: Engine, store: FileStore, tmp_path: Path, server: str
) -> None:
    digest = await store.put("US/A", PDF)
    make_old(tmp_path)
    wrong = await Cli(server, "default", started_anew=True)("files", "sweep", "--delete")
    assert (wrong.code, "the right namespace" in wrong.err) == (1, True), wrong
    assert await store.has("US/A", digest)
