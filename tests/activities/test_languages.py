"""Which language a seller is written to in, and how a moment is said (docs/wording.md)."""

from datetime import UTC, datetime

import pytest

from activities.languages import moment, reader_of

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
    assert {tag: reader_of(tag, OURS).language for tag in tags.split()} == dict.fromkeys(
        tags.split(), language
    )


@pytest.mark.parametrize("tag", [None, "", " ", "fr fr"])
def test_no_language_is_english(tag: str | None) -> None:
    assert reader_of(tag, OURS).language == "en"


@pytest.mark.parametrize(
    ("tag", "language"),
    [("pt", "pt"), ("pt-BR", "pt"), ("pt-PT", "pt-PT"), ("sr", "en"), ("sr-Latn-RS", "sr-Latn")],
)
def test_a_marketplace_can_add_languages_and_regions(tag: str, language: str) -> None:
    assert reader_of(tag, (*OURS, "pt", "pt-PT", "sr-Latn")).language == language


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
        ("es-US", "Asia/Kathmandu", "miércoles, 4 de marzo de 2026, 8:52 a.m. (GMT+05:45)"),
        ("zh-CN", "America/Los_Angeles", "2026年3月3日星期二 19:07（北美太平洋标准时间）"),
        ("en-US", "Etc/GMT+5", "Tuesday, March 3, 2026, 10:07 PM (GMT-05:00)"),
    ],
)
def test_a_moment_is_said_in_the_sellers_zone_and_as_their_region_writes_it(
    tag: str, zone: str, said: str
) -> None:
    locale = reader_of(tag, OURS).locale
    assert " ".join(moment(MOMENT, zone, locale).split()) == said


def test_daylight_saving_is_named() -> None:
    said = moment(SUMMER, "America/Los_Angeles", reader_of("en-US", OURS).locale)
    assert said.endswith("(Pacific Daylight Time)")
