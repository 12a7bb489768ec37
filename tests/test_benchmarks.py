"""What benchmarks compute from what they measure, with round figures."""

import os
import socket
import sys

import pytest

from experiments.benchmarks.bare import bare_workflow_id
from experiments.benchmarks.machine import connections as connections_of
from experiments.benchmarks.million_sellers import connections, measure, shards, sizing
from experiments.benchmarks.on_cluster.cost import average
from experiments.benchmarks.on_cluster.postgres_statistics import rows_in, sizes_in
from experiments.benchmarks.on_cluster.server_metrics import counted
from experiments.benchmarks.report import Conditions, Found, NotMeasured, Part, Row, renewed
from reference.page_links import Visitor
from tests.scraping import Scraped

COUNTERS = ("writes", "transactions", "log", "actions")
SECONDS = ("worker seconds", "server seconds", "database seconds")


def found() -> Found:
    """Figures of a silent case with ten calls, of one that is accepted, and of looks at calls."""
    each = {"silent": 100.0, "accepted": 40.0}
    kinds = {f"{kind} {name}": value for kind, value in each.items() for name in COUNTERS}
    spent = {f"{kind} {name}": value / 1000 for kind, value in each.items() for name in SECONDS}
    of_cases = {"silent disk": 100_000, "accepted disk": 50_000}
    calls = {"silent calls": 10, "accepted calls": 1, "looks' writes": 2, "looks' actions": 3}
    return kinds | spent | of_cases | calls


def test_the_morning_decides_how_much_is_written_at_most() -> None:
    need = sizing("silent", 3, found(), cases_a_day=10_000)
    assert need.open_cases == 30_000
    # A call takes 100 / 10 writes, and 2 while it rings: 12. There are 30,000 calls in 900 s.
    assert need.most_writes == pytest.approx(400)
    assert need.cores["worker"] == pytest.approx(0.4)
    # A shard makes 20 a second. Twice 400 take 40 shards, and the power of two above.
    assert need.shards == 64
    # 30,000 calls that ring for 25 s, in 900 s, by workers that have 100 at once.
    assert need.workers == 9


def test_the_busiest_second_decides_if_few_cases_have_a_call_in_the_morning() -> None:
    figures = found() | {"accepted writes": 4_000.0}
    need = sizing("accepted", 1, figures, cases_a_day=10_000)
    assert need.most_writes == pytest.approx(10 * 10_000 * 4_002 / 86_400)


def test_a_day_makes_log_and_the_retention_makes_the_database() -> None:
    need = sizing("silent", 3, found(), cases_a_day=10_000)
    # The looks at 10 calls are 20 writes on top of 100, and make as much log each.
    assert need.log_a_day == pytest.approx(10_000 * 100 * 1.2)
    assert need.disk[7] == pytest.approx(10_000 * 100_000 * (7 + 3))
    assert need.disk[90] == pytest.approx(10_000 * 100_000 * (90 + 3))
    assert (need.actions, need.of_looks) == (100 + 30 + 1, 30)


@pytest.mark.parametrize(
    ("writes_a_second", "enough"), [(0, 4), (160, 16), (161, 32), (1_203, 128)]
)
def test_shards_are_a_power_of_two_with_as_much_again_to_grow(
    writes_a_second: float, enough: int
) -> None:
    assert shards(writes_a_second) == enough


def test_each_node_of_each_service_has_its_connections() -> None:
    assert connections(2) == (240, 300)


async def test_a_million_sellers_is_not_computed_from_nothing(tmp_path: object) -> None:
    with pytest.raises(NotMeasured, match="on-postgresql"):
        await measure(tmp_path, {})  # type: ignore[arg-type]


def test_a_twins_emails_can_link_to_the_page() -> None:
    assert Visitor.of(f"{bare_workflow_id('S1')}/0123-abc").account == "US/BARE-S1"


def test_what_an_idle_server_writes_is_no_cost_of_a_case() -> None:
    before, after = {"log": 1_000.0}, {"log": 5_000.0}
    assert average(before, after, {"log": 100}, seconds=10, count=30) == {"log": 100}


def test_sizes_and_rows_are_read_from_what_psql_prints() -> None:
    sizes = sizes_in(["temporal|8192|4096", "temporal_visibility|100|50"])
    assert sizes["temporal indexes"] == 4096
    assert sizes.total() == 8192 + 4096 + 150
    assert rows_in(["1|2|3", "10|20|30"]) == {"inserted": 11, "updated": 22, "deleted": 33}


def test_the_nodes_metrics_are_added_up() -> None:
    node = Scraped.read(
        'persistence_requests{operation="UpdateWorkflowExecution",service_name="history"} 7\n'
        'persistence_requests{operation="GetWorkflowExecution",service_name="history"} 5\n'
        'persistence_latency_sum{operation="UpdateWorkflowExecution"} 0.5\n'
        'persistence_latency_count{operation="UpdateWorkflowExecution"} 10\n'
        'action{action_type="command_StartTimer",namespace="default"} 4\n'
        'action{action_type="grpc_UpdateWorkflowExecutionOptions",namespace="default"} 1\n'
        'action{action_type="command_StartTimer",namespace="temporal-system"} 9\n'
    )
    both = counted([node, node])
    assert (both["requests"], both["writes"], both["actions"]) == (24, 14, 8)
    assert both["write seconds"] / both["timed writes"] == pytest.approx(0.05)


def test_a_run_renews_its_own_section_of_the_page_and_keeps_the_others() -> None:
    async def unused(folder: object, found: Found) -> list[Row]:
        raise AssertionError

    one, two = (Part(name, name.title(), "About.", unused) for name in ("one", "two"))
    page = renewed("", two, [Row("speed", "2 /s")], (one, two), Conditions(0, 1.0))
    page = renewed(page, one, [Row("size", "1 KB")], (one, two), Conditions(0, 1.0))
    assert "other work" not in page
    assert "A slow hour" not in page
    page += "\n## Gone\n\nOld.\n"
    page = renewed(page, two, [Row("speed", "3 /s")], (one, two), Conditions(2, 2.5))
    assert page.index("| size | 1 KB |") < page.index("| speed | 3 /s |")
    assert "2 /s" not in page
    assert "Gone" not in page
    assert page.count("The machine had other work") == 1
    assert page.count("took 2.5 times as long") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_connections_to_an_address_are_counted_by_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
            assert connections_of(os.getpid(), "127.0.0.1", port + 1) == 0
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            assert connections_of(os.getpid(), "127.0.0.1", port) == 1
