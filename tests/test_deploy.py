"""What is deployed names what there is: settings, commands, files."""

import re
from pathlib import Path

import pytest

from runtime.credentials import AccessSettings
from runtime.desk_settings import DeskSettings
from runtime.encryption import EncryptionSettings
from runtime.from_environment import SecretsFolder
from runtime.inbound_settings import InboundSettings
from runtime.page_settings import CodecSettings, PageSettings
from runtime.settings import Settings
from tests.test_whole import ROOT
from workflows.shared.versions import VERSION

MODELS = (
    Settings,
    PageSettings,
    CodecSettings,
    EncryptionSettings,
    AccessSettings,
    InboundSettings,
    DeskSettings,
    SecretsFolder,
)
SETTINGS = {
    f"{model.model_config['env_prefix']}{field}".upper()
    for model in MODELS
    for field in model.model_fields
}
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
    groups = {name for name in named if any(s.startswith(f"{name}_") for s in SETTINGS)}
    assert named - groups <= SETTINGS


def test_the_version_that_workflows_read_is_the_setting() -> None:
    assert VERSION in SETTINGS


@pytest.mark.parametrize("unit", UNITS, ids=lambda f: f.name)
def test_a_unit_runs_what_there_is(unit: Path) -> None:
    (command,) = re.findall(r"^ExecStart=\S+/python (.*)$", unit.read_text(), re.MULTILINE)
    module = command.removeprefix("-m ").split()[0]
    assert (ROOT / module).is_file() or (ROOT / module / "__main__.py").is_file()


def test_the_image_holds_every_room_the_service_needs() -> None:
    copied = set(re.findall(r"^COPY (\w+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    rooms = {f.parent.name for f in ROOT.glob("*/__init__.py")} - {"tests", "experiments"}
    assert rooms | {"templates"} <= copied
    let_in = set((ROOT / ".dockerignore").read_text().split())
    assert {f"!{room}" for room in copied} <= let_in
