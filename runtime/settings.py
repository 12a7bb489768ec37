"""The settings, read from the environment with the prefix `CASE72_`."""

import re
from datetime import date, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import getaddresses
from ipaddress import ip_address
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict

from domain.appeal.deactivation import Terms
from domain.case.policy_limits import LEAST_WINDOW
from domain.enrollment.ratings import DAYS_BELOW_ALLOWED
from reference.contact_check import place_problem
from runtime.account_service_settings import AccountServiceSettings
from runtime.existing_paths import ExistingFile, ExistingFolder
from runtime.file_settings import FileSettings
from runtime.finding_settings import FindSettings
from runtime.smtp_settings import SmtpSettings
from runtime.twilio_settings import TwilioSettings, check_base_url
from runtime.web_address import parts_of

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
PhoneNumber = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


class Settings(AccountServiceSettings, FindSettings, FileSettings, SmtpSettings, TwilioSettings):
    """The settings of the worker. The connection to Temporal has its own (TEMPORAL_*)."""

    model_config = SettingsConfigDict(
        env_prefix="CASE72_", hide_input_in_errors=True, str_strip_whitespace=True
    )

    telephone: Annotated[
        tuple[Literal["simulated", "twilio"], ...], NoDecode, Field(min_length=1)
    ] = ("simulated",)
    """If a provider fails, the next one places the call."""
    ring_seconds: Annotated[float, Field(ge=0, le=600)] = 2
    """How long a simulated call rings."""
    look_at_calls_seconds: Annotated[float, Field(ge=1, le=60)] = 10
    """How often a call that rings is looked at."""
    call_distance_seconds: Annotated[float, Field(ge=0, le=3600)] = 300
    """How far apart calls of different cases to one number are placed, at least."""
    pause_after_contact_seconds: Annotated[float, Field(ge=0, le=86_400)] = 3600
    """For how long after a connected call other cases do not call the number."""
    twilio_from: PhoneNumber | None = None
    """Our number, which the seller's telephone shows."""
    twilio_callbacks: bool = False
    """Whether Twilio calls the page back, instead of being asked all the time."""
    twilio_incoming: bool = False
    """Whether Twilio asks the page what to do with a call to our number."""
    twilio_join_url: str | None = None
    """TwiML that connects a person to the desk's line if they press a key during our message to a
    machine."""
    desk_phone: PhoneNumber | None = None
    """The desk's line. Sellers are told to call it, and a seller who answers is connected to it."""
    warn_days_below: Annotated[
        tuple[Annotated[int, Field(ge=1, le=DAYS_BELOW_ALLOWED)], ...], NoDecode
    ] = (7, 10)
    """At how many days below an enrolled seller is warned. Empty means no warnings."""
    appeal_days: Annotated[float, Field(gt=0, le=365)] = 90
    """How many days after its deactivation an account can be appealed."""
    appeal_desk_days: Annotated[float, Field(gt=0, le=90)] = 7
    """How many days the desk has to answer an appeal."""
    require_verified_number: bool = False
    """Whether only a number that was proven by a code enrolls its seller."""
    webhooks_file: ExistingFile | None = None
    """The file of the receivers of events (docs/webhooks.md). None: nobody is told of events."""
    sender: str = "Account Health <account-health@case72.example>"
    desk: str = "desk@case72.example"
    message_id_domain: str = "case72.example"
    web_ui: str | None = None
    """The address of Temporal's Web UI. With it, e-mails to the desk link to the case there."""
    templates: ExistingFolder | None = None
    """A folder of the marketplace's templates. Each replaces ours of its name (docs/wording.md)."""
    log: Literal["auto", "console", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics: str | None = None
    """The address of `/metrics` for Prometheus, such as `127.0.0.1:9464`. None: no metrics."""
    health: str | None = None
    """The address of `/healthy`, such as `127.0.0.1:9465`. None: it is not served."""
    calls_per_second: Annotated[float | None, Field(gt=0, allow_inf_nan=False)] = None
    """The limit of all workers together, like `emails_per_second`. None means no limit.

    Set the same value for every worker. Otherwise the worker that started last decides.
    """
    emails_per_second: Annotated[float | None, Field(gt=0, allow_inf_nan=False)] = None
    """This includes letters of the programme and e-mails to the desk."""
    called_regions: Annotated[tuple[str, ...], NoDecode] = ()
    """The regions (`US`) and calling codes (`+44`) that are called. Empty means all."""
    concurrent_calls: Annotated[int, Field(ge=1, le=10_000)] = 100
    """How many calls a worker follows at once."""
    workflow_tasks_at_once: Annotated[int, Field(ge=1, le=100)] = 4
    """How many workflow tasks a worker does at once. Set more if Temporal is far away."""
    version: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9._-]{1,60}$")] = None
    """The version of the code, for versions that run side by side (docs/upgrading.md)."""
    silence_held_until: AwareDatetime | None = None
    """Until this moment (ISO 8601 with an offset) nobody is deactivated for silence.

    Set it after a restore, when contacts may be missing (docs/operations.md).
    """
    time_zones_checked: date | None = None
    """The day on which somebody checked that our time-zone database is still the newest.

    The age of the database counts from that day (docs/runbook/time-zones-old.md).
    """
    least_window: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=30))] = LEAST_WINDOW
    """The shortest window of a policy (ISO 8601). Under a day it is for demos and tests only."""
    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = 30
    """How long a stopping worker waits for its activities. A call must fit into it."""

    @field_validator("metrics", "health")
    @classmethod
    def _is_address_and_port(cls, value: str | None) -> str | None:
        if value is not None:
            host, _, port = value.rpartition(":")
            try:
                ip_address(host.removeprefix("[").removesuffix("]"))
            except ValueError:
                host = ""
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:
                raise ValueError(
                    "give an IP address of this machine and a port, such as 127.0.0.1:9464"
                )
        return value

    @field_validator("telephone", "called_regions", "warn_days_below", mode="before")
    @classmethod
    def _split(cls, value: Any, field: ValidationInfo) -> Any:  # Any: the environment's value
        if not isinstance(value, str):
            return value
        # An empty list of warnings is allowed. An empty value of the others stays an error.
        none = field.field_name == "warn_days_below" and not value.strip()
        return [] if none else value.replace(" ", "").split(",")

    @field_validator("warn_days_below")
    @classmethod
    def _each_once(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value)))

    @field_validator("called_regions")
    @classmethod
    def _can_be_called(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for place in value:
            if problem := place_problem(place):
                raise ValueError(f"{place or 'nothing'} {problem}")
        return value

    @field_validator("message_id_domain")
    @classmethod
    def _is_a_domain(cls, value: str) -> str:
        if len(value) > 253 or not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", value):
            raise ValueError("must be a domain of ASCII letters, digits, hyphens and dots")
        return value

    @model_validator(mode="after")
    def _calls_can_be_placed(self) -> Self:
        if len(set(self.telephone)) < len(self.telephone):
            raise ValueError("telephone: names a provider twice")
        if "twilio" not in self.telephone:
            return self
        needed = ("twilio_account_sid", "twilio_auth_token", "twilio_from", "desk_phone")
        if missing := [name for name in needed if not getattr(self, name)]:
            raise ValueError(f"{', '.join(missing)}: required with telephone=twilio")
        if self.desk_phone == self.twilio_from:
            raise ValueError("desk_phone: must differ from twilio_from; give the desk's own line")
        check_base_url(self.twilio_base_url)
        join = parts_of(self.twilio_join_url or "https://none.example")
        if not join or not join.hostname or join.scheme != "https":
            raise ValueError("twilio_join_url: must be an https address, such as a TwiML Bin's")
        return self

    @model_validator(mode="after")
    def _who_can_lose_an_account_is_reached(self) -> Self:
        """Refuse real accounts beside calls or e-mails that are simulated without being asked for.

        What is simulated counts as made, and a silent seller whom nobody called loses the account.
        """
        if self.marketplace == "simulated":
            return self
        if "simulated" in self.telephone and len(self.telephone) > 1:
            raise ValueError(
                "telephone: leave simulated out with marketplace=http, since its calls count"
            )
        if missing := [name for name in ("telephone", "mail") if name not in self.model_fields_set]:
            raise ValueError(
                f"{', '.join(missing)}: required with marketplace=http, which deactivates real "
                "accounts; for a trial, say simulated"
            )
        return self

    @property
    def reaches_nobody(self) -> bool:
        """Return whether accounts are real, while calls or e-mails are simulated."""
        return self.marketplace != "simulated" and "simulated" in (*self.telephone, self.mail)

    @property
    def appeal_terms(self) -> Terms:
        """Return the time limits of appeals."""
        return Terms(
            window=timedelta(days=self.appeal_days),
            desk_within=timedelta(days=self.appeal_desk_days),
        )

    @property
    def calling_number(self) -> str | None:
        """Return the number that a seller's telephone shows; None if only the simulation calls."""
        return self.twilio_from if "twilio" in self.telephone else None

    @property
    def takes_calls(self) -> bool:
        """Return whether our number can be called back."""
        return self.twilio_incoming and "twilio" in self.telephone

    @field_validator("web_ui")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        url = parts_of(value) if value is not None else None
        named = url is not None and url.hostname and not (url.query or url.fragment)
        if value is not None and not (url and named and url.scheme in ("https", "http")):
            raise ValueError("must be a web address, such as https://temporal.shop.example")
        return value

    @model_validator(mode="after")
    def _has_addresses(self) -> Self:
        for name, text in (("sender", self.sender), ("desk", self.desk)):
            given = getaddresses([text])
            broken = any(ord(character) < 32 for character in text)
            if (
                broken
                or len(given) != 1
                or not _is_address(given[0][1])
                or (name == "desk" and given[0][0])
            ):
                raise ValueError(f"{name}: must be one e-mail address in ASCII")
        return self


def _is_address(text: str) -> bool:
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        return False
    return bool(address.username and address.domain) and text.isascii()
