"""The workers: which workflows and activities each queue is served with."""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities.contacts import ContactActivities
from activities.entry import Entry
from activities.mailing import MailActivities
from activities.marketplace import MarketplaceActivities
from activities.messages import Addresses, Composer
from activities.opening import OpeningActivities
from activities.standing import StandingActivities
from activities.telephony import TelephonyActivities
from activities.values import Ways, WebUI
from activities.wording import Wording
from domain.names import CASES_QUEUE, EMAIL_QUEUE, TELEPHONY_QUEUE
from providers.failover_telephone import FailoverTelephone
from providers.lines import PhoneLines
from providers.own_workflows import Cases, Enrollments
from providers.protocols import AccountService, Lines, Mail, OpenCases, Programme, Telephone
from providers.simulated_mail import SimulatedMail
from providers.simulated_marketplace import SimulatedMarketplace
from providers.simulated_telephone import SimulatedTelephone
from providers.smtp_mail import SmtpMail, SmtpServer
from providers.twilio_api import Account
from providers.twilio_telephone import Numbers, TwilioTelephone
from runtime.settings import Settings
from workflows.issue_case import IssueCase
from workflows.seller_enrollment import SellerEnrollment

QUEUES = (CASES_QUEUE, TELEPHONY_QUEUE, EMAIL_QUEUE)

DEPLOYMENT = "case72"
"""What the versions are versions of; short, since every event of a worker's carries it."""

WORKFLOWS = [IssueCase, SellerEnrollment]

_ACKNOWLEDGE_CANCEL_WITHIN = timedelta(seconds=1)
_FIND_NEW_WORKER_WITHIN = timedelta(seconds=1)


@dataclass(frozen=True)
class Providers:
    """What the engine meets the world through."""

    telephone: Telephone
    lines: Lines
    mail: Mail
    accounts: AccountService
    programme: Programme
    cases: OpenCases


def providers_of(settings: Settings, client: Client) -> Providers:
    """The providers that the settings name."""
    return Providers(
        telephone=telephone_of(settings),
        lines=PhoneLines(client),
        mail=mail_of(settings),
        accounts=SimulatedMarketplace(settings.state),
        programme=Enrollments(client),
        cases=Cases(client),
    )


def telephone_of(settings: Settings) -> FailoverTelephone:
    """The telephone that the settings name; of several, each steps in for those before it."""
    providers: dict[str, Telephone] = {
        name: twilio_of(settings)
        if name == "twilio"
        else SimulatedTelephone(settings.state, settings.ring_seconds)
        for name in settings.telephone
    }
    return FailoverTelephone(providers)


def twilio_of(settings: Settings) -> TwilioTelephone:
    """The telephone at Twilio."""
    token = settings.twilio_auth_token
    assert settings.twilio_account_sid
    assert settings.twilio_from
    assert settings.desk_phone
    assert token
    return TwilioTelephone(
        Account(
            sid=settings.twilio_account_sid,
            auth_token=token.get_secret_value(),
            base_url=settings.twilio_base_url,
        ),
        Numbers(ours=settings.twilio_from, desk=settings.desk_phone),
    )


def mail_of(settings: Settings) -> Mail:
    """The mail that the settings name.

    Raises:
        ValueError: a setting is no use, and named.
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


def _version(settings: Settings) -> dict[str, Any]:  # Any: what `Worker` takes
    if settings.version is None:
        return {"build_id": DEPLOYMENT}
    version = WorkerDeploymentVersion(DEPLOYMENT, settings.version)
    return {"deployment_config": WorkerDeploymentConfig(version, use_worker_versioning=True)}


def worker_identity() -> str:
    """Who we are in histories; short, since every event of a worker's carries it."""
    return socket.gethostname()[:12]


def workers_of(
    client: Client,
    settings: Settings,
    providers: Providers,
    queues: Iterable[str] = QUEUES,
    page: Entry | None = None,
) -> list[Worker]:
    """A worker for each of the queues; e-mails link to the `page`, if there is one."""
    opening = OpeningActivities(providers.programme)
    marketplace = MarketplaceActivities(
        providers.accounts, providers.programme, settings.silence_held_until
    )
    mailing = MailActivities(
        providers.mail,
        Composer(
            Addresses(settings.sender, settings.desk, settings.message_id_domain),
            Wording(settings.templates),
            Ways(page.link if page else None, settings.desk_phone, settings.calling_number),
            WebUI(settings.web_ui, client.namespace) if settings.web_ui else None,
        ),
    )
    standing = StandingActivities(settings.warn_days_below)
    contacts = ContactActivities(providers.programme, providers.cases)
    telephony = TelephonyActivities(providers.telephone, providers.lines)
    # Any: activities of every signature.
    activities: dict[str, list[Callable[..., Any]]] = {
        CASES_QUEUE: [
            opening.look_up,
            opening.look_up_hours,
            marketplace.deactivate_account,
            marketplace.expel_account,
            contacts.check_number,
            contacts.tell_enrollment,
            contacts.tell_case,
            standing.look_up_warnings,
        ],
        TELEPHONY_QUEUE: [telephony.place_call],
        EMAIL_QUEUE: [mailing.send_email, mailing.send_letter, mailing.tell_desk],
    }
    per_second = {
        TELEPHONY_QUEUE: settings.calls_per_second,
        EMAIL_QUEUE: settings.emails_per_second,
    }
    at_once = {TELEPHONY_QUEUE: settings.concurrent_calls}
    return [
        Worker(
            client,
            task_queue=queue,
            workflows=WORKFLOWS if queue == CASES_QUEUE else [],
            activities=activities[queue],
            identity=worker_identity(),
            **_version(settings),
            max_task_queue_activities_per_second=per_second.get(queue),
            max_concurrent_activities=at_once.get(queue),
            max_cached_workflows=settings.cached_cases,
            max_heartbeat_throttle_interval=_ACKNOWLEDGE_CANCEL_WITHIN,
            sticky_queue_schedule_to_start_timeout=_FIND_NEW_WORKER_WITHIN,
            graceful_shutdown_timeout=timedelta(seconds=settings.drain_seconds),
        )
        for queue in queues
    ]
