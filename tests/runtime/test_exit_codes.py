"""A program ends with 2 only if a setting has to be changed: else systemd starts it again."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from runtime.connection import connect
from runtime.dev_server import dev_server
from runtime.web_server import open_socket
from tests.certificates import certificates
from tests.desk.test_settings import GOOD as DESK
from tests.own_namespace import in_a_namespace
from tests.page.site import KEY
from tests.test_whole import ROOT, run

PROGRAMS = {
    "worker": ["worker.py"],
    "page": ["-m", "page"],
    "desk": ["-m", "desk"],
    "inbound": ["-m", "inbound"],
    "client": ["client.py", "list"],
}
INBOUND = {
    "CASE72_INBOUND_ADDRESS": "reply@in.example",
    "CASE72_INBOUND_SECRETS": KEY,
    "CASE72_INBOUND_IMAP_HOST": "127.0.0.1",
    "CASE72_INBOUND_IMAP_USERNAME": "reply",
    "CASE72_INBOUND_IMAP_PASSWORD": KEY,
}
PAGE = {"CASE72_PAGE_URL": "https://health.shop.example", "CASE72_PAGE_SECRETS": KEY}


async def ends(program: str, folder: Path, **settings: str) -> tuple[int, str]:
    """Its exit code, and what it says."""
    settings = {"CASE72_STATE": str(folder / "state"), **PAGE, **settings}
    code, out, err = await run(sys.executable, *PROGRAMS[program], cwd=ROOT, **settings)
    assert "Traceback" not in err
    return code, " ".join((out + err).split())


def shows(certificate: Path, key: Path) -> dict[str, str]:
    """Settings with which Temporal is shown a certificate."""
    return {
        "TEMPORAL_TLS": "true",
        "TEMPORAL_TLS_CLIENT_CERT_PATH": str(certificate),
        "TEMPORAL_TLS_CLIENT_KEY_PATH": str(key),
    }


@pytest.mark.parametrize("program", PROGRAMS)
async def test_it_is_started_again_until_its_certificate_is_renewed(
    program: str, tmp_path: Path
) -> None:
    expired = certificates(tmp_path, good_for=-timedelta(minutes=1)).good_file
    code, said = await ends(program, tmp_path, **shows(expired, expired))
    assert "the client certificate expired on" in said
    assert code == 1


async def test_it_is_started_again_until_certificate_and_key_are_both_replaced(
    tmp_path: Path,
) -> None:
    made = certificates(tmp_path)
    code, said = await ends("page", tmp_path, **shows(made.good_file, made.self_signed_file))
    assert "the client certificate and the client key do not belong together" in said
    assert code == 1


@pytest.mark.parametrize(("program", "wrong"), [("worker", "missing"), ("page", "a folder")])
async def test_a_file_that_cannot_be_read_is_a_wrong_setting(
    program: str, wrong: str, tmp_path: Path
) -> None:
    file = tmp_path if wrong == "a folder" else tmp_path / "missing.pem"
    code, said = await ends(program, tmp_path, **shows(file, file))
    assert str(file) in said
    assert code == 2


@pytest.mark.parametrize(
    ("program", "setting", "others"),
    [
        ("page", "CASE72_PAGE_PORT", PAGE),
        ("desk", "CASE72_DESK_PORT", DESK),
        ("inbound", "CASE72_HEALTH", INBOUND),
    ],
)
async def test_a_port_that_is_taken_is_a_wrong_setting(
    program: str, setting: str, others: dict[str, str], tmp_path: Path
) -> None:
    with open_socket("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        value = f"127.0.0.1:{port}" if setting == "CASE72_HEALTH" else port
        code, said = await ends(program, tmp_path, **others, **{setting: value})
    assert f"{setting}={value}: " in said
    assert "already in use" in said
    assert code == 2


async def test_a_worker_names_the_setting_of_a_port_that_is_taken(
    server: str, tmp_path: Path
) -> None:
    client = await in_a_namespace(await connect(server))
    there = {"TEMPORAL_ADDRESS": server, "TEMPORAL_NAMESPACE": client.namespace}
    with open_socket("127.0.0.1", 0) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, said = await ends("worker", tmp_path, **there, CASE72_HEALTH=address)
    assert f"CASE72_HEALTH={address}: " in said
    assert code == 2


async def test_a_worker_whose_state_can_be_kept_nowhere_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with dev_server(tmp_path / "temporal") as server:
        nowhere = {"CASE72_STATE": str(tmp_path / "file" / "state")}
        code, said = await ends("worker", tmp_path, TEMPORAL_ADDRESS=server.address, **nowhere)
    assert (code, said) == (2, "CASE72_STATE: cannot be made: Not a directory")
