"""What the page makes of what is known of a number (docs/rules.md, section 2)."""

from datetime import UTC, datetime

import pytest

from domain.enrollment.events import EnterCode, RecordRatings, VerifyNumber
from domain.enrollment.view import NumberState, standing_of
from page.enrollment_page import EnrollmentPage
from reference.time_zones import zone_of
from tests.domain.enrollment.build import GOOD_FOR_LONG
from tests.domain.enrollment.world import Programme
from tests.page.site import Site
from workflows.enrollment.seller_enrollment import SellerEnrollment


def page_of(world: Programme) -> EnrollmentPage:
    return EnrollmentPage(standing_of(world.enrollment, world.now))


@pytest.mark.parametrize("ratings", [(GOOD_FOR_LONG,), ()])
@pytest.mark.parametrize("required", [True, False])
def test_an_invalid_number_is_not_one_that_lacks_a_proof(
    ratings: tuple[RecordRatings, ...], required: bool
) -> None:
    page = page_of(Programme(*ratings, number_valid=False, must_be_verified=required))
    assert page.number is NumberState.INVALID
    assert not page.needs_proof
    assert not page.can_be_verified, "nobody would be called"
    page = page_of(Programme(*ratings, must_be_verified=required))
    assert page.needs_proof is required
    assert page.can_be_verified
    page = page_of(Programme(*ratings, number=None, must_be_verified=required))
    assert page.number is NumberState.NONE
    assert not page.needs_proof
    assert not page.can_be_verified


async def test_the_day_of_the_proof_is_the_seller_s_own(site: Site) -> None:
    # There it is another day than in Greenwich.
    place = "Pacific/Kiritimati" if datetime.now(UTC).hour >= 11 else "Pacific/Pago_Pago"
    seller = await site.engine.know("OTHER-DAY", emergency_phone="+12065559601", time_zone=place)
    await seller.tell(SellerEnrollment.verify_number, VerifyNumber(by="seller"))
    view = await seller.when(lambda v: v.number_call and v.number_call.result)
    assert view.number_call is not None
    codes = site.settings.links().codes
    right = EnterCode(by="seller", proofs=(codes.proof(view.number_call.id),))
    view = await seller.tell(SellerEnrollment.enter_code, right)
    assert view.verified_at is not None
    day = view.verified_at.astimezone(zone_of(place)).date()
    async with site.visitor("OTHER-DAY") as visitor:
        page = (await visitor.get("/?language=en")).text
    assert f"It was verified on {day:%B} {day.day}, {day.year}." in page
