"""A case is found by what people know of a seller, and reveals nothing of it."""

import pytest

from domain.shared.account import Account, Store
from reference.find_hashes import FindHashes

SECRET, OLDER = "s" * 40, "o" * 40
ACCOUNT = Account(
    store=Store.CA,
    seller_id="A4ERABLE",
    name="Boutique de l'Érable",
    language="fr-CA",
    time_zone="America/Toronto",
    email="Owner@Erable.example",
    emergency_phone="+14165550101",
)


def finds(text: str, account: Account = ACCOUNT, *, by: FindHashes | None = None) -> bool:
    """Whether a search for a text finds the case of an account."""
    has = {*FindHashes([SECRET]).of_account(account)}
    return any(has.issuperset(meaning) for meaning in (by or FindHashes([SECRET])).of_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "owner@erable.example",
        "  OWNER@ERABLE.EXAMPLE ",
        "+14165550101",
        "+1 416-555-0101",
        "(416) 555-0101",
        "1 416 555 0101",
        "Boutique de l'Érable",
        "erable boutique",
        "ÉRABLE",
        "E\u0301rable",
    ],
)
def test_a_case_is_found_however_it_is_typed(text: str) -> None:
    assert finds(text)


@pytest.mark.parametrize(
    "text",
    [
        "owner@other.example",
        "+14165550102",
        "Boutique du Lac",
        "erab",
        "",
        "  ",
        "(",
        "+1",
        "owner",
    ],
)
def test_what_is_of_another_case_finds_nothing(text: str) -> None:
    assert not finds(text)


def test_a_number_of_another_country_is_found_in_full() -> None:
    abroad = ACCOUNT.model_copy(update={"emergency_phone": "+442079460101"})
    assert finds("+44 20 7946 0101", abroad)
    assert not finds("020 7946 0101", abroad)


def test_a_name_in_a_script_without_spaces_is_one_word() -> None:
    assert finds("蓝壶商店", ACCOUNT.model_copy(update={"name": "蓝壶商店"}))


def test_a_case_of_the_secret_before_is_found_and_of_a_foreign_one_is_not() -> None:
    assert finds("erable", by=FindHashes([OLDER, SECRET]))
    assert not finds("erable", by=FindHashes([OLDER]))


def test_the_hashes_reveal_nothing_and_are_of_one_kind_each() -> None:
    hashes = FindHashes([SECRET]).of_account(ACCOUNT)
    assert len(hashes) == 6  # address, number, four words
    assert all(len(one) == 12 and set(one) <= set("0123456789abcdef") for one in hashes)
    assert list(hashes) == sorted(hashes)
    # An address is no word, even of somebody whose name is one.
    named = ACCOUNT.model_copy(update={"name": "owner erable example"})
    assert not finds("owner@erable.example", named.model_copy(update={"email": "x@y.example"}))


def test_a_long_name_does_not_take_all_the_room() -> None:
    long = ACCOUNT.model_copy(update={"name": " ".join(f"w{n}" for n in range(50))})
    assert len(FindHashes([SECRET]).of_account(long)) == 14


def test_a_secret_is_required() -> None:
    with pytest.raises(ValueError, match="a secret"):
        FindHashes([])
