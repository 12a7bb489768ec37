"""The settings of the desk, with the prefix `CASE72_DESK_` (docs/desk.md)."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from domain.shared.errors import explain
from runtime.desk_wording import read_wording
from runtime.existing_paths import ExistingFile
from runtime.secrets import kept_secret
from runtime.web_address import is_this_machine
from runtime.web_settings import WebSettings


class Role(StrEnum):
    """What somebody is at the desk (docs/rules.md, section 8). The weakest is first."""

    OBSERVER = "observer"
    SPECIALIST = "specialist"
    REVIEWER = "reviewer"
    LEAD = "lead"


_BY_STRENGTH = list(Role)


class DeskSettings(WebSettings):
    """The settings of the desk. Error messages never quote secrets."""

    model_config = SettingsConfigDict(
        env_prefix="CASE72_DESK_", hide_input_in_errors=True, str_strip_whitespace=True
    )

    issuer: str | None = None
    """The OpenID provider that people sign in at. None means that there is no desk."""
    client_id: str | None = None
    """Under which name the provider knows the desk."""
    client_secret: SecretStr | None = None
    scopes: str = "openid profile email"
    """What is asked of the provider, separated by spaces."""
    groups_claim: str = "groups"
    """The claim that has a person's groups."""
    name_claim: str | None = None
    """The claim that has the name under which a person acts.

    None means `preferred_username`, or `email` where that is missing.
    """
    roles: Annotated[dict[str, Role], NoDecode] = Field(default_factory=dict)
    """The role of each group, written `lead=ah-leads,reviewer=ah-reviewers`."""
    session_hours: Annotated[float, Field(gt=0, le=24)] = 12
    """How long a session lasts at most."""
    idle_hours: Annotated[float, Field(gt=0, le=24)] = 1
    """After how long without a sign of its person a session ends."""
    wording: ExistingFile | None = None
    """A JSON file with texts for answers to plans (runtime/desk_wording.py). None means none."""
    report: Path | None = None
    """The file that `client.py report --html` makes. It need not exist yet. None means none."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8273

    @field_validator("roles", mode="before")
    @classmethod
    def _split_roles(cls, value: Any) -> Any:  # Any: the environment can hold anything
        if not isinstance(value, str):
            return value
        found: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in value.split(","))):
            role, is_given, group = (word.strip() for word in part.partition("="))
            if role not in list(Role) or not is_given or not group:
                raise ValueError(f"must be like lead=ah-leads; the roles are {', '.join(Role)}")
            if found.setdefault(group, role) != role:
                raise ValueError(f"gives the group {group} two roles")
        return found

    @field_validator("wording")
    @classmethod
    def _can_be_used(cls, value: Path | None) -> Path | None:
        if value is not None:
            read_wording(value)
        return value

    @field_validator("issuer")
    @classmethod
    def _is_https(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        here = parts.scheme == "http" and is_this_machine(value)
        if not parts.hostname or not (parts.scheme == "https" or here) or parts.query:
            raise ValueError("must be an https address, as the provider's own configuration has it")
        return value

    @field_validator("scopes")
    @classmethod
    def _has_openid(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("must have openid among them")
        return value

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        needed = ("issuer", "client_id", "client_secret", "roles")
        missing = [name for name in needed if not getattr(self, name)]
        if missing and len(missing) < len(needed):
            raise ValueError(f"{', '.join(missing)}: required with the other settings of sign-in")
        return self

    @property
    def is_configured(self) -> bool:
        """Whether people can sign in."""
        return self.issuer is not None

    @property
    def session_life(self) -> timedelta:
        """Return how long a session lasts at most."""
        return timedelta(hours=self.session_hours)

    @property
    def idle_life(self) -> timedelta:
        """Return after how long without a sign of its person a session ends."""
        return timedelta(hours=self.idle_hours)

    def role_of(self, groups: Iterable[str]) -> Role | None:
        """Return the strongest role that the groups give; None if they give none."""
        given = [self.roles[group] for group in groups if group in self.roles]
        return max(given, key=_BY_STRENGTH.index, default=None)

    def require_sign_in(self) -> None:
        """Check that people can sign in.

        Raises:
            ValueError: they cannot. The message names the setting.
        """
        if not self.is_configured:
            raise ValueError("CASE72_DESK_ISSUER: is required, such as https://login.shop.example")


def desk_settings() -> DeskSettings:
    """Return the settings of the environment.

    Raises:
        ValueError: one is bad. The message is one line and names it.
    """
    try:
        return DeskSettings()
    except ValueError as error:
        raise ValueError(f"settings (CASE72_DESK_*): {explain(error)}") from None


def desk_on_this_machine(settings: DeskSettings, state: Path) -> DeskSettings:
    """Return settings for development, with a secret that is kept in the state folder.

    Where no roles are set, a group of a role's name has that role.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = state / "desk"
    folder.mkdir(parents=True, exist_ok=True)
    secrets = settings.secrets or (SecretStr(kept_secret(folder / "secret")),)
    roles = settings.roles or {role.value: role for role in Role}
    return settings.model_copy(update={"secrets": secrets, "secrets_file": None, "roles": roles})
