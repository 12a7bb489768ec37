"""The settings of the marketplace's account service (docs/real-account-service.md)."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from providers.http.account_service import AccountServer, header_token, tls_context, token_in
from runtime.existing_paths import ExistingFile
from runtime.from_environment import FromEnvironment
from runtime.web_address import is_this_machine, origin_of


class AccountServiceSettings(FromEnvironment):
    """How accounts are read and changed. They are a part of `Settings`."""

    marketplace: Literal["simulated", "http"] = "simulated"
    accounts_url: str | None = None
    """The account service. Required with `marketplace=http`; without it none of these is used."""
    accounts_token: SecretStr | None = None
    accounts_token_file: ExistingFile | None = None
    """The file of the token. It is read for each request."""
    accounts_certificate_file: ExistingFile | None = None
    """Our certificate for mutual TLS (PEM), beside or instead of the token."""
    accounts_key_file: ExistingFile | None = None
    """The certificate's key. None means that it is in the certificate's file."""
    accounts_ca_file: ExistingFile | None = None
    accounts_timeout_seconds: Annotated[float, Field(gt=0, le=15)] = 10
    """The limit for one request. Three must fit into the minute that a try may take."""

    @field_validator("accounts_token", mode="before")
    @classmethod
    def _without_blanks(cls, value: Any) -> Any:  # Any: the environment can hold anything
        return header_token(value.strip()) if isinstance(value, str) else value

    @field_validator("accounts_url")
    @classmethod
    def _is_encrypted(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, mark, rest = value.partition("://")
        host, slash, path = rest.partition("/")
        origin = origin_of(f"{scheme}{mark}{host}")
        if any(not "!" <= character <= "~" or character in "?#\\" for character in path):
            raise ValueError("must be an address without ? and #")
        if not origin.startswith("https://") and not is_this_machine(origin):
            raise ValueError("must be https, except on this machine (localhost)")
        return f"{origin}{slash}{path}".rstrip("/")

    @model_validator(mode="after")
    def _accounts_can_be_asked(self) -> Self:
        if self.marketplace != "http":
            return self
        if not self.accounts_url:
            raise ValueError("accounts_url: is required with marketplace=http")
        if self.accounts_token and self.accounts_token_file:
            raise ValueError("accounts_token, accounts_token_file: give one of them")
        ways = ("accounts_token", "accounts_token_file", "accounts_certificate_file")
        if not any(getattr(self, name) for name in ways):
            raise ValueError(f"{', '.join(ways)}: one is required with marketplace=http")
        if self.accounts_key_file and not self.accounts_certificate_file:
            raise ValueError("accounts_certificate_file: is required with accounts_key_file")
        if self.accounts_certificate_file and not self.accounts_url.startswith("https://"):
            raise ValueError("accounts_url: must be https with a certificate")
        if self.accounts_token_file:
            try:
                token_in(self.accounts_token_file)
            except ValueError as error:
                raise ValueError(f"accounts_token_file: {error}") from None
        tls_context(self.accounts_ca_file, self.accounts_certificate_file, self.accounts_key_file)
        return self

    def account_server(self) -> AccountServer:
        """Return the account service that they name."""
        assert self.accounts_url
        token = self.accounts_token
        return AccountServer(
            url=self.accounts_url,
            token=token.get_secret_value() if token else None,
            token_file=self.accounts_token_file,
            ca_file=self.accounts_ca_file,
            certificate_file=self.accounts_certificate_file,
            key_file=self.accounts_key_file,
            timeout_seconds=self.accounts_timeout_seconds,
        )
