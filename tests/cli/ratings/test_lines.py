"""Reading a file of ratings: what a line may say, and what the lines say of each seller."""

import io
from contextlib import closing
from datetime import date

import pytest

from cli.ratings.by_seller import BySeller, RatedSeller
from cli.ratings.lines import RatingLine, read
from cli.terminal.problems import BadInput
from tests.cli.ratings.test_import_ratings import HEADER, TODAY, as_json, row


def sellers_in(file: io.BytesIO) -> tuple[list[RatedSeller], list[tuple[int, str]]]:
    """What a file says, by seller; and its broken lines."""
    good: list[tuple[int, RatingLine]] = []
    broken: list[tuple[int, str]] = []
    for number, line in read(file, TODAY):
        if isinstance(line, BadInput):
            broken.append((number, line.message))
        else:
            good.append((number, line))
    with closing(BySeller()) as lines:
        lines.add(good)
        assert lines.count(1) == len({line.seller_id for _, line in good})
        return list(lines.sellers(1)), broken


def broken(name: str, content: str) -> tuple[int, str]:
    """The one broken line of a file that has two good ones of the same seller."""
    file = io.BytesIO(content.encode())
    file.name = name
    (seller,), ((line, reason),) = sellers_in(file)
    assert (seller.account.seller_id, seller.account.email) == ("A", None)
    assert len(seller.ratings) == 2
    return line, reason


KEY = "seller_id: is malformed; give 1 to 64 letters, digits, '.', '_' or '-'"


def test_of_the_values_of_an_account_the_last_that_is_given_counts() -> None:
    a, b = {"name": "A", "language": "en-US"}, {"name": "B"}
    given: list[dict[str, str]] = [a, {}, b, a, {"language": "fr-CA"}, b, {}, b]
    lines = [row(s, n, **said) for n, said in enumerate(given) for s in ("X", "Y", "Z")]
    file = io.BytesIO((HEADER + "".join(lines)).encode())
    file.name = "a.csv"
    sellers, _ = sellers_in(file)
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
        (row("A").rstrip() + ",\n", "has 12 cells for 11 columns"),
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
def test_a_broken_line_of_csv_harms_no_other(line: str, says: str) -> None:
    content = HEADER + row("A", 2) + line + row("A", 1)
    number, reason = broken("x.csv", content)
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
def test_a_broken_line_of_json_harms_no_other(line: str, says: str) -> None:
    yesterday = str(date.fromordinal(TODAY.toordinal() - 1))
    content = as_json("A", rating=1) + f"{line}\r\n\n" + as_json("A", date=yesterday, rating="1")
    number, reason = broken("x.jsonl", content)
    assert (number, says in reason) == (2, True), reason


def test_who_goes_on_from_a_line_skips_the_sellers_that_begin_before_it() -> None:
    lines = [row("A", 3), row("B", 3), row("A", 2), row("C", 3), row("B", 2)]
    file = io.BytesIO((HEADER + "".join(lines)).encode())
    file.name = "a.csv"
    good = [(number, line) for number, line in read(file, TODAY) if isinstance(line, RatingLine)]
    with closing(BySeller()) as by_seller:
        by_seller.add(good)
        for from_line, left in ((1, "ABC"), (2, "ABC"), (3, "BC"), (4, "C"), (5, "C"), (6, "")):
            assert by_seller.count(from_line) == len(left)
            sellers = list(by_seller.sellers(from_line))
            assert "".join(seller.account.seller_id for seller in sellers) == left
            assert all(len(s.ratings) == (1 if s.first_line == 5 else 2) for s in sellers)
