"""What a seller typed in an appeal is kept, and the page says what became of it."""

import asyncio
import re
from dataclasses import replace
from typing import Any, NoReturn

import httpx2
import pytest

from domain.appeal.events import Verdict
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.errors import Refusal
from page.feedback import APPEAL_TOO_LATE, APPEALED_TOO_OFTEN, feedback_on_appeal
from page.seller_workflows import Found, SellerWorkflows
from reference.page_links import Visitor
from temporal_client.failures import NoAnswer, UpdateRefused
from temporal_client.workflows import Workflows
from tests.page.seller_states import STATES
from tests.page.site import Site
from tests.page.wording import Said, check
from tests.patience import PATIENCE, looks
from tests.reading import words_shown
from tests.workflows.appeals import (
    AGAIN,
    FIRST,
    OUTAGE,
    answer,
    appeal_of,
    deactivated,
    submit,
)
from workflows.appeal.seller_appeal import SellerAppeal

TYPED = {"what_happened": "We were abroad", "grounds": "The <b>listing</b> is gone", "evidence": ""}


async def send(seller: httpx2.AsyncClient, site: Site, path: str, **typed: str) -> httpx2.Response:
    """Send a form as the page does. Return the page that it leads to."""
    origin = {"origin": site.settings.url or ""}
    return await seller.post(path, data=typed, headers=origin)


async def proof_in(seller: httpx2.AsyncClient) -> str:
    """The proof of the visit, as each form has it."""
    found = re.search(r'name="csrf" value="([^"]+)"', (await seller.get("/")).text)
    assert found is not None
    return found[1]


def said(answer: httpx2.Response) -> str:
    """What a page says, in one line."""
    return " ".join(words_shown(answer.text))


async def away(self: Workflows, *_: Any) -> NoReturn:
    """What Temporal does not answer."""
    raise NoAnswer("no answer in time").about(None, of_update=True)


async def test_an_appeal_stays_in_its_form_while_temporal_is_away_and_counts_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deactivated(site.engine, "KEPT")
    execute = Workflows.execute_update_with_start

    async def arrives(self: Workflows, *sent: Any) -> NoReturn:
        await execute(self, *sent)
        await away(self)

    async with site.visitor("KEPT") as seller:
        typed = TYPED | {"csrf": await proof_in(seller)}
        with monkeypatch.context() as no_temporal:
            no_temporal.setattr(Workflows, "execute_update_with_start", arrives)
            no_temporal.setattr(Workflows, "view", away)
            kept = await send(seller, site, "/appeal", **typed)
        assert kept.status_code == 503
        assert "We do not know whether it has arrived: please send it again" in said(kept)
        assert "It has not been sent" not in said(kept)
        assert "The &lt;b&gt;listing&lt;/b&gt; is gone</textarea>" in kept.text
        assert 'action="/appeal"' in kept.text
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():  # a busy server may need more time than the page gives it
                again = said(await send(seller, site, "/appeal", **typed))
                if "Please send it again" not in again:
                    break
        assert "We have received your appeal" in again
    assert len((await appeal_of(site.engine, "KEPT").view()).submissions) == 1


async def test_an_appeal_that_arrived_though_nobody_said_so_is_looked_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deactivated(site.engine, "ARRIVED")
    execute = Workflows.execute_update_with_start

    async def arrives(self: Workflows, *sent: Any) -> NoReturn:
        await execute(self, *sent)
        await away(self)

    async with site.visitor("ARRIVED") as seller:
        typed = TYPED | {"csrf": await proof_in(seller)}
        monkeypatch.setattr(Workflows, "execute_update_with_start", arrives)
        taken = await send(seller, site, "/appeal", **typed)
        assert taken.status_code == 200
        assert "We have received your appeal" in said(taken)


async def test_an_appeal_stays_when_the_language_changes(site: Site) -> None:
    await deactivated(site.engine, "POLYGLOT-APPEAL")
    async with site.visitor("POLYGLOT-APPEAL") as seller:
        typed = TYPED | {"csrf": await proof_in(seller), "language": "fr"}
        page = await send(seller, site, "/appeal", **typed)
        assert '<button form="appeal-form" name="language" value="fr"' in page.text
    assert "Rédigez votre appel ci-dessous" in said(page)
    assert "The &lt;b&gt;listing&lt;/b&gt; is gone</textarea>" in page.text


async def test_a_refused_appeal_says_why_and_keeps_what_was_typed(site: Site) -> None:
    await deactivated(site.engine, "REFUSED")
    async with site.visitor("REFUSED") as seller:
        csrf = await proof_in(seller)
        await submit(site.engine, "REFUSED", FIRST)
        open_one = await send(seller, site, "/appeal", **TYPED, csrf=csrf)
        assert open_one.status_code == 409
        assert "While we read it, you can add to it on this page." in said(open_one)
        assert "It has not been sent. You can copy it from here." in said(open_one)
        assert "The <b>listing</b> is gone" in said(open_one)
        appeal = appeal_of(site.engine, "REFUSED")
        await appeal.decide(Verdict.UPHOLD)
        late = await send(seller, site, "/appeal/information", text="One thing more", csrf=csrf)
        assert "Nothing can be added to your appeal any more." in said(late)
        assert "One thing more" in said(late)
        await submit(site.engine, "REFUSED", AGAIN)
        await appeal.decide(Verdict.UPHOLD, "lead.diaz")
        third = await send(seller, site, "/appeal", **TYPED | {"evidence": "More"}, csrf=csrf)
        assert "a third is not taken" in said(third)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("enrolled", "Your account is not deactivated, so there is nothing to appeal."),
        ("deactivated_elsewhere", "To appeal, reply to the last e-mail that you had about it."),
    ],
)
async def test_where_there_is_nothing_to_decide_the_page_says_why(
    site: Site, state: str, says: str
) -> None:
    seller_id = f"NOTHING-{state}"
    await STATES[state](site.engine, seller_id)
    async with site.visitor(seller_id) as seller:
        answer = await send(seller, site, "/appeal", **TYPED, csrf=await proof_in(seller))
    assert says in said(answer)


@pytest.mark.parametrize(
    ("code", "value", "says"),
    [
        (Refusal.TOO_LATE, "until", APPEAL_TOO_LATE),
        ("too_many_appeals", "again_from", APPEALED_TOO_OFTEN),
    ],
)
def test_a_refusal_for_the_time_names_the_moment(code: str, value: str, says: str) -> None:
    moment = "2026-11-24T09:00:00+00:00"
    feedback = feedback_on_appeal(UpdateRefused("refused", code, {value: moment}))
    assert feedback.notice == says
    assert feedback.again_from is not None
    assert feedback.again_from.isoformat() == moment


ACTIVATING: Said = {
    "en": ["We decided in your favour. Your account is being activated", "It is not active yet."],
    "fr": ["Votre compte est en cours d’activation", "Il n’est pas encore actif."],
    "es": ["Su cuenta se está activando", "Todavía no está activa."],
    "zh-Hans": ["您的账户正在恢复", "账户尚未恢复。"],
}
ACTIVE: Said = {
    "en": ["Your account is active again"],
    "fr": ["Votre compte est de nouveau actif"],
    "es": ["Su cuenta vuelve a estar activa"],
    "zh-Hans": ["您的账户已恢复"],
}
APPEALABLE: Said = {
    "en": ["could be appealed", "Deactivated"],
    "fr": ["Un appel était possible", "Désactivé"],
    "es": ["Se podía apelar", "Desactivada"],
    "zh-Hans": ["申诉期限已于"],
}
LOOKED_AT: Said = {
    "en": ["Your account could not be activated yet. We look at your appeal again"],
    "fr": ["Votre compte n’a pas encore pu être activé."],
    "es": ["Su cuenta aún no se ha podido activar."],
    "zh-Hans": ["您的账户尚未能恢复。"],
}


@pytest.mark.parametrize(
    ("status", "reason", "wanted", "unwanted"),
    [
        (AppealStatus.REINSTATING, None, ACTIVATING, ACTIVE),
        (AppealStatus.REINSTATED, None, ACTIVE, APPEALABLE),
        (AppealStatus.SUBMITTED, AppealReason.REINSTATEMENT_FAILED, LOOKED_AT, ACTIVE),
    ],
)
async def test_an_account_counts_as_active_once_it_is_and_not_before(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    status: AppealStatus,
    reason: AppealReason | None,
    wanted: Said,
    unwanted: Said,
) -> None:
    seller = f"STANDS-{status}"
    await deactivated(site.engine, seller)
    await submit(site.engine, seller)
    find = SellerWorkflows.find

    async def stands(self: SellerWorkflows, visitor: Visitor) -> Found:
        found = await find(self, visitor)
        assert found.appeal is not None
        so = {"status": status, "reason": reason}
        return replace(found, appeal=found.appeal.model_copy(update=so))

    monkeypatch.setattr(SellerWorkflows, "find", stands)
    await check(site, seller, wanted, unwanted)


async def test_a_question_is_shown_though_another_case_has_deactivated_the_account_since(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deactivated(site.engine, "TWICE")
    appeal = await submit(site.engine, "TWICE")
    await appeal.tell(SellerAppeal.decide_appeal, answer(Verdict.MORE_INFORMATION))
    find = SellerWorkflows.find

    async def later(self: SellerWorkflows, visitor: Visitor) -> Found:
        found = await find(self, visitor)
        assert found.standing is not None
        since = found.standing.model_copy(update={"deactivated_by": "case/US/TWICE/2"})
        return replace(found, standing=since)

    monkeypatch.setattr(SellerWorkflows, "find", later)
    async with site.visitor("TWICE") as seller:
        page = await seller.get("/")
    assert answer(Verdict.MORE_INFORMATION).note in said(page)
    assert 'action="/appeal/information"' in page.text


async def test_after_an_outage_has_come_to_light_no_new_evidence_is_asked_for(site: Site) -> None:
    await deactivated(site.engine, "OURS")
    appeal = await submit(site.engine, "OURS")
    await appeal.decide(Verdict.UPHOLD)
    async with site.visitor("OURS") as seller:
        assert "It needs evidence that the first one did not have" in said(await seller.get("/"))
        await appeal.tell(SellerAppeal.report_outage, OUTAGE)
        page = said(await seller.get("/"))
    assert "A fault of ours has come to light, so you can appeal once more" in page
    assert "new evidence, you can" not in page
    assert "It needs evidence" not in page


async def test_why_the_account_was_deactivated_is_not_said_of_the_appeal(site: Site) -> None:
    await deactivated(site.engine, "REASON")
    async with site.visitor("REASON") as seller:
        assert "A person of our team decided it." in said(await seller.get("/"))
        await submit(site.engine, "REASON")
        page = said(await seller.get("/"))
    assert "We are reading your appeal" in page
    assert "A person of our team decided it." not in page
