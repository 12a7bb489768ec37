"""Reading a file of ratings: what a line may say, and what is kept of it on disk."""

import io
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cli import importing, rating_lines
from cli.problems import DidNotHappen
from cli.staging import Staging, staging_of
from domain.shared.account import SellerAccount, Store
from tests.cli.conftest import ROOT
from tests.cli.test_ratings_import import HEADER, TODAY, as_json, row


def test_a_file_is_imported_by_one_at_a_time(tmp_path: Path) -> None:
    with staging_of(io.BytesIO(b"x"), tmp_path) as first:
        with (
            pytest.raises(DidNotHappen, match="by another process"),
            staging_of(io.BytesIO(b"x"), tmp_path),
        ):
            pass
        assert not first.is_whole
        with staging_of(io.BytesIO(b"y"), tmp_path):
            pass
    assert not list(tmp_path.iterdir())


def test_a_damaged_remainder_is_read_anew(tmp_path: Path) -> None:
    def stage(staging: Staging) -> None:
        staging.know(SellerAccount(store=Store.US, seller_id="A"))
        staging.finish(1)

    with staging_of(io.BytesIO(b"x"), tmp_path) as staging:
        stage(staging)
    (kept,) = tmp_path.glob("*.sqlite")
    assert kept.stat().st_mode & 0o077 == 0
    with staging_of(io.BytesIO(b"x"), tmp_path) as staging:
        assert staging.is_whole
    kept.write_bytes(b"x" * 10_000)
    with staging_of(io.BytesIO(b"x"), tmp_path) as staging:
        assert not staging.is_whole


STAGES_AND_DIES = """
import io, os, pathlib, sys
from cli.staging import staging_of
from domain.shared.account import SellerAccount
with staging_of(io.BytesIO(b"x"), pathlib.Path(sys.argv[1])) as staging:
    numbers = [staging.know(SellerAccount(store="US", seller_id=s)) for s in "AB"]
    staging.finish(2)
    staging.again()
    staging.done(numbers[0], "enrolled")
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_import_had_done_is_not_forgotten(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", STAGES_AND_DIES, str(tmp_path)], cwd=ROOT, check=False
    )
    assert killed.returncode == -9
    with staging_of(io.BytesIO(b"x"), tmp_path) as staging:
        assert staging.is_whole
        assert staging.outcomes() == {"enrolled": 1, None: 1}


def broken(name: str, content: str, folder: Path) -> tuple[int, str]:
    """The one broken line of a file that has two good ones of the same seller."""
    file = io.BytesIO(content.encode())
    file.name = name
    with staging_of(file, folder) as staging:
        importing.read(file, staging, lambda _: None)
        (seller,), ((line, reason),) = staging.left(), staging.broken()
    assert (seller.account.seller_id, seller.account.email) == ("A", None)
    assert len(seller.ratings) == 2
    return line, reason


KEY = "seller_id: is malformed; give 1 to 64 letters, digits, '.', '_' or '-'"


def test_of_the_values_of_an_account_the_last_that_is_given_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rating_lines, "_REMEMBERED", 1)  # so that sellers are forgotten
    a, b = {"name": "A", "language": "en-US"}, {"name": "B"}
    given: list[dict[str, str]] = [a, {}, b, a, {"language": "fr-CA"}, b, {}, b]
    lines = [row(s, n, **said) for n, said in enumerate(given) for s in ("X", "Y", "Z")]
    file = io.BytesIO((HEADER + "".join(lines)).encode())
    file.name = "a.csv"
    with staging_of(file, tmp_path) as staging:
        importing.read(file, staging, lambda _: None)
        sellers = list(staging.left())
    assert [s.account.seller_id for s in sellers] == ["X", "Y", "Z"]
    for seller in sellers:
        assert (seller.account.name, seller.account.language) == ("B", "fr-CA")
        assert len(seller.ratings) == len(given)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (row("A", rating=1001), "rating: Input should be less than or equal to 1000"),
        (row("A", rating="-1"), "rating: must be a whole number from 0 to 1000"),
        (row("A", rating="good"), "rating: must be a whole number"),
        (row("A", rating="250.5"), "rating: must be a whole number"),
        (row("A", rating=""), "rating: must be a whole number"),
        (row("A", "2026-02-30"), "date: "),
        (row("A", "20260301"), "date: must be a day such as 2026-03-01"),
        (row("A", -1), "is in the future; today is"),
        (row("A", store="MX"), "store: Input should be 'US' or 'CA'"),
        (row("A", store=""), "store: Input should be 'US' or 'CA'"),
        (row("A/B"), KEY),
        (row("A\x01"), KEY),
        (row("A" * 65), KEY),
        (row(""), KEY),
        (row("A").rstrip() + ",\n", "has 11 cells for 10 columns"),
        (row("A").replace("US", '"US'), "is not CSV"),
        (row("A", name="x" * 20_000), "is longer than 10000 bytes"),
        (row("A", name="x\x07"), "name: must not contain control characters"),
        (
            row("A", emergency_phone="2065550101"),
            "emergency_phone: is malformed; give '+', the country code",
        ),
        (row("A", emergency_phone="+12065550"), "emergency_phone: is not a possible number"),
        (row("A", emergency_phone="+19005550101"), "emergency_phone: is a premium-rate"),
        (row("A", email="secret"), "email: is malformed"),
        (row("A", email="a@b..example"), "email: is not an e-mail address"),
        (row("A", time_zone="Mars/Base"), "time_zone: is not a time zone"),
        (row("A", time_zone="posixrules"), "time_zone: is not a time zone"),
        (row("A", language="English!"), "language: is malformed; give a language such as en-US"),
        (row("A", selling_plan="gold"), "selling_plan: Input should be 'professional' or"),
        (row("A", email="x@y.example", rating="x"), "rating: "),
    ],
)
def test_a_broken_line_of_csv_harms_no_other(line: str, says: str, tmp_path: Path) -> None:
    content = HEADER + row("A", 2) + line + row("A", 1)
    number, reason = broken("x.csv", content, tmp_path)
    assert (number, says in reason) == (3, True), reason
    assert "secret" not in reason


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is not JSON (character 2)"),
        ("[]", "is not a JSON object"),
        ('{"store": "US", "store": "US"}', "a field is given twice"),
        (as_json("A", colour=1).strip(), "colour: there is no such field"),
        (as_json("A", rating=True).strip(), "rating: must be a whole number"),
        (as_json("A", rating=[1]).strip(), "rating: "),
        (as_json("A", date=20260301).strip(), "date: must be a day"),
        (as_json("A", seller_id=1).strip(), "seller_id: Input should be a valid string"),
        (as_json("A", store=["US"]).strip(), "store: "),
        (as_json("\ud800").strip(), "seller_id: "),
        (as_json("A", store="\ud800").strip(), "store: "),
        (as_json("A", date="\ud800").strip(), "date: "),
        (as_json("A", rating="\ud800").strip(), "rating: "),
        (as_json("A", name="\ud800").strip(), "name: "),
        (as_json("A", selling_plan="\ud800").strip(), "selling_plan: "),
        (as_json("A", emergency_phone="\ud800").strip(), "emergency_phone: "),
        (as_json("A", name={"x": 1}).strip(), "name: Input should be a valid string"),
        (as_json("A", date=None).strip(), "date: must be a day such as"),
        ('{"store": "US", "seller_id": "A"}', "date: "),
    ],
)
def test_a_broken_line_of_json_harms_no_other(line: str, says: str, tmp_path: Path) -> None:
    yesterday = str(date.fromordinal(TODAY.toordinal() - 1))
    content = as_json("A", rating=1) + f"{line}\r\n\n" + as_json("A", date=yesterday, rating="1")
    number, reason = broken("x.jsonl", content, tmp_path)
    assert (number, says in reason) == (2, True), reason
