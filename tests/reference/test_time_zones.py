"""Whose time zones are in use, which names are taken, and how old they are."""

import re
import zoneinfo  # noqa: TID251  # to give this machine a database of its own
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel import Locale

from activities.opening import hours_of
from cli.case.words import both
from domain.case.policy import Policy
from domain.case.view import view_of
from page.languages import LANGUAGES
from reference import time_zones
from reference.contact_check import zone_problem
from reference.languages import moment
from reference.time_zones import (
    EDITION,
    PLACES,
    PUBLISHED,
    UnknownZone,
    newest_known,
    utc_offset,
    zone_of,
)
from tests.domain.case.build import a_new_case, an_account
from tests.test_whole import ROOT
from web.languages import Reader

WINTER = datetime(2026, 12, 2, 12, tzinfo=UTC)
"""After Alberta, British Columbia and Manitoba have stopped changing their clocks."""


@pytest.fixture
def stale_machine(tmp_path: Path) -> Iterator[None]:
    """A machine whose own database is wrong about Edmonton: it has Tokyo's clock."""
    wrong = tmp_path / "America" / "Edmonton"
    wrong.parent.mkdir()
    wrong.write_bytes((time_zones._PACKAGE / "zoneinfo" / "Asia" / "Tokyo").read_bytes())
    (tmp_path / "localtime").write_bytes(wrong.read_bytes())
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    zone_of.cache_clear()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("stale_machine")
def test_the_machines_own_database_is_nowhere_asked() -> None:
    """What a worker dials by, and what e-mails, the page and the client show."""
    at = WINTER.astimezone(zoneinfo.ZoneInfo("America/Edmonton"))
    assert at.utcoffset() == timedelta(hours=9)  # so this machine would have it
    edmonton = an_account("America/Edmonton")
    opens, closes = hours_of(edmonton, Policy(), WINTER)[0]
    assert (opens.hour, closes.hour) == (14, 3)  # 8:00 and 21:00, six hours behind UTC
    locale = Locale.parse("en_CA")
    assert "6:00\u00a0a.m. (Edmonton, UTC-6)" in moment(WINTER, "America/Edmonton", locale)
    reader = Reader(LANGUAGES["en"], "en-US", "America/Edmonton")
    assert reader.moment(WINTER).endswith("6:00\u202fAM (Edmonton, UTC-6)")
    view = view_of(a_new_case(zone="America/Edmonton"))
    assert both(WINTER, view) == "2026-12-02 12:00 UTC (Wed 06:00 UTC-6)"
    assert zone_problem("localtime")


@pytest.mark.parametrize(
    ("place", "offset"),
    [
        ("America/Edmonton", "UTC-6"),
        ("America/Yellowknife", "UTC-6"),
        ("America/Vancouver", "UTC-7"),
        ("America/Winnipeg", "UTC-5"),
    ],
)
def test_the_pinned_edition_knows_who_stopped_changing_clocks_in_2026(
    place: str, offset: str
) -> None:
    assert utc_offset(WINTER.astimezone(zone_of(place))) == offset


@pytest.mark.parametrize(
    "name",
    [
        *("America/Los_Angeles", "America/Argentina/Buenos_Aires", "Pacific/Kiritimati"),
        # Old names of places.
        *("US/Pacific", "Canada/Mountain", "Asia/Calcutta", "America/Buenos_Aires"),
    ],
)
def test_a_place_is_taken(name: str) -> None:
    assert zone_problem(name) is None
    assert zone_of(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        # Files of a machine's database, with leap seconds or of no place at all.
        *("localtime", "posixrules", "Factory", "leapseconds", "tzdata.zi", "zone.tab"),
        *("right/America/New_York", "posix/America/New_York"),
        # No place, though in the database: an hour nobody lives by, or several.
        *("UTC", "GMT", "Zulu", "Etc/UTC", "Etc/GMT-9", "Etc/GMT+12"),
        *("EST", "EST5EDT", "PST8PDT", "CET", "Japan", "GB"),
        # Written otherwise, which a machine whose disk ignores capitals would find.
        *("america/new_york", "America/New York", "AMERICA/NEW_YORK"),
        *("America", "America/", "America/Argentina", "/America/New_York", "America//New_York"),
        *("America/../America/New_York", "", ".", "Mars/Base", "America/New_York\0"),
    ],
)
def test_what_names_no_place_is_refused(name: str) -> None:
    problem = "is not a time zone that names a place, such as America/Los_Angeles"
    assert zone_problem(name) == problem
    with pytest.raises(UnknownZone):
        zone_of(name)


def test_every_place_has_a_clock() -> None:
    assert len(PLACES) > 500
    for name in PLACES:
        assert WINTER.astimezone(zone_of(name)).utcoffset() is not None


def test_an_offset_is_said_in_hours_and_minutes() -> None:
    said = {
        p: utc_offset(WINTER.astimezone(zone_of(p))) for p in ("Asia/Kathmandu", "Africa/Accra")
    }
    assert said == {"Asia/Kathmandu": "UTC+5:45", "Africa/Accra": "UTC+0"}
    marquesas = WINTER.astimezone(zone_of("Pacific/Marquesas"))
    assert utc_offset(marquesas) == "UTC-9:30"


def test_when_the_pinned_edition_came_out_is_noted() -> None:
    """With a new pin its day is to be noted too: `unzip -l` of the package shows it."""
    pinned = re.findall(r"^tzdata==(\d+)\.(\d+) ", (ROOT / "requirements.txt").read_text(), re.M)
    ((year, number),) = pinned
    assert f"{year}{'abcdefghijklmnopqrstuvwxyz'[int(number) - 1]}" in PUBLISHED
    assert EDITION in PUBLISHED


@pytest.mark.parametrize(
    ("edition", "checked", "day"),
    [
        ("2026f", None, date(2026, 10, 28)),
        ("2026f", date(2027, 3, 1), date(2027, 3, 1)),
        ("2026f", date(2026, 1, 1), date(2026, 10, 28)),
        # Pinned by somebody else: the earliest day it can have come out.
        ("2026g", None, date(2026, 10, 28)),
        ("2027b", None, date(2027, 1, 1)),
        ("2025b", None, date(2025, 1, 1)),
    ],
)
def test_an_edition_is_as_old_as_it_is_known_to_have_been_the_newest(
    edition: str, checked: date | None, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_zones, "PUBLISHED", {"2026f": date(2026, 10, 28)})
    assert newest_known(checked, edition) == day
