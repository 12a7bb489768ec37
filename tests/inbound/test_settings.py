"""Settings under which answers would be lost or read again and again are refused by name."""

import pytest
from pydantic import ValidationError

from domain.shared.errors import explain
from runtime.inbound_settings import InboundSettings

GOOD = {
    "address": "reply@in.shop.example",
    "secrets": "s" * 40,
    "imap_host": "imap.shop.example",
    "imap_username": "reply",
    "imap_password": "s3cret",
}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"imap_folder": ""}, "imap_folder"),
        ({"imap_folder": "case72-desk"}, "imap_folder: must not be a folder"),
        ({"imap_folder": "INBOX.case72-done"}, "imap_folder: must not be a folder"),
        ({"imap_password": "s3crät"}, "imap_password: must be ASCII"),
        ({"imap_username": "répondre"}, "imap_username: must be ASCII"),
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, str], named: str) -> None:
    assert InboundSettings.model_validate(GOOD).imap_server() is not None
    with pytest.raises(ValidationError) as refused:
        InboundSettings.model_validate(GOOD | wrong)
    said = explain(refused.value)
    assert named in said
    assert "s3cr" not in said


@pytest.mark.parametrize(
    "desk", ["reply@in.shop.example", "Reply@IN.shop.example", "reply+desk@in.shop.example"]
)
def test_letters_to_the_desk_do_not_come_back_to_us(desk: str) -> None:
    settings = InboundSettings.model_validate(GOOD)
    settings.refuse_as_desk("desk@in.shop.example")
    with pytest.raises(ValueError, match="CASE72_DESK"):
        settings.refuse_as_desk(desk)
