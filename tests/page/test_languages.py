"""In which language and by which clock the page speaks (docs/page.md)."""

from datetime import UTC, date, datetime

import pytest

from page.languages import LANGUAGES, language_of
from web.languages import Left, Reader


@pytest.mark.parametrize(
    ("wishes", "tag"),
    [
        (["fr-CA"], "fr"),
        ([None, "zh-Hans-CN"], "zh-Hans"),
        (["de", "es-US"], "es"),
        (["tlh", None], "en"),
        (["fr", "es"], "fr"),
        (["zh-TW", "fr"], "fr"),  # another script, which not everybody reads
        (["zh-TW,zh;q=0.9"], "zh-Hans"),
        ([None, None, "de-DE,zh-CN;q=0.9,en;q=0.8"], "zh-Hans"),
        ([None, None, ";;,,q="], "en"),
    ],
)
def test_the_language_is_the_one_chosen_then_the_accounts_then_the_browsers(
    wishes: list[str | None], tag: str
) -> None:
    assert language_of(*wishes).tag == tag


MOMENT = datetime(2026, 11, 26, 17, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("en-US", "Thursday, November\u00a026 at 12:05\u202fPM (Eastern Standard Time)"),
        ("en-CA", "Thursday, November\u00a026 at 12:05\u202fp.m. (Eastern Standard Time)"),
        ("fr-FR", "jeudi 26\u00a0novembre à 12:05 (heure normale de l’Est nord-américain)"),
        ("es-ES", "jueves 26\u00a0de\u00a0noviembre, 12:05 (hora estándar oriental)"),
        ("zh-Hans", "11月26日星期四 12:05（北美东部标准时间）"),
    ],
)
def test_moments_are_by_the_sellers_clock_and_in_the_sellers_words(tag: str, shown: str) -> None:
    reader = Reader(language_of(tag), tag, "America/Toronto")
    assert reader.moment(MOMENT) == shown


def test_months_are_in_the_readers_language_whichever_was_asked_for_before() -> None:
    months = [
        Reader(LANGUAGES[tag]).month(date(2026, 6, 1)) for tag in ("zh-Hans", "fr", "es", "en")
    ]
    assert months == ["6月", "juin", "jun", "Jun"]
    shorts = [Reader(LANGUAGES[tag]).short(MOMENT, MOMENT) for tag in ("zh-Hans", "fr", "es", "en")]
    assert ["11月" in shorts[0], "nov." in shorts[1], "nov" in shorts[2], "Nov" in shorts[3]] == [
        True
    ] * 4


def test_a_short_moment_has_its_zone_where_clocks_change_between_it_and_now() -> None:
    """In the night of 1 November it is half past one twice; the page names one zone for all."""
    reader = Reader(LANGUAGES["en"], "en-US", "America/Los_Angeles")
    first, again = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (8, 9))
    said = [" ".join(reader.short(at, again).split()) for at in (first, again)]
    assert said == ["Sun, Nov 1 at 1:30 AM (Pacific Daylight Time)", "Sun, Nov 1 at 1:30 AM"]
    assert reader.zone_label(again) == "Pacific Standard Time"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Etc/GMT-9", "localtime", None])
def test_an_unknown_zone_or_tag_is_no_error(zone: str | None) -> None:
    reader = Reader(LANGUAGES["en"], "en-XX-yyyyy", zone)
    assert "5:05\u202fPM (UTC)" in reader.moment(MOMENT)
    assert reader.zone_label(MOMENT) == "UTC"
    assert Reader(LANGUAGES["fr"]).day(date(2026, 11, 26)) == "26 novembre 2026"


def test_time_left_is_rounded_up_and_never_less_than_none() -> None:
    later = datetime(2026, 11, 28, 18, 5, 1, tzinfo=UTC)
    assert Left.of(later - MOMENT) == Left(2, 1, 1)
    assert Left.of(MOMENT - later).over
