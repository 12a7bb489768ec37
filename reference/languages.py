"""Which language a seller is written to in, and how a moment is said in it (docs/wording.md)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import NO_INHERITANCE_MARKER, format_datetime, get_timezone_location

from reference.time_zones import clock_of, utc_offset

ENGLISH = "en"
"""For everybody whose language there is no wording for."""

_LIKELY = get_global("likely_subtags")
_FULL_WIDTH = {"zh", "yue", "ja"}

_METAZONES = get_global("meta_zones")
_ALIASES = get_global("zone_aliases")
_MEANS = {
    "Hawaii_Aleutian": -10.0,
    "Alaska": -9.0,
    "America_Pacific": -8.0,
    "America_Mountain": -7.0,
    "America_Central": -6.0,
    "America_Eastern": -5.0,
    "Atlantic": -4.0,
    "Newfoundland": -3.5,
    "GMT": 0.0,
    "China": 8.0,
    "Japan": 9.0,
}
"""What a zone's name means to whoever reads it: hours ahead of UTC in standard time.

The names are CLDR's, which goes on calling a place by the name of a zone that it has left:
Edmonton's clocks have been those of Central Standard Time since 2026, under the name of Mountain.
"""
_NO_DAYLIGHT = timedelta()
_DAYLIGHT = timedelta(hours=1)


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
class LanguageChoice:
    """A language there is wording for, and how a seller's region writes dates in it."""

    language: str
    locale: Locale


def choose_language(tag: str | None, languages: Collection[str]) -> LanguageChoice:
    """Return the language of `languages` for a seller whose account has `tag`, or else English."""
    found = language_for(tag, languages)
    if found is None:
        return LanguageChoice(ENGLISH, Locale(ENGLISH))
    locale = Tag.read(tag or "").locale() or Tag.read(found).locale()
    return LanguageChoice(found, locale or Locale(ENGLISH))


def language_for(tag: str | None, languages: Collection[str]) -> str | None:
    """Return which of `languages` somebody with `tag` reads; None if it is none of them.

    Nobody is written to in a script they did not choose: `zh-TW` is no `zh-Hans`.
    """
    wanted = Tag.read(tag or "")
    known = {language.lower(): language for language in languages}
    language, script = wanted.language, wanted.likely_script.lower()
    region = wanted.region.lower()
    for name in (
        f"{language}-{script}-{region}",
        f"{language}-{region}",
        f"{language}-{script}",
        language,
    ):
        found = known.get(name)
        if found and Tag.read(found).likely_script == wanted.likely_script:
            return found
    return None


def moment(at: datetime, time_zone: str, locale: Locale) -> str:
    """`Tuesday, March 3, 2026, 7:07 PM (Pacific Standard Time)`, in the reader's words."""
    both = str(locale.datetime_formats["full"])
    pattern = both.replace("{1}", locale.date_formats["full"].pattern).replace(
        "{0}", locale.time_formats["short"].pattern
    )
    local = at.astimezone(clock_of(time_zone))
    said = in_zone(format_datetime(local, pattern, locale=locale), local, locale)
    return said.replace("\u202f", "\u00a0")  # a narrow space that old mail readers show as a box


def in_zone(said: str, local: datetime, locale: Locale) -> str:
    """A moment that is said by a clock, and by which."""
    zone = zone_label(local, locale)
    return f"{said}（{zone}）" if locale.language in _FULL_WIDTH else f"{said} ({zone})"


def zone_label(local: datetime, locale: Locale) -> str:
    """By which clock a moment is said, so that it cannot be read as another moment.

    A zone's name only where it means the offset that the moment has: `Pacific Standard Time`.
    Else the place and the offset: `Edmonton, UTC-6`. `UTC` where no place is known.
    """
    zone = getattr(local.tzinfo, "key", None)
    if zone is None:
        return "UTC"
    if name := _name(_METAZONES.get(_ALIASES.get(zone, zone), ""), local, locale):
        return name
    place = get_timezone_location(local, locale=locale, return_city=True).rpartition("/")[2]
    comma = "，" if locale.language in _FULL_WIDTH else ", "
    return f"{place}{comma}{utc_offset(local)}"


def _name(metazone: str, local: datetime, locale: Locale) -> str | None:
    """What the language calls the zone, if the name means the offset that the moment has."""
    # Ireland's daylight saving is the other way round: its winter is an hour less than none.
    saves = (local.dst() or _NO_DAYLIGHT) > _NO_DAYLIGHT
    means = _MEANS.get(metazone)
    if means is None or local.utcoffset() != timedelta(hours=means) + saves * _DAYLIGHT:
        return None
    names = locale.meta_zones.get(metazone, {}).get("long", {})
    name = names.get("daylight" if saves else "standard")
    return None if name in (None, NO_INHERITANCE_MARKER) else str(name)
