"""deploy/kubernetes: each program is somebody of its own to the cluster and to Temporal."""

import re

import pytest

from tests.kubernetes.manifests import FOLDER, PAGE, WORKLOADS, Workload, of_kind, settings
from tests.secured_server import SECURED
from tests.test_whole import ROOT


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.name)
def test_each_program_is_somebody_of_its_own_to_the_cluster_and_to_temporal(
    workload: Workload,
) -> None:
    program = "worker" if "worker.py" in workload.command else workload.name
    assert workload.pod["serviceAccountName"] == f"case72-{program}"
    assert workload.optional_secrets == [f"case72-access-{program}"]


def test_every_service_account_is_there_and_gives_no_token() -> None:
    accounts = of_kind("ServiceAccount")
    used = {workload.pod["serviceAccountName"] for workload in WORKLOADS}
    assert {account["metadata"]["name"] for account in accounts} == used
    assert not any(account["automountServiceAccountToken"] for account in accounts)


def test_the_page_makes_the_secret_of_each_program_and_the_script_issues_for_it() -> None:
    (programs,) = re.findall(
        r"^for program in ([a-z ]+); do", PAGE.read_text("utf-8"), re.MULTILINE
    )
    mounted = {name for workload in WORKLOADS for name in workload.optional_secrets}
    assert {f"case72-access-{program}" for program in programs.split()} == mounted
    script = (ROOT / "deploy/secured/issue.sh").read_text()
    (issued,) = re.findall(r"set -- ([a-z ]+)$", script, re.MULTILINE)
    assert set(programs.split()) <= set(issued.split())


def test_the_settings_of_the_connection_are_those_of_the_compose_file() -> None:
    lines = (FOLDER / "example" / "common.env").read_text().splitlines()
    shown = dict(line[1:].split("=", 1) for line in lines if re.match(r"#(TEMPORAL|CASE72)_", line))
    here = settings("common")["CASE72_SECRETS_FOLDER"]
    composed = SECURED["worker"]["environment"]
    assert shown == {name: value.replace("/run/access", here) for name, value in composed.items()}
