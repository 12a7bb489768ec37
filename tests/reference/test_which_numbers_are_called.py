"""Which numbers are called (docs/rules.md, section 2), by the one rule that all of us follow."""

from collections.abc import Iterator

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from reference.contact_check import call_only, number_problem, place_problem

ILLINOIS_SINCE_2023 = "+18615550100"


@pytest.fixture(autouse=True)
def every_country_again() -> Iterator[None]:
    yield
    call_only(())


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("+12065550110", id="one-that-our-data-knows"),
        pytest.param("+447911123456", id="of-another-country"),
        pytest.param("+18005550100", id="toll-free"),
        pytest.param("+390612345678", id="italian-with-its-0"),
        pytest.param("+444112345678", id="british-range-not-given-out-yet"),
        pytest.param("+33999999999", id="french-with-a-first-digit-that-is-new"),
    ],
)
def test_a_number_that_is_possible_is_called(number: str) -> None:
    assert number_problem(number) is None


def test_a_number_that_our_data_does_not_know_is_called() -> None:
    """Which are in use changes from month to month, and our copy is of some day."""
    numbers = [ILLINOIS_SINCE_2023, *(f"+1{area}5550100" for area in ("235", "465", "735"))]
    unknown = [n for n in numbers if not phonenumbers.is_valid_number(phonenumbers.parse(n))]
    assert unknown, "choose others: by now our data knows all of these"
    assert {number_problem(number) for number in numbers} == {None}


@pytest.mark.parametrize(
    ("number", "why"),
    [
        pytest.param("+1206555010", "not a possible", id="too-short"),
        pytest.param("+120655501000", "not a possible", id="too-long"),
        pytest.param("+15550100", "not a possible", id="without-its-area-code"),
        pytest.param("+10615550100", "not a possible", id="area-code-with-0"),
        pytest.param("+11615550100", "not a possible", id="area-code-with-1"),
        pytest.param("+19115550100", "not a possible", id="area-code-911"),
        pytest.param("+19995550100", "not a possible", id="area-code-with-9-in-the-middle"),
        pytest.param("+12061550100", "not a possible", id="exchange-with-1"),
        pytest.param("+441234567", "not a possible", id="british-too-short"),
        pytest.param("+99912345678", "not a phone number", id="no-such-calling-code"),
        pytest.param("+1911", "an emergency number", id="911"),
        pytest.param("+44112", "an emergency number", id="112"),
        pytest.param("+49116117", "a short code", id="a-short-code"),
    ],
)
def test_what_cannot_be_a_number_is_not_called(number: str, why: str) -> None:
    assert why in str(number_problem(number))


@pytest.mark.parametrize(
    ("with_prefix", "without"),
    [
        ("+4402079460000", "+442079460000"),
        ("+490301234567", "+49301234567"),
        ("+112065550101", "+12065550101"),
        ("+330142681000", "+33142681000"),
        ("+610412345678", "+61412345678"),
        ("+8109012345678", "+819012345678"),
        ("+54111512345678", "+5491112345678"),
        ("+788121234567", "+78121234567"),
    ],
)
def test_a_prefix_dialled_only_within_a_country_is_not_passed_over(
    with_prefix: str, without: str
) -> None:
    """The library drops it; what is stored and dialled would be another number, or none."""
    assert "dialled only within its country" in str(number_problem(with_prefix))
    assert number_problem(without) is None


@pytest.mark.parametrize(
    "number",
    [
        "+870773123456",
        "+87812345678",
        "+881612345678",
        "+8821612345",
        "+883510012345",
        "+97912345678",
    ],
)
def test_satellites_and_global_networks_are_not_called(number: str) -> None:
    assert "global network" in str(number_problem(number))


@pytest.mark.parametrize("region", ["US", "GB", "FR", "DE", "AU", "JP", "IN", "ZA"])
@pytest.mark.parametrize(
    "kind", ["PREMIUM_RATE", "SHARED_COST", "PERSONAL_NUMBER", "UAN", "PAGER", "VOICEMAIL"]
)
def test_costly_kinds_are_not_called_in_any_country(region: str, kind: str) -> None:
    example = phonenumbers.example_number_for_type(region, getattr(PhoneNumberType, kind))
    if example is None:
        return  # the country has none of this kind
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert number_problem(e164) is not None, e164


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("+19005551234", id="900"),
        pytest.param("+19765551234", id="976-as-area-code"),
        pytest.param("+12069761234", id="976-as-exchange"),
        pytest.param("+17005551234", id="700"),
        pytest.param("+15235550100", id="personal"),
        pytest.param("+4913712345", id="german-shared-cost-too-short"),
        pytest.param("+49700123456", id="german-personal-too-short"),
        pytest.param("+3989912345", id="italian-premium-rate-too-short"),
        pytest.param("+61190012345", id="australian-premium-rate-too-short"),
        pytest.param("+4470123456789", id="british-personal-too-long"),
    ],
)
def test_a_number_that_begins_as_a_costly_kind_is_not_called(number: str) -> None:
    """Whether our data knows its exact form or not."""
    assert number_problem(number) is not None


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("+18009761234", id="976-of-a-toll-free-number"),
        pytest.param("+15205550100", id="of-arizona-beside-the-personal-ones"),
        pytest.param("+393551234567", id="italian-mobile-beside-voicemail"),
    ],
)
def test_what_only_resembles_a_costly_kind_is_called(number: str) -> None:
    assert number_problem(number) is None


@pytest.mark.parametrize("kind", ["FIXED_LINE", "MOBILE"])
def test_an_ordinary_number_of_any_country_is_called(kind: str) -> None:
    refused = {}
    for region in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number_for_type(region, getattr(PhoneNumberType, kind))
        if example is not None:
            e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            if problem := number_problem(e164):
                refused[region] = problem
    assert not refused


def test_an_operator_says_which_regions_and_calling_codes_are_called() -> None:
    call_only({"US", "+44"})
    for number in ("+12065550110", "+447911123456", ILLINOIS_SINCE_2023):
        assert number_problem(number) is None
    for number in ("+14165550110", "+33123456789", "+18765550110"):
        assert number_problem(number) == "is of a country that is not called from here"


@pytest.mark.parametrize("place", ["US", "CA", "+1", "+44"])
def test_a_place_is_a_region_or_a_calling_code(place: str) -> None:
    assert place_problem(place) is None


@pytest.mark.parametrize("place", ["", "us", "44", "+", "+999", "+881", "ZZ", "001", "+٤٤"])
def test_what_is_no_place_to_call_is_refused(place: str) -> None:
    assert "is neither a region" in str(place_problem(place))
