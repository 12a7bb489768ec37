"""The connection to Temporal, set by the environment (TEMPORAL_ADDRESS, TLS, API key, profile)."""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.enums.v1 import WorkflowExecutionStatus as Known
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.service import ConnectConfig, RPCError, RPCStatusCode, ServiceClient, TLSConfig

from runtime.credentials import (
    KEY_FILE,
    BadConnection,
    NotValidNow,
    api_key_in_file,
    check_certificates,
    why_refused,
)
from runtime.encryption import data_converter
from runtime.rights import REFUSALS, NotAllowed
from runtime.sent_again import SendAgain
from runtime.setting_names import refuse_unknown_settings
from temporal_client.search_attributes import ALL

DEFAULT_ADDRESS = "localhost:7233"
_SETTINGS = "the settings of the connection (TEMPORAL_*)"
_FILE = "TEMPORAL_CONFIG_FILE"
_REFUSES_KEY = re.compile(r"code: (PermissionDenied|Unauthenticated)\b")
_REFUSES_CERTIFICATE = re.compile(r"received fatal alert: (\w+)")
_IS_NOT_TRUSTED = re.compile(r"invalid peer certificate: (\w+)")


def _paused_is_running(_: type, status: object) -> WorkflowExecutionStatus | None:
    paused = status == Known.WORKFLOW_EXECUTION_STATUS_PAUSED
    return WorkflowExecutionStatus.RUNNING if paused else None


# Servers can pause workflows, but the SDK (1.35) does not know that status. Without this a paused
# workflow breaks lists.
WorkflowExecutionStatus._missing_ = classmethod(_paused_is_running)  # type: ignore[assignment]


class Unreachable(Exception):
    """Temporal does not answer. The message names the address."""


def environment() -> dict[str, object]:
    """Return the environment's settings of the connection, with defaults.

    Raises:
        BadConnection: a setting cannot be understood, or names a file that cannot be read.
        NotValidNow: the client certificate cannot be used as it is now.
    """
    try:
        if named := os.environ.get(_FILE):
            os.stat(named)  # the SDK takes a file that is missing for none
        config = dict(ClientConfig.load_client_connect_config())
    except OSError as error:
        raise BadConnection(f"{_SETTINGS}: {error.filename}: {error.strerror}") from None
    except RuntimeError as error:  # the SDK's ConfigError is one, and has no public name
        raise BadConnection(f"{_SETTINGS}: {error}") from None
    try:
        api_key = api_key_in_file()
        if api_key is not None:
            if "api_key" in config:
                raise ValueError(f"TEMPORAL_API_KEY and {KEY_FILE} are set: take one away")
            config["api_key"] = api_key
            config.setdefault("tls", True)  # as with a key that is in the settings
        tls = config.get("tls")
        if isinstance(tls, TLSConfig):
            check_certificates(tls)
    except NotValidNow as error:
        raise NotValidNow(f"{_SETTINGS}: {error}") from None
    except ValueError as error:
        raise BadConnection(f"{_SETTINGS}: {error}") from None
    config.setdefault("target_host", DEFAULT_ADDRESS)
    config.setdefault("namespace", "default")
    return config


class Renewable(ServiceClient):
    """A connection that can be replaced while a client uses it (runtime/renewal.py)."""

    def __init__(self, connection: ServiceClient) -> None:
        super().__init__(connection.config)
        self._connection = connection

    def replace(self, connection: ServiceClient) -> None:
        """Use another connection for every call from now on."""
        self.config, self._connection = connection.config, connection

    @property
    def worker_service_client(self) -> Any:  # Any: the SDK does not export the type.
        """Return what a worker of the SDK needs."""
        return self._connection.worker_service_client

    def update_rpc_metadata(self, metadata: Mapping[str, str | bytes]) -> None:
        """Change the metadata of every call."""
        self._connection.update_rpc_metadata(metadata)

    def update_api_key(self, api_key: str | None) -> None:
        """Change the API key of every call."""
        self._connection.update_api_key(api_key)

    async def _rpc_call(
        self, rpc: str, req: Message, *arguments: Any, **named: Any
    ) -> Any:  # Any: only passed through
        return await self._connection._rpc_call(rpc, req, *arguments, **named)


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
        BadConnection: the environment's settings are bad, or one of ours has an unknown name.
        NotValidNow: the client certificate cannot be used as it is now.
        Unreachable: no server answers, or it refuses the connection.
        BadKeys: the encryption keys are bad.
    """
    refuse_unknown_settings()
    config = environment()
    namespace = str(config.pop("namespace"))
    converter = data_converter()
    if address is not None:
        config["target_host"] = address
    settings = ConnectConfig(
        **config,  # type: ignore[arg-type]  # envconfig's TypedDict has no precise type for **
        identity=identity or "",
        lazy=lazy,
        runtime=runtime,
    )
    try:
        connection = await ServiceClient.connect(settings)
    except (RuntimeError, RPCError) as error:
        raise Unreachable(_unanswered(settings, error)) from None
    return Client(
        Renewable(connection),
        namespace=namespace,
        data_converter=converter,
        interceptors=[SendAgain()],
    )


def refusal(error: BaseException, api_key: object) -> str | None:
    """Return why no connection can be made, if it is about who we are, or who Temporal is.

    The SDK gives one text for everything.
    """
    text = str(error)
    if _REFUSES_KEY.search(text):
        return f"Temporal does not let us in: {why_refused(api_key)} (docs/access.md)"
    if found := _REFUSES_CERTIFICATE.search(text):
        return f"Temporal refuses our client certificate: {found[1]} (docs/access.md)"
    if found := _IS_NOT_TRUSTED.search(text):
        return f"we do not trust Temporal's certificate: {found[1]} (docs/access.md)"
    return None


def _unanswered(settings: ConnectConfig, error: Exception) -> str:
    if why := refusal(error, settings.api_key):
        return f"{why}, at {settings.target_host} (TEMPORAL_ADDRESS)"
    # A server that refuses a certificate can hang up before we have read why.
    or_else = ", or it refuses our client certificate" if settings.tls else ""
    is_here = settings.target_host.rpartition(":")[0] in {"localhost", "127.0.0.1", "[::1]"}
    hint = "; start one with `make dev`" if is_here else ""
    return (
        f"no Temporal server answers at {settings.target_host} (TEMPORAL_ADDRESS){or_else}{hint}: "
        f"{_short(error)}"
    )


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


async def register_search_attributes(client: Client) -> None:
    """Register the missing search attributes. An upsert of an unknown one stops a case for good.

    Raises:
        ValueError: a search attribute exists with another type.
        NotAllowed: Temporal does not let us. The message says who can, and how.
    """
    namespace = client.namespace
    try:
        missing = await _missing_by_list(client)
    except RPCError as error:
        if error.status not in REFUSALS:
            raise
        missing = await _missing_by_search(client)
    if not missing:
        return
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing),
            timeout=timedelta(seconds=10),
        )
    except RPCError as error:
        if error.status not in REFUSALS:
            raise
        each = " ".join(
            f"--name {key.name} --type {_type(key.indexed_value_type)}"
            for key in ALL
            if key.name in missing
        )
        raise NotAllowed(
            "Temporal does not let us register the search attributes that are missing. Who has the "
            "right `admin` in the namespace can (docs/access.md): temporal operator "
            f"search-attribute create --namespace {namespace} {each}"
        ) from None


async def _missing_by_list(client: Client) -> dict[str, IndexedValueType.ValueType]:
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=timedelta(seconds=10)
    )
    missing = {}
    for key in ALL:
        wanted = IndexedValueType.ValueType(key.indexed_value_type)
        found = known.custom_attributes.get(key.name)
        if found is None:
            missing[key.name] = wanted
        elif found != wanted:
            raise ValueError(f"the search attribute {key.name} exists with another type")
    return missing


async def _missing_by_search(client: Client) -> dict[str, IndexedValueType.ValueType]:
    """Return what is missing where we may not list: a search by what is not there is refused."""
    missing = {}
    for key in ALL:
        try:
            await client.count_workflows(f"{key.name} IS NULL", rpc_timeout=timedelta(seconds=10))
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                raise
            missing[key.name] = IndexedValueType.ValueType(key.indexed_value_type)
    return missing


def _type(value: int) -> str:
    """Return a search attribute's type as the command `temporal` names it."""
    name = IndexedValueType.Name(IndexedValueType.ValueType(value))
    return "".join(map(str.capitalize, name.removeprefix("INDEXED_VALUE_TYPE_").split("_")))
