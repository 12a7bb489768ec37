"""Where an answer of Twilio is lost or late, nobody is dialled twice and nothing is forgotten."""

import asyncio
from pathlib import Path

from domain.shared.result import Result
from providers.failover_telephone import FailoverTelephone
from tests.engine import engine_in
from tests.providers.callback_stage import result_of
from tests.providers.twilio_calls import SELLER, Story
from tests.providers.twilio_stand_in import Answer, TwilioStandIn, twilio_stand_in
from tests.test_crashes import something
from tests.workflows.events import CONTACT
from workflows.case.issue_case import IssueCase


async def test_the_second_provider_is_not_asked_twice_where_its_answer_was_lost(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=0, ends="failed")
    async with twilio_stand_in(stories={SELLER: Story(1)}) as second:
        second.creates.append(Answer(lost=True, done=True))
        telephone = FailoverTelephone({"a": twilio.impatient(), "b": second.impatient()})
        async with engine_in(tmp_path, server=server, telephone=telephone) as engine:
            case = await engine.open(wait=False, emergency_phone=SELLER)
            view = await case.when(result_of)
            # That it is ours cannot be proved, so it is not held against the seller.
            assert result_of(view) is Result.PROVIDER_FAILED
            assert (len(twilio.placed), len(second.placed)) == (1, 1)


async def test_who_turns_up_while_nobody_knows_of_the_call_is_not_forgotten_on_the_line(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    """The seller speaks with the desk, and the desk records it while Twilio cannot be asked."""
    twilio.stories[SELLER] = Story(0.3, "completed", desk="in-progress", lasts=60)
    twilio.creates.append(Answer(lost=True, done=True))
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.placed)
        twilio.down = Answer(503, "")
        await case.pending(lambda found: any(activity.attempt > 3 for activity in found))
        await asyncio.sleep(0.5)
        twilio.down = None
        await case.tell(IssueCase.report_contact, CONTACT)
        assert result_of(await case.when(result_of)) is Result.CONNECTED
        assert [call.alive for call in twilio.placed] == [True]


async def test_a_look_that_sees_our_hanging_up_first_does_not_take_it_for_a_failure(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=60)
    twilio.slow_to_end = 2
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.placed)
        await something(lambda: f"GET /{twilio.placed[0].sid}.json" in twilio.requests)
        await case.tell(IssueCase.report_contact, CONTACT)
        assert result_of(await case.when(result_of)) is Result.CANCELLED
