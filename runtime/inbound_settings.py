"""The settings of incoming mail, with the prefix `CASE72_INBOUND_` (docs/inbound-mail.md)."""

import re
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from providers.imap.folders import Folder
from providers.imap.server import ImapServer
from providers.smtp.mail import Security
from reference.contact_check import email_problem
from reference.mail_tokens import LONGEST_LOCAL_PART, ReplyAddresses
from runtime.existing_paths import ExistingFile
from runtime.from_environment import FromEnvironment
from runtime.secrets import SHORTEST_SECRET, split


class InboundSettings(FromEnvironment):
    """The settings of incoming mail. Error messages never quote secrets."""

    model_config = SettingsConfigDict(
        env_prefix="CASE72_INBOUND_", hide_input_in_errors=True, str_strip_whitespace=True
    )

    address: str | None = None
    """The mailbox that answers come to. Mail to `name+anything@` must come to it too."""
    secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """The secrets that sign the addresses for answers. The first signs, and each verifies."""
    imap_host: str | None = None
    """The IMAP server of the mailbox."""
    imap_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Null means the default port of the security."""
    imap_security: Security = Security.TLS
    imap_username: str | None = None
    imap_password: SecretStr | None = None
    imap_ca_file: ExistingFile | None = None
    imap_folder: Annotated[str, Field(min_length=1)] = "INBOX"
    poll_seconds: Annotated[float, Field(gt=0, le=1500)] = 30
    """How often the mailbox is looked at by a server that does not tell of new mail (IDLE)."""

    @field_validator("secrets", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:  # Any: the environment can hold anything
        return split(value)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.address is None:
            if self.secrets or self.imap_host:
                raise ValueError("address: is required, such as reply@in.shop.example")
            return self
        local_part = self.address.rpartition("@")[0]
        if email_problem(self.address) or not self.address.isascii():
            raise ValueError("address: must be one e-mail address in ASCII")
        if "+" in local_part or len(local_part) > LONGEST_LOCAL_PART:
            raise ValueError(
                f"address: must have up to {LONGEST_LOCAL_PART} characters before the @, and no +"
            )
        if not self.secrets:
            raise ValueError(
                "secrets: is required with address; make one with "
                "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`"
            )
        if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in self.secrets):
            raise ValueError(f"secrets: each must have {SHORTEST_SECRET} characters or more")
        if self.imap_host and not (self.imap_username and self.imap_password):
            raise ValueError("imap_username, imap_password: are required with imap_host")
        return self

    @field_validator("imap_username", "imap_password")
    @classmethod
    def _is_ascii(cls, value: str | SecretStr | None) -> str | SecretStr | None:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text is not None and not text.isascii():
            raise ValueError("must be ASCII, which is all that IMAP's LOGIN takes")
        return value

    @field_validator("imap_folder")
    @classmethod
    def _is_not_ours(cls, value: str) -> str:
        if re.split(r"[./]", value)[-1] in set(Folder):
            raise ValueError("must not be a folder that messages are moved to; move them to INBOX")
        return value

    def refuse_as_desk(self, desk: str) -> None:
        """Refuse the mailbox for answers as the desk's address: its letters would come back to us.

        Raises:
            ValueError: it is the same. The message names both settings.
        """
        if self.address is not None and _mailbox(desk) == _mailbox(self.address):
            raise ValueError("CASE72_DESK: must not be the mailbox of CASE72_INBOUND_ADDRESS")

    def replies(self) -> ReplyAddresses | None:
        """Return the addresses for answers, or None if no answers are read."""
        if self.address is None:
            return None
        return ReplyAddresses(self.address, [s.get_secret_value() for s in self.secrets])

    def imap_server(self) -> ImapServer | None:
        """Return the mailbox's server, if it is named."""
        if not self.imap_host:
            return None
        assert self.imap_username
        assert self.imap_password
        return ImapServer(
            host=self.imap_host,
            port=self.imap_port,
            security=self.imap_security,
            username=self.imap_username,
            password=self.imap_password.get_secret_value(),
            ca_file=self.imap_ca_file,
            folder=self.imap_folder,
        )


def _mailbox(address: str) -> str:
    local_part, _, domain = address.lower().rpartition("@")
    return f"{local_part.partition('+')[0]}@{domain}"
