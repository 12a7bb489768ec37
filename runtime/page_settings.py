"""The settings of the account health page, with the prefix `CASE72_PAGE_`."""

from datetime import timedelta
from pathlib import Path
from socket import socket
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from reference.page_links import PageLinks
from runtime.from_environment import FromEnvironment
from runtime.secrets import kept_secret
from runtime.settings import Settings
from runtime.web_address import origin_of
from runtime.web_server import open_socket
from runtime.web_settings import WebSettings


class PageSettings(WebSettings):
    """The settings of the page. Error messages never quote secrets."""

    model_config = SettingsConfigDict(env_prefix="CASE72_PAGE_", hide_input_in_errors=True)

    port: Annotated[int, Field(ge=1, le=65535)] = 8272
    link_days: Annotated[float, Field(gt=0, le=400)] = 90
    """How long a link in an e-mail opens the page."""
    session_hours: Annotated[float, Field(gt=0, le=168)] = 12
    """How long a visit lasts. After that the link opens a new one."""

    @property
    def link_life(self) -> timedelta:
        """Return how long a link opens the page."""
        return timedelta(days=self.link_days)

    @property
    def session_life(self) -> timedelta:
        """Return how long a visit lasts."""
        return timedelta(hours=self.session_hours)

    @property
    def is_configured(self) -> bool:
        """Whether there is a page to link to."""
        return self.url is not None and bool(self.keys)

    def require(self) -> tuple[tuple[str, ...], str]:
        """Return the keys and the public address.

        Raises:
            ValueError: one is missing. The message names it.
        """
        url = self.require_url("https://health.shop.example")
        return self.require_keys(), url

    def links(self) -> PageLinks:
        """Return the maker of links to the page.

        Raises:
            ValueError: see `require`.
        """
        return PageLinks(*self.require())


class CodecSettings(FromEnvironment):
    """The settings of decryption for the Web UI, with the prefix `CASE72_CODEC_`."""

    model_config = SettingsConfigDict(
        env_prefix="CASE72_CODEC_", hide_input_in_errors=True, str_strip_whitespace=True
    )

    password: SecretStr | None = None
    """The password of operators. Without it there is no endpoint."""
    ui: str | None = None
    """The Web UI's origin, such as https://temporal.ops.example. No other page may ask."""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.password is None) != (self.ui is None):
            raise ValueError("password, ui: give both or neither")
        return self

    @field_validator("ui")
    @classmethod
    def _is_an_origin(cls, value: str | None) -> str | None:
        return None if value is None else origin_of(value)


def check_ways(page: PageSettings, settings: Settings) -> None:
    """Check that e-mails can name a way to reach us: the page, or the desk's telephone.

    Raises:
        ValueError: the page is set only in part, or real e-mails could name neither way, or a
            number must be verified and no code could be made.
    """
    if settings.require_verified_number and not page.is_configured:
        raise ValueError(
            "CASE72_REQUIRE_VERIFIED_NUMBER: needs CASE72_PAGE_URL and CASE72_PAGE_SECRETS, since "
            "codes are made with the secret"
        )
    if page.url is not None or page.keys:
        page.require()
    elif settings.mail == "smtp" and settings.desk_phone is None:
        raise ValueError(
            "CASE72_PAGE_URL with its secrets, or CASE72_DESK_PHONE: is required with "
            "CASE72_MAIL=smtp; otherwise an e-mail names no way to answer it"
        )


def on_this_machine(settings: PageSettings, state: Path) -> tuple[PageSettings, socket]:
    """Return settings for development, with a free port and a secret kept in the state folder.

    Given settings stay as they are, except for a port that is taken. The returned socket listens
    on the port, so that nobody else takes it. The server of the page closes it.

    Raises:
        OSError: nothing can listen on any port.
    """
    folder = state / "page"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        listener = open_socket(settings.host, settings.port)
    except OSError:
        listener = open_socket(settings.host, 0)
    port = listener.getsockname()[1]
    url = settings.url or f"http://127.0.0.1:{port}"
    keys = settings.keys or (kept_secret(folder / "secret"),)
    (folder / "url").write_text(url)
    set_up = {"port": port, "url": url, "secrets": keys}
    known = settings.model_dump(exclude={"secrets_file"})
    return PageSettings.model_validate(known | set_up), listener


def of_this_machine(settings: PageSettings, state: Path) -> PageSettings:
    """Return the settings, or those that `on_this_machine` last made here, if any."""
    folder = state / "page"
    if settings.is_configured or not (folder / "url").exists():
        return settings
    url, secret = (folder / "url").read_text(), (folder / "secret").read_text()
    return settings.model_copy(
        update={"url": settings.url or url, "secrets": settings.secrets or (SecretStr(secret),)}
    )
