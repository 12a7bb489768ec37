"""Chooses a seller's language, and formats moments in it (docs/wording.md)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import NO_INHERITANCE_MARKER, format_datetime, get_timezone_location

from reference.time_zones import clock_of, utc_offset

ENGLISH = "en"
"""The language for sellers whose own language has no templates."""

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
"""The meaning of a zone's name to a reader: hours ahead of UTC in standard time.

The names are from CLDR, which keeps a zone's name for places that have left the zone. For example,
Edmonton uses Central Standard Time since 2026, and CLDR still names it Mountain.
"""
_NO_DAYLIGHT = timedelta()
_DAYLIGHT = timedelta(hours=1)


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for it)
    """Mark a message for translation. It is translated when it is shown."""
    return message


@dataclass(frozen=True)
class Tag:
    """The parts of a BCP 47 tag that decide the language of templates. A missing part is ""."""

    language: str
    script: str
    region: str

    @classmethod
    def read(cls, tag: str) -> "Tag":
        """Read any text. A malformed tag becomes a language that nobody has."""
        language, *rest = re.split("[-_]", tag)
        scripts = [part.title() for part in rest if re.fullmatch("[A-Za-z]{4}", part)]
        regions = [part.upper() for part in rest if re.fullmatch("[A-Za-z]{2}|[0-9]{3}", part)]
        return cls(language.lower(), "".join(scripts[:1]), "".join(regions[:1]))

    @property
    def likely_script(self) -> str:
        """Return the tag's script, or the likely one from Unicode's tables if it names none."""
        likely = _LIKELY.get(f"{self.language}_{self.region}") or _LIKELY.get(self.language, "")
        return self.script or "".join(str(likely).split("_")[1:2])

    def locale(self) -> Locale | None:
        """Return Babel's nearest locale of the same language and script, if any."""
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
    """A language that has templates, and the locale in which to write dates."""

    language: str
    locale: Locale


def likely_language(region: str) -> str | None:
    """Return the tag of the language that most speak in a region; None if nothing is known."""
    found = _LIKELY.get(f"und_{region}")
    return None if found is None else str(found)


def choose_language(tag: str | None, languages: Collection[str]) -> LanguageChoice:
    """Return the language of `languages` that fits `tag`, or else English."""
    found = language_for(tag, languages)
    if found is None:
        return LanguageChoice(ENGLISH, Locale(ENGLISH))
    locale = Tag.read(tag or "").locale() or Tag.read(found).locale()
    return LanguageChoice(found, locale or Locale(ENGLISH))


def language_for(tag: str | None, languages: Collection[str]) -> str | None:
    """Return the language of `languages` that fits `tag`; None if none does.

    The script must fit too: `zh-TW` is not `zh-Hans`.
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
    """Format a moment for a reader: `Tuesday, March 3, 2026, 7:07 PM (Pacific Standard Time)`."""
    both = str(locale.datetime_formats["full"])
    pattern = both.replace("{1}", locale.date_formats["full"].pattern).replace(
        "{0}", locale.time_formats["short"].pattern
    )
    local = at.astimezone(clock_of(time_zone))
    said = in_zone(format_datetime(local, pattern, locale=locale), local, locale)
    return said.replace("\u202f", "\u00a0")  # old mail readers show the narrow space as a box


def in_zone(said: str, local: datetime, locale: Locale) -> str:
    """Add the zone to a formatted moment."""
    zone = zone_label(local, locale)
    return f"{said}（{zone}）" if locale.language in _FULL_WIDTH else f"{said} ({zone})"


def zone_label(local: datetime, locale: Locale) -> str:
    """Name the zone of a moment without ambiguity.

    Return the zone's name if it means the offset of the moment: `Pacific Standard Time`. Otherwise
    return place and offset: `Edmonton, UTC-6`. Return `UTC` if no place is known.
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
    """Return the zone's name in the language, if it means the offset of the moment."""
    # Ireland's daylight saving is negative: its winter time counts as an hour less.
    saves = (local.dst() or _NO_DAYLIGHT) > _NO_DAYLIGHT
    means = _MEANS.get(metazone)
    if means is None or local.utcoffset() != timedelta(hours=means) + saves * _DAYLIGHT:
        return None
    names = locale.meta_zones.get(metazone, {}).get("long", {})
    name = names.get("daylight" if saves else "standard")
    return None if name in (None, NO_INHERITANCE_MARKER) else str(name)
