"""Many cases from one file."""

import asyncio
import csv
import io
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from temporalio.service import RPCError

from cli.case.open_file import read
from cli.terminal.problems import BadInput
from tests.cli.conftest import Cli, Written, flags
from tests.cli.test_input import said
from tests.engine import EVERYONE, Engine, account, issue
from tests.morning_zone import morning_zone
from workflows.case.input import CaseInput

COLUMNS = [*account("A").model_dump(), "issue_id", "issue_code", "issue_summary", "harmful"]


def as_json(seller: str, *ids: str, joins: bool = False, **changes: str) -> str:
    """A line of JSON."""
    case = CaseInput(
        account=account(seller, **changes),
        issues=tuple(map(issue, ids)),
        policy=None if joins else EVERYONE,
    )
    return case.model_dump_json(exclude={"carried"}) + "\n"


def as_csv(seller: str, issue_id: str = "ISS-1", harmful: str = "", **changes: str) -> str:
    """A line of CSV."""
    row = io.StringIO()
    who = account(seller, **changes).model_dump(mode="json").values()
    csv.writer(row).writerow([*who, issue_id, "LATE_SHIPMENT", 'Late, "very"', harmful])
    return row.getvalue()


HEADER = ",".join(COLUMNS) + "\r\n"


def counts(out: str) -> list[int]:
    """Opened, joined, known already, refused, bad input."""
    found = json.loads(out)
    known = [found[name] for name in ("opened", "joined", "known_already")]
    return [*known, len(found["refused"]), len(found["bad_input"])]


async def test_many_are_opened_and_joined_and_a_second_run_changes_nothing(
    cli: Cli, written: Written, engine: Engine
) -> None:
    for seller in ("CSV1", "CSV2", "CSV3"):
        await engine.know(seller)
    sellers = [f"BULK{n}" for n in range(20)]
    first = [as_json(seller, "ISS-1", "ISS-2") for seller in sellers]
    file = written(
        "a.jsonl",
        "\ufeff" + "".join([*first, "\n", as_json("BULK0", "ISS-2", "ISS-3", joins=True)]),
    )
    rows = [as_csv(seller, i) for i in ("ISS-1", "ISS-2") for seller in ("CSV1", "CSV2", "CSV3")]
    table = written("b.CSV", "\ufeff" + HEADER + "".join(rows) + "," * 11 + "\r\n")
    json_done, csv_done = await asyncio.gather(
        cli("open", file, "--json", "--by", "monitor"), cli("open", table)
    )
    assert (json_done.code, json_done.err) == (0, "")
    assert counts(json_done.out) == [20, 1, 0, 0, 0]
    assert (csv_done.code, csv_done.err) == (0, "")
    assert csv_done.out == (
        "opened 3, joined 3, known already 0, not covered 0, refused 0, not yet answered 0, "
        "not opened 0, bad input 0\n"
    )
    again, rest, in_json, in_csv = await asyncio.gather(
        cli("open", file, "--json"),
        cli("open", table, "--from-line", "7", "--json"),
        cli("show", "US/BULK0", "--json"),
        cli("show", "US/CSV3", "--json"),
    )
    assert (again.code, counts(again.out)) == (0, [0, 0, 21, 0, 0])
    assert (rest.code, counts(rest.out)) == (0, [0, 0, 1, 0, 0])
    assert [i.id for i in in_json.view.issues] == ["ISS-1", "ISS-2", "ISS-3"]
    assert in_json.view.timeline[0].by == "monitor"
    assert in_json.view.timeline[-1].by in ("monitor", "engine")
    assert [(i.id, i.summary) for i in in_csv.view.issues] == [
        ("ISS-1", 'Late, "very"'),
        ("ISS-2", 'Late, "very"'),
    ]


async def test_what_is_wrong_is_listed_by_line_and_the_rest_goes_on(
    cli: Cli, engine: Engine, written: Written
) -> None:
    full = tuple(issue(f"ISS-{n}") for n in range(100))
    case = await engine.open(seller_id="BULKFULL", issues=full, wait=False)
    await case.when(lambda view: view.timeline)
    lines = [
        as_json("BULKGOOD", "ISS-1"),
        "{\n",
        as_json("BULKFULL", "ISS-B"),
        as_json("BULKGOOD", "ISS-2", name="Another", emergency_phone="+19995550101"),
        as_json("BULKBAD", "ISS-1").replace("LISTING_POLICY", "secret"),
    ]
    refused, wrong = await asyncio.gather(
        cli("open", written("a.jsonl", "".join(lines[2:4]))),
        cli("open", written("b.jsonl", "".join(lines)), "--json"),
    )
    assert refused.code == 1
    assert "line 1: ISS-B: refused: the case has 100 issues" in refused.out
    assert wrong.code == 2
    assert "line 2: is not JSON (character 2)\n" in wrong.err
    assert "line 5: issues.0.code: is malformed" in wrong.err
    assert "line 4: warning: account.emergency_phone: is not a possible number" in wrong.err
    assert "secret" not in wrong.err + wrong.out
    found = json.loads(wrong.out)
    assert [bad["line"] for bad in found["bad_input"]] == [2, 5]
    assert [no["line"] for no in found["refused"]] == [3]
    assert found["opened"] + found["joined"] + found["known_already"] == 2


async def test_a_server_that_goes_away_is_said_with_the_line_to_go_on_from(
    engine: Engine, cli: Cli, written: Written
) -> None:
    host, _, port = cli.address.rpartition(":")
    links: list[asyncio.StreamWriter] = []

    async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        links.append(sink)
        with suppress(OSError):
            while data := await source.read(1 << 16):
                sink.write(data)
                await sink.drain()

    async def link(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pipe(reader, server_writer), pipe(server_reader, writer))

    between = await asyncio.start_server(link, "127.0.0.1", 0)
    through = replace(cli, address=f"127.0.0.1:{between.sockets[0].getsockname()[1]}")
    total = 2000
    file = written("a.jsonl", "".join(as_json(f"GOES{n}", "ISS-1") for n in range(total)))
    opening = asyncio.create_task(through("open", file, "--json"))
    async with asyncio.timeout(90):
        # Sixteen at once, so that when the hundredth has begun, many are done.
        while not await has_begun(engine, "GOES100"):
            await asyncio.sleep(0.05)
    between.close()
    for sink in links:
        sink.transport.abort()
    stopped = await opening
    found = json.loads(stopped.out)
    assert stopped.code == 1, stopped
    # Every line before it is done; some after it may be, too.
    done = found["opened"] + len(found["not_yet_answered"])  # which is asked for no longer
    assert 1 <= found["from_line"] <= done + 1 < total
    assert found["opened"] > 0
    assert stopped.err.endswith(f"; run again with --from-line {found['from_line']}\n")


async def has_begun(engine: Engine, seller: str) -> bool:
    try:
        await engine.client.get_workflow_handle(f"case/US/{seller}").describe()
    except RPCError:
        return False
    return True


ROW = as_csv("A")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.jsonl", "", "empty.jsonl: has no case"),
        ("header.csv", HEADER, "header.csv: has no case"),
        ("a.jsonl", as_json("A", "I").encode("utf-16-le"), "a.jsonl: is UTF-16, not UTF-8; save"),
        (
            "a.jsonl",
            as_json("A", "I").encode() + b"\xfc",
            "a.jsonl: is not UTF-8 but, most likely, Windows-1252",
        ),
        ("a.csv", HEADER.replace("email,", "") + ROW, "missing: email\n"),
        ("a.csv", HEADER.replace("harmful", "colour") + ROW, "column 12 is none of a case"),
        ("a.csv", HEADER.replace("harmful", "email") + ROW, "column 12 is there twice"),
        ("a.csv", ROW, "missing: store, "),
        ("a.csv", (HEADER + ROW).encode("utf-16"), "a.csv: is UTF-16, not UTF-8; save it as UTF-8"),
        ("a.csv", (HEADER + ROW.replace("Blue", "Bleuté")).encode("cp1252"), "Windows-1252; save"),
        ("a.csv", (HEADER + ROW).replace("\r\n", "\r"), "line ends of old (CR); save it with LF"),
        ("a.csv", (HEADER + ROW).replace(",", ";"), "line 1: is separated by semicolons; separate"),
        ("a.csv", (HEADER + ROW).replace(",", "\t"), "line 1: is separated by tabs; separate"),
        ("a.csv", HEADER.upper() + ROW, "line 1: column 1 must be written store\n"),
        (
            "a.csv",
            HEADER.replace("seller_id", "Seller ID") + ROW,
            "column 2 must be written seller_",
        ),
        ("a.json", as_json("A", "I").encode("utf-16"), "a.json: is UTF-16, not UTF-8; save it"),
        ("a.json", as_json("A", "I", name="Bleuté").encode("cp1252"), "most likely, Windows-1252"),
    ],
)
def test_nothing_is_started_from_a_file_that_is_not_what_it_must_be(
    name: str,
    content: str | bytes,
    says: str,
    written: Written,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, err = said(capsys, monkeypatch, "open", written(name, content))
    assert (code, says in err, err.count("\n")) == (2, True, 1), err
    assert "kettle" not in err


@pytest.mark.parametrize(
    "arguments", [["--store", "US"], ["--from-line", "2"], ["--from-line", "0"], ["--by", " "]]
)
def test_options_that_do_not_fit_the_file(
    arguments: list[str],
    written: Written,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = written("a.jsonl", as_json("A", "ISS-1"))
    assert said(capsys, monkeypatch, "open", file, *arguments)[0] == 2
    assert said(capsys, monkeypatch, "open", file, "--from-line", "1")[0] == 1  # nobody listens
    assert said(capsys, monkeypatch, "open", *flags("A"), "--from-line", "2")[0] == 2


def reads(name: str, content: str, first: int = 1) -> list[tuple[int, Any]]:
    """Each line: an issue's id, or why not."""
    file = io.BytesIO(content.encode())
    file.name = name
    return [
        (number, found.message if isinstance(found, BadInput) else found.issues[0].id)
        for number, found in read(file, first)
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[]", "is not a JSON object"),
        ("[" * 100_000, "is not JSON"),
        ("9" * 5000, "is not JSON"),
        ('{"account": {}, "account": {}}', "a field is given twice"),
        ('{"account": {}, "colour": 1}', "colour: there is no such field"),
        (as_json("A", "ISS-1").replace("US", "MX").rstrip(), "account.store: "),
        (
            as_json("A", "ISS-1").replace(morning_zone(), "Mars/Base").rstrip(),
            "account.time_zone: is not a",
        ),
        (as_json("A", "ISS-1").replace("Blue", "\\ud800").rstrip(), "account.name: "),
        ("x" * 2_500_000, "is longer than"),
    ],
)
def test_a_bad_line_of_json_harms_no_other(line: str, says: str) -> None:
    good = as_json("A", "ISS-1")
    (_, first), (number, why), (last, after) = reads("x.jsonl", f"{good}{line}\r\n\n{good}")
    assert (first, number, last, after) == ("ISS-1", 2, 4, "ISS-1")
    assert says in why


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (as_csv("A").replace("ISS-1", '"ISS-1'), "is not CSV"),
        (as_csv("A").replace("ISS-1", "ISS 1"), "issue_id: is malformed"),
        (as_csv("A", harmful="perhaps"), "harmful: "),
        (as_csv("A").rstrip() + ",x\r\n", "has 13 cells for 12 columns"),
        ("US,A\r\n", "has 2 cells for 12 columns"),
        (as_csv("A").replace(",", ";"), "is separated by semicolons; separate it by commas"),
        (as_csv("A").replace("US", "US\r"), "has a carriage return (CR) in it"),
    ],
)
def test_a_bad_line_of_csv_harms_no_other(line: str, says: str) -> None:
    (number, why), *rest = reads("x.csv", HEADER + line + as_csv("A", "ISS-2", "TRUE"))
    assert (number, rest) == (2, [(3, "ISS-2")])
    assert says in why


def test_reading_from_a_line_on() -> None:
    rows = HEADER + "".join(as_csv("A", f"ISS-{n}") for n in range(2, 6)).rstrip()
    assert reads("x.csv", rows, 4) == [(4, "ISS-4"), (5, "ISS-5")]
    assert reads("x.csv", rows, 6) == []
