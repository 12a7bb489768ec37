"""A failure of the provider moves on to the next one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.shared.result import Result
from providers.failover_telephone import FailoverTelephone
from providers.protocols import PerhapsDialled, ProviderFailed
from providers.simulated.telephone import SimulatedTelephone
from providers.twilio.followed_call import FollowedCall
from tests.providers.test_twilio_telephone import CALL, MINUTE
from tests.providers.twilio_stand_in import Answer, TwilioStandIn, refused, twilio_stand_in

Two = tuple[FailoverTelephone, TwilioStandIn, TwilioStandIn]


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(twilio_stand_in())
        second = await stack.enter_async_context(twilio_stand_in())
        telephone = FailoverTelephone({"a": first.telephone(), "b": second.telephone()})
        yield telephone, first, second


def at_twilio(twilio: TwilioStandIn, *, is_found: bool = False) -> str:
    """Its first call, as a look takes it."""
    return FollowedCall(sid=twilio.placed[0].sid, is_found=is_found).encoded()


async def asked_and_dialled(telephone: FailoverTelephone) -> str:
    """As the activity does it."""
    assert not await telephone.wait_before(CALL)
    return (await telephone.dial(CALL)).call


async def test_the_first_provider_is_preferred(two: Two) -> None:
    telephone, first, second = two
    assert (await telephone.dial(CALL)).call == f"a:{at_twilio(first)}"
    assert not second.requests


@pytest.mark.parametrize(
    "outage",
    [
        Answer(503, ""),
        Answer(500, "{}"),
        Answer(200, "<html>", ()),
        Answer(lost=True),
        refused(401, 20003),
        refused(429, 20429),
    ],
)
async def test_where_a_provider_is_down_the_next_one_dials(two: Two, outage: Answer) -> None:
    telephone, first, second = two
    first.down = outage
    call = await asked_and_dialled(telephone)
    assert call == f"b:{at_twilio(second)}"
    assert await telephone.hang_up(call) is None
    assert not second.placed[0].alive


@pytest.mark.parametrize("code", [21212, 21211, 21217])
async def test_a_refusal_of_the_call_itself_moves_on_too(two: Two, code: int) -> None:
    """Also where it is that the number is not known there: the next one's data may be newer."""
    telephone, first, _second = two
    first.creates.append(refused(400, code))
    assert (await telephone.dial(CALL)).call.startswith("b:")
    assert not first.placed


async def test_where_one_may_have_dialled_no_other_does(two: Two) -> None:
    telephone, first, second = two
    first.creates.append(Answer(500, "", done=True))
    with pytest.raises(PerhapsDialled):
        await telephone.dial(CALL)
    assert not second.requests
    # Tried again, that call is taken up; and as long as nobody can say, nobody dials.
    assert await telephone.find(CALL, MINUTE) == f"a:{at_twilio(first, is_found=True)}"
    first.down = Answer(503, "")
    with pytest.raises(ProviderFailed):
        await telephone.find(CALL, MINUTE)
    assert not second.placed


async def test_a_call_that_never_rang_is_placed_by_the_next(two: Two) -> None:
    telephone, first, second = two
    call = (await telephone.dial(CALL)).call
    again = (await telephone.dial(CALL, instead_of=call)).call
    assert again == f"b:{at_twilio(second)}"
    with pytest.raises(ProviderFailed, match="no telephone provider is left"):
        await telephone.dial(CALL, instead_of=again)
    assert (len(first.placed), len(second.placed)) == (1, 1)


async def test_with_all_down_it_is_tried_again_when_the_first_of_them_asks(two: Two) -> None:
    telephone, first, second = two
    first.down = refused(429, 20429, ("Retry-After", "60"))
    second.down = refused(429, 20429, ("Retry-After", "20"))
    with pytest.raises(ProviderFailed) as failure:
        await telephone.dial(CALL)
    assert failure.value.retry_after == timedelta(seconds=20)
    second.down = Answer(503, "")
    with pytest.raises(ProviderFailed) as failure:
        await telephone.dial(CALL)
    assert failure.value.retry_after is None


async def test_a_call_of_a_provider_that_is_not_set_any_more_is_not_known(two: Two) -> None:
    with pytest.raises(ProviderFailed, match="not set any more"):
        await two[0].look("c:1")


async def test_the_simulated_telephone_may_step_in(tmp_path: Path) -> None:
    async with twilio_stand_in(down=Answer(503, "")) as twilio:
        simulated = SimulatedTelephone(tmp_path, ring_seconds=0)
        telephone = FailoverTelephone({"twilio": twilio.telephone(), "simulated": simulated})
        call = await asked_and_dialled(telephone)
        assert call == f"simulated:{CALL.key}"
        assert await telephone.look(call) is Result.NO_ANSWER


async def test_calls_that_are_never_dialled_fill_no_memory(two: Two) -> None:
    telephone, _, second = two
    second.down = Answer(503, "")
    for number in range(1_100):
        await telephone.wait_before(replace(CALL, key=f"call-{number}"))
    assert len(telephone._answered) == 1_000
    second.down = None
    # Of the first nobody knows any more who answered, so any provider may dial it.
    assert (await telephone.dial(replace(CALL, key="call-0"))).call.startswith("a:")
