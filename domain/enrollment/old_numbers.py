"""Old numbers that are told that they were changed (docs/rules.md, section 2)."""

from datetime import datetime

from domain.shared.result import Result
from domain.shared.state import State
from domain.shared.text import Frozen

TRIES = 3
"""How often it is planned, if it could not be told the times before."""
_AGAIN_AFTER = frozenset({Result.SKIPPED, Result.PROVIDER_FAILED, Result.BOUNCED})
"""After these it was not told, and another try may tell it."""
_MOST = 5
"""Old numbers that wait. Only a seller who changes the number again and again has more."""


class OldNumber(Frozen):
    """A number that was the seller's. It is told once. Enrollment id and `number` name the call."""

    number: int
    """It counts with the calls that a seller asks for."""
    phone: str
    extension: str | None
    due: datetime | None = None
    """When it may be told. Null until that was looked up."""
    until: datetime | None = None
    """It is not told later, or it is planned again."""
    by_text: bool = False
    takes_texts: bool = True
    """False once a text came back."""
    proven: bool = False
    """Whether it was proven. Such a number is told even if it was told lately."""
    tries: int = 0


class Way(Frozen):
    """How an old number is told of the change."""

    due: datetime
    """Not earlier: the day's hours where the number is."""
    until: datetime
    """Not at this moment or later: the end of these hours."""
    by_text: bool
    """By a text message, instead of a call."""


class OldNumbers(State):
    """The old numbers that are to be told, oldest first."""

    waiting: tuple[OldNumber, ...] = ()

    def add(self, number: int, phone: str, extension: str | None, *, proven: bool) -> None:
        """Have a number told. Of too many, the newest are not told."""
        old = OldNumber(number=number, phone=phone, extension=extension, proven=proven)
        if len(self.waiting) < _MOST:
            self.waiting += (old,)

    def drop(self, phone: str | None, now: datetime) -> None:
        """Tell a number nothing, since it is the seller's again. One that may ring goes on."""
        self.waiting = tuple(
            old for old in self.waiting if old.phone != phone or (old.due and old.due <= now)
        )

    def learn(self, number: int, way: Way | None) -> None:
        """Record how a number is told, or that it is not."""
        if way is None:
            self.waiting = tuple(old for old in self.waiting if old.number != number)
            return
        self.waiting = tuple(
            old.model_copy(update={**vars(way), "tries": old.tries + 1})
            if old.number == number
            else old
            for old in self.waiting
        )

    def told(self, number: int, result: Result) -> bool:
        """Take a number off, or plan it again. Return whether it was taken off."""
        old = next((old for old in self.waiting if old.number == number), None)
        if old is None:
            return False
        again = result in _AGAIN_AFTER and old.tries < TRIES
        others = tuple(other for other in self.waiting if other is not old)
        takes_texts = old.takes_texts and result is not Result.BOUNCED
        once_more = old.model_copy(update={"due": None, "takes_texts": takes_texts})
        self.waiting = (*others, once_more) if again else others
        return not again
