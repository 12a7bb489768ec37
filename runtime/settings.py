"""What can be set, from the environment, each with the prefix `CASE72_`."""

from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, FilePath, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from providers.smtp_mail import Security


class Settings(BaseSettings):
    """The settings of the worker. The connection to Temporal has its own (TEMPORAL_*)."""

    model_config = SettingsConfigDict(env_prefix="CASE72_", hide_input_in_errors=True)

    state: Path = Path(".state")
    """The folder in which the simulated providers keep their state."""
    telephone: Literal["simulated"] = "simulated"
    mail: Literal["simulated", "smtp"] = "simulated"
    marketplace: Literal["simulated"] = "simulated"
    ring_seconds: Annotated[float, Field(ge=0, le=600)] = 2
    """How long a simulated call rings."""
    smtp_host: str | None = None
    """Where mail is handed in; required with `mail=smtp`, as the rest is for it only."""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """The security's own, if none."""
    smtp_security: Security = Security.STARTTLS
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: FilePath | None = None
    smtp_timeout_seconds: Annotated[float, Field(gt=0, le=50)] = 45
    """For the whole of one message; a try may take a minute (workflows/patience.py)."""
    sender: str = "Account Health <account-health@case72.example>"
    desk: str = "desk@case72.example"
    message_id_domain: str = "case72.example"
    log: Literal["auto", "console", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    cached_cases: Annotated[int, Field(ge=0, le=1_000_000)] = 400
    """How many workflows a worker keeps in memory; others are replayed from their history.

    0 rules out a fault of the SDK, at three times the processor time: see "What the platform
    gets wrong" in docs/architecture.md.
    """
    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = 30
    """How long a stopping worker lets activities finish: more than a call takes."""

    @model_validator(mode="after")
    def _mail_can_be_sent(self) -> Self:
        if self.mail != "smtp":
            return self
        if not self.smtp_host:
            raise ValueError("smtp_host: is required with mail=smtp")
        if bool(self.smtp_username) != bool(self.smtp_password):
            raise ValueError("smtp_username, smtp_password: one is no use without the other")
        if self.smtp_username and self.smtp_security is Security.NONE:
            raise ValueError("smtp_security: a login is not sent without encryption")
        for name, address in (("sender", parseaddr(self.sender)[1]), ("desk", self.desk)):
            if parseaddr(address) != ("", address) or "@" not in address or not address.isascii():
                raise ValueError(f"{name}: is not an e-mail address that every server takes")
        return self
