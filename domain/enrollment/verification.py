"""The calls by which a seller proves or tries the number (docs/rules.md, section 2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from domain.shared.errors import Refusal, Refused
from domain.shared.result import Result
from domain.shared.state import State
from domain.shared.text import Frozen

CODE_HOLDS = timedelta(minutes=10)
"""From the request on. What is typed later does not count."""
DIALLED_WITHIN = timedelta(minutes=5)
"""A seller who waits for the call has given up by then."""
TRIES = 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CALLS_PER_HOUR, CALLS_PER_DAY = 3, 10
"""Of a seller. A number has the same limits: activities/number_calls.py keeps them."""
VERIFY_AGAIN_AFTER = timedelta(days=365)
PROVE_WITHIN = timedelta(days=14)
"""How long an enrolled seller has to prove a changed number, where a proof is required."""
PROOF_PUT_OFF_BY, PROOF_PUT_OFFS = timedelta(days=1), 14
"""By how much, and how often at most, the time is put off if our side keeps the seller from it.
Else a number that always fails on our side would never have to be proven."""
LOOK_AGAIN_AFTER = timedelta(days=1)
"""Where only the proof keeps a seller out, the setting is looked up again after this time."""
_UNHEARD = frozenset(
    {
        Result.NO_ANSWER,
        Result.BUSY,
        Result.INVALID_NUMBER,
        Result.BOUNCED,
        Result.CANCELLED,
        Result.SKIPPED,
    }
)
"""After these nobody has heard or read the code. Where our side failed somebody may have."""
_OUR_DOING = frozenset({Result.CANCELLED, Result.PROVIDER_FAILED, Result.SKIPPED})
"""If a call that says a code ends so, for another reason than a changed number. Of a number's limit
somebody else may have used up all."""
_NOT_SELLERS_DOING = frozenset({Result.SKIPPED, Result.CANCELLED})
"""A request that ends so before it is dialled counts in no limit of the seller's."""


class CallKind(StrEnum):
    """What a call to a seller outside any case is for. A text message counts as a call."""

    CODE = "code"
    """It says a code, which proves the number."""
    TEXT = "text"
    """It is a text message with a code, which proves the number."""
    TEST = "test"
    """It says that the number works."""
    CHANGED = "changed"
    """It tells an old number that it was changed. Nobody asks for it."""

    @property
    def says_code(self) -> bool:
        """Whether there is a code to type."""
        return self in (CallKind.CODE, CallKind.TEXT)


class NumberCall(Frozen):
    """A call that a seller asked for outside any case. Enrollment id and number name it."""

    number: int
    kind: CallKind
    phone: str
    extension: str | None
    at: datetime
    is_prepared: bool = False
    """Whether it may be dialled."""
    proof: str | None = None
    """The hash of the proof of the code (`kept`). None if no code is waited for."""
    wrong: int = 0
    """How many wrong codes were typed."""
    result: Result | None = None
    """None while the call is under way."""

    @property
    def code_until(self) -> datetime:
        """Until when the code holds, if it is waited for."""
        return self.at + CODE_HOLDS


class Preparation(Frozen):
    """Whether a call may be dialled."""

    refused_as: Result | None = None
    """The result of a call that must not be dialled."""
    proof: str | None = None
    """The hash of the proof of the code that the call will say (`kept`)."""


class Verification(State):
    """Whether the number is proven, and the newest call."""

    verified_at: datetime | None = None
    """When the present number was proven. None if it never was."""
    call: NumberCall | None = None
    calls: int = 0
    """How many calls there ever were."""
    asked: tuple[datetime, ...] = ()
    """When the newest calls were asked for, as many as are allowed in a day."""
    remind_at: datetime | None = None
    """When to ask the seller to prove the number again."""
    has_answered: bool = False
    """Whether a call to the present number has connected."""
    prove_by: datetime | None = None
    """Until when an enrolled seller's changed number counts without a proof."""
    put_offs: int = 0
    """How many times that was put off, since our side did not let the seller prove it."""
    looked_up_at: datetime | None = None
    """When it was last looked up whether the number must be proven."""

    @property
    def is_known(self) -> bool:
        """Whether somebody has answered at the present number, or has proven it."""
        return self.has_answered or self.verified_at is not None

    @property
    def under_way(self) -> NumberCall | None:
        """The call that has no result yet, if there is one."""
        return self.call if self.call is not None and self.call.result is None else None

    def ask(self, kind: CallKind, phone: str, extension: str | None, now: datetime) -> None:
        """Want a call. The code of an earlier call counts no more."""
        self.calls += 1
        self.asked = (*self.asked, now)[-CALLS_PER_DAY:]
        self.call = NumberCall(
            number=self.calls, kind=kind, phone=phone, extension=extension, at=now
        )

    def prepare(self, number: int, preparation: Preparation) -> None:
        """Have the call dialled, or end it."""
        call = self.under_way
        if call is None or call.number != number:
            return
        changes = {"proof": preparation.proof, "result": preparation.refused_as}
        self.call = call.model_copy(update={"is_prepared": True, **changes})
        if preparation.refused_as in _NOT_SELLERS_DOING:
            self._give_back()

    def _give_back(self) -> None:
        """Count the newest request no more: nobody was called, which is not the seller's doing."""
        self.asked = self.asked[:-1]

    def end(self, number: int, result: Result) -> None:
        """Record what came of a call."""
        if self.call is not None and self.call.number == number:
            proof = None if result in _UNHEARD else self.call.proof
            self.call = self.call.model_copy(update={"result": result, "proof": proof})

    def answered(self, now: datetime) -> None:
        """Move the reminder, if there is to be one: a call to the number has connected."""
        self.has_answered = True
        if self.remind_at is not None:
            self.put_off_reminder(now)

    def put_off_reminder(self, now: datetime) -> None:
        """Have the seller reminded a year from now."""
        self.remind_at = now + VERIFY_AGAIN_AFTER

    def waits_for_code(self, now: datetime) -> bool:
        """Whether a code would count."""
        call = self.call
        return call is not None and call.proof is not None and now < call.code_until

    def want_proof(self, now: datetime) -> None:
        """Give an enrolled seller some time to prove a changed number.

        Another change does not move the day, so nobody puts it off for ever.
        """
        if self.prove_by is None:
            self.prove_by, self.put_offs = now + PROVE_WITHIN, 0

    def put_off_proof(self, now: datetime, *, contacting: bool) -> bool:
        """End the time to prove the number, or put it off by a day. Return whether it is put off.

        Args:
            now: the moment. The time to prove the number is over.
            contacting: whether a case is in `contacting`.
        """
        if self.put_offs < PROOF_PUT_OFFS and (contacting or self._failed_lately(now)):
            self.prove_by, self.put_offs = now + PROOF_PUT_OFF_BY, self.put_offs + 1
            return True
        self.prove_by = None
        return False

    def _failed_lately(self, now: datetime) -> bool:
        """Return whether the newest call is of the last day, was to say a code, and failed."""
        call = self.call
        if call is None or not call.kind.says_code or now - call.at >= PROOF_PUT_OFF_BY:
            return False
        # A call that was not prepared was called off by the seller, who changed the number.
        return call.is_prepared and call.result in _OUR_DOING

    def try_code(self, proofs: Sequence[str], now: datetime) -> bool:
        """Return whether a typed code is right. A right code is used up, and so is the last try.

        Args:
            proofs: the keyed hashes of what was typed, one for each key.
            now: the moment.

        Raises:
            Refused: no code is waited for.
        """
        call = self.call
        if call is None or not self.waits_for_code(now):
            raise Refused("no code is waited for: ask for a call", Refusal.NO_CODE)
        if call.proof in [kept(proof) for proof in proofs]:
            self.call = call.model_copy(update={"proof": None})
            self.verified_at, self.prove_by = now, None
            self.put_off_reminder(now)
            return True
        wrong = call.wrong + 1
        proof = call.proof if wrong < TRIES else None
        self.call = call.model_copy(update={"wrong": wrong, "proof": proof})
        return False

    def forget(self) -> None:
        """Take the proof back, since the number has changed. A code on its way counts no more.

        A call that may have been dialled goes on. One that was not is called off.
        """
        self.verified_at = self.remind_at = None
        self.has_answered = False
        if (call := self.call) is not None:
            dialled = call.is_prepared or call.result is not None
            result = call.result if dialled else Result.CANCELLED
            self.call = call.model_copy(update={"proof": None, "result": result})
            if not dialled:
                self._give_back()


def kept(proof: str) -> str:
    """Return what is kept of a proof. Whoever reads it cannot send it as a typed code."""
    return sha256(proof.encode()).hexdigest()


def next_call_from(asked: Sequence[datetime]) -> datetime | None:
    """Return from when on a call may be asked for, after these times; None if nothing limits it."""
    limits = ((CALLS_PER_HOUR, HOUR), (CALLS_PER_DAY, DAY))
    ends = [asked[-count] + span for count, span in limits if len(asked) >= count]
    return max(ends, default=None)


def refuse_if_too_often(asked: Sequence[datetime], now: datetime) -> None:
    """Limit the calls that a seller may ask for.

    Raises:
        Refused: there were 3 in the last hour, or 10 in the last 24 hours.
    """
    again_from = next_call_from(asked)
    if again_from is None or now >= again_from:
        return
    lately = sum(now - at < DAY for at in asked)
    raise Refused(
        f"{CALLS_PER_HOUR} calls an hour and {CALLS_PER_DAY} a day may be asked for",
        Refusal.TOO_MANY_CALLS,
        calls=lately,
        again_from=again_from.isoformat(),
    )
