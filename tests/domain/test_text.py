"""What the fields of an input may hold (docs/rules.md, section 5; docs/api.md)."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from domain.case.events import (
    ChangeContact,
    Decide,
    RecordConversation,
    ReportContact,
    ReportHarm,
    ReviewPlan,
    SubmitPlan,
    Withdraw,
)
from domain.enrollment.events import RecordRatings
from domain.shared.account import Account, Issue
from domain.shared.errors import explain
from tests.domain.case.build import a_plan, an_account, an_issue

ACCOUNT = an_account().model_dump()
ISSUE = an_issue().model_dump()
PLAN = a_plan().model_dump()


def refusal(model: type[BaseModel], fields: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(fields)
    said = explain(refused.value)
    assert "None" not in said
    return said


@pytest.mark.parametrize("field", ["root_causes", "corrective_actions", "preventive_measures"])
@pytest.mark.parametrize(
    "items",
    [
        pytest.param([], id="none"),
        pytest.param([""], id="empty"),
        pytest.param([" \n "], id="blank"),
        pytest.param(["x" * 1001], id="too-long"),
        pytest.param(["x"] * 21, id="too-many"),
        pytest.param(["bell \a"], id="a-control-character"),
        pytest.param(["half \ud800"], id="half-a-character"),
        pytest.param("one text", id="no-list"),
    ],
)
def test_a_plan_names_at_least_one_of_each_in_fields_neither_empty_nor_oversized(
    field: str, items: object
) -> None:
    assert refusal(SubmitPlan, PLAN | {field: items}).startswith(field)


def test_a_plan_may_name_evidence() -> None:
    assert SubmitPlan.model_validate(PLAN).evidence == ()
    assert SubmitPlan.model_validate(PLAN | {"evidence": ["invoice 7"]}).evidence == ("invoice 7",)
    assert refusal(SubmitPlan, PLAN | {"evidence": [""]}).startswith("evidence")


def test_a_plan_is_refused_as_a_whole_where_it_is_too_long() -> None:
    assert "12000 characters" in refusal(SubmitPlan, PLAN | {"root_causes": ["x" * 999] * 13})


def test_line_breaks_of_any_system_are_kept_as_one_kind() -> None:
    plan = SubmitPlan.model_validate(PLAN | {"root_causes": ["first\r\nsecond\n"]})
    assert plan.root_causes == ("first\nsecond",)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (ReviewPlan, {"decision": "more_information"}),
        (ReviewPlan, {"decision": "reject"}),
        (Decide, {"decision": "resolve"}),
        (Decide, {"decision": "deactivate"}),
        (Decide, {"decision": "resume"}),
        (Withdraw, {}),
        (RecordConversation, {"outcome": "resolved"}),
        (ReportContact, {"channel": "phone"}),
    ],
)
@pytest.mark.parametrize("note", [{}, {"note": ""}, {"note": None}])
def test_a_note_is_required(
    model: type[BaseModel], fields: dict[str, Any], note: dict[str, Any]
) -> None:
    assert "note" in refusal(model, {"by": "lead", **fields, **note})
    assert model.model_validate({"by": "lead", **fields, "note": "because"})


def test_a_note_is_not_required_to_accept() -> None:
    assert ReviewPlan.model_validate({"by": "reviewer", "decision": "accept"}).note is None


@pytest.mark.parametrize("field", ["by", "category", "evidence"])
def test_harm_needs_a_reporter_a_category_and_a_reference_to_the_evidence(field: str) -> None:
    fields = {"by": "investigator", "category": "fraud", "evidence": "FILE-7"}
    assert ReportHarm.model_validate(fields)
    assert refusal(ReportHarm, fields | {field: ""}).startswith(field)
    del fields[field]
    assert refusal(ReportHarm, fields) == f"{field}: is required"


def test_a_change_of_contact_changes_something() -> None:
    assert "emergency_phone or email is required" in refusal(ChangeContact, {"by": "seller"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("store", "DE"),
        ("seller_id", ""),
        ("seller_id", "A2/EXAMPLE"),
        ("seller_id", "A2EXAMPLE\n"),
        ("seller_id", "A" * 65),
        ("name", ""),
        ("name", "x" * 201),
        ("name", "Blue\r\nBcc: victim@x.example"),
        ("name", "Blue\u2028Kettle"),
        ("language", "american"),
        ("language", "en_US"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "America/Los_Angeles\n"),
        ("email", "nobody"),
        ("email", "a@b"),
        ("email", "a@b.example, c@d.example"),
        ("email", "a@b.example\r\nBcc: c@d.example"),
        ("email", f"{'x' * 65}@b.example"),
        ("email", f"a@{'x' * 250}.example"),
        ("emergency_phone", "2065550101"),
        ("emergency_phone", "+0206555010"),
        ("emergency_phone", "+1 206 555 0101"),
        ("emergency_phone", "+1206555010101010"),
        ("emergency_phone", "+12065550101\n"),
        ("emergency_phone", "+\u0661206555010"),
        ("colour", "blue"),
    ],
)
def test_an_account_with_a_malformed_field_is_refused_with_its_name_and_not_quoted(
    field: str, value: str
) -> None:
    message = refusal(Account, ACCOUNT | {field: value})
    assert message.startswith(field)
    if value:
        assert value not in message


@pytest.mark.parametrize("field", sorted(ACCOUNT.keys() - {"extension"}))
def test_every_field_of_an_account_is_required(field: str) -> None:
    rest = {name: value for name, value in ACCOUNT.items() if name != field}
    assert refusal(Account, rest) == f"{field}: is required"


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", "two words"), ("code", "listing"), ("code", ""), ("summary", "a\nb")],
)
def test_an_issue_with_a_malformed_field_is_refused_with_its_name(field: str, value: str) -> None:
    assert refusal(Issue, ISSUE | {field: value}).startswith(field)


def test_an_issue_is_harmful_only_where_it_says_so() -> None:
    del (fields := dict(ISSUE))["harmful"]
    assert not Issue.model_validate(fields).harmful


@pytest.mark.parametrize("by", ["", " ", "a\nb", "x" * 201])
def test_everybody_says_who_they_are(by: str) -> None:
    assert refusal(SubmitPlan, PLAN | {"by": by}).startswith("by")


def test_several_problems_are_all_named() -> None:
    message = refusal(Account, ACCOUNT | {"email": "nobody", "emergency_phone": "12"})
    assert message == (
        "email: is malformed; give an address such as owner@shop.example; "
        "emergency_phone: is malformed; give '+', the country code and the number, 7 to 15 digits "
        "in all, such as +14165550101"
    )


def test_every_form_that_is_asked_for_is_said_in_words() -> None:
    wrong = {"seller_id": "a b", "language": "!", "time_zone": "!", "email": "x"}
    problem = refusal(Account, ACCOUNT | wrong | {"emergency_phone": "1"})
    assert problem.count("is malformed; give ") == 5
    assert "what matches" not in problem


@pytest.mark.parametrize("note", ["", "  ", "\r\n"])
def test_a_blank_note_is_none_where_it_may_be_left_out(note: str) -> None:
    accept = {"by": "kim", "decision": "accept", "note": note}
    assert ReviewPlan.model_validate(accept).note is None
    assert "note is required" in refusal(ReviewPlan, accept | {"decision": "reject"})


def test_one_wrong_element_is_one_problem() -> None:
    plan = PLAN | {"root_causes": ["x" * 1001]}
    assert refusal(SubmitPlan, plan) == (
        "root_causes.0: String should have at most 1000 characters"
    )
    assert refusal(SubmitPlan, PLAN | {"root_causes": []}).startswith("root_causes: Tuple should")
    ratings = {"by": "feed", "ratings": [{"date": "2026-03-02", "rating": 1001}]}
    assert refusal(RecordRatings, ratings).startswith("ratings.0.rating: ")
    assert "at least 1 item" not in refusal(RecordRatings, ratings)
