"""Whose a message is, by its From: an address that a server may have checked, and no other."""

import pytest

from inbound.incoming import read

OWNER = "owner@shop.example"


def sender(value: str) -> str | None:
    return read(f"From: {value}\r\nSubject: hello\r\n\r\nHello\r\n".encode()).sender


@pytest.mark.parametrize(
    "value",
    [
        OWNER,
        f"<{OWNER}>",
        f"Ann Owner <{OWNER}>",
        f'"Owner, Ann" <{OWNER}>',
        f'"Shop: Ann; Owner" <{OWNER}>',
        f'"{OWNER}" <{OWNER}>',
        f"=?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <{OWNER}>",
        f"=?utf-8?b?5p2O5ZaG?= <{OWNER}>",
        f"Jürgen Müller <{OWNER}>",
        f"{OWNER} (Ann Owner)",
    ],
)
def test_a_message_with_one_address_is_of_that_address(value: str) -> None:
    assert sender(value) == OWNER


@pytest.mark.parametrize(
    "value",
    [
        f'"thief@else.example" <{OWNER}>',
        f"thief@else.example <{OWNER}>",
        f"<thief@else.example> <{OWNER}>",
        f"{OWNER} (thief@else.example)",
        f"(thief@else.example) {OWNER}",
        f"{OWNER}, thief@else.example",
        f"thief@else.example, {OWNER}",
        f"{OWNER}; thief@else.example",
        f"Shops: {OWNER}, thief@else.example;",
        f'{OWNER}, "a thief"@else.example',
        f"{OWNER}, thief @ else.example",
        f"{OWNER}, thief@[192.0.2.1]",
        f"{OWNER}, {OWNER}.else.example",
        f"{OWNER},{' ' * 2000}thief@else.example",
        f"=?utf-8?q?thief@else.example?= <{OWNER}>",
        f"{OWNER}\r\nFrom: thief@else.example",
        "Ann Owner",
        f"shops:{OWNER};",
        f"shops: Ann Owner <{OWNER}>; (a group)",
        f"shops:{OWNER}",
    ],
)
def test_a_message_with_two_addresses_or_a_group_is_nobodys(value: str) -> None:
    assert sender(value) is None
