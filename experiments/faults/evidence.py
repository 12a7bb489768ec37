"""What is known after a run, from the server and from the providers' own books.

The engine does not write the providers' books. The telephone notes each call it must dial, the
recipient's maildir has the e-mails, and the marketplace notes each deactivated account.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from domain.case.policy import Policy
from domain.case.view import CaseView
from domain.shared.result import Result


@dataclass(frozen=True)
class Call:
    """A call in the telephone's ledger, by the clock of its case."""

    key: str
    case_id: str
    begins: float
    ends: float
    result: Result


@dataclass(frozen=True)
class Delivered:
    """An e-mail in the recipient's mailbox."""

    message_id: str
    to: str
    date: str
    subject: str
    text: str = ""

    @property
    def thread(self) -> str:
        """Return the `thread_of` the case, enrollment or appeal that sent it."""
        account, run, _ = self.message_id[1:].split(".", 2)
        return f"{account}.{run}"

    @property
    def attempt(self) -> str:
        """Return the attempt's number. For an e-mail to the desk, return when it was due."""
        return self.message_id.split(".", 2)[2].partition("@")[0]


@dataclass(frozen=True)
class CaseSeen:
    """A case as the server knows it."""

    workflow_id: str
    policy: Policy
    view: CaseView | None
    """None if the case does not answer, or the server does not know it."""
    closed: bool = True
    goes_on: bool = False
    """Whether an activity is under way or a timer is set."""
    failing: str | None = None
    """Why the workflow task fails, if it does."""


@dataclass
class Evidence:
    """All evidence of a run."""

    cases: list[CaseSeen]
    dials: list[str] = field(default_factory=list)
    """The key of each request to dial."""
    calls: list[Call] = field(default_factory=list)
    mails: list[Delivered] = field(default_factory=list)
    deactivated: dict[tuple[str, str], str] = field(default_factory=dict)
    """The id of the case that deactivated the account, by store and seller."""

    def calls_of(self) -> dict[str, list[Call]]:
        """Return the calls by case, in order of time."""
        found: dict[str, list[Call]] = defaultdict(list)
        for call in sorted(self.calls, key=lambda c: c.begins):
            found[call.case_id].append(call)
        return found


def of_providers(
    folder: Path, cases: Iterable[CaseSeen], mails: list[Delivered] | None = None
) -> Evidence:
    """Return the cases with the books of the simulated providers.

    Args:
        folder: the folder of the books.
        cases: the cases.
        mails: the delivered e-mails, if they are not in the maildir.
    """
    calls = [
        Call(key, case_id, begins, hung_up or ends, Result.CANCELLED if hung_up else Result(result))
        for key, case_id, begins, ends, result, hung_up in _rows(
            folder / "telephone.sqlite",
            # By the clock of the case: it can be played forward while a call rings.
            "SELECT key, case_id, result_at - (ends_at - dialled_at), result_at, result, "
            "hung_up_at FROM calls",
        )
    ]
    dials = [key for (key,) in _rows(folder / "telephone.sqlite", "SELECT key FROM dials")]
    deactivated = {
        (store, seller): case_id
        for store, seller, case_id in _rows(
            folder / "marketplace.sqlite", "SELECT store, seller_id, case_id FROM deactivations"
        )
    }
    if mails is None:
        mails = delivered(folder / "mail")
    return Evidence(list(cases), dials, calls, mails, deactivated)


def delivered(maildir: Path) -> list[Delivered]:
    """Return the e-mails that a mail reader would show."""
    parser = BytesParser(policy=policy.default)
    files = [*(maildir / "new").iterdir(), *(maildir / "cur").iterdir()]
    messages = [parser.parsebytes(file.read_bytes()) for file in files]
    return [read(message) for message in messages if isinstance(message, EmailMessage)]


def read(message: EmailMessage) -> Delivered:
    """Return an e-mail as its recipient reads it."""
    text = message.get_body(("plain",))
    return Delivered(
        message_id=str(message["Message-ID"]),
        to=str(message["To"]),
        date=str(message["Date"]),
        subject=str(message["Subject"]),
        text=text.get_content() if text else "",
    )


def _rows(file: Path, query: str) -> list[tuple[Any, ...]]:  # Any: SQLite's values
    with closing(sqlite3.connect(file)) as db:
        return db.execute(query).fetchall()
