"""The folders of the mailbox that answers come to (docs/inbound-mail.md)."""

from enum import StrEnum


class Folder(StrEnum):
    """Where messages go that are done with."""

    DONE = "case72-done"
    DESK = "case72-desk"
    """They were forwarded to the desk too."""
    UNREADABLE = "case72-unreadable"
