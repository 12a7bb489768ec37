"""Codes that prove a number (docs/rules.md, section 2)."""

import pytest

from domain.enrollment.events import EnterCode
from reference.number_codes import NumberCodes, typed_code


@pytest.mark.parametrize(
    "typed",
    ["481927", " 481 927 ", "481-927", "\uff14\uff18\uff11\u3000\uff19\uff12\uff17"],
)
def test_a_code_is_read_however_its_digits_are_typed(typed: str) -> None:
    assert typed_code(typed) == "481927"


@pytest.mark.parametrize(
    "typed", ["", "48192", "4819277", "48192a", "\u0664\u0668\u0661\u0669\u0662\u0667", "481,927"]
)
def test_what_has_not_six_digits_is_no_code(typed: str) -> None:
    assert typed_code(typed) is None


def test_a_page_of_many_secrets_takes_codes() -> None:
    codes = NumberCodes([f"secret {n}" for n in range(30)])
    proofs = codes.proofs("call", codes.code("call"))
    assert codes.proof("call") in EnterCode(by="seller", proofs=proofs).proofs
