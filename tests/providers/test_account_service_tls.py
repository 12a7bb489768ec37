"""The account service behind TLS: whom we trust, and the certificate that we show."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from cryptography.hazmat.primitives import serialization

from examples.account_service import TOKEN, Accounts, application
from providers.http.account_service import AccountServer, HttpAccountService
from providers.protocols import ProviderFailed
from runtime.web_server import listening, open_socket
from tests.certificates import Certificates, certificates
from tests.providers.disturbed_account_service import CASE, SELLER


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@asynccontextmanager
async def secured(certificate: Path, clients: Path | None = None) -> AsyncIterator[str]:
    """The example with this certificate; it takes only clients that `clients` signed, if given."""
    config = uvicorn.Config(
        application(Accounts()),
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,  # else it waits 30 s for clients that keep a connection
        ssl_certfile=certificate,
        ssl_ca_certs=str(clients) if clients else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if clients else ssl.CERT_NONE,
    )
    listener = open_socket("127.0.0.1", 0)
    async with listening(config, listener):
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"


async def test_a_certificate_of_our_ca_is_trusted(made: Certificates) -> None:
    async with secured(made.good_file) as url:
        accounts = HttpAccountService(AccountServer(url, TOKEN, ca_file=made.ca_file))
        await accounts.deactivate("US", SELLER, CASE)
        assert not await accounts.is_active("US", SELLER)


@pytest.mark.parametrize("ours", [True, False])
async def test_another_certificate_is_told_nothing(made: Certificates, ours: bool) -> None:
    async with secured(made.self_signed_file if ours else made.good_file) as url:
        ca_file = made.ca_file if ours else None
        accounts = HttpAccountService(AccountServer(url, TOKEN, ca_file=ca_file))
        with pytest.raises(ProviderFailed, match="certificate is not trusted"):
            await accounts.is_active("US", SELLER)


async def test_a_certificate_for_another_host_is_told_nothing(made: Certificates) -> None:
    async with secured(made.good_file) as url:
        elsewhere = url.replace("127.0.0.1", "localhost")
        accounts = HttpAccountService(AccountServer(elsewhere, TOKEN, ca_file=made.ca_file))
        with pytest.raises(ProviderFailed, match="certificate is not trusted"):
            await accounts.is_active("US", SELLER)


@pytest.mark.parametrize("apart", [True, False])
async def test_we_show_our_certificate(made: Certificates, tmp_path: Path, apart: bool) -> None:
    key_file = tmp_path / "key.pem" if apart else None
    if key_file:
        pem = made.good_file.read_bytes()
        key_file.write_bytes(pem[: pem.index(b"-----BEGIN CERTIFICATE")])
    async with secured(made.good_file, made.ca_file) as url:
        server = AccountServer(
            url,
            TOKEN,
            ca_file=made.ca_file,
            certificate_file=made.good_file,
            key_file=key_file,
        )
        assert await HttpAccountService(server).is_active("US", SELLER)


@pytest.mark.parametrize("shown", [True, False])
async def test_who_shows_a_wrong_certificate_or_none_gets_no_answer(
    made: Certificates, shown: bool
) -> None:
    async with secured(made.good_file, made.ca_file) as url:
        certificate = made.self_signed_file if shown else None
        server = AccountServer(url, TOKEN, ca_file=made.ca_file, certificate_file=certificate)
        with pytest.raises(ProviderFailed, match="account service: "):
            await HttpAccountService(server).deactivate("US", SELLER, CASE)


def test_a_key_with_a_password_is_refused_without_asking_for_it(
    made: Certificates, tmp_path: Path
) -> None:
    key = serialization.load_pem_private_key(made.good_file.read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    server = AccountServer("https://a.example", certificate_file=made.good_file, key_file=locked)
    with pytest.raises(ValueError, match="accounts_key_file"):
        HttpAccountService(server)
