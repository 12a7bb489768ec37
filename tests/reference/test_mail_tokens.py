"""The signed addresses to which answers come, and the Message-IDs that replies name."""

from uuid import uuid4

import pytest

from domain.shared.names import account_hash_of
from reference.mail_tokens import ReplyAddresses, SentEmail, named_in, thread_of

OLD, NEW = "o" * 40, "n" * 40
ADDRESS = "reply@in.shop.example"


def a_case(account: str = "US/A2EXAMPLE") -> str:
    return f"case/{account}/{uuid4()}"


def test_an_address_names_its_email_whatever_its_case() -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])
    email = SentEmail.of(a_case(), 7)
    address = replies.address(email)
    assert replies.find([ADDRESS, address.upper(), address]) == [email]


def test_an_email_is_of_the_run_that_sent_it_only() -> None:
    case_id = a_case()
    email = SentEmail.of(case_id, 7)
    assert email.is_of(case_id.rpartition("/")[2])
    assert not email.is_of(str(uuid4()))


def test_a_changed_character_or_another_secret_makes_it_nobodys() -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])
    address = replies.address(SentEmail.of(a_case(), 7))
    start = len("reply+")
    for place in range(start, start + 41):  # of the last character only some bits count
        other = "b" if address[place] == "a" else "a"
        assert replies.find([address[:place] + other + address[place + 1 :]]) == []
    assert ReplyAddresses(ADDRESS, [OLD]).find([address]) == []


def test_an_old_secret_is_believed_and_the_first_one_signs() -> None:
    email = SentEmail.of(a_case(), 7)
    both = ReplyAddresses(ADDRESS, [NEW, OLD])
    assert both.find([ReplyAddresses(ADDRESS, [OLD]).address(email)]) == [email]
    assert both.address(email) == ReplyAddresses(ADDRESS, [NEW]).address(email)


@pytest.mark.parametrize("number", [0, 1, 65_535])
def test_all_addresses_of_an_account_begin_alike_and_no_others_do(number: int) -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])
    beginning = replies.beginning_of(account_hash_of(a_case()))
    for of_account in (a_case(), a_case(), f"enrollment/US/A2EXAMPLE/{uuid4()}"):
        assert replies.address(SentEmail.of(of_account, number)).startswith(beginning)
    for other in ("US/A2EXAMPL", "DE/A2EXAMPLE"):
        assert not replies.address(SentEmail.of(a_case(other), number)).startswith(beginning)


def test_a_message_id_names_its_email_and_that_of_a_thread_its_case() -> None:
    case_id = a_case()
    thread = thread_of(case_id)
    assert named_in(f"{thread}.7") == SentEmail.of(case_id, 7)
    assert named_in(thread) == SentEmail.of(case_id, 0)


@pytest.mark.parametrize("other", ["", "inbound.0a1b", "{}'", "'{}", "{}.", "{}.1.2", "{}.x"])
def test_another_message_id_names_nothing(other: str) -> None:
    assert named_in(other.format(thread_of(a_case()))) is None
