"""Exit codes that scripts can rely on: the same command, the same answer, however often."""

import asyncio
import resource
import sys
from dataclasses import dataclass, replace

import pytest
import typer
from temporalio.client import Client

import client
from tests.cli.conftest import Answer, Cli, flags
from tests.engine import Engine

ROUNDS = 2

LIBRARIES = "import temporalio.client, pydantic, typer"
STARTS = 3
"""What a command may need of the processor, in starts of a Python with these libraries alone.

Seconds would be of the machine: a command takes 0.8 s of one, and 1.4 s of another.
"""


@dataclass(frozen=True)
class Situation:
    """A command, and what it must answer."""

    arguments: list[str]
    code: int
    says: str

    def is_right(self, answer: Answer) -> bool:
        """Done is said on standard output; what did not happen on standard error only."""
        if self.code == 0:
            return answer.code == 0 and self.says in answer.out
        return answer.code == self.code and self.says in answer.err and not answer.out


async def prepare(cli: Cli, client: Client) -> None:
    """An open case, US/KEPT, and a closed one, US/GONE."""
    await asyncio.gather(*(cli("open", *flags(seller)) for seller in ("KEPT", "GONE")))
    await cli("withdraw", "US/GONE", "--note", "Wrong seller")
    await client.get_workflow_handle("case/US/GONE").result()


def situations(number: int) -> list[Situation]:
    """What somebody answers, or needs nobody to; `number` differs each time."""
    contact = ["phone", "--note", f"Called back, {number}"]
    return [
        Situation(["open", *flags(f"NEW{number}")], 0, f"Opened the case US/NEW{number} with"),
        Situation(["show", "US/KEPT"], 0, "Deadline"),
        Situation(["list", "--seller", "KEPT"], 0, "US/KEPT"),
        Situation(["history", "US/KEPT"], 0, '"what":"opened"'),
        Situation(["contact", "US/KEPT", *contact], 0, "US/KEPT is working"),
        Situation(["show", "US/NOBODY"], 1, "there is no case US/NOBODY"),
        Situation(["contact", "US/NOBODY", *contact], 1, "there is no case US/NOBODY"),
        Situation(["contact", "US/GONE", *contact], 1, "US/GONE is closed: withdrawn (raised in"),
        Situation(
            ["review", "US/KEPT", "accept", "--version", "1"], 1, "refused: no plan is under review"
        ),
        Situation(["contact", "US/KEPT", "fax", "--note", "x"], 2, "channel"),
        Situation(["open", *flags("X", phone="12")], 2, "account.emergency_phone: is malformed"),
    ]


async def test_exit_codes_are_the_same_however_often(cli: Cli, engine: Engine) -> None:
    await prepare(cli, engine.client)
    anew = replace(cli, started_anew=True)
    at_once = asyncio.Semaphore(2)

    async def answer(situation: Situation) -> None:
        async with at_once:
            answered = await anew(*situation.arguments)
        assert situation.is_right(answered), (situation, answered)

    everything = [situation for number in range(ROUNDS) for situation in situations(number)]
    await asyncio.gather(*map(answer, everything))


@pytest.mark.parametrize(
    "command",
    [
        ["list", "--seller", "NOBODY"],
        ["enrollment", "show", "US/NOBODY"],
        ["ratings", "import", "nowhere.csv"],
        ["audit", "--quick", "--json"],
    ],
)
async def test_started_as_users_start_it_a_command_of_each_group_answers_the_same(
    cli: Cli, command: list[str]
) -> None:
    assert await replace(cli, started_anew=True)(*command) == await cli(*command)


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, typer.Abort])
def test_ctrl_c_is_told_apart_from_what_did_not_happen(
    stopped: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(**_: object) -> None:
        raise stopped

    monkeypatch.setattr(client, "app", stop)
    assert client.main() == 130
    assert "130 " in (client.__doc__ or "")


async def test_a_command_starts_quickly(cli: Cli, engine: Engine) -> None:
    case = await engine.open(seller_id="QUICK")
    anew = replace(cli, started_anew=True)
    libraries, command = [], []
    for _ in range(3):  # the least of them: what else runs on this machine only ever adds
        before = processor_seconds()
        await (await asyncio.create_subprocess_exec(sys.executable, "-c", LIBRARIES)).wait()
        between = processor_seconds()
        assert (await anew("show", case.handle.id)).code == 0
        libraries.append(between - before)
        command.append(processor_seconds() - between)
    assert 0 < min(command) < STARTS * min(libraries)


def processor_seconds() -> float:
    """What the processes that this one started, and that have ended, needed."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
