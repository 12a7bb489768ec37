"""The failures of calls to Temporal. Their messages carry no personal data."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import JsonValue
from temporalio.client import (
    RPCTimeoutOrCancelledError,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.shared.errors import Refused
from temporal_client.names import AnyName

NO_ANSWER = (
    RPCStatusCode.CANCELLED,  # the SDK's own timeout
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.FAILED_PRECONDITION,  # a query for whose task queue no worker polls
)
_CLOSED_MEANWHILE = "AcceptedUpdateCompletedWorkflow"
"""Temporal's type for an update whose workflow closed before it answered."""
_UNREADABLE = "cannot be read: "


class TemporalFailure(Exception):
    """What was asked did not happen."""

    name: AnyName | None = None
    """The workflow that was asked, if it was one."""
    of_update = False
    """Whether it was an update. An update that nobody answered may be taken later."""

    def about(self, name: AnyName | None, *, of_update: bool = False) -> "TemporalFailure":
        """Return this failure, with what it is about."""
        self.name, self.of_update = name, of_update
        return self


class NotThere(TemporalFailure):
    """There is no such workflow, or it has closed. A server answers an update the same to both."""


class Closed(NotThere):
    """The workflow has closed. If it broke off, the message says how."""


class UpdateRefused(TemporalFailure):
    """The workflow refused the update. The message is the workflow's own reason.

    `code` (docs/api.md) and `values` say the same to a program. A newer worker may have further
    codes.
    """

    def __init__(self, reason: str, code: str, values: Mapping[str, JsonValue]) -> None:
        super().__init__(reason)
        self.code, self.values = code, values


class NoAnswer(TemporalFailure):
    """Nobody answered in time."""


class ServerFailed(TemporalFailure):
    """The server failed, so every other call would fail too."""


class NoServer(ServerFailed, NoAnswer):
    """The Temporal server does not answer."""


class NoWorker(NoAnswer):
    """No worker is listening."""


class Paused(NoAnswer):
    """Somebody paused the workflow."""


class WorkerFailed(TemporalFailure):
    """The worker, not the workflow, failed: it could not read its input or its history."""


class AnswerUnreadable(TemporalFailure):
    """An answer that this client cannot read. The message says why."""


class ServerRefused(ServerFailed):
    """The Temporal server itself refused the call. The message is the server's own."""

    def __init__(self, message: str, status: RPCStatusCode) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def translated() -> Iterator[None]:
    """Turn the SDK's exceptions into the failures above."""
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise _of_update(error.cause) from None
    except WorkflowQueryRejectedError as error:
        is_paused = error.status is WorkflowExecutionStatus.RUNNING
        raise (Paused("paused") if is_paused else Closed("closed")) from None
    except WorkflowQueryFailedError as error:
        raise WorkerFailed(one_line(error.message)) from None
    except RPCError as error:
        raise _of_server(error) from None
    except ValueError as error:  # the payload converter's (workflows/shared/payloads.py)
        raise AnswerUnreadable(_UNREADABLE + str(error).removeprefix(_UNREADABLE)) from None
    # RuntimeError: a lazy connection that cannot be made.
    except (TimeoutError, RPCTimeoutOrCancelledError, RuntimeError) as error:
        raise NoServer(type(error).__name__) from None


def _of_server(error: RPCError) -> TemporalFailure:
    """Return the failure for an error of the server."""
    # NOT_FOUND can also mean the namespace, which says nothing about a workflow.
    if error.status is RPCStatusCode.NOT_FOUND and not error.message.startswith("Namespace"):
        return NotThere(one_line(error.message))
    if error.status in NO_ANSWER:
        return NoServer(error.status.name)
    return ServerRefused(one_line(error.message), error.status)


def _of_update(cause: BaseException) -> TemporalFailure:
    kind = cause.type if isinstance(cause, ApplicationError) else None
    message = one_line(getattr(cause, "message", "") or str(cause))
    if kind == _CLOSED_MEANWHILE:
        return Closed("it closed before it answered")
    if isinstance(cause, ApplicationError) and kind == Refused.__name__:
        detail = cause.details[0]
        return UpdateRefused(message, detail["code"], detail["values"])
    return WorkerFailed(message)


def one_line(message: str) -> str:
    """Return a message without line breaks."""
    return " ".join(message.split())
