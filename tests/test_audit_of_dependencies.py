"""What the audit of dependencies (.ci/dependencies) makes of what pip-audit says."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_whole import ROOT

FOUND = "Found {} in 1 package\nName Version ID Fix Versions\nkettle 1.0 {} 1.1"
CLEAN = "No known vulnerabilities found"


@pytest.mark.parametrize(
    ("said", "exits_with", "code", "shows"),
    [
        (CLEAN, 0, 0, "no known faults"),
        (FOUND.format("1 known vulnerability", "CVE-2026-1"), 1, 1, "CVE-2026-1"),
        (FOUND.format("1 known vulnerability", "MAL-2026-1"), 1, 1, "MAL-2026-1"),
        (FOUND.format("2 known vulnerabilities", "OSV-2026-1"), 1, 1, "OSV-2026-1"),
        ("Connection refused", 1, 0, "NOT AUDITED"),
        ("Connection refused", 1, 0, "Connection refused"),
        ("bad interpreter", 127, 1, "bad interpreter"),
    ],
)
def test_only_a_service_that_is_out_of_reach_is_let_pass(
    tmp_path: Path, said: str, exits_with: int, code: int, shows: str
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "dependencies", tmp_path / ".ci")
    tool = tmp_path / ".venv" / "bin" / "pip-audit"
    tool.parent.mkdir(parents=True)
    tool.write_text(f"#!/bin/sh\necho '{said}'\nexit {exits_with}\n")
    tool.chmod(0o755)
    done = subprocess.run(
        [tmp_path / ".ci" / "dependencies"], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == code
    assert shows in done.stdout
