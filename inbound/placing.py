"""Tells the case, the appeal, or the desk of a message that came in (docs/inbound-mail.md)."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import structlog

from domain.shared.errors import Refusal
from inbound.forwarding import Forwarding, NotForwarded, Reason, Why
from inbound.incoming import Incoming
from inbound.kind import Kind
from inbound.updates import update_of
from reference.mail_tokens import ReplyAddresses, SentEmail, messages_in
from temporal_client.failures import NotThere, TemporalFailure, UpdateRefused
from temporal_client.names import (
    AnyName,
    AppealName,
    CaseName,
    appeal_name,
    case_name,
    enrollment_name,
)
from temporal_client.workflows import Workflows
from temporal_client.workflows_of_account import first_runs_of_account, listed_of_account

log = structlog.get_logger("inbound")

_LISTED_WITHIN = timedelta(minutes=10)
"""How long after a message came its account is looked for. Temporal lists with a delay."""
_ROUNDED = timedelta(seconds=1)
"""A mail server says in whole seconds when a message came."""
_FOR_APPEALS = (Kind.REPLY, Kind.BOUNCE)
_FROM_PEOPLE = (Kind.REPLY, Kind.COMPLAINT)


class Placed(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    """The case took it, or it changes nothing."""
    FORWARDED = "forwarded"
    """It was sent to the desk."""


class TryLater(Exception):
    """Nobody can tell yet what a message is about. The message says why, without its content."""


class _Answer(StrEnum):
    """What a case or an appeal makes of a message that it does not refuse."""

    TAKEN = "taken"
    CAME_BEFORE = "it came before the case opened"
    ENDED = "it has ended, or there is none"


_Told = dict[AnyName, _Answer | Why]
"""What each made of a message that was told of it; why it was refused."""


@dataclass(frozen=True)
class Placing:
    """Places messages.

    Args:
        workflows: the cases and enrollments.
        addresses: reads our own addresses for answers.
        message_id_domain: the domain of our Message-IDs.
        forwarding: sends the desk what no case takes.
    """

    workflows: Workflows
    addresses: ReplyAddresses
    message_id_domain: str
    forwarding: Forwarding

    async def place(self, message: Incoming, raw: bytes) -> Placed:
        """Tell the case of a message. What no open case takes, and a person wrote, the desk gets.

        The same message twice counts once: its id is the update's.

        Raises:
            TryLater: Temporal or the mail server is away, or the e-mail is still being sent.
        """
        try:
            reasons = await self._reasons(message)
        except TemporalFailure as failure:
            raise TryLater(f"Temporal: {type(failure).__name__}") from None
        if not reasons:
            return Placed.TAKEN
        whys = [reason.why.name for reason in reasons]
        log.info("for the desk", kind=message.kind, message=message.id[:12], why=whys)
        return await self._forward(message.id, raw, reasons)

    async def forward_unreadable(self, raw: bytes) -> Placed:
        """Send the desk what could not be read.

        Raises:
            TryLater: the mail server is away.
        """
        return await self._forward(hashlib.sha256(raw).hexdigest(), raw, [Reason(Why.UNREADABLE)])

    async def _forward(self, message_id: str, raw: bytes, reasons: list[Reason]) -> Placed:
        try:
            await self.forwarding.forward(message_id, raw, reasons)
        except NotForwarded as failure:
            raise TryLater(str(failure)) from None
        return Placed.FORWARDED

    async def _reasons(self, message: Incoming) -> list[Reason]:
        """Tell all whom a message concerns. Return why the desk must read it, if it must."""
        emails = self.addresses.find_in(" ".join(message.addresses))
        is_proven = bool(emails)
        # Somebody with several cases may answer all of them at once.
        emails = emails or self._named_in_references(message)
        if not emails:
            reasons = [_for_desk(message, Why.NO_CASE, None)]
        else:
            reasons = [await self._reason(e, message, is_proven=is_proven) for e in emails]
        return [reason for reason in reasons if reason]

    async def _reason(
        self, email: SentEmail, message: Incoming, *, is_proven: bool
    ) -> Reason | None:
        sent_by = await self._sent_by(email, message, is_proven=is_proven)
        if sent_by is None:
            return _for_desk(message, Why.NO_CASE, None)
        told = await self._tell(sent_by, email, message, is_proven=is_proven)
        why = _why(sent_by, told, message)
        return _for_desk(message, why, sent_by) if why else None

    async def _tell(
        self, sent_by: AnyName, email: SentEmail, message: Incoming, *, is_proven: bool
    ) -> _Told:
        """Tell those whom an answer to an e-mail may concern.

        A seller who answers any e-mail of ours was reached, even if it is one of an earlier case,
        of an appeal or of the programme. So the account's open case hears of every reply, and an
        appeal that waits hears of what is for nobody else.
        """
        told: _Told = {}

        async def tell(name: AnyName) -> None:
            told[name] = await self._answer(name, sent_by, email, message, is_proven=is_proven)

        is_case = isinstance(sent_by, CaseName)
        if is_case or (isinstance(sent_by, AppealName) and message.kind in _FOR_APPEALS):
            await tell(sent_by)
        if message.kind is not Kind.REPLY:
            return told
        account = sent_by.account
        if not is_case or told[sent_by] is _Answer.ENDED:
            await tell(case_name(account.store, account.seller_id))
        if all(answer in (_Answer.ENDED, _Answer.CAME_BEFORE) for answer in told.values()):
            await tell(appeal_name(account.store, account.seller_id))
        return told

    async def _answer(
        self,
        name: AnyName,
        sent_by: AnyName,
        email: SentEmail,
        message: Incoming,
        *,
        is_proven: bool,
    ) -> _Answer | Why:
        """Tell a case or an appeal of a message, if it may hear of it. Return what it made of it.

        Without a signed address it must come from the address on file. An answer to what another
        sent must have come after the case opened: it cannot be about a case to come.
        """
        is_other_case = name != sent_by and isinstance(name, CaseName)
        came = message.came(datetime.now(UTC)) if is_other_case else None
        try:
            if not is_proven or came is not None:
                # Its first run may be gone, and cannot be asked then. All of them have one address.
                view = await self.workflows.view(replace(name, run_id=None))
                if isinstance(name, CaseName | AppealName) and view.closed_at is not None:
                    return _Answer.ENDED  # the address that it knew may be an old one
                if not is_proven and not message.is_from(view.account.email):
                    return Why.OTHER_SENDER
                if came is not None and came < view.opened_at - _ROUNDED:
                    return _Answer.CAME_BEFORE
            return await self._update(name, message, email)
        except NotThere:
            return _Answer.ENDED

    async def _update(self, name: AnyName, message: Incoming, email: SentEmail) -> _Answer | Why:
        """Send a case or an appeal the update that the message is.

        Raises:
            NotThere: it has ended.
            TryLater: the e-mail is still being sent.
        """
        update, event = update_of(message, email)
        if event is None:
            return _Answer.TAKEN
        try:
            await self.workflows.execute_update(name, update, event, message.id)
        except UpdateRefused as refused:
            if refused.code == Refusal.EMAIL_UNDER_WAY:
                raise TryLater("the e-mail is still being sent") from None
            log.info("refused", case=str(name), kind=message.kind, why=refused.code)
            if refused.code == Refusal.FILE_FULL:
                return Why.FILE_FULL
            return Why.NO_APPEAL_WAITS if isinstance(name, AppealName) else Why.ENDING
        log.info("taken", case=str(name), kind=message.kind)
        return _Answer.TAKEN

    def _named_in_references(self, message: Incoming) -> list[SentEmail]:
        """Return the e-mail that a reply without our address refers to. It proves nothing yet."""
        if message.kind is not Kind.REPLY:
            return []
        return messages_in(" ".join(message.references), self.message_id_domain)[:1]

    async def _sent_by(
        self, email: SentEmail, message: Incoming, *, is_proven: bool
    ) -> AnyName | None:
        """Return the case, appeal or enrollment that sent an e-mail. None: nobody knows of it.

        For one that Temporal keeps no more, the account's enrollment stands, if a signed address
        proves that there was one: anybody can work out the hash of an account.

        Raises:
            TryLater: the account's first workflow may not be listed yet.
        """
        listed = await listed_of_account(self.workflows, email.account)
        if sent_by := _sender_among(listed, email):
            return sent_by
        if listed:
            account = listed[0].account
            sent_by = _sender_among(await first_runs_of_account(self.workflows, account), email)
            stands = enrollment_name(account.store, account.seller_id) if is_proven else None
            return sent_by or stands
        now = datetime.now(UTC)
        came = message.came(now)
        if is_proven and came is not None and now - came < _LISTED_WITHIN:
            raise TryLater("its case is not listed yet")
        return None


def _sender_among(names: list[AnyName], email: SentEmail) -> AnyName | None:
    return next((name for name in names if email.is_of(name.run_id)), None)


def _why(sent_by: AnyName, told: _Told, message: Incoming) -> Why | None:
    """Return why the desk must read a message that some were told of. None: it need not."""
    taken = [name for name, answer in told.items() if answer is _Answer.TAKEN]
    refused = [
        answer
        for name, answer in told.items()
        if isinstance(answer, Why)
        # An appeal that is over was asked in case it waited. It did not send the e-mail.
        and (answer is not Why.NO_APPEAL_WAITS or name == sent_by)
        # It was from the address that the other one knows.
        and not (answer is Why.OTHER_SENDER and taken)
    ]
    if message.may_be_person:
        return Why.MAY_BE_PERSON
    if taken and message.kind is Kind.REPLY and message.has_files:
        return Why.HAS_FILES  # perhaps the plan, or the evidence
    if taken and not refused:
        return None
    if isinstance(sent_by, AppealName) and message.kind is Kind.BOUNCE and told:
        return None  # an appeal that is over needs to know nothing
    if refused:
        return refused[0]
    return Why.CASE_ENDED if told.get(sent_by) is _Answer.ENDED else Why.NOBODY_WAITS


def _for_desk(message: Incoming, why: Why, sent_by: AnyName | None) -> Reason | None:
    """Return the reason, unless nobody need read what a machine wrote.

    A bounce is of interest to the desk if a case sent the e-mail.
    """
    is_bounce_of_case = message.kind is Kind.BOUNCE and isinstance(sent_by, CaseName)
    if message.kind in _FROM_PEOPLE or message.may_be_person or is_bounce_of_case:
        return Reason(why, sent_by)
    log.info("not for the desk", kind=message.kind, message=message.id[:12])
    return None
