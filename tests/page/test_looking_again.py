"""An open page looks again and again, and asks a seller's workflows only when there is news."""

from itertools import count

import pytest

import page.pages
from page.seller_workflows import SellerWorkflows
from reference.page_links import Visitor
from tests.page.site import Site
from workflows.case.issue_case import IssueCase

CONTACT = {"by": "desk", "channel": "phone", "note": "called in"}


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """For whom the workflows were asked."""
    asked: list[str] = []
    find = SellerWorkflows.find

    async def counted(self: SellerWorkflows, visitor: Visitor) -> object:
        asked.append(visitor.seller_id)
        return await find(self, visitor)

    monkeypatch.setattr(SellerWorkflows, "find", counted)
    return asked


class Clock:
    """Stands still until it is moved."""

    at = 1_000_000.0

    def time(self) -> float:
        """As the module `time` has it."""
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The page's clock."""
    stands = Clock()
    monkeypatch.setattr(page.pages, "time", stands)
    return stands


async def test_nothing_new_costs_no_query_and_news_are_shown_at_once(
    site: Site, queries: list[str], clock: Clock
) -> None:
    case = await site.open("LOOKS")
    async with site.visitor("LOOKS") as seller:
        whole = await seller.get("/")
        seen = {"If-None-Match": whole.headers["etag"]}
        asked = len(queries)
        for _ in range(3):
            same = await seller.get("/", headers=seen)
            assert (same.status_code, same.text) == (304, "")
        assert len(queries) == asked
        await case.tell(IssueCase.report_contact, CONTACT)
        news = await seller.get("/", headers=seen)
        assert news.status_code == 200
        assert "Send us your plan" in news.text
        assert news.headers["etag"] != whole.headers["etag"]


async def test_what_time_alone_changes_is_shown_within_two_minutes(
    site: Site, clock: Clock
) -> None:
    await site.open("WAITS")
    async with site.visitor("WAITS") as seller:
        seen = {"If-None-Match": (await seller.get("/")).headers["etag"]}
        assert (await seller.get("/", headers=seen)).status_code == 304
        clock.at += 120
        assert (await seller.get("/", headers=seen)).status_code == 200


async def test_a_tag_is_of_one_seller_one_visit_and_one_language(site: Site, clock: Clock) -> None:
    tags = set()
    asks = count(1)
    for seller_id in ("TAGS-1", "TAGS-2"):
        await site.open(seller_id)
        for _ in range(2):
            async with site.visitor(seller_id) as seller:
                for language in ("en", "fr"):
                    answer = await seller.get("/", headers={"accept-language": language})
                    tags.add(answer.headers["etag"])
                    next(asks)
    assert len(tags) == next(asks) - 1


async def test_an_appeal_or_a_standing_that_changes_is_news(site: Site, clock: Clock) -> None:
    known = await site.engine.know("STANDS")
    async with site.visitor("STANDS") as seller:
        seen = {"If-None-Match": (await seller.get("/")).headers["etag"]}
        await known.tell("change_account", {"by": "desk", "email": "new@bluekettle.example"})
        assert (await seller.get("/", headers=seen)).status_code == 200
