"""The signed addresses to which answers come."""

from uuid import uuid4

import pytest

from reference.mail_tokens import ReplyAddresses, SentEmail

OLD, NEW = "o" * 40, "n" * 40
ADDRESS = "reply@in.shop.example"


def test_an_address_names_its_email_whatever_its_case() -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])
    email = SentEmail(str(uuid4()), 7)
    address = replies.address(email)
    assert replies.find([ADDRESS, address.upper(), address]) == [email]


def test_a_changed_character_or_another_secret_makes_it_nobodys() -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])
    address = replies.address(SentEmail(str(uuid4()), 7))
    start = len("reply+")
    for place in range(start, start + 41):  # of the last character only some bits count
        other = "b" if address[place] == "a" else "a"
        assert replies.find([address[:place] + other + address[place + 1 :]]) == []
    assert ReplyAddresses(ADDRESS, [OLD]).find([address]) == []


def test_an_old_secret_is_believed_and_the_first_one_signs() -> None:
    email = SentEmail(str(uuid4()), 7)
    both = ReplyAddresses(ADDRESS, [NEW, OLD])
    assert both.find([ReplyAddresses(ADDRESS, [OLD]).address(email)]) == [email]
    assert both.address(email) == ReplyAddresses(ADDRESS, [NEW]).address(email)


@pytest.mark.parametrize("number", [0, 1, 65_535])
def test_all_addresses_of_a_run_begin_alike_and_no_others_do(number: int) -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])
    run = str(uuid4())
    beginning = replies.beginning_of(run)
    assert replies.address(SentEmail(run, number)).startswith(beginning)
    assert not replies.address(SentEmail(str(uuid4()), number)).startswith(beginning)
