"""Asks Temporal whether a program may do what it needs to (docs/access.md)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, ResetStickyTaskQueueRequest
from temporalio.service import RPCError, RPCStatusCode, ServiceClient

from runtime.credentials import why_refused

REFUSALS = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED)
_WITHIN = timedelta(seconds=10)


class NotAllowed(Exception):
    """Temporal refuses what this program needs. The message says what is missing."""


async def check_rights(service: ServiceClient, namespace: str) -> None:
    """Check that we may read and write in the namespace. Nothing there is changed.

    Raises:
        NotAllowed: we may not.
        RPCError: Temporal does not answer, or there is no such namespace.
        RuntimeError: a lazy connection cannot be made.
    """
    asked = service.workflow_service
    with _needing("read", service, namespace):
        await asked.describe_namespace(
            DescribeNamespaceRequest(namespace=namespace), timeout=_WITHIN
        )
    try:
        with _needing("write", service, namespace):
            # It names no workflow, so all that a server can do is refuse it, for whatever reason.
            await asked.reset_sticky_task_queue(
                ResetStickyTaskQueueRequest(namespace=namespace), timeout=_WITHIN
            )
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:
            raise


@contextmanager
def _needing(right: str, service: ServiceClient, namespace: str) -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        if error.status in REFUSALS:
            raise _not_allowed(right, service, namespace) from None
        raise


def _not_allowed(right: str, service: ServiceClient, namespace: str) -> NotAllowed:
    return NotAllowed(
        f"Temporal does not let us {right} in namespace {namespace}: "
        f"{why_refused(service.config.api_key)} (docs/access.md)"
    )
