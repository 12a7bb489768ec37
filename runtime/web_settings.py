"""The settings that the sellers' page and the desk each have, with their own prefix."""

from ipaddress import ip_network
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from runtime.existing_paths import ExistingFile
from runtime.from_environment import FromEnvironment
from runtime.secrets import SHORTEST_SECRET, secrets_in, split
from runtime.web_address import is_this_machine, origin_of


class WebSettings(FromEnvironment):
    """The settings of a web application. Error messages never quote secrets."""

    url: str | None = None
    """The public address. It must be https, except on one's own machine."""
    secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """The secrets that sign links and sessions. The first signs, and each verifies."""
    secrets_file: ExistingFile | None = None
    """A file with one secret a line, instead of `secrets`."""
    host: str = "127.0.0.1"
    """The address that is listened on."""
    port: Annotated[int, Field(ge=1, le=65535)]
    proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "::1")
    """The addresses or networks of proxies whose X-Forwarded-For is trusted."""

    @field_validator("secrets", "proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:  # Any: the environment can hold anything
        return split(value)

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                network = ip_network(text)
            except ValueError:
                raise ValueError(
                    f"{text} is neither an IP address nor a network such as 172.30.72.0/24"
                ) from None
            if not network.prefixlen:
                raise ValueError(f"{text} covers every address; name only your proxies")
        return value

    @field_validator("url")
    @classmethod
    def _is_an_origin(cls, value: str | None) -> str | None:
        return None if value is None else origin_of(value.strip())

    @model_validator(mode="after")
    def _is_secure(self) -> Self:
        if self.secrets and self.secrets_file:
            raise ValueError("secrets, secrets_file: give one of them")
        keys = self.keys
        if any(len(key) < SHORTEST_SECRET for key in keys):
            raise ValueError(f"secrets: each must have {SHORTEST_SECRET} characters or more")
        if self.secrets_file and not keys:
            raise ValueError("secrets_file: the file holds no secret")
        https = self.url is None or self.url.startswith("https:")
        if not https and not is_this_machine(str(self.url)):
            raise ValueError("url: must be https, since a link or a cookie opens it as a password")
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the secrets, the newest first."""
        if self.secrets_file is not None:
            return secrets_in(self.secrets_file, "secrets_file")
        return tuple(secret.get_secret_value() for secret in self.secrets)

    @property
    def trusted_proxies(self) -> list[str]:
        """Return the proxies. Those of IPv4 are included in IPv6-mapped form too."""
        networks = [ip_network(text) for text in self.proxies]
        mapped = [
            f"::ffff:{net.network_address}/{96 + net.prefixlen}"
            for net in networks
            if net.version == 4
        ]
        return [*self.proxies, *mapped]

    def require_url(self, such_as: str) -> str:
        """Return the public address.

        Raises:
            ValueError: it is missing. The message names the setting, and an example.
        """
        if self.url is None:
            raise ValueError(f"{self._prefix}URL: is required, such as {such_as}")
        return self.url

    def require_keys(self) -> tuple[str, ...]:
        """Return the secrets, the newest first.

        Raises:
            ValueError: there is none. The message names the settings.
        """
        if not self.keys:
            raise ValueError(
                f"{self._prefix}SECRETS or {self._prefix}SECRETS_FILE: is required; make one with "
                "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`"
            )
        return self.keys

    @property
    def _prefix(self) -> str:
        return str(self.model_config.get("env_prefix"))
