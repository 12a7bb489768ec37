"""What a seller sends again in the same words: a repeat, or a new message (docs/rules.md, 9)."""

import re

import httpx2

from domain.appeal.events import Verdict
from domain.appeal.status import AppealStatus
from tests.page.site import Site
from tests.page.test_appeal_kept import TYPED, said, send
from tests.workflows.appeals import appeal_of, deactivated, submit


async def form_in(seller: httpx2.AsyncClient) -> dict[str, str]:
    """What the form of an appeal sends along unseen."""
    form = (await seller.get("/")).text.partition('id="appeal-form"')[2]
    return dict(re.findall(r'type="hidden" name="(csrf|state)" value="([^"]+)"', form)[:2])


async def test_words_sent_before_the_question_are_an_answer_when_they_are_sent_again(
    site: Site,
) -> None:
    await deactivated(site.engine, "SAME-WORDS")
    appeal = await submit(site.engine, "SAME-WORDS")
    async with site.visitor("SAME-WORDS") as seller:
        words = {"text": "The invoice is on its way"}
        await send(seller, site, "/appeal/information", **words, **await form_in(seller))
        await appeal.decide(Verdict.MORE_INFORMATION)
        again = words | await form_in(seller)
        for _ in range(2):
            taken = await send(seller, site, "/appeal/information", **again)
            assert "We have received what you added" in said(taken)
    view = await appeal.view()
    assert view.status is AppealStatus.SUBMITTED
    assert len(view.submissions[-1].information) == 2, "the same form twice counts once"


async def test_the_first_appeal_sent_again_after_its_answer_is_not_taken_for_a_second(
    site: Site,
) -> None:
    await deactivated(site.engine, "SAME-APPEAL")
    async with site.visitor("SAME-APPEAL") as seller:
        await send(seller, site, "/appeal", **TYPED, **await form_in(seller))
        await appeal_of(site.engine, "SAME-APPEAL").decide(Verdict.UPHOLD)
        again = await send(seller, site, "/appeal", **TYPED, **await form_in(seller))
    assert "We have received your appeal" not in said(again)
    assert "needs evidence that the first did not have" in said(again)


async def test_what_was_added_before_the_question_is_not_looked_up_as_its_answer(
    site: Site,
) -> None:
    await deactivated(site.engine, "NO-ANSWER")
    appeal = await submit(site.engine, "NO-ANSWER")
    words = {"text": "The invoice is on its way"}
    async with site.visitor("NO-ANSWER") as seller:
        await send(seller, site, "/appeal/information", **words, **await form_in(seller))
        await appeal.decide(Verdict.MORE_INFORMATION)
        form = await form_in(seller)
        await appeal.decide(Verdict.REINSTATE)
        late = await send(seller, site, "/appeal/information", **words, **form)
    assert "Nothing can be added to your appeal any more." in said(late)
