"""The form of the emergency number."""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from starlette.datastructures import FormData

from domain.shared.account import Store
from domain.shared.errors import Refusal
from page.words import NUMBER_PROBLEMS
from reference.contact_check import ContactProblem, number_problem
from temporal_client.failures import UpdateRefused

_LONGEST = 40
_NO_NUMBER = NUMBER_PROBLEMS[ContactProblem.NO_PHONE_NUMBER]


@dataclass
class NumberForm:
    """What was typed, as a number where it is one, and what is wrong with it."""

    typed: str = ""
    e164: str | None = None
    problem: str | None = None
    """A message to be translated."""

    @classmethod
    def of_form(cls, form: FormData, store: Store) -> "NumberForm":
        """Read a number as people of the store write it. The workflow looks at it once more."""
        typed = str(form.get("emergency_phone", "")).strip()[:_LONGEST]
        try:
            number = phonenumbers.parse(typed, store)
        except NumberParseException:
            return cls(typed, problem=_NO_NUMBER)
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if problem := number_problem(e164):
            return cls(typed, problem=NUMBER_PROBLEMS[problem])
        if number.extension:  # which nobody would dial
            return cls(typed, problem=_NO_NUMBER)
        return cls(typed, e164)

    def is_refused_by(self, refusal: UpdateRefused) -> bool:
        """Take a refusal of the number for the field's problem; return whether it is one."""
        of_number = refusal.values.get("field") == "emergency_phone"
        if refusal.code != Refusal.DOES_NOT_EXIST or not of_number:
            return False
        of_code = {problem.code: words for problem, words in NUMBER_PROBLEMS.items()}
        self.problem = of_code.get(str(refusal.values.get("problem")), _NO_NUMBER)
        return True


def readable(phone: str | None) -> str:
    """`+1 206-555-0101`."""
    if phone is None:
        return ""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(phone), PhoneNumberFormat.INTERNATIONAL
        )
    except NumberParseException:  # one that a case began with may be none
        return phone
