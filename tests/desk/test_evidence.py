"""The desk downloads the files of a plan, and nothing else (docs/evidence-files.md)."""

from hashlib import sha256
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from desk.evidence import disposition
from desk.languages import LANGUAGES
from domain.case.evidence_file import EvidenceFile, MediaType
from providers.files.store import FileStore, owner_of
from runtime.desk_settings import Role
from runtime.file_settings import FileSettings
from tests.desk.site import dev_desk
from tests.engine import Engine, OpenCase
from tests.sample_files import PDF, PNG
from tests.workflows.events import PLAN, WITHDRAW
from web.languages import Reader
from workflows.case.issue_case import IssueCase

DIGEST = sha256(PDF).hexdigest()
NAME = "Rechnung für 发票 <b>\u2019s.pdf"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileSettings(state=tmp_path).file_store()


def file_of(content: bytes, name: str = NAME) -> EvidenceFile:
    """A file as a plan names it."""
    digest = sha256(content).hexdigest()
    return EvidenceFile(sha256=digest, name=name, media_type=MediaType.PDF, size=len(content))


async def case_with_file(
    engine: Engine, store: FileStore, seller: str, name: str = NAME
) -> OpenCase:
    """A case whose plan names a file that is in the store."""
    case = await engine.open(seller_id=seller)
    await store.put(f"US/{seller}", PDF)
    await case.tell(IssueCase.submit_plan, PLAN.model_copy(update={"files": (file_of(PDF, name),)}))
    return case


async def test_every_role_downloads_a_file_that_no_browser_shows(
    engine: Engine, store: FileStore
) -> None:
    await case_with_file(engine, store, "DOWNLOAD")
    for role in Role:
        async with dev_desk(role, engine.client, store) as (_, browser):
            with capture_logs() as lines:
                answer = await browser.get(f"/desk/file/US/DOWNLOAD/{DIGEST}")
            assert (answer.status_code, answer.content) == (200, PDF)
            headers = answer.headers
            assert headers["content-type"] == "application/octet-stream"
            assert headers["content-disposition"] == (
                'attachment; filename="Rechnung f_r __ <b>_s.pdf"; '
                "filename*=UTF-8''Rechnung%20f%C3%BCr%20%E5%8F%91%E7%A5%A8%20%3Cb%3E%E2%80%99s.pdf"
            )
            assert headers["content-security-policy"] == "sandbox; default-src 'none'"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            (audit,) = [line for line in lines if line["event"] == "audit"]
            assert (audit["action"], audit["case"], audit["status"]) == (
                "read",
                "case/US/DOWNLOAD",
                200,
            )
            assert "Rechnung" not in str(lines)


@pytest.mark.parametrize("name", ["invoice.exe", "invoice.pdf.html", "invoice", "label.png"])
async def test_a_name_that_does_not_fit_the_content_is_not_the_one_to_save_it_under(
    engine: Engine, store: FileStore, name: str
) -> None:
    seller = f"NAMED-{name}"
    await case_with_file(engine, store, seller, name)
    async with dev_desk(Role.REVIEWER, engine.client, store) as (_, browser):
        answer = await browser.get(f"/desk/file/US/{seller}/{DIGEST}")
    assert (answer.status_code, answer.content) == (200, PDF)
    safe = f"{DIGEST[:12]}.bin"
    assert answer.headers["content-disposition"] == (
        f"attachment; filename=\"{safe}\"; filename*=UTF-8''{safe}"
    )


async def test_a_file_of_a_closed_case_is_there_and_who_is_not_signed_in_gets_none(
    engine: Engine, store: FileStore
) -> None:
    case = await case_with_file(engine, store, "CLOSED")
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.end()
    path = f"/desk/file/US/CLOSED/{DIGEST}"
    async with dev_desk(Role.OBSERVER, engine.client, store) as (desk, browser):
        assert (await browser.get(path)).content == PDF
        async with desk.browser() as stranger:
            answer = await stranger.get(path)
        assert answer.status_code == 303
        assert "/desk/sign-in" in answer.headers["location"]


async def test_what_the_case_does_not_name_is_not_sent(engine: Engine, store: FileStore) -> None:
    await case_with_file(engine, store, "NAMES-ONE")
    await case_with_file(engine, store, "NAMES-ANOTHER")
    unnamed = await store.put("US/NAMES-ONE", PNG)
    async with dev_desk(Role.LEAD, engine.client, store) as (_, browser):
        for seller, digest in (
            ("NAMES-ONE", unnamed),
            ("NAMES-ONE", "0" * 64),
            ("NO-SUCH", DIGEST),
        ):
            answer = await browser.get(f"/desk/file/US/{seller}/{digest}")
            assert answer.status_code == 404, (seller, digest)


@pytest.mark.parametrize(
    "path",
    [
        "US/PATHS/..",
        "US/PATHS/%2e%2e%2f%2e%2e%2fsecret",
        f"US/PATHS/{DIGEST.upper()}",
        f"US/PATHS/{DIGEST}%00",
        f"US/PATHS/{DIGEST}%0a",
        f"US/PATHS/{DIGEST}/x",
        f"US/%2e%2e/{DIGEST}",
        f"US/..%2f..%2fPATHS/{DIGEST}",
        f"US/PATHS%00/{DIGEST}",
        f"XX/PATHS/{DIGEST}",
        f"us/PATHS/{DIGEST}",
        f"../US/PATHS/{DIGEST}",
        "US/PATHS/",
    ],
)
async def test_a_path_with_a_trick_leads_nowhere(
    engine: Engine, store: FileStore, path: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(b"for nobody")
    async with dev_desk(Role.LEAD, engine.client, store) as (_, browser):
        request = browser.build_request("GET", "/desk/")
        request.url = httpx2.URL(f"{request.url}file/{path}")
        answer = await browser.send(request)
    assert answer.status_code == 404
    assert b"for nobody" not in answer.content


async def test_a_file_that_is_gone_or_was_changed_is_not_sent(
    engine: Engine, store: FileStore, tmp_path: Path
) -> None:
    await case_with_file(engine, store, "CHANGED")
    kept = tmp_path / "files" / owner_of("US/CHANGED") / DIGEST
    async with dev_desk(Role.LEAD, engine.client, store) as (_, browser):
        kept.write_bytes(b"another")
        assert (await browser.get(f"/desk/file/US/CHANGED/{DIGEST}")).status_code == 404
        kept.unlink()
        assert (await browser.get(f"/desk/file/US/CHANGED/{DIGEST}")).status_code == 404


async def test_while_temporal_is_away_nothing_is_sent(store: FileStore) -> None:
    async with dev_desk(Role.LEAD, None, store) as (_, browser):
        answer = await browser.get(f"/desk/file/US/AWAY/{DIGEST}")
    assert answer.status_code == 503
    assert "The cases cannot be reached" in answer.text


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        (
            'a";x="b.pdf',
            "attachment; filename=\"a__x=_b.pdf\"; filename*=UTF-8''a%22%3Bx%3D%22b.pdf",
        ),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
    ],
)
def test_a_name_cannot_leave_its_header(name: str, header: str) -> None:
    assert disposition(name) == header


async def test_the_page_of_a_case_links_to_each_file_by_its_name_as_text(
    engine: Engine, store: FileStore
) -> None:
    view = await (await case_with_file(engine, store, "LINKED")).view()
    language = LANGUAGES["en"]
    template = language.templates.from_string(
        '{% from "parts.html" import file_links with context %}{{ file_links(view, files) }}'
    )
    shown = template.render(
        view=view, files=view.plans[0].plan.files, reader=Reader(language), version="", session=None
    )
    run = view.id.rpartition("/")[2]
    assert f'href="/desk/file/US/LINKED/{DIGEST}?run={run}" download' in shown
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
