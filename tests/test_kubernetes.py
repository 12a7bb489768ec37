"""deploy/kubernetes without a cluster: what it says, and whether Kubernetes knows all of it."""

import json
import re
import subprocess
from ipaddress import ip_network
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import SecretStr

from runtime.setting_names import MODELS, SETTING_NAMES
from runtime.workers import QUEUES
from tests.kubernetes.manifests import (
    BASE,
    FOLDER,
    GROUPS,
    PAGE,
    WORKLOADS,
    Manifest,
    Workload,
    of_kind,
    rendered,
    secret_files,
    settings,
)
from tests.test_whole import ROOT

EACH = pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.name)
SERVED = [workload for workload in WORKLOADS if not workload.is_job]
WORKERS = [workload for workload in WORKLOADS if "worker.py" in workload.command]
TRY_SECONDS = 60
"""How long a try of a call or an e-mail may take (workflows/shared/activity_options.py)."""
SECRET = {
    f"{model.model_config['env_prefix']}{name}".upper()
    for model in MODELS
    for name, field in model.model_fields.items()
    if SecretStr in (field.annotation, *get_args(field.annotation))
}


def _chosen(selector: Manifest) -> list[Workload]:
    labels = selector.get("matchLabels", {}) if "matchLabels" in selector else selector
    one_of = {e["key"]: e["values"] for e in selector.get("matchExpressions", ())}
    return [
        w
        for w in WORKLOADS
        if labels.items() <= w.labels.items()
        and all(w.labels.get(key) in values for key, values in one_of.items())
    ]


@EACH
def test_each_runs_what_there_is(workload: Workload) -> None:
    python, *rest = workload.command
    module = rest[1] if rest[0] == "-m" else rest[0]
    assert python == "python"
    assert (ROOT / module).is_file() or (ROOT / module / "__main__.py").is_file()


def test_every_queue_is_served_once() -> None:
    served = [part for w in WORKERS for part in w.command if part in QUEUES]
    assert sorted(served) == sorted(QUEUES)


@pytest.mark.parametrize("workload", SERVED, ids=lambda w: w.name)
def test_each_is_probed_at_a_port_of_its_own(workload: Workload) -> None:
    ports = {port["name"] for port in workload.container["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert workload.container[probe]["httpGet"]["port"] in ports


@EACH
def test_each_is_bounded_and_may_do_nothing_that_it_need_not(workload: Workload) -> None:
    pod, container = workload.pod, workload.container
    assert container["resources"].keys() == {"requests", "limits"}
    assert all(part.keys() == {"cpu", "memory"} for part in container["resources"].values())
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    # The user of the image: Dockerfile.
    assert f"USER {pod['securityContext']['runAsUser']}\n" in (ROOT / "Dockerfile").read_text()
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False


@EACH
def test_no_service_of_the_cluster_sets_our_settings(workload: Workload) -> None:
    # A Service case72-page would set CASE72_PAGE_PORT.
    assert workload.pod["enableServiceLinks"] is False


@pytest.mark.parametrize("workload", WORKERS, ids=lambda w: w.name)
def test_a_worker_has_time_to_drain_and_what_is_drained_has_time_to_end(workload: Workload) -> None:
    drain = float(workload.environment["CASE72_DRAIN_SECONDS"])
    assert drain >= TRY_SECONDS
    assert workload.pod["terminationGracePeriodSeconds"] >= drain + 15


def test_one_of_two_may_go_and_never_both() -> None:
    budgets = of_kind("PodDisruptionBudget")
    kept = {w.name: b for b in budgets for w in _chosen(b["spec"]["selector"])}
    assert kept.keys() == {w.name for w in SERVED if w.manifest["spec"].get("replicas", 1) > 1}
    assert len(budgets) == len(kept)
    assert {b["spec"]["maxUnavailable"] for b in budgets} == {1}


def test_selectors_choose_the_pods_they_are_meant_for() -> None:
    for workload in SERVED:
        assert _chosen(workload.manifest["spec"]["selector"]) == [workload]
    for service in of_kind("Service"):
        (workload,) = _chosen(service["spec"]["selector"])
        assert service["metadata"]["name"] == workload.name
        ports = {port["name"] for port in workload.container["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_nobody_reaches_a_pod_but_where_a_policy_says_so() -> None:
    open_to: dict[str, set[str]] = {workload.name: set() for workload in WORKLOADS}
    closed: set[str] = set()
    for policy in of_kind("NetworkPolicy"):
        spec = policy["spec"]
        assert spec["policyTypes"] == ["Ingress"]
        for workload in _chosen(spec["podSelector"]):
            closed.add(workload.name)
            for rule in spec.get("ingress", ()):
                assert rule["from"]
                open_to[workload.name] |= {port["port"] for port in rule["ports"]}
    assert closed == open_to.keys()
    metrics, web = {"metrics"}, {"metrics", "http"}
    of_workers = {w.name: metrics for w in WORKERS}
    nothing: set[str] = set()
    rest = {"page": web, "desk": web, "inbound": metrics, "files": nothing, "audit": nothing}
    assert open_to == of_workers | rest


def test_the_jobs_of_prometheus_are_the_pods_that_alerts_ask_for() -> None:
    jobs: dict[str, set[str]] = {}
    for monitor in of_kind("PodMonitor", rendered("monitoring")):
        spec = monitor["spec"]
        for workload in _chosen(spec["selector"]):
            labels = workload.manifest["spec"]["template"]["metadata"]["labels"]
            jobs.setdefault(labels[spec["jobLabel"]], set()).add(workload.name)
    assert jobs == {
        "case72": {workload.name for workload in WORKERS},
        "page": {"page"},
        "desk": {"desk"},
        "inbound": {"inbound"},
    }


@EACH
def test_each_gets_settings_and_secrets_of_the_same_groups(workload: Workload) -> None:
    assert workload.groups == workload.secrets
    assert len(set(workload.environment)) == sum(len(settings(g)) for g in workload.groups)
    # What sellers' browsers reach cannot deactivate accounts, and no worker can be the desk.
    assert "worker" not in workload.groups or workload in WORKERS
    assert ("desk" in workload.groups) == (workload.name == "desk")


@pytest.mark.parametrize("group", GROUPS)
def test_a_file_of_a_secret_is_a_setting_or_named_by_one(group: str) -> None:
    folder = settings("common")["CASE72_SECRETS_FOLDER"]
    named = {value for value in settings(group).values() if value.startswith(f"{folder}/")}
    files = secret_files()[group]
    assert files
    assert {f"{folder}/{name}" for name in files - SETTING_NAMES} == named
    assert {m["mountPath"] for w in WORKLOADS for m in w.container["volumeMounts"]} > {folder}


@pytest.mark.parametrize("group", GROUPS)
def test_no_secret_is_among_the_settings(group: str) -> None:
    assert len(SECRET) > 8
    assert settings(group).keys() & SECRET == set()
    assert settings(group).keys() <= SETTING_NAMES | {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}


def test_all_are_of_one_image_which_the_example_names() -> None:
    (image,) = {workload.container["image"] for workload in WORKLOADS}
    (known,) = yaml.safe_load((FOLDER / "example" / "kustomization.yaml").read_text())["images"]
    assert known["name"] == image


def test_the_page_and_the_desk_believe_no_more_than_one_network_about_their_visitors() -> None:
    for workload in SERVED:
        for name, value in workload.environment.items():
            if name.endswith("_PROXIES"):
                assert ip_network(value).is_private


def test_every_worker_is_scaled_by_its_own_queues() -> None:
    scaled = {m["spec"]["scaleTargetRef"]["name"]: m["spec"] for m in rendered("autoscaling")}
    assert scaled.keys() == {workload.name for workload in WORKERS}
    for workload in WORKERS:
        spec = scaled[workload.name]
        assert spec["minReplicaCount"] == workload.manifest["spec"]["replicas"] == 2
        queries = " ".join(t["metadata"]["query"] for t in spec["triggers"])
        found = re.findall(r'task_queue=~?"([\w|]+)"', queries)
        queues = {queue for part in found for queue in part.split("|")} - {"calls"}
        assert queues == set(workload.command) & set(QUEUES)


def test_prometheus_of_the_operator_has_the_same_alerts() -> None:
    (rule,) = of_kind("PrometheusRule", rendered("monitoring"))
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    assert rule["spec"] == alerts, "make alerts"


# What follows needs the tools of `make kubernetes`.

TOOLS = ROOT / ".kubernetes"
needs_tools = pytest.mark.skipif(
    not (TOOLS / "tool.stamp").exists(), reason="no tools (make kubernetes, which needs Go)"
)


def _rendered_by_kustomize() -> str:
    command = [f"{TOOLS}/bin/kustomize", "build", str(FOLDER / "example")]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def _judged(manifests: Path) -> dict[str, str]:
    """What kubeconform says of each, by kind and name."""
    schemas = f"{TOOLS}/schemas/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    options = ["-strict", "-verbose", "-output", "json", "-schema-location", schemas]
    command = [f"{TOOLS}/bin/kubeconform", *options, str(manifests)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    found = json.loads(ended.stdout)["resources"]
    return {f"{one['kind']}/{one['name']}": one["status"] for one in found}


@needs_tools
def test_kubernetes_knows_every_field(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(text := _rendered_by_kustomize())
    judged = _judged(good)
    assert len(judged) > 25
    assert set(judged.values()) == {"statusValid"}
    for right, wrong in {
        "readOnlyRootFilesystem": "readOnlyRootFileSystem",
        "minReplicaCount": "minReplicas",
        "podMetricsEndpoints": "metricsEndpoints",
        "alert: WorkerDown": "alarm: WorkerDown",
    }.items():
        assert right in text
        text = text.replace(right, wrong)
    bad.write_text(text)
    refused = {name for name, status in _judged(bad).items() if status == "statusInvalid"}
    kinds = {name.split("/")[0] for name in refused}
    assert kinds == {"Deployment", "CronJob", "ScaledObject", "PodMonitor", "PrometheusRule"}


@needs_tools
def test_kustomize_makes_of_it_what_the_other_tests_look_at() -> None:
    made = list(yaml.safe_load_all(_rendered_by_kustomize()))
    name = yaml.safe_load((FOLDER / "example" / "kustomization.yaml").read_text())["images"][0]
    image = f"{name['newName']}:{name['newTag']}"
    hashed = {m["metadata"]["name"] for m in of_kind("ConfigMap", made)}
    plain = {name: re.sub(r"-[a-z0-9]{10}$", "", name) for name in hashed}
    assert set(plain.values()) == {f"case72-{group}" for group in GROUPS}
    for config in of_kind("ConfigMap", made):
        assert config["data"] == settings(plain[config["metadata"]["name"]].split("-")[1])
    by_name = {(m["kind"], m["metadata"]["name"]): m for m in made}
    for workload in WORKLOADS:
        found = Workload(by_name[workload.manifest["kind"], workload.name])
        assert found.container["image"] == image
        used = [source["configMapRef"]["name"] for source in found.container["envFrom"]]
        assert [plain[name] for name in used] == [f"case72-{group}" for group in workload.groups]
        found.container["image"] = workload.container["image"]
        found.container["envFrom"] = workload.container["envFrom"]
        assert _sorted(found.pod) == _sorted(workload.pod)
        assert ("replicas" in found.manifest["spec"]) == (
            not workload.is_job and workload not in WORKERS
        )
    assert len(made) == len(BASE) + len(GROUPS) + len(
        {*WORKERS_NAMES, "workers' monitor", "monitor", "alerts", "ns", "ingress"}
    )


WORKERS_NAMES = [workload.name for workload in WORKERS]


def _sorted(part: Any) -> Any:  # Any: YAML
    """With named entries in the order of their names."""
    if isinstance(part, dict):
        return {name: _sorted(value) for name, value in part.items()}
    if isinstance(part, list):
        entries = [_sorted(one) for one in part]
        named = all(isinstance(one, dict) and "name" in one for one in entries)
        return sorted(entries, key=lambda one: str(one["name"])) if named else entries
    return part


def test_the_page_says_how_to_make_every_secret() -> None:
    groups = re.findall(r"^ +for group in ([a-z ]+); do", PAGE.read_text("utf-8"), re.MULTILINE)
    assert groups
    assert all(tuple(found.split()) == GROUPS for found in groups)
