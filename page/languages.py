"""The languages of the page."""

from pathlib import Path

from web.languages import Language, first_of, languages_of

HERE = Path(__file__).parent

NAMES = {"en": "English", "fr": "Français", "es": "Español", "zh-Hans": "简体中文"}
"""The languages' own names, by tag."""

LANGUAGES = languages_of(HERE, NAMES)


def language_of(*wishes: str | None) -> Language:
    """Return the first wished language that we have. Wishes are tags or an Accept-Language."""
    return first_of(LANGUAGES, *wishes)
