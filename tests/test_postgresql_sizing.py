"""The arithmetic of what a million sellers take on PostgreSQL, with round figures."""

import pytest

from experiments.benchmarks.postgresql_sizing import CaseOnPostgres, Nodes, sizing

CASE = CaseOnPostgres(
    calls=10, transitions=90, transactions=450, log=400_000, stored=80_000, visible=20_000
)


def test_the_morning_decides_how_many_shards_and_transactions() -> None:
    need = sizing(CASE, Nodes(history=4, others=6), cases_a_day=10_000)
    assert need.open_cases == 30_000
    # A call takes 9 state transitions, and 3 looks while it rings: 12. 30,000 calls in 900 s.
    assert need.transitions_in_the_morning == pytest.approx(400)
    # A state transition takes 450 / 90 = 5 transactions.
    assert need.transactions_in_the_morning == pytest.approx(2_000)
    # A shard makes 20 a second. Twice 400 take 40 shards, and the power of two above.
    assert need.shards == 64
    assert need.shards_of_a_node == 128


def test_a_day_makes_log_and_the_retention_makes_the_database() -> None:
    need = sizing(CASE, Nodes(history=4, others=6), cases_a_day=10_000)
    # 10 calls with 3 looks each: 120 state transitions instead of 90, so a third more.
    assert need.log_a_day == pytest.approx(10_000 * 400_000 * 4 / 3)
    assert need.transactions == pytest.approx(10_000 * 600 / 86_400)
    assert need.stored[7] == pytest.approx(10_000 * 100_000 * (7 + 3))
    assert need.stored[90] == pytest.approx(10_000 * 100_000 * (90 + 3))


def test_each_service_of_each_node_has_its_connections() -> None:
    need = sizing(CASE, Nodes(history=4, others=6))
    assert need.connections == 300
    assert need.max_connections == 375
