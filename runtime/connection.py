"""The connection to Temporal, set by the environment (TEMPORAL_ADDRESS, TLS, API key, profile)."""

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
from temporal_client.search_attributes import ALL

DEFAULT_ADDRESS = "localhost:7233"
_SETTINGS = "the settings of the connection (TEMPORAL_*)"


def _paused_is_running(_: type, status: object) -> WorkflowExecutionStatus | None:
    paused = status == Known.WORKFLOW_EXECUTION_STATUS_PAUSED
    return WorkflowExecutionStatus.RUNNING if paused else None


# Servers can pause workflows, but the SDK (1.35) does not know that status. Without this a paused
# workflow breaks lists.
WorkflowExecutionStatus._missing_ = classmethod(_paused_is_running)  # type: ignore[assignment]


class Unreachable(Exception):
    """Temporal does not answer. The message names the address."""


class BadConnection(ValueError):
    """The environment's settings of the connection are bad. The message says which."""


def environment() -> dict[str, object]:
    """Return the environment's settings of the connection, with defaults.

    Raises:
        BadConnection: a setting cannot be understood, or names a file that cannot be read.
    """
    try:
        config = dict(ClientConfig.load_client_connect_config())
    except OSError as error:
        raise BadConnection(f"{_SETTINGS}: {error.filename}: {error.strerror}") from None
    except RuntimeError as error:  # the SDK's ConfigError is one, and has no public name
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
        identity: our name in histories. Keep it short, since every history repeats it.
        lazy: connect on the first call. That call then fails if no server answers.
        runtime: an SDK runtime, instead of the shared one.

    Raises:
        BadConnection: the environment's settings are bad.
        Unreachable: no server answers, or it refuses the connection.
        BadKeys: the encryption keys are bad.
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
    """Register the missing search attributes. An upsert of an unknown one stops a case for good.

    Raises:
        ValueError: a search attribute exists with another type.
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
