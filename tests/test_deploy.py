"""What is deployed names what there is: settings, commands, files."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from runtime.page_settings import PageSettings
from runtime.release import RELEASE
from runtime.setting_names import SETTING_NAMES
from tests.test_whole import ROOT
from workflows.shared.versions import VERSION

UNITS = sorted((ROOT / "deploy" / "systemd").glob("case72-*.service"))
DEPLOYED = [
    ROOT / "docker-compose.yml",
    ROOT / "Dockerfile",
    *UNITS,
    *sorted((ROOT / "deploy" / "kubernetes").rglob("*.*")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "README.md",
]


@pytest.mark.parametrize("file", DEPLOYED, ids=lambda f: f.name)
def test_every_setting_that_is_named_exists(file: Path) -> None:
    named = set(re.findall(r"\bCASE72_[A-Z0-9_]*[A-Z0-9]\b", file.read_text()))
    groups = {name for name in named if any(s.startswith(f"{name}_") for s in SETTING_NAMES)}
    assert named - groups <= SETTING_NAMES


def test_the_release_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == RELEASE
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == RELEASE
    for program in ("client.py", "worker.py"):
        command = [sys.executable, program, "--version"]
        assert subprocess.check_output(command, cwd=ROOT, text=True).strip() == RELEASE


def test_the_version_that_workflows_read_is_the_setting() -> None:
    assert VERSION in SETTING_NAMES


@pytest.mark.parametrize("unit", UNITS, ids=lambda f: f.name)
def test_a_unit_runs_what_there_is(unit: Path) -> None:
    (command,) = re.findall(r"^ExecStart=\S+/python (.*)$", unit.read_text(), re.MULTILINE)
    module = command.removeprefix("-m ").split()[0]
    assert (ROOT / module).is_file() or (ROOT / module / "__main__.py").is_file()


def test_the_balancer_leads_to_the_port_of_the_pages() -> None:
    balancer = (ROOT / "deploy" / "haproxy.cfg").read_text("utf-8")
    pages = balancer.partition("\nlisten pages\n")[2]
    servers = re.findall(r"^  server (\S+) \S+:(\d+) cookie (\S+)$", pages, re.MULTILINE)
    assert {int(port) for _, port, _ in servers} == {PageSettings.model_fields["port"].default}
    # A browser stays at the copy that its cookie names.
    assert [name for name, _, _ in servers] == [cookie for *_, cookie in servers]


def test_the_balancer_keeps_the_pages_while_temporal_is_away() -> None:
    deployed = (ROOT / "deploy" / "haproxy.cfg").read_text("utf-8")
    of_the_cluster = (ROOT / "experiments" / "cluster" / "balancer.py").read_text("utf-8")
    for balancer in (deployed, of_the_cluster):
        # /ready is 503 then, and a seller would read the balancer's words instead of the page's.
        assert re.findall(r"^ *option httpchk GET (\S+)$", balancer, re.MULTILINE) == ["/health"]


def test_the_page_of_the_instructions_can_be_reached_by_the_balancer() -> None:
    told = (ROOT / "docs" / "operations.md").read_text("utf-8")
    (block,) = re.findall(r"^```\n(TEMPORAL_ADDRESS=.*?)^```$", told, re.MULTILINE | re.DOTALL)
    named = {line.partition("=")[0] for line in block.splitlines()}
    # Without these it listens on its own machine only, and takes all visitors for one.
    assert {"CASE72_PAGE_HOST", "CASE72_PAGE_PROXIES"} <= named


def test_the_image_holds_every_room_the_service_needs() -> None:
    copied = set(re.findall(r"^COPY (\w+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    rooms = {f.parent.name for f in ROOT.glob("*/__init__.py")} - {"tests", "experiments"}
    assert rooms | {"templates"} <= copied
    let_in = set((ROOT / ".dockerignore").read_text().split())
    assert {f"!{room}" for room in copied} <= let_in


@pytest.mark.parametrize("page", ["operations.md", "observability.md"])
def test_an_operator_s_shell_has_the_settings_of_the_units(page: str) -> None:
    said = (ROOT / "docs" / page).read_text("utf-8")
    (command,) = re.findall(r"^sudo (systemd-run .*?) bash$", said, re.MULTILINE | re.DOTALL)
    options = dict(re.findall(r"--([\w-]+)=(\S+)", command))
    for unit in UNITS:
        lines = unit.read_text().splitlines()
        assert f"User={options['uid']}" in lines
        assert f"WorkingDirectory={options['working-directory']}" in lines
        assert options["property"] in lines
        (runs,) = (line for line in lines if line.startswith("ExecStart="))
        assert runs.startswith(f"ExecStart={options['setenv'].partition('=')[2].split(':')[0]}/")
    # A shell reads quotes otherwise than systemd.
    assert not re.search(r"(?:\.|source) /etc/case72/environment", said)
