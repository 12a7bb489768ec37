"""Texts that the marketplace has prepared for answers to plans (docs/desk.md).

They are in a JSON file, by the language of the seller, by the answer, and by the name that a
reviewer chooses:

    {"en": {"reject": {"No invoice": "The invoice of the supplier is missing."}}}
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from domain.case.events import Review
from domain.shared.errors import explain
from domain.shared.text import Language, Line, Paragraph
from reference.languages import ENGLISH, language_for

Wording = Mapping[str, Mapping[Review, Mapping[str, str]]]

_FORM = TypeAdapter(dict[Language, dict[Review, dict[Line, Paragraph]]])


def read_wording(path: Path | None) -> Wording:
    """Return the texts of a file; none without a file.

    Raises:
        ValueError: the file cannot be read or used. The message names the place in it.
    """
    if path is None:
        return {}
    try:
        return _FORM.validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise ValueError(explain(error)) from None


def texts_for(wording: Wording, language: str) -> Mapping[Review, Mapping[str, str]]:
    """Return the texts in a seller's language, or else the English ones."""
    return wording.get(language_for(language, wording) or ENGLISH, {})
