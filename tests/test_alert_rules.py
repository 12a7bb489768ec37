"""What alerts say of made-up measurements, as Prometheus itself evaluates them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_whole import ROOT

PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool is installed (Debian: prometheus)")
@pytest.mark.parametrize("about", ["database", "programs"])
def test_alerts_fire_when_they_should(tmp_path: Path, about: str) -> None:
    cases = (ROOT / f"tests/prometheus/{about}.yml").read_text("utf-8")
    made = tmp_path / "cases.yml"
    made.write_text(cases.replace("ALERTS", str(ROOT / "deploy/prometheus/alerts.yml")))
    command = [str(PROMTOOL), "test", "rules", str(made)]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 0, found.stdout + found.stderr
