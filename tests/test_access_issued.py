"""What deploy/secured/issue.sh makes, and what it says if it cannot."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.service import TLSConfig

from runtime.credentials import check_certificates
from tests.test_access_compose import CONTAINERS
from tests.test_whole import ROOT


def issue(folder: Path, *names: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the script for some programs."""
    ours = {"PYTHON": sys.executable, "CLIENT": str(ROOT / "client.py")}
    return subprocess.run(
        [str(ROOT / "deploy/secured/issue.sh"), str(folder), *names],
        env=os.environ | ours | settings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_certificate_and_key_are_one_file_so_that_none_is_replaced_without_the_other(
    tmp_path: Path,
) -> None:
    renewed = set()
    for _ in range(2):
        made = issue(tmp_path, "ui")
        assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
        assert {file.name for file in (tmp_path / "ui").iterdir()} == {"client.pem", "ca.pem"}
        pair = (tmp_path / "ui" / "client.pem").read_bytes()
        authority = (tmp_path / "ui" / "ca.pem").read_bytes()
        check_certificates(
            TLSConfig(server_root_ca_cert=authority, client_cert=pair, client_private_key=pair)
        )
        renewed.add(pair)
    assert len(renewed) == 2
    assert {file.name for file in (tmp_path / "ca").iterdir()} == {
        *("nodes-ca.pem", "nodes-ca.key", "clients-ca.pem", "clients-ca.key")
    }


def test_what_openssl_complains_about_is_shown_and_the_old_certificate_stays(
    tmp_path: Path,
) -> None:
    assert issue(tmp_path, "ui").returncode == 0
    before = (tmp_path / "ui" / "client.pem").read_bytes()
    failed = issue(tmp_path, "ui", CERTIFICATE_DAYS="a month")
    assert failed.returncode != 0
    assert "a month" in failed.stderr
    assert (tmp_path / "ui" / "client.pem").read_bytes() == before
    assert not [file for file in (tmp_path / "ui").iterdir() if file.suffix != ".pem"]


def test_no_other_user_of_the_machine_can_read_what_is_issued(tmp_path: Path) -> None:
    assert issue(tmp_path, "ui", "temporal").returncode == 0
    issued = [file for name in ("ui", "temporal") for file in (tmp_path / name).iterdir()]
    assert len(issued) > 5
    is_root = os.geteuid() == 0
    for file in issued:
        found = file.stat()
        assert stat.S_IMODE(found.st_mode) == (0o440 if is_root else 0o400)
        assert found.st_uid == os.geteuid()
        assert not is_root or found.st_gid == CONTAINERS
    assert stat.S_IMODE((tmp_path / "ca").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in (tmp_path / "ca").iterdir()} == {
        0
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to a group")
def test_another_group_can_be_named(tmp_path: Path) -> None:
    assert issue(tmp_path, "ui", ACCESS_GROUP="10001").returncode == 0
    assert {file.stat().st_gid for file in (tmp_path / "ui").iterdir()} == {10001}
