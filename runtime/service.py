"""The workers of each queue, with their workflows and activities."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import ServiceClient
from temporalio.worker import (
    FixedSizeSlotSupplier,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkerDeploymentConfig,
    WorkerTuner,
)

from activities.accounts import AccountActivities
from activities.calls import CallActivities
from activities.emails import EmailActivities
from activities.opening import OpeningActivities
from activities.sharing import SharingActivities
from activities.warnings import WarningActivities
from domain.shared.names import CASES_QUEUE, EMAIL_QUEUE, TELEPHONY_QUEUE
from mail.composer import Addresses, Composer
from mail.templates import Templates
from mail.values import Ways, WebUI
from providers.failover_telephone import FailoverTelephone
from providers.protocols import AccountService, Mail, OpenCases, PhoneLock, Programme, Telephone
from providers.simulated.account_service import SimulatedMarketplace
from providers.simulated.mail import SimulatedMail
from providers.simulated.telephone import SimulatedTelephone
from providers.smtp.mail import SmtpMail, SmtpServer
from providers.temporal.own_workflows import Cases, Enrollments
from providers.temporal.phone_lock import TemporalPhoneLock
from providers.twilio.api import Account
from providers.twilio.telephone import Numbers, TwilioTelephone
from reference.contact_check import call_only
from reference.page_links import PageLinks
from runtime.settings import Settings
from runtime.workflow_slots import LOST_AFTER_SECONDS, OneSlot
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

QUEUES = (CASES_QUEUE, TELEPHONY_QUEUE, EMAIL_QUEUE)

DEPLOYMENT = "case72"
"""The name of the worker deployment. It is short, since every event of a worker repeats it."""

WORKFLOWS = [IssueCase, SellerEnrollment]

_ACKNOWLEDGE_CANCEL_WITHIN = timedelta(seconds=1)


@dataclass(frozen=True)
class Providers:
    """The adapters to the outside world."""

    telephone: Telephone
    phone_lock: PhoneLock
    mail: Mail
    accounts: AccountService
    programme: Programme
    cases: OpenCases


def providers_of(settings: Settings, client: Client) -> Providers:
    """Return the providers that the settings name."""
    return Providers(
        telephone=telephone_of(settings),
        phone_lock=TemporalPhoneLock(client),
        mail=mail_of(settings),
        accounts=SimulatedMarketplace(settings.state),
        programme=Enrollments(client),
        cases=Cases(client),
    )


def telephone_of(settings: Settings) -> FailoverTelephone:
    """Return the telephone that the settings name. If a provider fails, the next one calls."""
    providers: dict[str, Telephone] = {
        name: twilio_of(settings)
        if name == "twilio"
        else SimulatedTelephone(settings.state, settings.ring_seconds)
        for name in settings.telephone
    }
    return FailoverTelephone(providers)


def twilio_of(settings: Settings) -> TwilioTelephone:
    """Return the telephone at Twilio."""
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
        Numbers(settings.twilio_from, settings.desk_phone, settings.twilio_join_url),
    )


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


def _version(settings: Settings) -> dict[str, Any]:  # Any: arguments of `Worker`
    if settings.version is None:
        return {"build_id": DEPLOYMENT}
    version = WorkerDeploymentVersion(DEPLOYMENT, settings.version)
    return {"deployment_config": WorkerDeploymentConfig(version, use_worker_versioning=True)}


IDENTITY = f"{socket.gethostname()[:12]}-{secrets.token_hex(3)}"
"""The name of this process in histories. It is unique, even if hosts share a name.

It is short, since every event of a worker repeats it.
"""


class Workers:
    """The running workers of this process."""

    def __init__(self, workers: Iterable[Worker], slots: Iterable[OneSlot]) -> None:
        self._workers = tuple(workers)
        self._slots = tuple(slots)

    @property
    def has_lost_a_task(self) -> bool:
        """Whether the SDK has lost a workflow task. Only a restart helps then."""
        return any(slot.under_way_for() > LOST_AFTER_SECONDS for slot in self._slots)

    async def stop(self) -> None:
        """Stop all workers at once. Each accepts no new task and finishes those under way."""
        await asyncio.gather(*(worker.shutdown() for worker in self._workers))


@asynccontextmanager
async def working(
    client: Client,
    settings: Settings,
    providers: Providers,
    queues: Iterable[str] = QUEUES,
    page: PageLinks | None = None,
) -> AsyncIterator[Workers]:
    """Serve the queues while the block runs. E-mails link to the `page`, if there is one."""
    queues = tuple(queues)
    slots: list[OneSlot] = []
    if CASES_QUEUE in queues:
        slots = [OneSlot() for _ in range(settings.workflow_tasks_at_once)]
    workers = activity_workers(client, settings, providers, queues, page)
    workers += await workflow_workers(client, settings, slots)
    running = Workers(workers, slots)
    async with AsyncExitStack() as stack:
        for worker in workers:
            await stack.enter_async_context(worker)
        stack.push_async_callback(running.stop)
        yield running


async def workflow_workers(
    client: Client,
    settings: Settings,
    slots: Iterable[OneSlot],
    queue: str = CASES_QUEUE,
    workflows: Sequence[type] = WORKFLOWS,
) -> list[Worker]:
    """Return workers that do one workflow task at a time each, and keep no workflow in memory.

    Otherwise the SDK loses workflow tasks. There is no sandbox: it would slow each replay down, and
    it checks none of our modules (docs/architecture.md).
    """
    unused = FixedSizeSlotSupplier(1)
    return [
        Worker(
            await _copy_of(client),
            task_queue=queue,
            workflows=workflows,
            workflow_runner=UnsandboxedWorkflowRunner(),
            identity=IDENTITY,
            **_version(settings),
            max_cached_workflows=0,
            max_concurrent_workflow_task_polls=1,
            tuner=WorkerTuner.create_composite(
                workflow_supplier=slot,
                activity_supplier=unused,
                local_activity_supplier=unused,
                nexus_supplier=unused,
            ),
            no_remote_activities=True,
        )
        for slot in slots
    ]


async def _copy_of(client: Client) -> Client:
    """Return a copy of the client. The SDK allows a client one workflow worker of each queue."""
    service = await ServiceClient.connect(client.service_client.config)
    config = client.config()
    config["service_client"] = service
    return Client(**config)


def activity_workers(
    client: Client,
    settings: Settings,
    providers: Providers,
    queues: Iterable[str],
    page: PageLinks | None,
) -> list[Worker]:
    """Return a worker for the activities of each queue."""
    call_only(settings.called_regions)
    opening = OpeningActivities(providers.programme, providers.accounts, settings.least_window)
    marketplace = AccountActivities(
        providers.accounts, providers.programme, settings.silence_held_until
    )
    mailing = EmailActivities(
        providers.mail,
        Composer(
            Addresses(settings.sender, settings.desk, settings.message_id_domain),
            Templates(settings.templates),
            Ways(page.link if page else None, settings.desk_phone, settings.calling_number),
            WebUI(settings.web_ui, client.namespace) if settings.web_ui else None,
        ),
    )
    warnings = WarningActivities(settings.warn_days_below)
    contacts = SharingActivities(providers.programme, providers.cases)
    telephony = CallActivities(providers.telephone, providers.phone_lock)
    # Any: activities have different signatures.
    activities: dict[str, list[Callable[..., Any]]] = {
        CASES_QUEUE: [
            opening.look_up,
            opening.look_up_hours,
            marketplace.deactivate_account,
            marketplace.expel_account,
            marketplace.tell_deactivation,
            contacts.check_number,
            contacts.tell_enrollment,
            contacts.tell_case,
            contacts.tell_case_of_deactivation,
            warnings.look_up_warnings,
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
            activities=activities[queue],
            identity=IDENTITY,
            **_version(settings),
            max_task_queue_activities_per_second=per_second.get(queue),
            max_concurrent_activities=at_once.get(queue),
            max_heartbeat_throttle_interval=_ACKNOWLEDGE_CANCEL_WITHIN,
            graceful_shutdown_timeout=timedelta(seconds=settings.drain_seconds),
        )
        for queue in queues
    ]
