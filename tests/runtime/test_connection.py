"""The connection by Temporal's own settings: TLS, certificates, a key, a profile."""

import ssl
from pathlib import Path

import pytest

from tests.certificates import Certificates, certificates
from tests.cli.conftest import Answer, Cli, cli
from tests.runtime.tls_bridge import Bridge, tls_bridge

__all__ = ["cli"]
KEY = "a-key-of-the-cloud"
UNREACHABLE, BAD_INPUT = 1, 2


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def mutual(certified: Certificates) -> ssl.SSLContext:
    """A server that talks to nobody without a certificate of its CA."""
    context = certified.good
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certified.ca_file)
    return context


def use(environment: pytest.MonkeyPatch, **settings: object) -> None:
    """Set TEMPORAL_… for the commands to come."""
    for name, value in settings.items():
        environment.setenv(f"TEMPORAL_{name}", str(value))


async def listing(bridge: Bridge, namespace: str | None) -> Answer:
    """What `client.py list` says there."""
    return await Cli(bridge.address, namespace)("list", "--seller", "NOBODY")


async def test_with_a_certificate_of_the_cluster_s_own_authority(
    cli: Cli, certified: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(
        monkeypatch,
        TLS="true",
        TLS_SERVER_CA_CERT_PATH=certified.ca_file,
        TLS_CLIENT_CERT_PATH=certified.good_file,
        TLS_CLIENT_KEY_PATH=certified.good_file,
    )
    async with tls_bridge(mutual(certified), cli.address) as bridge:
        answer = await listing(bridge, cli.namespace)
    assert answer.code == 0, answer.err
    assert bridge.requests


async def test_by_a_profile(
    cli: Cli, certified: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profile = tmp_path / "temporal.toml"
    profile.write_text(
        f"""
        [profile.production]
        namespace = "{cli.namespace}"
        [profile.production.tls]
        client_cert_path = "{certified.good_file}"
        client_key_path = "{certified.good_file}"
        server_ca_cert_path = "{certified.ca_file}"
        """
    )
    use(monkeypatch, CONFIG_FILE=profile, PROFILE="production")
    async with tls_bridge(mutual(certified), cli.address) as bridge:
        answer = await listing(bridge, namespace=None)
    assert answer.code == 0, answer.err


@pytest.mark.parametrize("ours", ["none", "nobody's"])
async def test_without_one_nobody_gets_in(
    cli: Cli, certified: Certificates, monkeypatch: pytest.MonkeyPatch, ours: str
) -> None:
    use(monkeypatch, TLS="true", TLS_SERVER_CA_CERT_PATH=certified.ca_file)
    if ours != "none":
        file = certified.self_signed_file
        use(monkeypatch, TLS_CLIENT_CERT_PATH=file, TLS_CLIENT_KEY_PATH=file)
    async with tls_bridge(mutual(certified), cli.address) as bridge:
        answer = await listing(bridge, cli.namespace)
    assert answer.code == UNREACHABLE
    assert f"no Temporal server answers at {bridge.address} (TEMPORAL_ADDRESS)" in answer.err
    assert not bridge.requests


async def test_a_server_that_our_authority_did_not_sign_is_told_nothing(
    cli: Cli, certified: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, TLS_SERVER_CA_CERT_PATH=certified.ca_file, API_KEY=KEY)
    async with tls_bridge(certified.self_signed, cli.address) as bridge:
        answer = await listing(bridge, cli.namespace)
    assert answer.code == UNREACHABLE
    assert not bridge.requests
    assert KEY not in answer.out + answer.err


async def test_a_key_goes_along_with_every_request_and_turns_encryption_on(
    cli: Cli, certified: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, TLS_SERVER_CA_CERT_PATH=certified.ca_file, API_KEY=KEY)
    async with tls_bridge(certified.good, cli.address) as bridge:
        answer = await listing(bridge, cli.namespace)
    assert answer.code == 0, answer.err
    assert {request["authorization"] for request in bridge.requests} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("setting", ["TLS_CLIENT_CERT_PATH", "CONFIG_FILE"])
async def test_a_file_that_is_not_there_is_named(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str
) -> None:
    missing = tmp_path / "no.pem"
    use(monkeypatch, **{setting: missing})
    answer = await cli("list")
    assert answer.code == BAD_INPUT
    assert f"(TEMPORAL_*): {missing}: No such file or directory" in answer.err.replace("\n", "")
