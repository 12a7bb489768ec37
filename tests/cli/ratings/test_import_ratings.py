"""`ratings import`: many sellers' ratings from one file (docs/rules.md, section 2)."""

import asyncio
import csv
import io
import json
import os
import signal
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.ratings.by_seller import RatedSeller
from cli.ratings.lines import COLUMNS
from cli.ratings.send import Sent, send
from domain.enrollment.ratings import Rating
from domain.shared.account import SellerAccount, Store
from domain.shared.names import enrollment_workflow_id
from runtime.clock import time_skipper
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from runtime.providers import providers_of
from runtime.settings import Settings
from runtime.workers import working
from temporal_client.workflows import Workflows
from tests.cli.conftest import ROOT, Answer, Cli, Written
from tests.cli.test_input import said
from tests.engine import Engine, KnownSeller
from tests.patience import PATIENCE

HEADER = ",".join(COLUMNS) + "\n"
ACCOUNT = {
    "name": 'Blue "Kettle", Goods',
    "selling_plan": "professional",
    "emergency_phone": "+12065550110",
    "email": "owner@bluekettle.example",
    "language": "en-US",
    "time_zone": "America/Los_Angeles",
}
TODAY = datetime.now(UTC).date()


def row(seller: str, age: int | str = 365, rating: int | str = 300, **account: str) -> str:
    """A line of CSV: a rating so many days ago."""
    day = age if isinstance(age, str) else str(TODAY - timedelta(days=age))
    said = {"store": "US", "seller_id": seller, "date": day, "rating": rating} | account
    line = io.StringIO()
    csv.DictWriter(line, COLUMNS, lineterminator="\n").writerow(said)
    return line.getvalue()


def as_json(seller: str, **fields: Any) -> str:
    """A line of JSON."""
    day = str(TODAY - timedelta(days=365))
    said = {"store": "US", "seller_id": seller, "date": day, "rating": 300}
    return json.dumps(said | fields) + "\n"


@pytest.fixture
def written(written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    monkeypatch.setenv("CASE72_STATE", str(tmp_path / "state"))
    return written


def counts(answer: Answer, *names: str) -> list[int]:
    found = json.loads(answer.out)
    return [found[name] for name in names]


def seller_of(engine: Engine, seller: str) -> KnownSeller:
    handle = engine.client.get_workflow_handle(enrollment_workflow_id("US", seller))
    return KnownSeller(handle, time_skipper(engine.client))


async def messages(seller: KnownSeller) -> int:
    """How many updates stand in the history."""
    events = (await seller.handle.fetch_history()).events
    accepted = "workflow_execution_update_accepted_event_attributes"
    return sum(event.WhichOneof("attributes") == accepted for event in events)


async def test_half_a_year_of_a_seller_is_one_message_however_the_lines_are_mixed(
    cli: Cli, engine: Engine, written: Written
) -> None:
    sellers = [f"HALF{n}" for n in range(4)]
    first = [row(s, 200, 300, **ACCOUNT | {"email": f"{s}@x.example"}) for s in sellers]
    rest = [row(s, age, 300 + age) for age in range(179, 0, -1) for s in sellers]
    content = "\ufeff" + (HEADER + "".join([*first, "\n", *rest, ",,,,,,,,,\n"])).replace(
        "\n", "\r\n"
    )
    file = written("ratings.CSV", content)
    done = await cli("ratings", "import", file, "--json", "--by", "feed")
    assert (done.code, done.err) == (0, "")
    assert counts(done, "lines", "sellers", "sent", "enrolled", "not_done") == [720, 4, 4, 4, 0]
    for name in sellers:
        seller = seller_of(engine, name)
        assert await messages(seller) == 1
        view = await seller.when(lambda v: any(e.what == "email" for e in v.timeline))
        assert (view.rating, view.account.name) == (301, ACCOUNT["name"])
        assert await seller.wrote() == [("enrolled", "accepted")]
    found = await engine.client.count_workflows(
        "WorkflowType = 'Enrollment' AND CaseSeller = 'HALF0'"
    )
    assert found.count == 1

    # Again, and as JSON lines: nothing changes, and nobody is written to twice.
    again = await cli("ratings", "import", file)
    assert (again.code, again.err) == (0, "")
    assert again.out.startswith("lines 720, sellers 4, sent 4, not eligible 0, invited 0, enrolled")
    lines = [as_json(s, rating=302, date=str(TODAY - timedelta(days=2))) for s in sellers]
    assert (await cli("ratings", "import", written("a.jsonl", "".join(lines)))).code == 0
    await asyncio.sleep(0.3)
    for name in sellers:
        assert await seller_of(engine, name).wrote() == [("enrolled", "accepted")]
        assert len(engine.mails(f"{name}@x.example")) == 1
    assert not Path(os.environ["CASE72_STATE"]).exists(), "there is personal data in a file"


async def test_changed_columns_reach_the_account_and_empty_ones_say_nothing(
    cli: Cli, engine: Engine, written: Written
) -> None:
    seller = await engine.know("MOVES", email="moves@x.example")
    await engine.know("STAYS")
    assert await messages(seller) == 1
    lines = [
        as_json("MOVES", name=None, email="", emergency_phone="+12065550111"),
        as_json("MOVES", emergency_phone="+12065550112", time_zone="America/Denver"),
        as_json("MOVES", name=None),
        as_json("STAYS", name="Blue Kettle Goods"),
    ]
    done = await cli("ratings", "import", written("a.jsonl", "".join(lines)), "--by", "feed")
    assert (done.code, done.err) == (0, "")
    view = await seller.view()
    assert (view.account.emergency_phone, view.account.time_zone, view.account.email) == (
        "+12065550112",
        "America/Denver",
        "moves@x.example",
    )
    changed = [entry.changed for entry in view.timeline if entry.what == "account_changed"]
    assert changed == [("time_zone", "emergency_phone")]
    assert [await messages(s) for s in (seller, seller_of(engine, "STAYS"))] == [2, 2]


async def test_the_later_line_of_a_day_counts_and_many_years_are_one_message(
    cli: Cli, engine: Engine, written: Written
) -> None:
    days = [row("YEARS", age, 300) for age in range(1, 1500)]
    lines = [row("YEARS", 0, 100, **ACCOUNT), *days, row("YEARS", 0, 400), row("YEARS", 1200, 1)]
    done = await cli("ratings", "import", written("a.csv", HEADER + "".join(lines)), "--json")
    assert (done.code, counts(done, "lines", "enrolled")) == (0, [1502, 1])
    seller = seller_of(engine, "YEARS")
    view = await seller.view()
    assert (view.rating, view.days_below, await messages(seller)) == (400, 0, 1)


async def test_broken_lines_are_listed_while_the_rest_goes_on(
    cli: Cli, engine: Engine, written: Written
) -> None:
    broken = [row(f"SECRET{n}", rating="1001") for n in range(101)]
    content = HEADER + row("GOODLINE", **ACCOUNT) + "".join(broken) + row("GOODLINE", 1, 400)
    file = written("a.csv", content)
    listed, in_json = (
        await cli("ratings", "import", file),
        await cli("ratings", "import", file, "--json"),
    )
    assert listed.code == in_json.code == 2
    assert "line 3: rating: Input should be less than or equal to 1000\n" in listed.err
    assert listed.err.count("\n") == 101
    assert "and 1 more broken lines; --json prints all of them" in listed.err
    assert "sent 1, " in listed.out
    assert listed.out.endswith("broken lines 101\n")
    found = json.loads(in_json.out)
    assert [bad["line"] for bad in found["bad_input"]] == list(range(3, 104))
    assert (found["lines"], found["enrolled"], found["refused"]) == (103, 1, [])
    assert "SECRET" not in listed.err + listed.out + in_json.out
    assert (await seller_of(engine, "GOODLINE").view()).rating == 400


async def test_what_is_interrupted_goes_on_where_it_stopped(
    cli: Cli, engine: Engine, written: Written
) -> None:
    sellers = [f"STOPS{n}" for n in range(150)]
    file = written("a.csv", HEADER + "".join(row(s, **ACCOUNT) for s in sellers))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "client.py"),
        *("ratings", "import", file, "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=cli.environment,
    )
    async with asyncio.timeout(PATIENCE):
        # Sixteen at once, so that when the fortieth has begun, many are done.
        while not await is_known(engine, "STOPS40"):
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = (text.decode() for text in await process.communicate())
    assert (process.returncode, "Traceback" in err) == (130, False), err
    found = json.loads(out)
    assert 20 < found["sent"] < 150
    assert found["not_done"] == 150 - found["sent"]
    again_from = found["from_line"]
    assert 2 < again_from <= found["sent"] + 2
    assert err == (
        f"interrupted\n{found['sent']} of 150 sellers are done; run again with "
        f"--from-line {again_from}\n"
    )
    assert not await is_known(engine, "STOPS149")

    go_on = ("ratings", "import", file, "--from-line", str(again_from), "--json")
    nobody = await Cli("127.0.0.1:1")(*go_on)
    assert nobody.code == 1
    left = 150 - (again_from - 2)
    assert f"0 of {left} sellers are done; run again with --from-line {again_from}\n" in nobody.err
    rest = await cli(*go_on)
    assert (rest.code, counts(rest, "sellers", "sent", "not_done")) == (0, [left, left, 0])
    assert json.loads(rest.out)["from_line"] is None
    assert await messages(seller_of(engine, "STOPS0")) == 1
    assert await messages(seller_of(engine, "STOPS149")) == 1


async def test_without_a_worker_nothing_is_lost(tmp_path: Path, written: Written) -> None:
    file = written("a.csv", HEADER + row("WAITS", **ACCOUNT))
    async with dev_server(tmp_path / "server", config=()) as server:
        cli = Cli(server.address)
        virgin = await cli("ratings", "import", file)
        assert (virgin.code, "no worker has run on this server yet" in virgin.err) == (1, True)
        client = await connect(server.address)
        await register_search_attributes(client)
        alone = await cli("ratings", "import", file)
        assert (alone.code, alone.err) == (
            1,
            "no worker is listening on queue cases; start one with `python worker.py`\n"
            "0 of 1 sellers are done; run again with --from-line 2\n",
        )
        settings = Settings(state=tmp_path, drain_seconds=0)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(
                working(client, settings, providers_of(settings, client))
            )
            done = await cli("ratings", "import", file, "--json")
        assert (done.code, counts(done, "enrolled", "not_done")) == (0, [1, 0])


async def is_known(engine: Engine, seller: str) -> bool:
    try:
        await seller_of(engine, seller).handle.describe()
    except Exception:
        return False
    return True


async def test_what_the_engine_refuses_is_listed_by_line(engine: Engine) -> None:
    account = SellerAccount(store=Store.US, seller_id="AHEAD")
    tomorrow = TODAY + timedelta(days=2)
    ratings = (Rating(date=TODAY, rating=300), Rating(date=tomorrow, rating=300))
    sent = Sent()
    seller = RatedSeller(7, account, ratings, lines=(7, 8))
    await send(Workflows(engine.client), iter([seller]), "feed", sent, lambda: None)
    assert [(line, "in the future" in why) for line, why in sent.problems] == [(8, True)]
    assert sent.outcomes == {"refused": 1}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "", "line 1: must name the columns; missing: store, seller_id, date, rating"),
        ("a.jsonl", "", "has no line of ratings"),
        ("a.csv", HEADER + "\n,,,,,,,,,\n", "has no line of ratings"),
        ("a.csv", row("A"), "line 1: must name the columns"),
        ("a.csv", HEADER.replace("date", "day"), "missing: date"),
        ("a.csv", HEADER.replace("name", "colour"), "column 5 is none of a rating"),
        ("a.csv", HEADER.replace("name", "email"), "there twice"),
        ("a.csv", (HEADER + row("A")).encode("utf-16"), "is UTF-16, not UTF-8"),
        ("a.csv", (HEADER + row("A")).encode("utf-16-le"), "is UTF-16, not UTF-8"),
        (
            "a.csv",
            (HEADER + row("A") + row("A", name="É")).encode("latin-1"),
            "'CSV UTF-8'): line 3",
        ),
        ("a.txt", HEADER + row("A"), "must be named .csv or .jsonl"),
    ],
)
def test_nothing_is_sent_from_a_file_that_is_not_what_it_must_be(
    name: str,
    content: str | bytes,
    says: str,
    written: Written,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, err = said(capsys, monkeypatch, "ratings", "import", written(name, content))
    assert (code, says in err, err.count("\n")) == (2, True, 1), err
    assert not Path(os.environ["CASE72_STATE"]).exists()
