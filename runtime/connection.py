"""The connection to Temporal, by the environment (TEMPORAL_ADDRESS, TLS, API key, profile)."""

from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.enums.v1 import WorkflowExecutionStatus as Known
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from runtime.encryption import data_converter
from runtime.sent_again import SendAgain
from workflows.shared.search_attributes import ALL

DEFAULT_ADDRESS = "localhost:7233"
_SETTINGS = "the settings of the connection (TEMPORAL_*)"


def _paused_is_running(_: type, status: object) -> WorkflowExecutionStatus | None:
    paused = status == Known.WORKFLOW_EXECUTION_STATUS_PAUSED
    return WorkflowExecutionStatus.RUNNING if paused else None


# Servers can pause workflows, the SDK (1.35) cannot say so: one that is paused would break lists.
WorkflowExecutionStatus._missing_ = classmethod(_paused_is_running)  # type: ignore[assignment]


class Unreachable(Exception):
    """Temporal does not answer; the message says where it was looked for."""


class BadConnection(ValueError):
    """What the environment says of the connection is no use; the message says what."""


def environment() -> dict[str, object]:
    """What the environment says of the connection, with the usual address as default.

    Raises:
        BadConnection: it says something that cannot be understood, or names a file that cannot
            be read.
    """
    try:
        config = dict(ClientConfig.load_client_connect_config())
    except OSError as error:
        raise BadConnection(f"{_SETTINGS}: {error.filename}: {error.strerror}") from None
    except RuntimeError as error:  # its ConfigError is one, and has no public name
        raise BadConnection(f"{_SETTINGS}: {error}") from None
    config.setdefault("target_host", DEFAULT_ADDRESS)
    config.setdefault("namespace", "default")
    return config


async def connect(
    address: str | None = None,
    *,
    identity: str | None = None,
    lazy: bool = False,
    runtime: Runtime | None = None,
) -> Client:
    """Connect to Temporal.

    Args:
        address: host and port, instead of the environment's.
        identity: what histories call us; short, since it stands in every one of them.
        lazy: connect with the first call only, which then fails if nobody answers.
        runtime: the SDK's, instead of the one that everybody shares.

    Raises:
        BadConnection: the environment says something of it that is no use.
        Unreachable: nobody answers there, or refuses the connection.
        BadKeys: what it stores cannot be encrypted with the keys that are set.
    """
    config = environment()
    converter = data_converter()
    if address is not None:
        config["target_host"] = address
    if identity is not None:
        config["identity"] = identity
    if lazy:
        config["lazy"] = True
    if runtime is not None:
        config["runtime"] = runtime
    try:
        return await Client.connect(
            **config,  # type: ignore[arg-type]  # envconfig's TypedDict has no precise type for **
            data_converter=converter,
            interceptors=[SendAgain()],
        )
    except (RuntimeError, RPCError) as error:
        raise Unreachable(
            f"no Temporal server answers at {config['target_host']} (TEMPORAL_ADDRESS); "
            f"start one with `make dev`: {_short(error)}"
        ) from None


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


async def register_search_attributes(client: Client) -> None:
    """Register what is missing: an upsert of an unknown one would stop a case for good.

    Raises:
        ValueError: one exists with another type.
    """
    operator, namespace = client.operator_service, client.namespace
    known = await operator.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace), timeout=timedelta(seconds=10)
    )
    missing = {}
    for key in ALL:
        wanted = IndexedValueType.ValueType(key.indexed_value_type)
        found = known.custom_attributes.get(key.name)
        if found is None:
            missing[key.name] = wanted
        elif found != wanted:
            raise ValueError(f"the search attribute {key.name} exists with another type")
    if missing:
        await operator.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing),
            timeout=timedelta(seconds=10),
        )
