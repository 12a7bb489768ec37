"""Which language a seller is written to in, and how a moment is said (docs/wording.md)."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest
from babel import Locale

from reference.languages import choose_language, moment, zone_label
from reference.time_zones import PLACES, zone_of

OURS = ("en", "es", "fr", "zh-Hans")
MOMENT = datetime(2026, 3, 4, 3, 7, tzinfo=UTC)
SUMMER = datetime(2026, 7, 4, 3, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ("en en-US en-GB EN-ca en-JP en-US-posix", "en"),
        ("fr fr-CA fr-Latn-BE FR_ca fr-XX", "fr"),
        ("es es-US es-419", "es"),
        ("zh zh-CN zh-SG zh-Hans zh-Hans-HK zh-hans-tw", "zh-Hans"),
        # Traditional script, or most likely so: not what they would be given.
        ("zh-TW zh-HK zh-MO zh-Hant zh-Hant-CN yue", "en"),
        ("ja xx xxx-Latn de-AT - --fr % f 12 en-fr-", "en"),
    ],
)
def test_the_language_is_that_of_the_tag_or_english(tags: str, language: str) -> None:
    assert {tag: choose_language(tag, OURS).language for tag in tags.split()} == dict.fromkeys(
        tags.split(), language
    )


@pytest.mark.parametrize("tag", [None, "", " ", "fr fr"])
def test_no_language_is_english(tag: str | None) -> None:
    assert choose_language(tag, OURS).language == "en"


@pytest.mark.parametrize(
    ("tag", "language"),
    [("pt", "pt"), ("pt-BR", "pt"), ("pt-PT", "pt-PT"), ("sr", "en"), ("sr-Latn-RS", "sr-Latn")],
)
def test_a_marketplace_can_add_languages_and_regions(tag: str, language: str) -> None:
    assert choose_language(tag, (*OURS, "pt", "pt-PT", "sr-Latn")).language == language


@pytest.mark.parametrize(
    ("tag", "zone", "said"),
    [
        ("en-US", "America/Los_Angeles", "Tuesday, March 3, 2026, 7:07 PM (Pacific Standard Time)"),
        ("en-GB", "Europe/London", "Wednesday, 4 March 2026, 03:07 (Greenwich Mean Time)"),
        ("en-JP", "Asia/Shanghai", "Wednesday, March 4, 2026, 11:07 AM (China Standard Time)"),
        ("ja-JP", "Asia/Tokyo", "Wednesday, March 4, 2026, 12:07 PM (Japan Standard Time)"),
        ("fr-CA", "America/Toronto", "mardi 3 mars 2026, 22 h 07 (heure normale de l’Est)"),
        (
            "es",
            "Africa/Accra",
            "miércoles, 4 de marzo de 2026, 3:07 (hora del meridiano de Greenwich)",
        ),
        (
            "es-US",
            "Asia/Kathmandu",
            "miércoles, 4 de marzo de 2026, 8:52 a.m. (Kathmandu, UTC+5:45)",
        ),
        ("zh-CN", "America/Los_Angeles", "2026年3月3日星期二 19:07（北美太平洋标准时间）"),
        (
            "en-CA",
            "America/Edmonton",
            "Tuesday, March 3, 2026, 8:07 p.m. (Mountain Standard Time)",
        ),
        ("zh-CN", "Asia/Kathmandu", "2026年3月4日星期三 08:52（Kathmandu，UTC+5:45）"),
        # Of a place that this machine's database does not know.
        ("en-US", "Mars/Base", "Wednesday, March 4, 2026, 3:07 AM (UTC)"),
    ],
)
def test_a_moment_is_said_in_the_sellers_zone_and_as_their_region_writes_it(
    tag: str, zone: str, said: str
) -> None:
    locale = choose_language(tag, OURS).locale
    assert " ".join(moment(MOMENT, zone, locale).split()) == said


def test_daylight_saving_is_named() -> None:
    said = moment(SUMMER, "America/Los_Angeles", choose_language("en-US", OURS).locale)
    assert said.endswith("(Pacific Daylight Time)")


NAMED = {
    "Hawaii-Aleutian": -10,
    "Alaska": -9,
    "Pacific": -8,
    "Mountain": -7,
    "Central": -6,
    "Eastern": -5,
    "Atlantic": -4,
    "Newfoundland": -3.5,
    "China": 8,
    "Japan": 9,
}
MEANS = {
    "Greenwich Mean Time": 0.0,
    **{f"{name} Standard Time": hours for name, hours in NAMED.items()},
    **{f"{name} Daylight Time": hours + 1 for name, hours in NAMED.items()},
}
"""What each name means to whoever reads it, in hours ahead of UTC."""


_PLACE_AND_OFFSET = re.compile(r"[^/_]+(?:, |，)UTC([+-])(\d+)(?::(\d\d))?")


@pytest.mark.parametrize("tag", OURS)
def test_whatever_the_place_and_the_season_a_label_can_be_read_as_no_other_moment(tag: str) -> None:
    for place, year, month in itertools.product(PLACES, (2026, 2027), (1, 4, 7, 10, 12)):
        local = datetime(year, month, 15, 12, tzinfo=UTC).astimezone(zone_of(place))
        name = zone_label(local, Locale("en"))
        label = zone_label(local, Locale.parse(tag, sep="-"))
        if name in MEANS:
            said = timedelta(hours=MEANS[name])
            assert not re.search(r"UTC|\d", label), label
        else:
            found = _PLACE_AND_OFFSET.fullmatch(label)
            assert found, label
            said = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
            said = -said if found[1] == "-" else said
        assert local.utcoffset() == said, (place, label)


@pytest.mark.parametrize(
    ("place", "summer", "winter"),
    [
        ("America/Edmonton", "Mountain Daylight Time", "Edmonton, UTC-6"),
        ("America/Vancouver", "Pacific Daylight Time", "Vancouver, UTC-7"),
        ("America/Winnipeg", "Central Daylight Time", "Winnipeg, UTC-5"),
        ("Canada/Mountain", "Mountain Daylight Time", "Edmonton, UTC-6"),
        ("America/Regina", "Central Standard Time", "Central Standard Time"),
        ("America/Phoenix", "Mountain Standard Time", "Mountain Standard Time"),
        # Summer is the standard there, and winter is what differs: to Babel, "Irish Standard Time".
        ("Europe/Dublin", "Dublin, UTC+1", "Greenwich Mean Time"),
    ],
)
def test_a_place_that_has_left_its_zone_is_not_called_by_its_name(
    place: str, summer: str, winter: str
) -> None:
    said = [
        zone_label(
            datetime(2026, month, 10, 12, tzinfo=UTC).astimezone(zone_of(place)), Locale("en")
        )
        for month in (7, 12)
    ]
    assert said == [summer, winter]


@pytest.mark.parametrize("tag", ["de", "ja", "pt-BR", "sr-Latn", "ar", "yue", "agq", "zh-Hant"])
def test_a_language_of_the_marketplaces_has_labels_too(tag: str) -> None:
    for place in ("America/Los_Angeles", "America/Edmonton", "Europe/Berlin", "Asia/Tokyo"):
        local = datetime(2026, 12, 1, tzinfo=UTC).astimezone(zone_of(place))
        assert zone_label(local, Locale.parse(tag, sep="-")).strip("∅ ")
