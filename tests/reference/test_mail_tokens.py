"""The signed addresses to which answers come, and the Message-IDs that replies name."""

from uuid import uuid4

import pytest

from reference.mail_tokens import ReplyAddresses, SentEmail, messages_in, thread_of

OLD, NEW = "o" * 40, "n" * 40
ADDRESS = "reply@in.shop.example"
DOMAIN = "case72.example"


def a_case(account: str = "US/A2EXAMPLE") -> str:
    return f"case/{account}/{uuid4()}"


def test_an_address_names_its_email_whatever_its_case() -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])
    email = SentEmail.of(a_case(), 7)
    address = replies.address(email)
    assert replies.find_in(f"{ADDRESS}, {address.upper()} <{address}>") == [email]


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
        assert replies.find_in(address[:place] + other + address[place + 1 :]) == []
    assert ReplyAddresses(ADDRESS, [OLD]).find_in(address) == []


def test_no_character_passes_for_a_letter() -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])
    alike = [c for n in range(128, 0x110000) if (c := chr(n)).upper() != c or c.lower() != c]
    assert "\u212a" in alike  # the Kelvin sign, whose small letter is k
    for character in alike:
        token = "a" * 41 + character
        assert replies.find_in(f"reply+{token}@in.shop.example") == []


def test_an_old_secret_is_believed_and_the_first_one_signs() -> None:
    email = SentEmail.of(a_case(), 7)
    both = ReplyAddresses(ADDRESS, [NEW, OLD])
    assert both.find_in(ReplyAddresses(ADDRESS, [OLD]).address(email)) == [email]
    assert both.address(email) == ReplyAddresses(ADDRESS, [NEW]).address(email)


@pytest.mark.parametrize("number", [0, 1, 65_535])
def test_an_address_names_the_account_which_its_other_cases_share(number: int) -> None:
    replies = ReplyAddresses(ADDRESS, [NEW])

    def account_in(own_id: str) -> str:
        (email,) = replies.find_in(replies.address(SentEmail.of(own_id, number)))
        return email.account

    of_it = account_in(a_case())
    assert account_in(f"enrollment/US/A2EXAMPLE/{uuid4()}") == of_it
    assert of_it not in {account_in(a_case(other)) for other in ("US/A2EXAMPL", "DE/A2EXAMPLE")}


def test_an_address_is_made_for_no_run_but_temporals() -> None:
    with pytest.raises(ValueError, match="too short"):
        ReplyAddresses(ADDRESS, [NEW]).address(SentEmail.of("case/US/A2EXAMPLE/abcd", 1))


def test_a_message_id_names_its_email_and_that_of_a_thread_its_case() -> None:
    case_id = a_case()
    thread = thread_of(case_id)
    assert messages_in(f"<{thread}.7@{DOMAIN}>", DOMAIN) == [SentEmail.of(case_id, 7)]
    assert messages_in(f"<{thread}@{DOMAIN}>", DOMAIN) == [SentEmail.of(case_id, 0)]
    assert messages_in(f"<{thread}@other.example>", DOMAIN) == []


@pytest.mark.parametrize(
    "other", ["", "inbound.0a1b", "{}'", "'{}", "{}.", "{}.1.2", "{}.x", "{}.123456"]
)
def test_another_message_id_names_nothing(other: str) -> None:
    assert messages_in(f"<{other.format(thread_of(a_case()))}@{DOMAIN}>", DOMAIN) == []
