"""Which language a seller is written to in, and how a moment is said in it (docs/wording.md)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_datetime

ENGLISH = "en"
"""For everybody whose language there is no wording for."""

_LIKELY = get_global("likely_subtags")
_FULL_WIDTH = {"zh", "yue", "ja"}


@dataclass(frozen=True)
class Tag:
    """The parts of a BCP 47 tag that say which wording somebody reads; "" where it does not."""

    language: str
    script: str
    region: str

    @classmethod
    def read(cls, tag: str) -> "Tag":
        """Any text at all; one that is malformed is a language nobody has."""
        language, *rest = re.split("[-_]", tag)
        scripts = [part.title() for part in rest if re.fullmatch("[A-Za-z]{4}", part)]
        regions = [part.upper() for part in rest if re.fullmatch("[A-Za-z]{2}|[0-9]{3}", part)]
        return cls(language.lower(), "".join(scripts[:1]), "".join(regions[:1]))

    @property
    def likely_script(self) -> str:
        """The script it is written in, where it does not say so by Unicode's tables."""
        likely = _LIKELY.get(f"{self.language}_{self.region}") or _LIKELY.get(self.language, "")
        return self.script or "".join(str(likely).split("_")[1:2])

    def locale(self) -> Locale | None:
        """The nearest that Babel knows of the same language and script."""
        script = self.script or (self.likely_script if self.region else "")
        for parts in (
            (self.language, self.script, self.region),
            (self.language, script, self.region),
            (self.language, script),
            (self.language,),
        ):
            try:
                return Locale.parse("_".join(filter(None, parts)))
            except (UnknownLocaleError, ValueError):
                continue
        return None


@dataclass(frozen=True)
class Reader:
    """A language there is wording for, and how a seller's region writes dates in it."""

    language: str
    locale: Locale


def reader_of(tag: str | None, languages: Collection[str]) -> Reader:
    """The language of `languages` for a seller whose account has `tag`.

    Nobody is written to in a script they did not choose: `zh-TW` is no `zh-Hans`. English
    where there is nothing better.
    """
    wanted = Tag.read(tag or "")
    parts = wanted.language, wanted.script, wanted.region
    known = {language.lower(): language for language in languages}
    language, script, region = (part.lower() for part in parts)
    likely = wanted.likely_script.lower()
    for name in (
        f"{language}-{script or likely}-{region}",
        f"{language}-{region}",
        f"{language}-{script or likely}",
        language,
    ):
        found = known.get(name)
        if found and Tag.read(found).likely_script == wanted.likely_script:
            locale = wanted.locale() or Tag.read(found).locale()
            return Reader(found, locale or Locale(ENGLISH))
    return Reader(ENGLISH, Locale(ENGLISH))


def moment(at: datetime, time_zone: str, locale: Locale) -> str:
    """`Tuesday, March 3, 2026, 7:07 PM (Pacific Standard Time)`, in the reader's words."""
    both = str(locale.datetime_formats["full"])
    pattern = both.replace("{1}", locale.date_formats["full"].pattern).replace(
        "{0}", locale.time_formats["short"].pattern
    )
    zone = "（zzzz）" if locale.language in _FULL_WIDTH else " (zzzz)"
    said = format_datetime(at, pattern + zone, tzinfo=ZoneInfo(time_zone), locale=locale)
    return said.replace("\u202f", "\u00a0")  # a narrow space that old mail readers show as a box
