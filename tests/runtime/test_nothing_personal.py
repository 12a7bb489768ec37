"""Whoever reads all that Temporal stores of a seller learns nothing personal."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client

from cli.case.open_or_join import open_or_join
from domain.appeal.events import AddInformation, Appeal, DecideAppeal, ReportOutage, Verdict
from domain.case.events import (
    Assign,
    ContactChannel,
    ConversationOutcome,
    Decide,
    Decision,
    RecordConversation,
    ReportContact,
    ReportHarm,
    RequestCall,
    Review,
    ReviewPlan,
    SubmitPlan,
)
from domain.case.evidence_file import EvidenceFile, MediaType
from domain.case.status import Status
from domain.enrollment.events import ChangeAccount, Readmit
from domain.shared.account import Issue
from domain.shared.events import HarmCategory
from domain.shared.result import Result
from providers.protocols import ProviderFailed
from temporal_client.workflows import Workflows
from tests.engine import EVERYONE, HOUR, Engine, OpenCase, account, engine_in
from tests.keys import use_keys
from tests.record import OFTEN
from tests.runtime.told_and_stored import stored, told, within
from tests.workflows.appeals import submit
from workflows.appeal.seller_appeal import SellerAppeal
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment as Programme

NAME = "Zebrafinch Émporium"
EMAIL = "quokka@zebrafinch.example"
PHONE = "+12065550910"
NEW_PHONE, NEW_EMAIL = "+12065550812", "wombat@zebrafinch.example"
SUMMARY = "Narwhal tusks listed as toys"
CAUSE, ACTION, MEASURE, PROOF = "walrus cause", "ibis action", "lemur measure", "tapir evidence"
FILE_NAME = "marmot invoice.pdf"
NOTES = [f"{animal} note" for animal in ("gecko", "heron", "jackal", "koala", "okapi", "puffin")]
KIM, LEE, ORTIZ, INVESTIGATOR = "dr.kim.axolotl", "lee.pangolin", "ortiz.capybara", "inv.dugong"
HARM = "FRAUD-manatee-77"
LANGUAGE, ZONE = "en-NZ", "Pacific/Auckland"

PERSONAL = (
    *(NAME, EMAIL, PHONE, PHONE[1:], NEW_PHONE, NEW_EMAIL, SUMMARY, CAUSE, ACTION, MEASURE, PROOF),
    FILE_NAME,
    *(*NOTES, KIM, LEE, ORTIZ, INVESTIGATOR, HARM, LANGUAGE, ZONE, "zebrafinch", "Zebrafinch"),
)

SERVERS_WORD = b'"ACTIVITY_ID_NOT_STARTED"'
"""What the server itself writes where an activity was called off before a worker took it up."""


class Failing:
    """Fails, quoting whom it was to write to, until it does not any more."""

    def __init__(self) -> None:
        self.times = 2

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        """As a careless provider would."""
        if self.times:
            self.times -= 1
            raise ProviderFailed(f"cannot write to {message['To']}")
        return Result.ACCEPTED


async def lives(engine: Engine) -> None:
    """A seller with all that may happen to one."""
    about = {"name": NAME, "email": EMAIL, "language": LANGUAGE, "time_zone": ZONE}
    seller = await engine.know("QUIET1", emergency_phone=PHONE, **about)
    who = account("QUIET1", emergency_phone=PHONE, **about)
    issues = (Issue(id="ISS-1", code="LISTING_POLICY", summary=SUMMARY),)
    start = CaseInput(account=who, issues=issues, policy=EVERYONE)
    await open_or_join(Workflows(engine.client), start, KIM, lambda _: None)
    case = OpenCase(
        engine.client.get_workflow_handle_for(IssueCase.run, "case/US/QUIET1"), engine.skipper
    )
    await case.when(lambda v: v.attempts and v.attempts[0].result)
    await case.tell(
        IssueCase.report_contact,
        ReportContact(by=LEE, channel=ContactChannel.PHONE, note=NOTES[0]),
    )
    await case.tell(IssueCase.request_call, RequestCall(by=LEE))
    await case.tell(IssueCase.assign, Assign(by=ORTIZ, to=LEE, note=NOTES[2]))
    await seller.tell(
        Programme.change_account,
        ChangeAccount(by=KIM, emergency_phone=NEW_PHONE, email=NEW_EMAIL),
    )
    await case.when(lambda v: v.account.emergency_phone == NEW_PHONE)
    await case.play(timedelta(hours=1))
    await case.tell(
        IssueCase.record_conversation,
        RecordConversation(by=LEE, outcome=ConversationOutcome.PLAN_EXPECTED, note=NOTES[1]),
    )
    plan = SubmitPlan(
        by="seller",
        root_causes=(CAUSE,),
        corrective_actions=(ACTION,),
        preventive_measures=(MEASURE,),
        evidence=(PROOF,),
        files=(
            EvidenceFile(sha256="0f" * 32, name=FILE_NAME, media_type=MediaType.PDF, size=48_500),
        ),
    )
    for _ in range(3):
        await case.tell(IssueCase.submit_plan, plan)
        rejection = ReviewPlan(by=KIM, decision=Review.REJECT, note=NOTES[2])
        await case.tell(IssueCase.review_plan, rejection)
    await case.reaches(Status.ESCALATED)
    await case.play(30 * HOUR)
    await case.tell(IssueCase.decide, Decide(by=ORTIZ, decision=Decision.RESUME, note=NOTES[3]))
    with pytest.raises(Exception, match="Workflow update failed"):
        await case.tell(
            IssueCase.review_plan, ReviewPlan(by=KIM, decision=Review.REJECT, note=NOTES[4])
        )
    await case.tell(
        IssueCase.report_harm,
        ReportHarm(by=INVESTIGATOR, category=HarmCategory.FRAUD, evidence=HARM),
    )
    assert (await case.end()).status is Status.DEACTIVATED
    await seller.tell(Programme.readmit, Readmit(by=ORTIZ, note=NOTES[5]))
    # And one to whom nobody ever speaks, about whom the desk is not told.
    here: dict[str, Any] = {"name": NAME, "email": EMAIL, "emergency_phone": PHONE}
    # With a fifth e-mail it would continue as new near its end. Such a case has no timer at first,
    # so this server skips to the end of what is played, and the last call with it.
    rules = {"email_hours": [0, 24, 48, 66]}
    silent = await engine.open(seller_id="QUIET2", issues=issues, wait=False, rules=rules, **here)
    await silent.play(73 * HOUR)
    assert (await silent.end()).status is Status.DEACTIVATED
    appealed = Appeal(by="seller", what_happened=CAUSE, grounds=ACTION, evidence=PROOF)
    appeal = await submit(engine, "QUIET2", appealed)
    await appeal.tell(SellerAppeal.report_outage, ReportOutage(by=LEE, note=NOTES[0]))
    await appeal.tell(SellerAppeal.add_information, AddInformation(by="seller", text=MEASURE))
    granted = DecideAppeal(by=KIM, verdict=Verdict.REINSTATE, note=NOTES[1])
    await appeal.tell(SellerAppeal.decide_appeal, granted)
    await appeal.end()
    # And one that stays open, with an attempt that failed just now.
    assert isinstance(engine.providers.mail, Failing)
    engine.providers.mail.times = 1_000_000
    pending = await engine.open(seller_id="QUIET3", issues=issues, wait=False, **here)
    await pending.failing()


def forms(text: str) -> Iterator[bytes]:
    """A text as it may stand somewhere: as it is, and in the usual disguises."""
    yield text.encode()
    # What is very short stands in any ciphertext by chance.
    yield from (form for form in _disguised(text) if len(form) > 6)


def _disguised(text: str) -> Iterator[bytes]:
    for plain in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
        yield plain
        yield plain.hex().encode()
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + plain)
            yield whole[4 if shift else 0 :].rstrip(b"=")[:-1]
            yield base64.urlsafe_b64encode(b"\0" * shift + plain)[4:].rstrip(b"=")[:-1]
    yield text.encode("unicode_escape")


def found_in(haystack: bytes) -> set[str]:
    """Which of what is personal stands there."""
    return {text for text in PERSONAL if any(form in haystack for form in forms(text))}


async def everything(folder: Path) -> tuple[list[Message], bytes]:
    """What the server tells, and what it stores, after a seller's life."""
    async with engine_in(folder, config=OFTEN, mail=Failing()) as engine:
        await lives(engine)
        target = engine.client.service_client.config.target_host
        return await told(await Client.connect(target)), stored(folder / "temporal")


def in_bytes(messages: list[Message]) -> bytes:
    """As they go over the wire."""
    return b"\n".join(message.SerializeToString() for message in messages)


async def test_nothing_personal_is_told_or_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch, tmp_path / "keys", "new", "old")
    tells, stores = await everything(tmp_path / "engine")
    assert found_in(in_bytes(tells)) == set()
    assert found_in(stores) == set()
    for expected in (b"case/US/QUIET1", b"enrollment/US/QUIET1", b"binary/encrypted"):
        assert expected in in_bytes(tells)  # it is there at all
        assert expected in stores
    inside = list(chain.from_iterable(map(within, tells)))
    payloads = [m for m in inside if isinstance(m, Payload)]
    assert len(payloads) > 200
    plain = {p.data for p in payloads if p.metadata["encoding"] != b"binary/encrypted"}
    assert plain <= {SERVERS_WORD}
    failures = [m for m in inside if isinstance(m, Failure)]
    ours = [f for f in failures if f.source != "Server"]
    assert ours
    # The last is the server's word for a workflow task that an event overtook.
    said = {"Encoded failure", "", "UnhandledCommand"}
    assert {(f.message, f.stack_trace) for f in ours} <= {(words, "") for words in said}


async def test_without_encryption_all_of_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the test above would not be looking properly."""
    use_keys(monkeypatch, tmp_path)
    tells, stores = await everything(tmp_path / "engine")
    refused = {NOTES[4]}  # of what was refused there is no trace
    assert found_in(in_bytes(tells)) == set(PERSONAL) - refused
    assert found_in(stores) == set(PERSONAL) - refused
