"""Tells the case, the appeal, or the desk of a message that came in (docs/inbound-mail.md)."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import structlog

from domain.case.events import MailKind, NoteMail, ReceiveBounce, ReceiveReply
from domain.shared.errors import Refusal
from domain.shared.events import Event
from inbound.forwarding import Forwarding, NotForwarded, Why
from inbound.incoming import Incoming
from inbound.kind import Kind
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
from temporal_client.workflows_of_account import workflows_of_account

log = structlog.get_logger("inbound")

_NOTHING_WRITTEN = "(nothing but what was quoted)"
_BY_SELLER, _BY_MAIL = "seller", "mail"
_LISTED_WITHIN = timedelta(minutes=10)
"""How long after a message came its account is looked for. Temporal lists with a delay."""
_ROUNDED = timedelta(seconds=1)
"""A mail server says in whole seconds when a message came."""
_FOR_APPEALS = (Kind.REPLY, Kind.BOUNCE)


class Placed(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    """The case took it, or it changes nothing."""
    FORWARDED = "forwarded"
    """It was sent to the desk."""


class TryLater(Exception):
    """Nobody can tell yet what a message is about. The message says why, without its content."""


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
            return await self._place(message, raw)
        except TemporalFailure as failure:
            raise TryLater(f"Temporal: {type(failure).__name__}") from None
        except NotForwarded as failure:
            raise TryLater(str(failure)) from None

    async def forward_unreadable(self, raw: bytes) -> Placed:
        """Send the desk what could not be read.

        Raises:
            TryLater: the mail server is away.
        """
        try:
            await self.forwarding.forward(hashlib.sha256(raw).hexdigest(), raw, Why.UNREADABLE)
        except NotForwarded as failure:
            raise TryLater(str(failure)) from None
        return Placed.FORWARDED

    async def _place(self, message: Incoming, raw: bytes) -> Placed:
        emails = self.addresses.find_in(" ".join(message.addresses))
        if not emails:
            email = self._named_in_references(message)
            return await self._place_for(email, message, raw, is_proven=False)
        # Somebody with several cases may answer all of them at once.
        placed = [await self._place_for(email, message, raw, is_proven=True) for email in emails]
        return Placed.FORWARDED if Placed.FORWARDED in placed else Placed.TAKEN

    async def _place_for(
        self, email: SentEmail | None, message: Incoming, raw: bytes, *, is_proven: bool
    ) -> Placed:
        sent_by = await self._sent_by(email, message, is_proven=is_proven) if email else None
        if email is None or sent_by is None:
            return await self._without_case(message, raw, Why.NO_CASE)
        outcome: dict[AnyName, Why | None] = {}
        for name in _may_take(sent_by, message.kind, outcome):
            try:
                is_others = name != sent_by
                if await self._counts(name, message, is_proven=is_proven, is_others=is_others):
                    outcome[name] = await self._told(name, message, email)
            except NotThere:
                outcome[name] = Why.CASE_ENDED
        return await self._placed(sent_by, outcome, message, raw)

    async def _counts(
        self, name: AnyName, message: Incoming, *, is_proven: bool, is_others: bool
    ) -> bool:
        """Return whether a case or an appeal may hear of a message.

        Without a signed address it must come from the address on file. An answer to what another
        sent must have come after the case opened: it cannot be about a case to come.
        """
        came = message.came(datetime.now(UTC)) if is_others and isinstance(name, CaseName) else None
        if is_proven and came is None:
            return True
        # Its first run may be gone, and cannot be asked then. All of an account have one address.
        view = await self.workflows.view(replace(name, run_id=None))
        if not is_proven and not message.is_from(view.account.email):
            return False
        return came is None or came >= view.opened_at - _ROUNDED

    async def _placed(
        self,
        sent_by: AnyName,
        outcome: dict[AnyName, Why | None],
        message: Incoming,
        raw: bytes,
    ) -> Placed:
        """Send the desk what nobody took, or not all of."""
        refused = [
            why
            for name, why in outcome.items()
            if why not in (None, Why.CASE_ENDED)
            # An appeal that is over was asked in case it waited. It did not send the e-mail.
            and (why is not Why.NO_APPEAL_WAITS or name == sent_by)
        ]
        taken = [name for name, why in outcome.items() if why is None]
        if any(isinstance(name, AppealName) for name in taken) and message.has_files:
            return await self._forward(message, raw, Why.HAS_FILES)  # perhaps the evidence
        if taken and not refused:
            return Placed.TAKEN
        if isinstance(sent_by, AppealName) and message.kind is Kind.BOUNCE and outcome:
            return Placed.TAKEN  # an appeal that is over needs to know nothing
        why = refused[0] if refused else outcome.get(sent_by)
        if why is None:
            is_ours = outcome or message.kind is Kind.COMPLAINT
            why = Why.NOBODY_WAITS if is_ours else Why.NO_CASE
            return await self._without_case(message, raw, why)
        return await self._forward(message, raw, why)

    async def _told(self, name: AnyName, message: Incoming, email: SentEmail) -> Why | None:
        """Tell a case or an appeal of the message. Return why it did not take it.

        Raises:
            NotThere: it has ended.
            TryLater: the e-mail is still being sent.
        """
        update, event = _event(message, email)
        if event is None:
            return None
        try:
            await self.workflows.execute_update(name, update, event, message.id)
        except UpdateRefused as refused:
            if refused.code == Refusal.EMAIL_UNDER_WAY:
                raise TryLater("the e-mail is still being sent") from None
            log.info("refused", case=str(name), kind=message.kind, why=refused.code)
            return _why(name, refused)
        log.info("taken", case=str(name), kind=message.kind)
        return None

    def _named_in_references(self, message: Incoming) -> SentEmail | None:
        """Return the e-mail that a reply without our address refers to. It proves nothing yet."""
        if message.kind is not Kind.REPLY:
            return None
        named = messages_in(" ".join(message.references), self.message_id_domain)
        return named[0] if named else None

    async def _sent_by(
        self, email: SentEmail, message: Incoming, *, is_proven: bool
    ) -> AnyName | None:
        """Return the case, appeal or enrollment that sent an e-mail. None: nobody knows of it.

        For one that Temporal keeps no more, the account's enrollment stands, if a signed address
        proves that there was one: anybody can work out the hash of an account.

        Raises:
            TryLater: the account's first workflow may not be listed yet.
        """
        names = await workflows_of_account(self.workflows, email.account)
        for name in names:
            if email.is_of(name.run_id):
                return name
        if not is_proven:
            return None
        if names:
            return enrollment_name(names[0].account.store, names[0].account.seller_id)
        now = datetime.now(UTC)
        came = message.came(now)
        if came is not None and now - came < _LISTED_WITHIN:
            raise TryLater("its case is not listed yet")
        return None

    async def _without_case(self, message: Incoming, raw: bytes, why: Why) -> Placed:
        if message.kind is Kind.REPLY or message.kind is Kind.COMPLAINT:
            return await self._forward(message, raw, why)
        # Nobody waits for an answer to what a machine wrote, and answering it could make a loop.
        log.info("of no case", kind=message.kind, message=message.id[:12])
        return Placed.TAKEN

    async def _forward(self, message: Incoming, raw: bytes, why: Why) -> Placed:
        if message.kind is Kind.AUTOMATIC or message.kind is Kind.DELAY:
            return Placed.TAKEN
        await self.forwarding.forward(message.id, raw, why)
        log.info("forwarded to the desk", kind=message.kind, message=message.id[:12], why=why)
        return Placed.FORWARDED


def _may_take(
    sent_by: AnyName, kind: Kind, outcome: Mapping[AnyName, Why | None]
) -> Iterator[AnyName]:
    """Yield who may take an answer to an e-mail, the first first.

    A seller who answers any e-mail of ours was reached, even if it is one of an earlier case, of an
    appeal or of the programme. So the account's open case hears of every reply, and an appeal that
    waits of what is for nobody else.

    Args:
        sent_by: what sent the e-mail.
        kind: what the answer is.
        outcome: why each of those before refused it; None if it was taken.
    """
    if isinstance(sent_by, CaseName) or (isinstance(sent_by, AppealName) and kind in _FOR_APPEALS):
        yield sent_by
    if kind is not Kind.REPLY:
        return
    account = sent_by.account
    if not isinstance(sent_by, CaseName) or outcome.get(sent_by) is Why.CASE_ENDED:
        yield case_name(account.store, account.seller_id)
    if all(why is Why.CASE_ENDED for why in outcome.values()):
        yield appeal_name(account.store, account.seller_id)


def _why(case: AnyName, refused: UpdateRefused) -> Why:
    """Return why a message was refused, in words for the desk."""
    if refused.code == Refusal.FILE_FULL:
        return Why.FILE_FULL
    return Why.NO_APPEAL_WAITS if isinstance(case, AppealName) else Why.ENDING


def _event(message: Incoming, email: SentEmail) -> tuple[str, Event | None]:
    match message.kind:
        case Kind.REPLY:
            text = message.text or _NOTHING_WRITTEN
            return "receive_reply", ReceiveReply(by=_BY_SELLER, text=text)
        case Kind.BOUNCE:
            number = max(email.number, 1)
            bounce = ReceiveBounce(by=_BY_MAIL, attempt=number, code=message.status)
            return "receive_bounce", bounce
        case Kind.AUTOMATIC:
            return "note_mail", _note(MailKind.AUTOMATIC, email)
        case Kind.COMPLAINT:
            return "note_mail", _note(MailKind.COMPLAINT, email)
        case Kind.DELAY:
            return "", None


def _note(kind: MailKind, email: SentEmail) -> NoteMail:
    return NoteMail(by=_BY_MAIL, kind=kind, attempt=email.number or None)
