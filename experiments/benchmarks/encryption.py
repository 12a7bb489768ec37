"""What encryption adds to the cost of a case.

Two engines in one process, each on a server of its own, one of them with a key. Processor time is
measured in alternating rounds of whole cases.
"""

import os
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from experiments.benchmarks.one_case import cost_of_a_round, whole_case
from experiments.benchmarks.report import Found, Row
from experiments.benchmarks.silent_cases import history_of, silent_case
from runtime.encryption import Codec, keys_of, new_key
from tests.engine import account, engine_in
from tests.keys import SETTING
from workflows.shared.payloads import DATA_CONVERTER

ABOUT = (
    "Two engines in one process, each on a server of its own, one of them with a key; alternating "
    "rounds of cases whose plan is accepted. A silent case of 72 hours besides."
)
ROUNDS = 9
_PAYLOADS = 5_000


async def _a_payload() -> Row:
    """Encrypt and decrypt an account, which is what most payloads hold."""
    codec = Codec(keys_of([new_key()]))
    payloads = await DATA_CONVERTER.encode([account("BENCH")])
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(_PAYLOADS):
            await codec.decode(await codec.encode(payloads))
        rounds.append((time.perf_counter() - begin) / _PAYLOADS * 1e6)
    [encrypted] = await codec.encode(payloads)
    added = encrypted.ByteSize() - payloads[0].ByteSize()
    what = f"encrypting and decrypting a payload of {payloads[0].ByteSize()} bytes"
    return Row(what, f"{statistics.median(rounds):.0f} µs, {added} bytes more")


@asynccontextmanager
async def _engine(folder: Path, key: str | None) -> AsyncIterator[Client]:
    os.environ.pop(SETTING, None)
    if key is not None:
        folder.mkdir()
        (folder / "keys").write_text(key)
        os.environ[SETTING] = str(folder / "keys")
    async with engine_in(folder, ring_seconds=0.2) as engine:
        yield engine.client


async def measure(folder: Path, found: Found) -> list[Row]:
    """Measure every figure without encryption and with it."""
    rows = [await _a_payload()]
    async with _engine(folder / "plain", None) as plain, _engine(folder / "keys", new_key()) as key:
        for name, client in (("plain", plain), ("encrypted", key)):
            history = await history_of((await silent_case(client))[0])
            size = f"{history.size / 1024:.1f} KB"
            rows.append(Row(f"{name}: a silent case", f"{history.events} events, {size}"))
        spent: dict[str, list[float]] = {"plain": [], "encrypted": []}
        pair = list(zip(spent, (plain, key), strict=True))
        for number in range(ROUNDS + 1):
            for name, client in pair if number % 2 else reversed(pair):
                cost = await cost_of_a_round(client, number, whole_case)
                if number:  # the first one warms up
                    spent[name].append(cost)
    ratio = statistics.median(
        e / p for e, p in zip(spent["encrypted"], spent["plain"], strict=True)
    )
    for name, costs in spent.items():
        figure = f"{statistics.median(costs):.1f} ms ({min(costs):.1f} to {max(costs):.1f})"
        rows.append(Row(f"{name}: processor time of a whole case", figure))
    rows.append(Row("  ratio, median of the rounds", f"{ratio:.2f} x"))
    return rows
