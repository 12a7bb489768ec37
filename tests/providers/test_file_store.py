"""The store for files: a folder, and a bucket of moto, which speaks the protocol of S3."""

import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import httpx2
import pytest
import pytest_asyncio
from pydantic import ValidationError

from domain.case.evidence_file import MediaType
from providers.files.clamd import Clamd, ScannerAway
from providers.files.intake import Intake, TryLater
from providers.files.kinds import FileProblem, FileRefused
from providers.files.store import FileGone, FileStore, StoreAway, owner_of
from runtime.file_settings import FileSettings
from tests.patience import PATIENCE
from tests.sample_files import EICAR, PDF, ClamdStandIn, clamd_at

ACCOUNT, OTHER = "US/A2EXAMPLE", "CA/A2EXAMPLE"
BUCKET = "evidence"
MOTO = Path(__file__).parents[2] / ".moto" / "bin" / "moto_server"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server of S3, with a bucket: moto, in an environment of its own (Makefile)."""
    if not MOTO.exists():
        pytest.skip("no moto is installed (make .moto/tool.stamp)")
    url = f"http://127.0.0.1:{free_port()}"
    port = url.rpartition(":")[2]
    with Popen([MOTO, "-H", "127.0.0.1", "-p", port], stdout=DEVNULL, stderr=DEVNULL) as server:
        until = time.monotonic() + PATIENCE
        while not _has_bucket(url):
            assert time.monotonic() < until, "moto does not start"
            time.sleep(0.2)
        yield url
        server.terminate()


def _has_bucket(url: str) -> bool:
    try:
        return httpx2.put(f"{url}/{BUCKET}").status_code == 200
    except httpx2.ConnectError:
        return False


@pytest.fixture(params=["folder", "s3"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FileStore:
    """A store as the settings make it."""
    if request.param == "folder":
        return FileSettings(state=tmp_path).file_store()
    url = request.getfixturevalue("s3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return FileSettings(files="s3", files_s3_bucket=BUCKET, files_s3_endpoint=url).file_store()


async def everything(store: FileStore) -> list[tuple[str, str]]:
    """What is in the store."""
    return [(file.owner, file.sha256) async for file in store.each()]


async def test_a_file_comes_back_as_it_was_to_its_own_account_only(store: FileStore) -> None:
    digest = await store.put(ACCOUNT, PDF)
    assert await store.has(ACCOUNT, digest)
    assert await store.get(ACCOUNT, digest) == PDF
    assert not await store.has(OTHER, digest)
    with pytest.raises(FileGone):
        await store.get(OTHER, digest)


async def test_the_same_file_is_kept_once_for_each_account_and_is_listed_and_deleted(
    store: FileStore,
) -> None:
    for account in (ACCOUNT, ACCOUNT, OTHER):
        digest = await store.put(account, b"twice")
    mine, others = (owner_of(ACCOUNT), digest), (owner_of(OTHER), digest)
    assert {mine, others} <= set(await everything(store))
    (file,) = [f async for f in store.each() if (f.owner, f.sha256) == mine]
    assert await store.delete(file)
    assert not await store.delete(file)
    found = await everything(store)
    assert mine not in found
    assert others in found


async def test_a_file_that_was_put_there_again_meanwhile_is_not_deleted(store: FileStore) -> None:
    digest = await store.put(ACCOUNT, b"again")
    (seen,) = [f async for f in store.each() if f.sha256 == digest]
    earlier = type(seen)(seen.owner, seen.sha256, seen.stored_at.replace(year=2020))
    assert not await store.delete(earlier)
    assert await store.has(ACCOUNT, digest)


async def test_a_file_that_somebody_changed_in_the_store_is_not_handed_out(tmp_path: Path) -> None:
    store = FileSettings(state=tmp_path).file_store()
    digest = await store.put(ACCOUNT, PDF)
    path = tmp_path / "files" / owner_of(ACCOUNT) / digest
    path.write_bytes(b"another")
    with pytest.raises(FileGone):
        await store.get(ACCOUNT, digest)


def test_nobody_else_on_the_machine_can_read_the_folder(tmp_path: Path) -> None:
    FileSettings(state=tmp_path).file_store()
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_said_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(ValueError, match="CASE72_STATE: the folder for files cannot be made"):
        FileSettings(state=tmp_path).file_store()


async def test_a_store_that_is_away_is_said_to_be_and_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-key")
    url = f"http://127.0.0.1:{free_port()}"
    gone = FileSettings(files="s3", files_s3_bucket=BUCKET, files_s3_endpoint=url).file_store()
    with pytest.raises(StoreAway) as away:
        await gone.put(ACCOUNT, PDF)
    assert str(away.value) in ("GenericError", "no answer in time")
    with pytest.raises(TryLater):
        await Intake(gone).take(ACCOUNT, "a.pdf", PDF)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"files": "s3"}, "files_s3_bucket"),
        ({"files": "s3", "files_s3_bucket": "No_Bucket"}, "files_s3_bucket"),
        ({"files_s3_endpoint": "http://s3.shop.example"}, "https"),
        ({"files_s3_endpoint": "s3.shop.example"}, "https"),
        ({"files_clamd": "scanner"}, "host:port"),
        ({"files_clamd": "127.0.0.1:99999"}, "host:port"),
        ({"files_clamd": "127.0.0.1:0"}, "host:port"),
        ({"files": "ftp"}, "files"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_name(
    given: dict[str, str], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        FileSettings.model_validate(given)


# --- taking files in ------------------------------------------------------------------------------


@pytest_asyncio.fixture(params=["port", "socket"])
async def scanner(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[ClamdStandIn, str]]:
    """A scanner, and its address."""
    async with clamd_at(str(tmp_path / "clamd.sock") if request.param == "socket" else None) as one:
        yield one


async def test_a_clean_file_is_scanned_whole_and_stored(
    tmp_path: Path, scanner: tuple[ClamdStandIn, str]
) -> None:
    clamd, address = scanner
    intake = FileSettings(state=tmp_path, files_clamd=address).intake()
    content = PDF + b"%" * 1_000_000
    file = await intake.take(ACCOUNT, "C:\\in\\invoice.pdf", content)
    assert (file.name, file.media_type, file.size) == ("invoice.pdf", MediaType.PDF, len(content))
    assert clamd.scanned == [content]
    assert await intake.store.get(ACCOUNT, file.sha256) == content


async def test_an_infected_file_is_refused_and_not_stored(
    tmp_path: Path, scanner: tuple[ClamdStandIn, str]
) -> None:
    intake = FileSettings(state=tmp_path, files_clamd=scanner[1]).intake()
    with pytest.raises(FileRefused) as refused:
        await intake.take(ACCOUNT, "eicar.txt", EICAR)
    assert refused.value.problem is FileProblem.INFECTED
    assert await everything(intake.store) == []


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR", b"", b"x" * 10_000, b"stream: OKAY"]
)
async def test_what_the_scanner_did_not_find_clean_is_not_stored(
    tmp_path: Path, scanner: tuple[ClamdStandIn, str], answer: bytes
) -> None:
    clamd, address = scanner
    clamd.answer = answer
    intake = FileSettings(state=tmp_path, files_clamd=address).intake()
    with pytest.raises(TryLater):
        await intake.take(ACCOUNT, "a.pdf", PDF)
    assert await everything(intake.store) == []


async def test_while_the_scanner_is_away_nothing_is_stored(tmp_path: Path) -> None:
    with pytest.raises(ScannerAway):
        await Clamd(f"127.0.0.1:{free_port()}").is_infected(PDF)
    intake = FileSettings(state=tmp_path, files_clamd=str(tmp_path / "no.sock")).intake()
    with pytest.raises(TryLater):
        await intake.take(ACCOUNT, "a.pdf", PDF)
    assert await everything(intake.store) == []


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def test_a_bucket_at_aws_itself_needs_no_address() -> None:
    FileSettings(files="s3", files_s3_bucket=BUCKET).file_store()
