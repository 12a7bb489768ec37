"""The workers of each queue, with their workflows and activities."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import ConnectConfig, ServiceClient
from temporalio.worker import (
    FixedSizeSlotSupplier,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkerDeploymentConfig,
    WorkerTuner,
)

from domain.shared.names import (
    CALLS_QUEUE,
    CASES_QUEUE,
    EMAIL_QUEUE,
    TELEPHONY_QUEUE,
    WEBHOOKS_QUEUE,
)
from reference.contact_check import call_only
from reference.page_links import PageLinks
from runtime.activities_by_queue import activities_by_queue
from runtime.providers import Providers
from runtime.settings import Settings
from runtime.workflow_slots import LOST_AFTER_SECONDS, OneSlot
from workflows.appeal.seller_appeal import SellerAppeal
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment
from workflows.webhooks.event_delivery import EventDelivery

QUEUES = (CASES_QUEUE, TELEPHONY_QUEUE, EMAIL_QUEUE, WEBHOOKS_QUEUE)
"""The queues that a worker can be told to serve. `CALLS_QUEUE` goes with `TELEPHONY_QUEUE`."""

DEPLOYMENT = "case72"
"""The name of the worker deployment. It is short, since every event of a worker repeats it."""

WORKFLOWS = [IssueCase, SellerEnrollment, SellerAppeal, EventDelivery]

_ACKNOWLEDGE_CANCEL_WITHIN = timedelta(seconds=1)
"""Of e-mails and of what the account service does. A call is not cancelled: it is hung up."""


_DELIVERIES_AT_ONCE = 500
"""A receiver that does not answer holds one for 15 seconds at each try."""


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

    def what_is_wrong(self) -> str | None:
        """Return why this process must be restarted; None if it is well."""
        return "a workflow task was lost" if self.has_lost_a_task else None

    async def prepare_renewal(self, client: Client, config: ConnectConfig) -> Callable[[], None]:
        """Make the connections that workers need besides the client's.

        Return what has every worker use its new connection, once the client has its own. What is
        under way goes on: calls that were sent are answered on the old connection.

        Raises:
            RPCError: a connection cannot be made. So does RuntimeError. No worker has changed.
        """
        clients = [
            await _copy_of(client, config) if worker.config().get("workflows") else client
            for worker in self._workers
        ]

        def use() -> None:
            for worker, its_client in zip(self._workers, clients, strict=True):
                worker.client = its_client

        return use

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
            await _copy_of(client, client.service_client.config),
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


async def _copy_of(client: Client, config: ConnectConfig) -> Client:
    """Return a copy of the client that is connected by `config`.

    The SDK allows a client one workflow worker of each queue.
    """
    options = client.config()
    options["service_client"] = await ServiceClient.connect(config)
    return Client(**options)


def activity_workers(
    client: Client,
    settings: Settings,
    providers: Providers,
    queues: Sequence[str],
    page: PageLinks | None,
) -> list[Worker]:
    """Return a worker for the activities of each queue."""
    call_only(settings.called_regions)
    activities = activities_by_queue(settings, providers, page, client.namespace)
    per_second = {
        TELEPHONY_QUEUE: settings.calls_per_second,
        EMAIL_QUEUE: settings.emails_per_second,
    }
    at_once = dict.fromkeys((TELEPHONY_QUEUE, CALLS_QUEUE), settings.concurrent_calls)
    at_once[WEBHOOKS_QUEUE] = _DELIVERIES_AT_ONCE
    served = [*queues, *([CALLS_QUEUE] if TELEPHONY_QUEUE in queues else [])]
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
        for queue in served
    ]
