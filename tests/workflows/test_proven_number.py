"""A number is proven by a call, on a real server (docs/rules.md, section 2)."""

import asyncio
import base64
import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from domain.case.events import ChangeContact
from domain.enrollment.events import EnterCode, TryCall, VerifyNumber
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.verification import kept
from domain.enrollment.view import EnrollmentView
from domain.shared.result import Result
from reference.page_links import PageLinks
from reference.time_zones import zone_of
from tests.engine import Engine, KnownSeller, engine_in
from tests.workflows.enrollment_events import changed
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment as Programme

PAGE = PageLinks(("a secret of no importance, and long enough",), "https://health.shop.example")
ASK = VerifyNumber(by="seller")
ANSWERS, NEVER_ANSWERS = "+12065557701", "+12065557810"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strict(tmp_path_factory: pytest.TempPathFactory, server: str) -> AsyncIterator[Engine]:
    """An engine where only a proven number enrolls."""
    folder = tmp_path_factory.mktemp("proven")
    async with engine_in(folder, page=PAGE, server=server, require_verified_number=True) as engine:
        yield engine


def heard(engine: Engine, phone: str) -> str:
    """The code that was heard last at a number."""
    words = (engine.folder / "heard" / f"{phone}.txt").read_text(encoding="utf-8")
    digits = words.split()[-6:]
    assert all(len(digit) == 1 and digit.isdigit() for digit in digits)
    return "".join(digits)


async def called(seller: KnownSeller) -> EnrollmentView:
    """The view once the call has ended."""
    return await seller.when(lambda v: v.number_call and v.number_call.result)


def typed(view: EnrollmentView, code: str) -> EnterCode:
    assert view.number_call is not None
    return EnterCode(by="seller", proofs=PAGE.codes.proofs(view.number_call.id, code))


async def test_a_number_is_proven_by_a_call_and_no_code_stands_in_the_history(
    strict: Engine,
) -> None:
    seller = await strict.know("PROVER", emergency_phone=ANSWERS)
    view = await seller.view()
    assert (view.status, view.reason) == (
        EnrollmentStatus.INVITED,
        EnrollmentReason.NUMBER_NOT_VERIFIED,
    )
    await seller.tell(Programme.verify_number, ASK)
    view = await called(seller)
    assert view.number_call is not None
    assert view.number_call.result is Result.CONNECTED
    code = heard(strict, ANSWERS)
    right, before = PAGE.codes.proof(view.number_call.id), await seller.handle.fetch_history()
    assert kept(right) in _plain(before.to_json())
    assert right not in _plain(before.to_json()), "whoever reads it could send it"
    wrong = f"{(int(code) + 1) % 10**6:06}"
    view = await seller.tell(Programme.enter_code, typed(view, wrong))
    assert view.number_call is not None
    assert (view.verified_at, view.number_call.tries_left) == (None, 4)
    view = await seller.tell(Programme.enter_code, typed(view, code))
    assert view.verified_at is not None
    assert view.status is EnrollmentStatus.ENROLLED
    history = (await seller.handle.fetch_history()).to_json()
    assert right in _plain(history)
    assert code not in re.findall(r"(?<!\d)\d{6}(?!\d)", _plain(history))


def _plain(history: str) -> str:
    """A history with its payloads as they are before they are written down as base64."""
    found = re.findall(r'"data": ?"([A-Za-z0-9+/=]+)"', history)
    return "\n".join(base64.b64decode(data).decode(errors="replace") for data in found)


async def test_a_changed_number_must_be_proven_anew_and_coverage_goes_on(strict: Engine) -> None:
    seller = await strict.know("CHANGER", emergency_phone="+12065557901")
    await seller.tell(Programme.verify_number, ASK)
    view = await called(seller)
    view = await seller.tell(Programme.enter_code, typed(view, heard(strict, "+12065557901")))
    assert view.status is EnrollmentStatus.ENROLLED
    view = await seller.tell(Programme.change_account, changed(emergency_phone=NEVER_ANSWERS))
    assert (view.verified_at, view.status) == (None, EnrollmentStatus.ENROLLED)
    assert view.prove_by is not None
    await seller.when(lambda v: any(entry.about == "prove_number" for entry in v.timeline))


async def test_a_number_gets_three_calls_an_hour_whoever_asks(strict: Engine) -> None:
    phone = "+12065558001"
    results = []
    for name in ("SHARES1", "SHARES2", "SHARES3", "SHARES4"):
        seller = await strict.know(name, emergency_phone=phone)
        await seller.tell(Programme.verify_number, ASK)
        view = await called(seller)
        assert view.number_call is not None
        results.append(view.number_call.result)
    assert results == [Result.CONNECTED] * 3 + [Result.SKIPPED]


async def test_a_test_call_is_not_made_while_a_case_is_open(strict: Engine) -> None:
    phone = "+12065558101"
    seller = await strict.know("TRIES", emergency_phone=phone)
    await seller.tell(Programme.try_call, TryCall(by="seller"))
    view = await called(seller)
    assert view.number_call is not None
    assert view.number_call.result is Result.CONNECTED
    words = (strict.folder / "heard" / f"{phone}.txt").read_text(encoding="utf-8")
    assert "This is a test call" in words
    case = await strict.open(seller_id="TRIES", emergency_phone=NEVER_ANSWERS)
    await seller.tell(Programme.try_call, TryCall(by="seller"))
    view = await called(seller)
    assert view.number_call is not None
    assert view.number_call.result is Result.CANCELLED
    assert all(entry.what != "contact" for entry in (await case.view()).timeline)


async def test_a_code_waits_while_a_case_calls_the_number_and_is_no_contact_of_the_case(
    tmp_path: Path, server: str
) -> None:
    phone = "+12065558201"
    async with engine_in(tmp_path, page=PAGE, server=server, ring_seconds=3) as engine:
        seller = await engine.know("BUSY-LINE", emergency_phone=phone)
        # The case calls from another account, and nobody has answered it yet.
        case = await engine.open(emergency_phone=phone, wait=False)
        await case.when(lambda v: any(a.channel.rings for a in v.attempts))
        await seller.tell(Programme.verify_number, ASK)
        assert (await called(seller)).number_call is not None
        with sqlite3.connect(tmp_path / "telephone.sqlite") as db:
            query = "SELECT case_id, dialled_at, ends_at FROM calls ORDER BY dialled_at"
            (first, _, ended), (second, dialled, _) = db.execute(query)
        assert (first[:5], second[:11]) == ("case/", "enrollment/")
        assert dialled >= ended, "a number is never called twice at once"
        view = await case.view()
        assert [a.about for a in view.attempts if a.channel.rings] == ["notice"]
        calls = [entry for entry in view.timeline if entry.what == "call"]
        assert len(calls) == 1, "the case knows of its own call only"


async def test_an_extension_is_shared_with_an_open_case_and_dialled_in_it(strict: Engine) -> None:
    seller = await strict.know("EXTENDS")
    case = await strict.open(seller_id="EXTENDS", emergency_phone="+12065558310", wait=False)
    await seller.tell(
        Programme.change_account, changed(emergency_phone="+12065558310", extension="ww12")
    )
    view = await case.when(lambda v: v.account.extension)
    assert view.account.extension == "ww12"
    named_again = ChangeContact(by="seller", emergency_phone="+12065558310")
    assert (await case.tell(IssueCase.change_contact, named_again)).account.extension == "ww12"
    another = ChangeContact(by="seller", emergency_phone="+12065558410", extension="34")
    await case.tell(IssueCase.change_contact, another)
    known = await seller.when(lambda v: v.account.emergency_phone == "+12065558410")
    assert known.account.extension == "34"


async def test_a_case_tells_the_enrollment_of_a_connected_call_if_the_number_is_proven(
    strict: Engine,
) -> None:
    phone = "+12065558501"
    seller = await strict.know("ANSWERS", emergency_phone=phone)
    await seller.tell(Programme.verify_number, ASK)
    await seller.tell(Programme.enter_code, typed(await called(seller), heard(strict, phone)))
    asks = {"coverage": "enrolled"}
    case = await strict.open(seller_id="ANSWERS", emergency_phone=phone, rules=asks, wait=False)
    await case.when(lambda v: any(entry.what == "contact" for entry in v.timeline))
    await case.idle()
    history = await seller.handle.fetch_history()
    accepted = [e.workflow_execution_update_accepted_event_attributes for e in history.events]
    updates = [one.accepted_request.input.name for one in accepted]
    assert updates.count("record_answer") == 1


async def test_without_a_secret_no_code_is_said_and_the_failure_is_ours(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, server=server) as engine:
        seller = await engine.know("SECRETLESS", emergency_phone=ANSWERS)
        await seller.tell(Programme.verify_number, ASK)
        view = await called(seller)
        assert view.number_call is not None
        assert view.number_call.result is Result.PROVIDER_FAILED
        await asyncio.sleep(0)
        assert not (engine.folder / "heard").exists()


async def test_a_number_is_proven_by_a_text_message(tmp_path: Path, server: str) -> None:
    phone, landline = "+12065558610", "+12065558717"
    async with engine_in(tmp_path, page=PAGE, server=server, texts="simulated") as engine:
        seller = await engine.know("TEXTED", emergency_phone=phone)
        asks = VerifyNumber(by="seller", by_text=True)
        await seller.tell(Programme.verify_number, asks)
        view = await called(seller)
        assert view.number_call is not None
        assert (view.number_call.kind, view.number_call.result) == ("text", Result.ACCEPTED)
        words = (tmp_path / "texts" / f"{phone}.txt").read_text(encoding="utf-8").strip()
        code = words[-6:]
        assert words == f"Your code from the account health team: {code}"
        assert not (tmp_path / "heard").exists(), "nobody is called"
        assert code not in _plain((await seller.handle.fetch_history()).to_json())
        view = await seller.tell(Programme.enter_code, typed(view, code))
        assert view.verified_at is not None

        await seller.tell(Programme.change_account, changed(emergency_phone=landline))
        await seller.tell(Programme.verify_number, asks)
        view = await called(seller)
        assert view.number_call is not None
        assert view.number_call.result is Result.BOUNCED
        assert view.number_call.code_until is None, "nobody has read the code"


async def test_without_texts_no_text_is_sent_and_the_failure_is_ours(strict: Engine) -> None:
    seller = await strict.know("TEXTLESS", emergency_phone="+12065558801")
    await seller.tell(Programme.verify_number, VerifyNumber(by="seller", by_text=True))
    view = await called(seller)
    assert view.number_call is not None
    assert view.number_call.result is Result.PROVIDER_FAILED


async def test_a_known_number_is_told_by_a_call_in_the_day_that_it_was_changed(
    tmp_path: Path, server: str
) -> None:
    old, new = "+12065559401", "+12065559410"
    async with engine_in(tmp_path, page=PAGE, server=server) as engine:
        seller = await engine.know("MOVES", emergency_phone=old)
        await seller.tell(Programme.try_call, TryCall(by="seller"))
        await called(seller)
        await seller.tell(Programme.change_account, changed(emergency_phone=new))
        await seller.idle()
        if not _was_told(await seller.view()):  # it is night in Seattle
            await seller.play(timedelta(hours=12))
        view = await seller.when(_was_told)
        (told,) = [entry for entry in view.timeline if entry.what == "old_number_told"]
        assert (told.code, told.result) == ("call", Result.CONNECTED)
        assert 8 <= told.at.astimezone(zone_of("America/Los_Angeles")).hour < 21
        words = (tmp_path / "heard" / f"{old}.txt").read_text(encoding="utf-8")
        assert "It was changed, and is so no longer." in words
        assert new[-4:] not in words


def _was_told(view: EnrollmentView) -> bool:
    return any(entry.what == "old_number_told" for entry in view.timeline)


async def test_a_number_of_the_seller_s_own_is_not_used_up_by_others(strict: Engine) -> None:
    phone = "+12065559501"
    owner = await strict.know("OWNS-IT", emergency_phone=phone)
    await owner.tell(Programme.verify_number, ASK)
    view = await called(owner)
    await owner.tell(Programme.enter_code, typed(view, heard(strict, phone)))
    others = [await strict.know(f"USES{n}", emergency_phone=phone) for n in range(3)]
    for other in others:
        await other.tell(Programme.verify_number, ASK)
        await called(other)
    await owner.tell(Programme.verify_number, ASK)
    view = await called(owner)
    assert view.number_call is not None
    assert view.number_call.result is Result.CONNECTED
