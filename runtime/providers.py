"""The providers that the settings name: telephone, mail, account service, programme."""

import os
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client

from providers.appeal_protocols import AppealedProgramme, ClosedCases
from providers.failover_telephone import FailoverTelephone
from providers.http.account_service import HttpAccountService
from providers.imap.unread_mail import ImapUnreadMail
from providers.protocols import AccountService, CallPlaces, Mail, PhoneLock, Telephone, UnreadMail
from providers.simulated.account_service import SimulatedMarketplace
from providers.simulated.mail import SimulatedMail
from providers.simulated.telephone import SimulatedTelephone
from providers.simulated.texts import SimulatedTexts
from providers.smtp.mail import SmtpMail, SmtpServer
from providers.spacing import Spacing
from providers.temporal.own_workflows import Cases, Deliveries, Enrollments
from providers.temporal.own_workflows import ClosedCases as OwnClosedCases
from providers.temporal.phone_lock import TemporalPhoneLock
from providers.text_protocols import Texts
from providers.twilio.api import Account
from providers.twilio.callbacks import PATH, Callbacks
from providers.twilio.incoming_calls import IncomingCalls
from providers.twilio.telephone import Numbers, TwilioTelephone
from providers.twilio.texts import TwilioTexts
from providers.webhooks.receivers import receivers_of
from providers.webhooks.sender import Webhooks
from providers.workflow_protocols import EventDeliveries, OpenCases
from reference.mail_tokens import ReplyAddresses
from runtime.inbound_settings import InboundSettings
from runtime.settings import Settings
from temporal_client.workflows import Workflows


@dataclass(frozen=True)
class Providers:
    """The adapters to the outside world."""

    telephone: Telephone
    phone_lock: PhoneLock
    call_places: CallPlaces
    mail: Mail
    accounts: AccountService
    programme: AppealedProgramme
    cases: OpenCases
    closed_cases: ClosedCases
    webhooks: Webhooks
    deliveries: EventDeliveries
    replies: ReplyAddresses | None = None
    """Where answers to e-mails come to, if they are read."""
    unread_mail: UnreadMail | None = None
    """Tells whether such an answer waits, if the mailbox is known."""
    texts: Texts | None = None
    """Sends text messages, if that is set up."""


def providers_of(
    settings: Settings,
    client: Client,
    page_url: str | None = None,
    inbound: InboundSettings | None = None,
) -> Providers:
    """Return the providers that the settings name.

    Twilio calls back the page at `page_url`. `inbound` says where answers to e-mails come to.

    Raises:
        ValueError: a setting is bad. The message names it.
    """
    _incoming_url(settings, page_url)  # without it e-mails would promise what nobody can keep
    _check_state(settings)
    if inbound:
        inbound.refuse_as_desk(settings.desk)
    replies = inbound.replies() if inbound else None
    mailbox = inbound.imap_server() if inbound else None
    return Providers(
        telephone=telephone_of(settings, callbacks_of(settings, page_url)),
        phone_lock=TemporalPhoneLock(client),
        call_places=TemporalPhoneLock(client),
        mail=mail_of(settings),
        accounts=accounts_of(settings),
        programme=Enrollments(client),
        cases=Cases(client),
        closed_cases=OwnClosedCases(client),
        replies=replies,
        unread_mail=(
            ImapUnreadMail(mailbox, replies, settings.message_id_domain, Workflows(client))
            if mailbox and replies
            else None
        ),
        webhooks=Webhooks(receivers_of(settings.webhooks_file)),
        deliveries=Deliveries(client),
        texts=texts_of(settings),
    )


def _check_state(settings: Settings) -> None:
    """Check that what is simulated can keep its state."""
    if "simulated" not in (
        *settings.telephone,
        settings.mail,
        settings.marketplace,
        settings.texts,
    ):
        return
    try:
        settings.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"CASE72_STATE: cannot be made: {error.strerror}") from None
    if not os.access(settings.state, os.W_OK | os.X_OK):
        raise ValueError("CASE72_STATE: this user may not write there")


def callbacks_of(settings: Settings, page_url: str | None) -> Callbacks | None:
    """Return where Twilio calls back, or None if it does not.

    Raises:
        ValueError: the page's address is missing.
    """
    if not settings.twilio_callbacks or "twilio" not in settings.telephone:
        return None
    if not page_url:
        raise ValueError("CASE72_TWILIO_CALLBACKS: needs CASE72_PAGE_URL, which Twilio calls back")
    return Callbacks(page_url + PATH)


def telephone_of(settings: Settings, callbacks: Callbacks | None = None) -> FailoverTelephone:
    """Return the telephone that the settings name. If a provider fails, the next one calls."""
    providers: dict[str, Telephone] = {
        name: twilio_of(settings, callbacks)
        if name == "twilio"
        else SimulatedTelephone(
            settings.state,
            settings.ring_seconds,
            _look_every(settings),
            spacing=_spacing(settings),
        )
        for name in settings.telephone
    }
    return FailoverTelephone(providers)


def twilio_of(settings: Settings, callbacks: Callbacks | None) -> TwilioTelephone:
    """Return the telephone at Twilio."""
    return TwilioTelephone(
        _account(settings),
        _numbers(settings),
        _look_every(settings),
        callbacks,
        _spacing(settings),
    )


def texts_of(settings: Settings) -> Texts | None:
    """Return what sends text messages, or None if nothing does."""
    if settings.texts == "twilio":
        assert settings.twilio_text_sender
        return TwilioTexts(_account(settings), settings.twilio_text_sender)
    return SimulatedTexts(settings.state / "texts") if settings.sends_texts else None


def incoming_of(settings: Settings, page_url: str | None) -> IncomingCalls | None:
    """Return what connects who calls our number at Twilio, or None if nothing does.

    Raises:
        ValueError: the page's address is missing.
    """
    url = _incoming_url(settings, page_url)
    return IncomingCalls(_account(settings), _numbers(settings), url) if url else None


def _incoming_url(settings: Settings, page_url: str | None) -> str | None:
    if not settings.takes_calls:
        return None
    if not page_url:
        raise ValueError("CASE72_TWILIO_INCOMING: needs CASE72_PAGE_URL, which Twilio asks")
    return page_url


def _account(settings: Settings) -> Account:
    token = settings.twilio_auth_token
    assert settings.twilio_account_sid
    assert token
    return Account(
        sid=settings.twilio_account_sid,
        auth_token=token.get_secret_value(),
        base_url=settings.twilio_base_url,
    )


def _numbers(settings: Settings) -> Numbers:
    assert settings.twilio_from
    assert settings.desk_phone
    return Numbers(settings.twilio_from, settings.desk_phone, settings.twilio_join_url)


def _look_every(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.look_at_calls_seconds)


def _spacing(settings: Settings) -> Spacing:
    return Spacing(
        distance=timedelta(seconds=settings.call_distance_seconds),
        after_contact=timedelta(seconds=settings.pause_after_contact_seconds),
    )


def accounts_of(settings: Settings) -> AccountService:
    """Return the account service that the settings name.

    Raises:
        ValueError: a file of certificates is of no use. The message names it.
    """
    if settings.marketplace == "simulated":
        return SimulatedMarketplace(settings.state)
    return HttpAccountService(settings.account_server())


def mail_of(settings: Settings) -> Mail:
    """Return the mail provider that the settings name.

    Raises:
        ValueError: a setting is bad. The message names it.
    """
    if settings.mail == "simulated":
        return SimulatedMail(settings.state / "mail")
    assert settings.smtp_host
    password = settings.smtp_password
    return SmtpMail(
        SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            username=settings.smtp_username or None,
            password=password.get_secret_value() if password else None,
            token_file=settings.smtp_token_file,
            token_command=settings.smtp_token_command,
            ca_file=settings.smtp_ca_file,
            timeout_seconds=settings.smtp_timeout_seconds,
        )
    )
