"""The settings of the mail server that sends (docs/real-mail.md)."""

import shlex
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from providers.smtp.mail import Security
from runtime.existing_paths import ExistingFile
from runtime.from_environment import FromEnvironment


class SmtpSettings(FromEnvironment):
    """How e-mails are sent. It is a part of `Settings`."""

    model_config = SettingsConfigDict(
        env_prefix="CASE72_", hide_input_in_errors=True, str_strip_whitespace=True
    )

    mail: Literal["simulated", "smtp"] = "simulated"
    smtp_host: str | None = None
    """The mail server. Required with `mail=smtp`; without it no `smtp_...` setting is used."""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Null means the default port of the security."""
    smtp_security: Security = Security.STARTTLS
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_token_file: ExistingFile | None = None
    """The file of the XOAUTH2 token, instead of a password. It is read for each login."""
    smtp_token_command: str | None = None
    """The command that prints the XOAUTH2 token. It runs without a shell."""
    smtp_ca_file: ExistingFile | None = None
    smtp_timeout_seconds: Annotated[float, Field(gt=0, le=50)] = 45
    """The limit for one message. A try may take a minute (workflows/shared/activity_options.py)."""

    @field_validator("smtp_password", mode="before")
    @classmethod
    def _stripped(cls, value: Any) -> Any:  # Any: the environment can hold anything
        return value.strip() if isinstance(value, str) else value

    @field_validator("smtp_token_command")
    @classmethod
    def _is_command(cls, value: str | None) -> str | None:
        try:
            shlex.split(value or "")
        except ValueError as error:
            raise ValueError(f"is no command: {str(error).lower()}") from None
        return value

    @model_validator(mode="after")
    def _mail_can_be_sent(self) -> Self:
        if self.mail != "smtp":
            return self
        if not self.smtp_host:
            raise ValueError("smtp_host: is required with mail=smtp")
        ways = ("smtp_password", "smtp_token_file", "smtp_token_command")
        given = [name for name in ways if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"{', '.join(given)}: give one of them")
        if self.smtp_username and not given:
            raise ValueError(f"smtp_username: needs one of {', '.join(ways)}")
        if given and not self.smtp_username:
            raise ValueError(f"smtp_username: is required with {given[0]}")
        if self.smtp_username and self.smtp_security is Security.NONE:
            raise ValueError("smtp_security: must be starttls or tls with a login")
        return self
