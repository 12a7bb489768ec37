"""The form of the emergency number."""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from starlette.datastructures import FormData

from domain.shared.account import Store
from domain.shared.errors import Refusal
from page.words import NUMBER_PROBLEMS
from reference.contact_check import ContactProblem, dialled_extension, number_problem
from temporal_client.failures import UpdateRefused
from web.languages import N_

_LONGEST = 40
_NO_EXTENSION = N_("An extension has up to 32 digits, commas, * and #. A comma takes four places.")
_NO_NUMBER = NUMBER_PROBLEMS[ContactProblem.NO_PHONE_NUMBER]


@dataclass
class NumberForm:
    """The typed number, its E.164 form if it has one, and its problem if any."""

    typed: str = ""
    e164: str | None = None
    problem: str | None = None
    """A message to translate."""
    extension: str = ""
    """What was typed as the extension."""
    dialled: str | None = None
    """The extension as it is dialled. None if there is none."""
    extension_problem: str | None = None
    """A message to translate."""

    @classmethod
    def of_form(cls, form: FormData, store: Store) -> "NumberForm":
        """Read a number in the form that the store's country uses. The workflow checks it again."""
        typed = str(form.get("emergency_phone", "")).strip()[:_LONGEST]
        extension = str(form.get("extension", "")).strip()[:_LONGEST]
        dialled = dialled_extension(extension)
        found = cls._of_number(typed, store)
        found.extension = extension
        found.dialled = dialled or found.dialled
        found.extension_problem = _NO_EXTENSION if extension and dialled is None else None
        return found

    @classmethod
    def _of_number(cls, typed: str, store: Store) -> "NumberForm":
        try:
            number = phonenumbers.parse(typed, store)
        except NumberParseException:
            return cls(typed, problem=_NO_NUMBER)
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if problem := number_problem(e164):
            return cls(typed, problem=NUMBER_PROBLEMS[problem])
        return cls(typed, e164, dialled=dialled_extension(number.extension or ""))

    def is_refused_by(self, refusal: UpdateRefused) -> bool:
        """Set the field's problem from a refusal. Return whether the refusal is of the number."""
        of_number = refusal.values.get("field") == "emergency_phone"
        if refusal.code != Refusal.DOES_NOT_EXIST or not of_number:
            return False
        of_code = {problem.code: words for problem, words in NUMBER_PROBLEMS.items()}
        self.problem = of_code.get(str(refusal.values.get("problem")), _NO_NUMBER)
        return True


def readable(phone: str | None) -> str:
    """Format a number for people: `+1 206-555-0101`."""
    if phone is None:
        return ""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(phone), PhoneNumberFormat.INTERNATIONAL
        )
    except NumberParseException:  # the number that started a case can be malformed
        return phone
