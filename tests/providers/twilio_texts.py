"""The Messages resource of Twilio's stand-in, as its documentation has it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any


@dataclass
class SentText:
    """A text that it was asked to send."""

    sid: str
    form: dict[str, str]
    statuses: list[tuple[str, int | None]]
    """Its statuses with their error codes, one for each look; the last one stays."""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def as_json(self) -> dict[str, Any]:
        """The resource."""
        status, code = self.statuses[0]
        return {
            "sid": self.sid,
            "to": self.form["To"],
            "from": self.form.get("From"),
            "messaging_service_sid": self.form.get("MessagingServiceSid"),
            "body": self.form["Body"],
            "status": status,
            "error_code": code,
            "error_message": None,
            "num_segments": "1",
            "direction": "outbound-api",
            "date_created": format_datetime(self.created),
        }


@dataclass
class TextsStandIn:
    """The texts there are."""

    sent: list[SentText] = field(default_factory=list)
    statuses: tuple[tuple[str, int | None], ...] = (("queued", None), ("delivered", None))
    """What becomes of the next text."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def send(self, form: dict[str, str]) -> dict[str, Any]:
        """Send a text."""
        assert set(form) - {"From", "MessagingServiceSid"} == {"To", "Body", "ValidityPeriod"}
        assert ("From" in form) != ("MessagingServiceSid" in form)
        assert 1 <= int(form["ValidityPeriod"]) <= 36_000
        text = SentText(f"SM{next(self._numbers):032x}", form, list(self.statuses))
        self.sent.append(text)
        return text.as_json()

    def latest(self, to: str) -> dict[str, Any]:
        """The texts to a number, newest first."""
        found = [text.as_json() for text in reversed(self.sent) if text.form["To"] == to]
        return {"messages": found, "page_size": 50, "next_page_uri": None}

    def look(self, sid: str) -> dict[str, Any] | None:
        """A text. Each look finds it a status further."""
        text = next((text for text in self.sent if text.sid == sid), None)
        if text is not None and len(text.statuses) > 1:
            text.statuses.pop(0)
        return text.as_json() if text else None
