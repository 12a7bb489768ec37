"""Forms with files as no browser of ours sends them (docs/evidence-files.md)."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from domain.shared.names import case_workflow_id
from page.app import LARGEST_BODY, build
from tests.page.files_site import WithFiles, with_files
from tests.page.site import Site, links, requests_to, settings_of
from tests.sample_files import PDF


@pytest_asyncio.fixture(loop_scope="session")
async def files(site: Site, tmp_path: Path) -> AsyncIterator[WithFiles]:
    async with with_files(site, tmp_path) as running:
        yield running


async def proof_and_case(seller: httpx2.AsyncClient) -> dict[str, str]:
    page = (await seller.get("/")).text
    found = {n: re.search(rf'name="{n}" value="([^"]+)"', page) for n in ("csrf", "case")}
    return {name: match[1] for name, match in found.items() if match}


PLAN = {"root_causes": "a", "corrective_actions": "b", "preventive_measures": "c"}


async def test_one_seller_cannot_name_the_file_of_another(files: WithFiles) -> None:
    await files.site.open("OWNER-1")
    case = await files.site.open("THIEF-1")
    async with files.site.visitor("OWNER-1") as owner, files.site.visitor("THIEF-1") as thief:
        form = await proof_and_case(owner)
        stored = await owner.post("/plan", data=form, files={"files": ("a.pdf", PDF)})
        token = re.search(r'name="kept" value="([^"]+)"', stored.text)
        assert token is not None
        form = await proof_and_case(thief) | PLAN
        for kept in (token[1], "forged", token[1][:-3] + "abc"):
            answer = await thief.post("/plan", data=form | {"kept": kept, "add": "evidence"})
            assert "a.pdf" not in answer.text
        await thief.post("/plan", data=form | {"kept": token[1]})
        assert (await case.view()).plans[0].plan.files == ()


async def test_a_file_that_is_no_longer_in_the_store_is_asked_for_again(files: WithFiles) -> None:
    case = await files.site.open("SWEPT-1")
    async with files.site.visitor("SWEPT-1") as seller:
        form = await proof_and_case(seller)
        stored = await seller.post("/plan", data=form, files={"files": ("a.pdf", PDF)})
        token = re.search(r'name="kept" value="([^"]+)"', stored.text)
        assert token is not None
        async for file in files.store.each():
            await files.store.delete(file)
        answer = await seller.post("/plan", data=form | PLAN | {"kept": token[1]})
        assert answer.status_code == 422
        assert "We do not have a.pdf any more" in answer.text
        assert (await case.view()).plans == ()


async def test_a_stored_file_that_was_listed_for_too_long_is_asked_for_again(
    files: WithFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.site.open("SLOW-1")
    async with files.site.visitor("SLOW-1") as seller:
        form = await proof_and_case(seller)
        stored = await seller.post("/plan", data=form, files={"files": ("a.pdf", PDF)})
        token = re.search(r'name="kept" value="([^"]+)"', stored.text)
        assert token is not None
        monkeypatch.setattr("page.plan_files._KEPT_FOR", timedelta(seconds=-1))
        answer = await seller.post("/plan", data=form | PLAN | {"kept": token[1]})
        assert answer.status_code == 422
        assert "We do not have a.pdf any more" in answer.text


async def test_a_name_is_shown_as_text_and_without_tricks(files: WithFiles) -> None:
    await files.site.open("MARKUP-1")
    async with files.site.visitor("MARKUP-1") as seller:
        form = await proof_and_case(seller)
        name = "../<img src=x onerror=alert(1)>\u202efdp.pdf"
        answer = await seller.post("/plan", data=form, files={"files": (name, PDF)})
        assert "&lt;img src=x onerror=alert(1)&gt;fdp.pdf" in answer.text
        assert "<img" not in answer.text
        assert "\u202e" not in answer.text


async def test_an_eleventh_file_is_named_and_not_kept(files: WithFiles) -> None:
    await files.site.open("ELEVEN")
    async with files.site.visitor("ELEVEN") as seller:
        form = await proof_and_case(seller)
        many = [("files", (f"{n}.txt", b"%d" % n)) for n in range(11)]
        answer = await seller.post("/plan", data=form, files=many)
        assert answer.text.count('name="kept"') == 10
        assert "You can send 10 files at most. We have not kept 10.txt." in answer.text


async def test_a_form_of_another_site_stores_nothing(files: WithFiles) -> None:
    await files.site.open("FOREIGN")
    async with files.site.visitor("FOREIGN") as seller:
        form = await proof_and_case(seller) | PLAN
        sent = {"files": ("a.pdf", PDF)}
        foreign = {"sec-fetch-site": "cross-site"}
        assert (
            await seller.post("/plan", data=form, files=sent, headers=foreign)
        ).status_code == 403
        wrong = form | {"csrf": "x"}
        answer = await seller.post("/plan", data=wrong, files=sent)
        assert answer.status_code == 403
        assert ">a<" in answer.text, "what was typed is shown again"
    async with files.site.visitor() as stranger:
        answer = await stranger.post("/plan", data=form, files=sent)
        assert answer.status_code == 403
        assert ">a<" in answer.text
    assert [file async for file in files.store.each()] == []


async def test_only_files_may_be_large(files: WithFiles) -> None:
    case = case_workflow_id("US", "A")
    async with requests_to(build(files.site.engine.client, settings_of())) as seller:
        await seller.get(links().link(case))
        kind = {"content-type": "application/x-www-form-urlencoded"}
        large = b"x" * (LARGEST_BODY + 1)
        assert (await seller.post("/plan", content=large, headers=kind)).status_code == 413
        assert (await seller.post("/number", data={}, files={"x": large})).status_code in (413, 415)
        field = await seller.post("/plan", data={"root_causes": "x" * 100_000}, files={"f": b"x"})
        assert field.status_code == 400
