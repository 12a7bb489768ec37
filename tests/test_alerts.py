"""Alerts and the dashboard ask for what workers export; whatever is found has its page."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from cli.operate.audit_report import FindingKind
from domain.shared.names import CASES_QUEUE, case_workflow_id
from runtime.credentials import KEY_FILE
from tests.engine import account, issue
from tests.kubernetes.manifests import rendered
from tests.patience import PATIENCE
from tests.scraping import Scraped, Watched, watched
from tests.test_metrics import opened
from tests.test_whole import ROOT
from tests.workflows.events import ACCEPT, PLAN
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase

RULES = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8")
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "case72.json").read_text("utf-8"))

ALERTS = {rule.split("\n", 1)[0].strip(): rule for rule in RULES.split("- alert: ")[1:]}
PANELS = {p["title"]: p for p in DASHBOARD["panels"] if p["type"] != "row"}
EXPRESSIONS = [
    *(re.sub(r"annotations:.*", "", rule, flags=re.S) for rule in ALERTS.values()),
    *(target["expr"] for panel in PANELS.values() for target in panel["targets"]),
    *(
        trigger["metadata"]["query"]
        for scaled in rendered("autoscaling")
        for trigger in scaled["spec"]["triggers"]
    ),
]
METRIC = re.compile(r"\b(?:case72|temporal)_\w+")
SELECTED = re.compile(r"\b((?:case72|temporal)_\w+)\{([^}]*)\}")
LABEL = re.compile(r'(\w+)[!=]~?"')


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_what_is_wrong_and_names_its_page(alert: str) -> None:
    rule = ALERTS[alert]
    found = re.findall(r"^ +(expr|summary|runbook): (.+)$", rule, flags=re.M)
    assert [name for name, _ in found] == ["expr", "summary", "runbook"]
    assert re.search(r"labels: \{severity: (page|ticket)\}", rule)
    assert (ROOT / found[-1][1]).is_file()


@pytest.mark.parametrize("kind", FindingKind)
def test_whatever_an_audit_finds_has_its_page(kind: FindingKind) -> None:
    assert (ROOT / kind.page).is_file()


def test_a_page_says_all_that_it_must() -> None:
    pages = sorted((ROOT / "docs" / "runbook").glob("*.md"))
    known = (ROOT / "docs" / "observability.md").read_text("utf-8")
    for page in pages:
        parts = re.findall(r"^## (.+)$", page.read_text("utf-8"), flags=re.M)
        assert parts == ["What it means", "How to see it", "What to do", "When it is over"], page
        assert f"runbook/{page.name}" in known, page


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    assert DASHBOARD["title"]
    assert DASHBOARD["schemaVersion"] >= 39
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in PANELS.values():
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert all(t["datasource"]["uid"] == "${datasource}" for t in panel["targets"])


async def test_a_worker_exports_whatever_alerts_dashboard_and_scaling_ask_for(
    tmp_path: Path,
) -> None:
    wanted = {name for expression in EXPRESSIONS for name in METRIC.findall(expression)}
    assert len(wanted) > 20
    key = tmp_path / "api-key"
    key.write_text(
        jwt.encode({"alg": "ES256"}, {"exp": 2_000_000_000}, ECKey.generate_key("P-256"))
    )
    shown = {KEY_FILE: str(key), "TEMPORAL_TLS": "false"}
    async with watched(tmp_path, **shown) as worker:
        answers = await opened(worker.client, "ANSWERS", "+12065550101")
        await answers.tell(IssueCase.submit_plan, PLAN)
        await answers.tell(IssueCase.review_plan, ACCEPT)
        await answers.end()
        failing = account(
            "FAILING", email="outage@bluekettle.example", emergency_phone="+12065550115"
        )
        rules: dict[str, str]
        for who, rules in ((failing, {"coverage": "everyone"}), (account("UNKNOWN"), {})):
            await worker.client.start_workflow(
                IssueCase.run,
                CaseInput(account=who, issues=(issue(),), policy=dict(rules)),
                id=case_workflow_id("US", who.seller_id),
                task_queue=CASES_QUEUE,
            )
        await worker.client.start_workflow("NoSuchWorkflow", id="none", task_queue=CASES_QUEUE)
        await _exported(worker, {name for name in wanted if "request_failure" not in name})
        await worker.stop_server()
        scraped = await _exported(worker, wanted)
    _has_the_labels(scraped)


async def _exported(worker: Watched, wanted: set[str]) -> Scraped:
    """What a worker exports, once all that is wanted is there."""
    async with asyncio.timeout(PATIENCE):
        while missing := wanted - _names(scraped := await worker.scrape()):
            print("not exported:", missing)
            await asyncio.sleep(0.5)
    return scraped


def _names(scraped: Scraped) -> set[str]:
    return {sample.name for sample in scraped.samples}


def _has_the_labels(scraped: Scraped) -> None:
    for expression in EXPRESSIONS:
        for name, selector in SELECTED.findall(expression):
            labels = {label for s in scraped.samples if s.name == name for label in s.labels}
            assert labels >= set(LABEL.findall(selector)), expression
