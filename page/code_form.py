"""The form for the code that a call said."""

from dataclasses import dataclass

from starlette.datastructures import FormData

from reference.number_codes import typed_code
from web.languages import N_

NO_CODE_TYPED = N_("A code has 6 digits.")
WRONG_CODE = N_("This is not the right code.")
_LONGEST = 20


@dataclass
class CodeForm:
    """The typed text, its digits if it can be a code, and its problem if any."""

    typed: str = ""
    digits: str | None = None
    problem: str | None = None
    """A message to translate."""

    @classmethod
    def of_form(cls, form: FormData) -> "CodeForm":
        """Read what was typed. The enrollment decides whether it is right."""
        typed = str(form.get("code", "")).strip()[:_LONGEST]
        digits = typed_code(typed)
        return cls(typed, digits, None if digits else NO_CODE_TYPED)
