"""What becomes of the lines of a file, counted as what it is."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from tests.cli.case.test_open_file import HEADER, as_csv, as_json, has_begun
from tests.cli.conftest import Cli, Written, cli_of
from tests.engine import Engine, engine_in


async def test_what_is_not_covered_is_counted_as_that(cli: Cli, written: Written) -> None:
    lines = [as_json(f"STRANGER{n}", "ISS-1", joins=True) for n in range(7)]
    file = written("a.jsonl", "".join([*lines, as_json("COVERED", "ISS-1")]))
    answer = await cli("open", file, "--json")
    found = json.loads(answer.out)
    assert (answer.code, found["opened"], found["not_covered"]) == (0, 1, 7)
    assert found["refused"] == found["not_yet_answered"] == found["not_opened"] == []


async def test_a_policy_for_all_stands_above_that_of_a_line(
    cli: Cli, engine: Engine, written: Written
) -> None:
    rows = [
        as_csv("POLICY1").rstrip() + ',"{""coverage"": ""everyone"", ""redials"": 1}"\r\n',
        as_csv("POLICY2").rstrip() + ",\r\n",
        as_csv("POLICY3").rstrip() + ",{\r\n",
        as_csv("POLICY4").rstrip() + ',"{""colour"": 1}"\r\n',
    ]
    file = written("a.csv", HEADER.rstrip() + ",policy\r\n" + "".join(rows))
    single = written("a.json", as_json("POLICY5", "ISS-1"))
    many, one = await asyncio.gather(
        cli("open", file, "--policy", "window=96h", "--json"),
        cli("open", single, "--policy", "window=96h", "--json"),
    )
    found = json.loads(many.out)
    assert (found["opened"], found["not_covered"]) == (1, 1)
    assert [bad["reason"] for bad in found["bad_input"]] == [
        "policy: is not JSON (character 2)",
        "policy: colour: there is no such field",
    ]
    first = await cli("show", "US/POLICY1", "--json")
    for view in (first.view, one.view):
        assert view.deadline is not None
        assert timedelta(hours=95) < view.deadline - view.opened_at < timedelta(hours=97)


async def test_without_a_worker_a_case_is_started_and_not_yet_answered(
    tmp_path: Path, written: Written, server: str
) -> None:
    async with engine_in(tmp_path / "engine", queues=[], server=server) as engine:
        cli = cli_of(engine)
        file = written("a.jsonl", "".join(as_json(f"LATER{n}", "ISS-1") for n in range(3)))
        answer = await cli("open", file, "--json")
        found = json.loads(answer.out)
        assert (answer.code, found["opened"], found["refused"]) == (1, 0, [])
        assert [line["line"] for line in found["not_yet_answered"]] == [1, 2, 3]
        assert {line["reason"] for line in found["not_yet_answered"]} == {
            "the case is started, not yet answered: no worker is listening on queue cases; "
            "start one with `python worker.py`"
        }
        assert await has_begun(engine, "LATER2")
