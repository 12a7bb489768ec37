"""The languages of a room: gettext catalogs, and Babel's dates, times and numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reference.languages import ENGLISH, N_, choose_language, in_zone, language_for, zone_label
from reference.time_zones import clock_of

__all__ = [
    "N_",
    "Language",
    "Left",
    "Reader",
    "catalog",
    "catalog_path",
    "first_of",
    "languages_of",
]

_HERE = Path(__file__).parent
_DAYS = {
    "en": "EEEE, MMMM\u00a0d",
    "fr": "EEEE d\u00a0MMMM",
    "es": "EEEE d\u00a0'de'\u00a0MMMM",
    "zh-Hans": "M月d日EEEE",
}
"""The pattern of a day without its year, which CLDR lacks. Number and month stay on one line."""


def catalog_path(room: Path, tag: str) -> Path:
    """Return the path of a language's catalog. The English texts are in the templates."""
    return room / "locales" / tag.replace("-", "_") / "LC_MESSAGES" / f"{room.name}.po"


def catalog(room: Path, tag: str) -> Catalog:
    """Return the messages of a language."""
    with catalog_path(room, tag).open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


def _translations(room: Path, tag: str) -> NullTranslations:
    if tag == "en":
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalog(room, tag))
    compiled.seek(0)
    return Translations(compiled)


class Language:
    """A language with the messages and templates of a room, such as the folder `page`.

    The templates of `web` are there in every room.
    """

    def __init__(self, room: Path, tag: str) -> None:
        self.tag = tag
        self.locale = Locale.parse(tag, sep="-")
        self._translations = _translations(room, tag)
        self.templates = Environment(
            loader=FileSystemLoader([room / "templates", _HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.templates.policies["ext.i18n.trimmed"] = True
        install: Callable[..., None] = self.templates.install_gettext_translations  # type: ignore[attr-defined]  # by the extension
        install(self._translations, newstyle=True)

    def say(self, message: str) -> str:
        """Return a message, translated."""
        return self._translations.gettext(message)


def languages_of(room: Path, tags: Iterable[str]) -> dict[str, Language]:
    """Return the languages that a room has, by tag."""
    return {tag: Language(room, tag) for tag in tags}


def first_of(languages: Mapping[str, Language], *wishes: str | None) -> Language:
    """Return the first wished language that there is. Wishes are tags or an Accept-Language."""
    tags = (tag.partition(";")[0].strip() for wish in wishes for tag in (wish or "").split(","))
    known = (language_for(tag, languages) for tag in tags)
    return languages[next(filter(None, known), ENGLISH)]


@dataclass(frozen=True)
class Reader:
    """A reader with a language, a locale and a time zone."""

    language: Language
    tag: str | None = None
    """The account's language tag, such as `en-CA`. It decides how dates are written."""
    time_zone: str | None = None

    @cached_property
    def locale(self) -> Locale:
        """The account's locale if it is of the shown language, else the language's."""
        own = choose_language(self.tag, _DAYS)
        return own.locale if own.language == self.language.tag else self.language.locale

    @cached_property
    def zone(self) -> tzinfo:
        """The account's zone; UTC if none is known."""
        return clock_of(self.time_zone)

    def elsewhere(self, time_zone: str) -> "Reader":
        """Return the same reader, with the clock of another place."""
        return Reader(self.language, self.tag, time_zone)

    def say(self, message: str, **values: object) -> str:
        """Return a message, translated."""
        return self.language.say(message) % values if values else self.language.say(message)

    def moment(self, at: datetime) -> str:
        """Format a moment: `Thursday, November 26 at 9:05 AM (Pacific Standard Time)`."""
        local = at.astimezone(self.zone)
        day = format_date(local, _DAYS[self.language.tag], locale=self.locale)
        return in_zone(self._day_and_time(day, at), local, self.locale)

    def short(self, at: datetime, now: datetime) -> str:
        """Format a moment shortly: `Thu, Nov 26 at 9:05 AM`.

        Add the zone if it differs from that of now, since the clocks change in between. The page
        names the zone of now once.
        """
        local = at.astimezone(self.zone)
        said = self._day_and_time(format_skeleton("MMMEd", local, locale=self.locale), at)
        same = self.zone_label(at) == self.zone_label(now)
        return said if same else in_zone(said, local, self.locale)

    def time_in_zone(self, at: datetime) -> str:
        """Format a time with its zone: `9:05 AM (Pacific Standard Time)`."""
        return in_zone(self.time(at), at.astimezone(self.zone), self.locale)

    def _day_and_time(self, day: str, at: datetime) -> str:
        # Translators: a day and a time of day, as in "Thursday, November 26 at 9:05 AM".
        return self.say(N_("%(day)s at %(time)s"), day=day, time=self.time(at))

    def time(self, at: datetime) -> str:
        """Format a time: `9:05 AM`."""
        return format_time(at.astimezone(self.zone), "short", locale=self.locale)

    def zone_label(self, at: datetime) -> str:
        """Name the zone of a moment: `Pacific Standard Time`, or `Edmonton, UTC-6`."""
        return zone_label(at.astimezone(self.zone), self.locale)

    def day(self, day: date) -> str:
        """Format a day: `January 12, 2027`."""
        return format_date(day, "long", locale=self.locale)

    def month(self, day: date) -> str:
        """Format a month: `Jan`."""
        # Do not use a skeleton. Its pattern is LLL, and Babel 2.18 always formats that in the
        # language of the first call.
        return format_date(day, "MMM", locale=self.locale)

    def number(self, number: int) -> str:
        """Format a number: `1,000`."""
        return format_decimal(number, locale=self.locale)


@dataclass(frozen=True)
class Left:
    """The time left, in the parts that the page shows."""

    days: int
    hours: int
    minutes: int

    @classmethod
    def of(cls, span: timedelta) -> "Left":
        """Round up, so that the page shows 0 only after the end."""
        minutes = max(0, -(-int(span.total_seconds()) // 60))
        return cls(minutes // 1440, minutes // 60 % 24, minutes % 60)

    @property
    def over(self) -> bool:
        """Whether no time is left."""
        return not (self.days or self.hours or self.minutes)
