"""A reinstatement that crosses a later case, in every order (docs/rules.md, sections 6 and 9)."""

import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from temporalio.exceptions import ApplicationError

from activities.accounts import AccountActivities
from activities.appeals import AppealActivities
from domain.appeal.activity_inputs import ReinstateInput, TellReinstatementInput
from domain.case.activity_inputs import DeactivateInput
from domain.case.status import Reason
from domain.enrollment import updates
from domain.enrollment.events import Reinstate
from domain.shared.activity_inputs import TellDeactivationInput
from domain.shared.errors import Refused
from domain.shared.events import BY_CASE, RecordDeactivation
from examples.account_service import Accounts
from providers.appeal_protocols import DeactivatedByAnother
from providers.protocols import ProviderFailed
from tests.domain.enrollment.world import Programme as Enrolled

STORE, SELLER = "US", "A2EXAMPLE"
WHO: dict[str, Any] = {"store": STORE, "seller_id": SELLER}
EARLIER, LATER = "case/US/A2EXAMPLE/1", "case/US/A2EXAMPLE/2"
Side = Coroutine[Any, Any, None]


@types.coroutine
def turn(*, when_alone: bool = False) -> Generator[bool, None, None]:
    """Let the other side go on, if it is its turn."""
    yield when_alone


class World:
    """The account service of the contract, and an enrollment. Each asks for a turn first."""

    def __init__(self) -> None:
        self.service, self.seller = Accounts(), Enrolled()
        self.answers: dict[str, str] = {}

    @property
    def is_deactivated(self) -> bool:
        return f"{STORE}:{SELLER}" in self.service.deactivated

    # --- the account service ------------------------------------------------------------------

    async def is_active(self, store: str, seller_id: str) -> bool:
        await turn()
        return not self.is_deactivated

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        await turn()
        self.service.deactivate(f"{store}:{seller_id}", case_id)

    async def reinstate_account(self, store: str, seller_id: str, case_id: str, key: str) -> None:
        await turn()
        try:
            self.service.reinstate(f"{store}:{seller_id}", key, case_id)
        except HTTPException:
            raise DeactivatedByAnother("409") from None

    # --- the programme ------------------------------------------------------------------------

    async def find(self, store: str, seller_id: str) -> Any:  # Any: as much of a view as is asked
        await turn()
        it = self.seller.enrollment
        return types.SimpleNamespace(
            deactivated_by=it.deactivated_by,
            deactivated_in=it.deactivated_in,
            events=it.timeline.count,
        )

    async def record_deactivation(self, input: TellDeactivationInput) -> None:
        await turn()
        event = RecordDeactivation(by=input.by, case_id=input.case_id, seen=input.seen)
        updates.record_deactivation(self.seller.enrollment, event, self.seller.now)

    async def reinstate(self, input: TellReinstatementInput) -> bool:
        await turn()
        event = Reinstate(by=input.by, note=input.note, case_id=input.case_id)
        try:
            updates.reinstate(self.seller.enrollment, event, self.seller.now)
        except Refused:
            if self.seller.enrollment.deactivated:
                raise DeactivatedByAnother("another") from None
        return False

    # --- the two sides ------------------------------------------------------------------------

    async def earlier_case(self) -> None:
        await self.deactivate(STORE, SELLER, EARLIER)
        news = TellDeactivationInput(**WHO, key="earlier", by=BY_CASE, case_id=EARLIER)
        await self.record_deactivation(news)

    async def appeal(self, case_id: str = EARLIER) -> None:
        """Grant the appeal of a case."""
        accounts: Any = types.SimpleNamespace(
            is_active=self.is_active, deactivate=self.deactivate, reinstate=self.reinstate_account
        )
        programme: Any = self
        does = AppealActivities(accounts, programme, programme, None)  # type: ignore[arg-type]
        grants = ReinstateInput(**WHO, key=f"appeal of {case_id}", case_id=case_id)
        tells = TellReinstatementInput(
            **WHO, key=f"told of {case_id}", case_id=case_id, by="novak", note="It holds"
        )
        try:
            await tried(lambda: does._reinstate(grants))
            await tried(lambda: does._tell_reinstatement(tells))
        except ApplicationError as held:
            self.answers[case_id] = str(held.type)
        else:
            self.answers[case_id] = "reinstated"

    async def harm(self) -> None:
        """A case of harm deactivates, whatever it finds."""
        programme: Any = self
        does = AccountActivities(programme, programme)
        wants = DeactivateInput(
            **WHO, case_id=LATER, reason=Reason.HARM, opened_at=datetime.now(UTC)
        )
        await tried(lambda: does._deactivate(wants))
        news = TellDeactivationInput(**WHO, key="later", by=BY_CASE, case_id=LATER)
        await tried(lambda: does._tell_deactivation(news))

    async def opening(self) -> None:
        """A case that opens looks the account up, and tells if it was deactivated."""
        programme: Any = self
        does = AccountActivities(programme, programme)
        if await self.is_active(STORE, SELLER):
            return
        news = TellDeactivationInput(**WHO, key="f", by="account service", case_id=LATER)
        await tried(lambda: does._tell_deactivation(news))


async def tried(activity: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Try an activity again until it does not fail, once the other side is through."""
    while True:
        try:
            await activity()
        except ProviderFailed:
            await turn(when_alone=True)
        else:
            return


def goes_on(side: Side) -> bool | None:
    """Let a side take its turn. None: it is through; true: it waits for the other to be."""
    try:
        return bool(side.send(None))
    except StopIteration:
        return None


def crossed(
    sides: Callable[[World], tuple[Side, Side]], order: tuple[int, ...] = ()
) -> Iterator[World]:
    """Every world in which two sides have crossed after an earlier case has deactivated."""
    world = World()
    alone(world.earlier_case())
    both = sides(world)
    waits = [goes_on(side) for side in both]
    for turns in order:
        waits[turns] = goes_on(both[turns])
    ready = [n for n in (0, 1) if waits[n] is False]
    ready = ready or [n for n in (0, 1) if waits[n] is not None]
    if not ready:
        yield world
        return
    for side in both:
        side.close()
    for turns in ready:
        yield from crossed(sides, (*order, turns))


def alone(side: Side) -> None:
    while goes_on(side) is not None:
        pass


def test_harm_that_crosses_a_granted_appeal_keeps_the_account_deactivated() -> None:
    ends: set[str] = set()
    for world in crossed(lambda world: (world.appeal(), world.harm())):
        assert world.is_deactivated
        assert world.seller.enrollment.deactivated_by == LATER
        ends.add(world.answers[EARLIER])
        # What the later case has deactivated, or found so, its own appeal takes back.
        alone(world.appeal(LATER))
        assert world.answers[LATER] == "reinstated"
        assert (world.is_deactivated, world.seller.enrollment.deactivated) == (False, False)
    assert ends == {"reinstated", "reinstatement_held"}


def test_a_case_that_opens_during_a_reinstatement_puts_no_active_seller_out() -> None:
    worlds = list(crossed(lambda world: (world.appeal(), world.opening())))
    assert len(worlds) > 20
    for world in worlds:
        assert world.answers[EARLIER] == "reinstated"
        assert (world.is_deactivated, world.seller.enrollment.deactivated) == (False, False)


@pytest.mark.parametrize("by_hand", [False, True])
def test_after_a_later_case_only_its_own_appeal_or_a_person_takes_it_back(by_hand: bool) -> None:
    """Also if somebody has activated the account in the marketplace's own system."""
    world = World()
    alone(world.earlier_case())
    alone(world.harm())
    if by_hand:
        alone(world.reinstate_account(STORE, SELLER, EARLIER, "by hand"))
    alone(world.appeal())
    assert world.answers[EARLIER] == "reinstatement_held"
    assert world.seller.enrollment.deactivated
    assert world.is_deactivated != by_hand
    if by_hand:
        updates.reinstate(
            world.seller.enrollment, Reinstate(by="lead", note="No harm"), world.seller.now
        )
        alone(world.appeal())
        assert world.answers[EARLIER] == "reinstated"
    else:
        alone(world.appeal(LATER))
        assert world.answers[LATER] == "reinstated"
    assert (world.is_deactivated, world.seller.enrollment.deactivated) == (False, False)
