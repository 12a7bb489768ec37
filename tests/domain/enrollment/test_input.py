"""What an enrollment takes in and refuses by name (docs/rules.md, section 2; docs/api.md)."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import ChangeAccount, Expel, Readmit, RecordRatings
from domain.enrollment.view import view_of
from domain.shared.account import SellerAccount
from domain.shared.errors import explain
from tests.domain.case.build import ADDRESS, NUMBER
from tests.domain.enrollment.build import DAY, GOOD_FOR_LONG, NOON, TODAY
from tests.domain.enrollment.world import Programme


def refusal(model: type[BaseModel], fields: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(fields)
    said = explain(refused.value)
    assert "None" not in said
    return said


def test_a_field_left_out_stays_and_one_that_is_null_is_not_known_any_more() -> None:
    world = Programme(GOOD_FOR_LONG).take(
        ChangeAccount.model_validate({"by": "seller", "name": None, "language": "en-US"})
    )
    account = world.enrollment.account
    assert (account.name, account.language) == (None, "en-US")
    assert (account.email, account.emergency_phone) == (ADDRESS, NUMBER)


@pytest.mark.parametrize(
    "given", [{"email": None}, {"selling_plan": "individual"}, {"name": "B", "time_zone": None}]
)
def test_a_change_stored_and_read_again_is_no_more_than_what_was_given(
    given: dict[str, Any],
) -> None:
    event = ChangeAccount.model_validate({"by": "seller", **given})
    assert json.loads(event.model_dump_json()) == {"by": "seller", **given}
    assert ChangeAccount.model_validate_json(event.model_dump_json()).news == event.news


def test_a_change_of_nothing_is_refused_and_says_what_could_be_changed() -> None:
    assert refusal(ChangeAccount, {"by": "seller"}) == (
        "give one or more of: name, language, time_zone, email, emergency_phone, extension, "
        "selling_plan"
    )
    assert refusal(ChangeAccount, {"name": "B"}) == "by: is required"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("store", "CA"),
        ("seller_id", "B"),
        ("name", ""),
        ("language", "en_US"),
        ("time_zone", "../etc"),
        ("email", "nobody"),
        ("emergency_phone", "2065550101"),
        ("selling_plan", "gold"),
    ],
)
def test_a_malformed_change_is_refused_by_the_fields_name(field: str, value: str) -> None:
    assert refusal(ChangeAccount, {"by": "seller", field: value}).startswith(f"{field}: ")


@pytest.mark.parametrize(
    "day",
    [
        *("2026-3-1", "20260301", "1772323200", "2026/03/01", "2026-02-30", "2026-W10-1", ""),
        *("2026-03-01T00:00:00", 1772323200, 20260301, 1.5, True, None),
    ],
)
def test_a_rating_of_anything_but_a_day_is_refused_by_the_fields_name(day: object) -> None:
    rating = {"date": day, "rating": 300}
    message = refusal(RecordRatings, {"by": "feed", "ratings": [rating]})
    assert message.startswith("ratings.0.date: ")


@pytest.mark.parametrize("score", [1001, -1, 250.5, "good", None, float("nan")])
def test_a_rating_off_the_scale_is_refused_by_the_fields_name(score: object) -> None:
    ratings = [{"date": "2026-03-01", "rating": 0}, {"date": "2026-03-02", "rating": score}]
    message = refusal(RecordRatings, {"by": "feed", "ratings": ratings})
    assert message.startswith("ratings.1.rating: ")


def test_ratings_of_the_whole_scale_are_taken_and_stored_as_they_came() -> None:
    ratings = [{"date": f"2026-03-0{n}", "rating": r} for n, r in ((1, 0), (2, 250), (3, 1000))]
    event = RecordRatings.model_validate({"by": "feed", "ratings": ratings})
    assert json.loads(event.model_dump_json())["ratings"] == ratings


def test_a_rating_written_in_digits_is_a_number() -> None:
    ratings = [{"date": "2026-03-01", "rating": "300"}]
    event = RecordRatings.model_validate({"by": "feed", "ratings": ratings})
    assert event.ratings[0].rating == 300


def test_a_message_holds_from_1_to_1000_ratings() -> None:
    ratings = [{"date": str(TODAY - n * DAY), "rating": 300} for n in range(1001)]
    for some in ([], ratings):
        assert refusal(RecordRatings, {"by": "f", "ratings": some}).startswith("ratings: ")
    taken = RecordRatings.model_validate({"by": "f", "ratings": ratings[:1000]})
    assert len(Programme(taken).enrollment.ratings.entries) == 184


@pytest.mark.parametrize("field", ["by", "category", "evidence"])
def test_an_expulsion_needs_a_reporter_a_category_and_evidence(field: str) -> None:
    fields = {"by": "lead", "category": "fraud", "evidence": "FILE-7"}
    assert Expel.model_validate(fields).case_id is None
    assert refusal(Expel, fields | {field: ""}).startswith(f"{field}: ")
    del fields[field]
    assert refusal(Expel, fields) == f"{field}: is required"


def test_a_readmission_needs_a_note() -> None:
    assert refusal(Readmit, {"by": "lead"}) == "note: is required"
    assert refusal(Readmit, {"by": "lead", "note": " "}).startswith("note: ")


@pytest.mark.parametrize("seller_id", ["A2EXAMPLE", "a", "a.b_c-1", "7", "A" * 64])
def test_store_and_seller_id_are_enough_for_an_account(seller_id: str) -> None:
    account = SellerAccount.model_validate({"store": "CA", "seller_id": seller_id})
    enrollment = Enrollment(id="enrollment/CA/x", account=account)
    assert view_of(enrollment, NOON).requirements[0].detail == "CA"


@pytest.mark.parametrize("seller_id", ["", "A2/EXAMPLE", "A B", "A\n", "A" * 65, "\u00c9", None, 7])
def test_another_seller_id_is_refused_by_the_fields_name(seller_id: object) -> None:
    fields = {"store": "US", "seller_id": seller_id}
    assert refusal(SellerAccount, fields).startswith("seller_id: ")


def test_a_store_that_the_programme_does_not_cover_is_refused() -> None:
    assert refusal(SellerAccount, {"store": "DE", "seller_id": "A"}).startswith("store: ")
