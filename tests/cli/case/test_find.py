"""`list --find`: a case is found by what people know of its seller."""

import asyncio
import json
from pathlib import Path

import pytest

from temporal_client.search_attributes import FIND
from tests.cli.conftest import Cli, cli_of
from tests.engine import engine_in, issue
from tests.patience import PATIENCE
from tests.workflows.test_case_line import upserted
from workflows.case.issue_case import IssueCase

OLDER, NEWER = "o" * 40, "n" * 40
NUMBER, NEW_ADDRESS = "+12065550177", "office@erable.example"


async def test_a_case_is_found_by_what_people_know(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine_in(tmp_path, server=server, find_secrets=(OLDER,)) as engine:
        case = await engine.open(
            seller_id="FOUND",
            name="Boutique de l'Érable",
            email="owner@erable.example",
            emergency_phone=NUMBER,
            issues=(issue("ISS-77"),),
        )
        await engine.open(seller_id="OTHER", name="Boutique du Lac", issues=(issue("ISS-78"),))
        assert len(await upserted(case)) <= 2  # as without: at the opening, when the clock starts
        cli = cli_of(engine)
        monkeypatch.setenv("CASE72_FIND_SECRETS", f"{NEWER},{OLDER}")
        reference = (await case.view()).id.rpartition("/")[2]
        for text in (
            "FOUND",
            "ISS-77",
            reference,
            "owner@erable.example",
            "(206) 555-0177",
            "erable",
            "Boutique de l'Érable",
        ):
            assert await found(cli, text, 1) == ["FOUND"], text
        assert await found(cli, "boutique", 2) == ["FOUND", "OTHER"]
        nobody = await cli("list", "--find", "unheard-of", "--json")
        assert json.loads(nobody.out)["cases"] == []

        await case.tell(IssueCase.change_contact, {"by": "seller", "email": NEW_ADDRESS})
        assert await found(cli, NEW_ADDRESS, 1) == ["FOUND"]
        assert await found(cli, "owner@erable.example", 0) == []
        shown = (await case.handle.describe()).typed_search_attributes.get(FIND) or []
        assert "erable" not in " ".join(shown)


async def test_without_a_secret_it_is_found_by_ids_alone(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASE72_FIND_SECRETS", raising=False)
    refused = await cli("list", "--find", "owner@erable.example")
    assert refused.code == 2
    assert "CASE72_FIND_SECRETS" in refused.err
    assert (await cli("list", "--find", "ISS-404")).code == 0
    monkeypatch.setenv("CASE72_FIND_SECRETS", "short")
    bad = await cli("list", "--find", "ISS-404")
    assert (bad.code, "32 characters or more" in bad.err) == (2, True)


async def found(cli: Cli, text: str, wanted: int) -> list[str]:
    """The sellers that a text finds, as soon as there are as many as are wanted."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await cli("list", "--find", text, "--json")
            assert answer.code == 0, answer.err
            sellers = sorted(row["seller"] for row in json.loads(answer.out)["cases"])
            if len(sellers) == wanted:
                return sellers
            await asyncio.sleep(0.05)
