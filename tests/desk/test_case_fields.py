"""What is said of a form that is not filled in as it has to be."""

import pytest

from desk.case_fields import CaseForm, Typed
from desk.case_forms import REVIEW
from desk.case_recording import CHANGE_CONTACT
from desk.roles import Person, Role

REVIEWER = Person("r", "reviewer.okafor", Role.REVIEWER)
MISSING = "Please fill this in."


@pytest.mark.parametrize(
    ("form", "texts", "problems"),
    [
        (REVIEW, {"decision": "reject"}, {"note": MISSING}),
        (REVIEW, {"decision": "more_information", "note": "  "}, {"note": MISSING}),
        (REVIEW, {}, {"decision": "Please choose one."}),
        (CHANGE_CONTACT, {}, {"emergency_phone": MISSING}),
        (CHANGE_CONTACT, {"extension": "12"}, {"emergency_phone": MISSING}),
        (
            CHANGE_CONTACT,
            {"email": "owner@shop.example", "extension": "12"},
            {"emergency_phone": MISSING},
        ),
    ],
)
def test_what_is_missing_is_named(
    form: CaseForm, texts: dict[str, str], problems: dict[str, str]
) -> None:
    all_texts = {field.name: texts.get(field.name, "") for field in form.fields}
    typed = Typed(form, run="run", seen=1, version=1, holder=None, texts=all_texts)
    assert typed.argument(REVIEWER) is None
    assert typed.problems == problems
