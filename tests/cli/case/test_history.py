"""`history`: what auditors get."""

import asyncio
import csv
import json
from pathlib import Path

from domain.case.events import Withdraw
from tests.cli.conftest import Cli, flags, name_of
from tests.engine import HOUR, Engine
from tests.patience import PATIENCE
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

FORMULA = '=HYPERLINK("http://x.example", "click")\nsecond line'


async def test_a_line_for_each_event(cli: Cli, engine: Engine, tmp_path: Path) -> None:
    case = await engine.open()
    await case.tell(IssueCase.withdraw, Withdraw(by="-desk", note=FORMULA))
    view = await case.end()
    file = tmp_path / "history.csv"
    as_json, as_csv = await asyncio.gather(
        cli("history", name_of(case), name_of(case)),
        cli("history", name_of(case), "--format", "csv", "--output", str(file)),
    )
    assert (as_json.code, as_csv.code, as_csv.out) == (0, 0, ""), as_csv.err
    lines = [json.loads(line) for line in as_json.out.splitlines()]
    dumped = view.model_dump(mode="json")
    absent = dict.fromkeys(lines[0].keys() - {"case_id", "store", "seller_id", "channel"})
    assert [
        {key: line[key] for key in line if key not in ("case_id", "store", "seller_id", "channel")}
        for line in lines
    ] == [
        absent
        | {key: said[key] for key in said if key != "served_by"}
        | {"changed": " ".join(said.get("changed", ())) or None}
        for said in dumped["timeline"]
    ]
    assert {(line["case_id"], line["store"]) for line in lines} == {(view.id, "US")}
    # At an attempt's event stands what is known of the attempt.
    assert [line["attempt"] for line in lines if line["attempt"]] == [
        attempt["number"] for attempt in dumped["attempts"]
    ]
    made = {a["number"]: (a["channel"], a["about"]) for a in dumped["attempts"]}
    for line in lines:
        assert (line["channel"], line["about"]) == made.get(line["attempt"], (None, None))

    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert list(rows[0]) == list(lines[0])
    for row, line in zip(rows, lines, strict=True):
        exact = {key: "" if value is None else str(value) for key, value in line.items()}
        if line["by"] == "-desk":
            exact |= {"by": "'-desk", "note": f"'{FORMULA}"}
        assert row == exact
    assert sum(row["note"] == f"'{FORMULA}" for row in rows) == 1
    assert list(tmp_path.iterdir()) == [file]


async def test_cases_are_found_as_list_finds_them(cli: Cli, engine: Engine) -> None:
    earlier = await engine.open(seller_id="AUDITED", store="CA")
    await earlier.tell(IssueCase.withdraw, WITHDRAW)
    first = (await earlier.end()).id
    second = (await cli("open", *flags("AUDITED", store="CA"), "--json")).view.id
    terminated = await engine.open()
    await terminated.handle.terminate(reason="by mistake")
    async with asyncio.timeout(PATIENCE):  # what cases are found by lags a little
        while (await engine.client.count_workflows("CaseSeller = 'AUDITED'")).count < 2:
            await asyncio.sleep(0.02)

    async def found(*arguments: str) -> list[str]:
        answer = await cli("history", *arguments)
        assert answer.code == 0, answer.err
        return list(dict.fromkeys(json.loads(line)["case_id"] for line in answer.out.splitlines()))

    by_seller, withdrawn, everything, newest, both, by_own_id = await asyncio.gather(
        found("--seller", "AUDITED"),
        found("--seller", "AUDITED", "--store", "CA", "--status", "withdrawn"),
        found(),
        found("CA/AUDITED"),
        found("CA/AUDITED", "--earlier"),
        found(first),
    )
    assert sorted(by_seller) == sorted([first, second])
    assert withdrawn == by_own_id == [first]
    assert {first, second} <= set(everything)
    assert newest == [second]
    assert both == [first, second]
    broken_off = await cli("history", name_of(terminated))
    assert (broken_off.code, "by mistake" in broken_off.err) == (0, True)
    assert '"what":"opened"' in broken_off.out


async def test_a_case_that_is_missing_is_said_and_bad_input_writes_nothing(
    cli: Cli, engine: Engine, tmp_path: Path
) -> None:
    case = await engine.open()
    there = tmp_path / "there.jsonl"
    there.write_text("as it was")
    nowhere = tmp_path / "no" / "folder.csv"
    partly, mixed, unwritable, down = await asyncio.gather(
        cli("history", "US/NOBODY", name_of(case)),
        cli("history", name_of(case), "--store", "US", "--output", str(there)),
        cli("history", name_of(case), "--output", str(nowhere)),
        Cli("127.0.0.1:1")("history", name_of(case), "--output", str(there)),
    )
    assert (partly.code, partly.out.count('"what":"opened"')) == (1, 1)
    assert "US/NOBODY is missing: there is no case US/NOBODY" in partly.err
    assert (mixed.code, "not both" in mixed.err) == (2, True)
    assert (unwritable.code, "--output: No such file" in unwritable.err) == (2, True)
    assert (down.code, "no Temporal server answers" in down.err) == (1, True)
    assert there.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [there]


async def test_an_accounts_cases_come_in_the_order_in_which_they_opened(
    cli: Cli, engine: Engine
) -> None:
    ids = []
    for hours in (60, 30, 0):  # by its own clock the first ends last
        case = await engine.open(seller_id="THRICE")
        ids.append((await case.view()).id)
        await case.play(hours * HOUR) if hours else None
        await case.tell(IssueCase.withdraw, WITHDRAW)
        await case.end()
    async with asyncio.timeout(PATIENCE):
        closed = "CaseSeller = 'THRICE' AND ExecutionStatus = 'Completed'"
        while (await engine.client.count_workflows(closed)).count < 3:
            await asyncio.sleep(0.05)
    answer = await cli("history", "US/THRICE", "--earlier")
    lines = [json.loads(line)["case_id"] for line in answer.out.splitlines()]
    assert list(dict.fromkeys(lines)) == ids
