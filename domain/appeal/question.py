"""The question that a seller is asked, while it is open (docs/rules.md, section 9)."""

from datetime import datetime, timedelta

from domain.shared.text import Frozen

ANSWER_WITHIN = timedelta(days=7)
"""How long the seller has, from when the question was accepted."""
REMINDED_AFTER = timedelta(days=5)
ANSWER_REMINDER_WITHIN = timedelta(days=2)
"""How long the seller has at least, from when the reminder was accepted."""
NOTICED_WITHIN = timedelta(minutes=15)
"""An end of the seller's time that is noticed later passed while we were down."""


class OpenQuestion(Frozen):
    """A question, its e-mails, and how long the seller still has."""

    letters: tuple[int, ...] = ()
    """The numbers of the e-mails that ask it, the newest last."""
    remind_at: datetime | None = None
    """When the reminder is due. Null before the question was accepted, and once it is written."""
    seller_by: datetime | None = None
    """By when the seller is to answer. Null until the question was accepted."""
    is_over: bool = False
    """Whether the seller's time is over, and it is still to be looked whether an answer waits."""

    @property
    def was_accepted(self) -> bool:
        """Whether the mail server has accepted the question."""
        return self.seller_by is not None

    def accepted(self, now: datetime) -> "OpenQuestion":
        """Return it with an e-mail of it accepted. With the first the seller's time begins."""
        if self.seller_by is None:
            times = {"seller_by": now + ANSWER_WITHIN, "remind_at": now + REMINDED_AFTER}
        else:
            times = {"seller_by": max(self.seller_by, now + ANSWER_REMINDER_WITHIN)}
        return self.model_copy(update=times)

    def asked_again(self, letter: int) -> "OpenQuestion":
        """Return it with one more e-mail, its reminder."""
        return self.model_copy(update={"letters": (*self.letters, letter), "remind_at": None})
