"""What Twilio calls back reaches the case, and nothing else does."""

import asyncio
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.case.status import Status
from domain.shared.result import Result
from providers.twilio.callbacks import CallbackTarget, is_signed
from tests.providers.callback_stage import CALLBACKS, result_of, staged
from tests.providers.calling_back import signature
from tests.providers.twilio_calls import SELLER, Story
from tests.providers.twilio_stand_in import Answer, TwilioStandIn
from tests.test_crashes import something
from tests.workflows.events import CONTACT
from workflows.case.issue_case import IssueCase

JOINED = Story(0.3, "completed", desk="in-progress", lasts=60)


@pytest.mark.parametrize(
    ("story", "result", "status"),
    [
        (Story(ends="no-answer"), Result.NO_ANSWER, Status.CONTACTING),
        (Story(ends="busy"), Result.BUSY, Status.CONTACTING),
        (JOINED, Result.CONNECTED, Status.WORKING),
    ],
)
@pytest.mark.parametrize(
    "how",
    [{}, {"times": 3}, {"swapped": True}, {"late": 1}],
    ids=["as it happens", "three times each", "the last first", "late"],
)
async def test_the_case_hears_of_the_end_from_twilio(
    tmp_path: Path,
    server: str,
    twilio: TwilioStandIn,
    story: Story,
    result: Result,
    status: Status,
    how: dict[str, Any],
) -> None:
    twilio.stories[SELLER] = story
    async with staged(tmp_path, server, twilio, **how) as stage:
        began = time.monotonic()
        view = await stage.called()
        assert (result_of(view), view.status) == (result, status)
        assert time.monotonic() - began < 20  # a look would come after 60 s
        await something(lambda: len(stage.back.answers) >= len(stage.back.sent))
        assert set(stage.back.answers) == {204}
        assert len(twilio.placed) == 1


async def test_a_machine_is_told_our_message_as_soon_as_it_answers(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.pace = 10
    twilio.stories[SELLER] = Story(3, "completed", by="machine_end_beep", lasts=60, says=26)
    async with staged(tmp_path, server, twilio) as stage:
        assert result_of(await stage.called()) is Result.VOICEMAIL


async def test_a_case_costs_one_try_of_an_activity_for_a_call_that_nobody_answers(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    async with staged(tmp_path, server, twilio) as stage:
        case = await stage.engine.open(wait=False, emergency_phone=SELLER)
        await case.when(lambda v: result_of(v) is Result.NO_ANSWER)
        started = [
            event.activity_task_started_event_attributes.attempt
            for event in (await case.handle.fetch_history()).events
            if event.HasField("activity_task_started_event_attributes")
        ]
        assert max(started) <= 2  # Temporal names the try that would have come next


async def test_a_callback_before_we_know_that_the_call_was_placed_is_not_lost(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    """The answer to our request is lost; Twilio calls back all the same."""
    twilio.creates.append(Answer(lost=True, done=True))
    twilio.stories[SELLER] = JOINED
    async with staged(tmp_path, server, twilio) as stage:
        view = await stage.called()
        assert (result_of(view), view.status) == (Result.CONNECTED, Status.WORKING)
        assert len(twilio.placed) == 1


@pytest.mark.parametrize("slow", [0, 3], ids=["at once", "and tells us late"])
async def test_a_call_is_hung_up_at_once_and_its_callback_changes_nothing(
    tmp_path: Path, server: str, twilio: TwilioStandIn, slow: float
) -> None:
    twilio.stories[SELLER] = Story(60)
    twilio.slow_to_end = slow
    async with staged(tmp_path, server, twilio) as stage:
        case = await stage.engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.placed)
        await case.pending(lambda found: any(a.last_failure.message for a in found))
        await case.tell(IssueCase.report_contact, CONTACT)
        view = await case.when(result_of)
        assert result_of(view) is Result.CANCELLED
        await something(lambda: stage.back.answers)
        assert set(stage.back.answers) == {204}
        assert result_of(await case.view()) is Result.CANCELLED


async def test_what_is_unsigned_foreign_or_malformed_is_refused(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(60)
    async with staged(tmp_path, server, twilio, lost=True) as stage:
        case = await stage.engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.placed)
        placed, back = twilio.placed[0], stage.back
        url = placed.form["StatusCallback"]
        form = back._form(placed, "completed")
        assert await back.post(url, form, signed="") == 403
        assert await back.post(url, form, signed=signature(url, form, "another token")) == 403
        assert await back.post(url, form, signed=signature(back.local, form)) == 403
        assert await back.post(url, form | {"CallSid": "CA1"}) == 400
        assert await back.post(CALLBACKS.url + "?number=1", form) == 400
        # Signed, but of a case, an attempt or a call that is not under way: nothing to do.
        gone = CallbackTarget(case="case/US/GONE/run", run=str(uuid4()), number=2)
        assert await back.post(CALLBACKS.address(gone), form) == 204
        assert await back.post(url.replace("number=2", "number=9"), form) == 204
        twilio.stories[SELLER] = Story(0, "busy")
        another = twilio.place(SELLER)
        await case.pending(lambda found: any(a.last_failure.message for a in found))
        assert await back.post(url, back._form(another, "busy")) == 204
        # What it says is not believed: the call still rings.
        assert await back.post(url, form) == 204
        await asyncio.sleep(0.5)
        assert result_of(await case.view()) is None


async def test_while_twilio_cannot_say_the_callback_is_to_be_sent_again(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(0.3, "busy")
    async with staged(tmp_path, server, twilio, lost=True) as stage:
        case = await stage.engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: stage.back.sent)
        await case.pending(lambda found: any(a.last_failure.message for a in found))
        twilio.down = Answer(503, "")
        assert await stage.back.post(*stage.back.sent[0]) == 503
        twilio.down = None
        assert await stage.back.post(*stage.back.sent[0]) == 204
        await case.when(lambda v: result_of(v) is Result.BUSY)


def test_the_signature_is_the_one_that_twilio_documents() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert is_signed("12345", url, form.items(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not is_signed("12345", url + "3", form.items(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not is_signed("12345", url, form.items(), "käse")
