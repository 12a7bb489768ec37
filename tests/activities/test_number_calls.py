"""What is looked up for calls to a number outside any case (docs/rules.md, section 2)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import pytest
from temporalio.testing import ActivityEnvironment

from activities.number_calls import NumberCallActivities
from activities.sharing import SharingActivities
from domain.case.status import Status
from domain.enrollment.activity_inputs import CheckNumberInput, LookUpWayInput, PrepareCallInput
from domain.enrollment.old_numbers import Way
from domain.enrollment.verification import HOUR, CallKind, Preparation
from domain.shared.account import Store
from domain.shared.result import Result
from providers.protocols import CallLimit
from providers.workflow_protocols import OpenCases, Programme

PHONE = "+12065559301"


class Places:
    """Places that are free again when a test says so."""

    def __init__(self) -> None:
        self.taken: Counter[CallLimit] = Counter()

    async def take_places(
        self, key: str, limits: Sequence[CallLimit], *, perhaps_taken: bool
    ) -> bool:
        free = all(self.taken[limit] < limit.places for limit in limits)
        self.taken.update(limits if free else ())
        return free

    def an_hour_passes(self) -> None:
        self.taken = Counter({limit: n for limit, n in self.taken.items() if limit.span > HOUR})


@dataclass
class OneCase:
    """The status of the account's open case. Nothing else is asked."""

    its_status: Status | None = None

    async def status(self, store: str, seller_id: str) -> Status | None:
        return self.its_status


def cases(status: Status | None = None) -> OpenCases:
    return cast(OpenCases, OneCase(status))


def activities(places: Places | None = None) -> NumberCallActivities:
    return NumberCallActivities(places or Places(), cases(), sends_texts=True)


async def result_of(
    ours: NumberCallActivities, seller: str, number: int, *, proven: bool = False
) -> Result | None:
    asked = PrepareCallInput(
        call_id=f"{seller}/{number}",
        store=Store.US,
        seller_id=seller,
        kind=CallKind.TEST,
        phone=PHONE,
        proven=proven,
    )
    found = await ActivityEnvironment().run(ours.prepare_number_call, asked)
    assert isinstance(found, Preparation)
    return found.refused_as


async def test_one_seller_does_not_use_up_a_number_alone() -> None:
    ours = activities()
    results = [await result_of(ours, "STRANGER", number) for number in range(6)]
    assert results == [None, None, *[Result.SKIPPED] * 4]
    assert await result_of(ours, "OWNER", 1) is None
    assert await result_of(ours, "OWNER", 2) is Result.SKIPPED, "the number has 3 an hour"
    assert await result_of(ours, "OWNER", 3, proven=True) is None


async def test_calls_refused_for_the_number_use_up_nothing_of_the_seller() -> None:
    places = Places()
    ours = activities(places)
    for seller in ("A", "A", "B"):
        assert await result_of(ours, seller, 1) is None
    for number in range(6):
        assert await result_of(ours, "OWNER", number) is Result.SKIPPED
    places.an_hour_passes()
    assert await result_of(ours, "OWNER", 6) is None
    assert await result_of(ours, "OWNER", 7) is None


async def way_of(
    ours: NumberCallActivities, seller: str, *, proven: bool = False, takes_texts: bool = True
) -> Way | None:
    looked_up = LookUpWayInput(
        call_id=seller,
        phone=PHONE,
        extension=None,
        takes_texts=takes_texts,
        proven=proven,
        time_zone=None,
        now=datetime(2026, 9, 1, 20, tzinfo=UTC),
    )
    return await ActivityEnvironment().run(ours.look_up_way, looked_up)


async def test_a_proven_number_is_told_though_it_was_told_for_another_seller() -> None:
    ours = activities()
    assert await way_of(ours, "STRANGER") is not None
    assert await way_of(ours, "SECOND") is None
    assert await way_of(ours, "OWNER", proven=True) is not None


async def test_a_number_that_takes_no_texts_is_to_be_called() -> None:
    for takes_texts in (True, False):
        way = await way_of(activities(), "OWNER", takes_texts=takes_texts)
        assert way is not None
        assert way.by_text is takes_texts


@pytest.mark.parametrize(
    ("status", "asks_for_case", "contacting"),
    [
        (Status.CONTACTING, True, True),
        (Status.CONTACTING, False, False),
        (Status.WORKING, True, False),
        (None, True, False),
    ],
)
async def test_whether_a_case_keeps_the_seller_from_a_proof_is_found_out_if_it_matters(
    status: Status | None, asks_for_case: bool, contacting: bool
) -> None:
    programme = cast(Programme, None)  # it is not asked
    ours = SharingActivities(programme, cases(status), must_be_verified=True)
    asked = CheckNumberInput(
        phone=PHONE, store=Store.US, seller_id="A", asks_for_case=asks_for_case
    )
    found = await ActivityEnvironment().run(ours.check_number, asked)
    assert (found.valid, found.contacting) == (True, contacting)
