"""The secrets of the hashes by which cases are found (docs/api.md, search attributes)."""

from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from reference.find_hashes import FindHashes
from runtime.existing_paths import ExistingFile
from runtime.from_environment import FromEnvironment
from runtime.secrets import SHORTEST_SECRET, kept_secret, secrets_in, split

_KEPT = "find/secret"


class FindSettings(FromEnvironment):
    """The secrets. They are a part of `Settings`, and of what client and desk read."""

    model_config = SettingsConfigDict(env_prefix="CASE72_", hide_input_in_errors=True)

    find_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """The first makes the hashes of cases, and a search tries each."""
    find_secrets_file: ExistingFile | None = None
    """A file with one secret a line, instead of `find_secrets`."""

    @field_validator("find_secrets", mode="before")
    @classmethod
    def _split_secrets(cls, value: Any) -> Any:  # Any: the environment can hold anything
        return split(value)

    @model_validator(mode="after")
    def _has_good_secrets(self) -> Self:
        if self.find_secrets and self.find_secrets_file:
            raise ValueError("find_secrets, find_secrets_file: give one of them")
        if self.find_secrets_file and not self._keys:
            raise ValueError("find_secrets_file: the file holds no secret")
        if any(len(key) < SHORTEST_SECRET for key in self._keys):
            raise ValueError(f"find_secrets: each must have {SHORTEST_SECRET} characters or more")
        return self

    @property
    def _keys(self) -> tuple[str, ...]:
        if self.find_secrets_file is not None:
            return secrets_in(self.find_secrets_file, "find_secrets_file")
        return tuple(secret.get_secret_value() for secret in self.find_secrets)

    def find_hashes(self) -> FindHashes | None:
        """Return the maker of the hashes, or None if there is no secret."""
        return FindHashes(self._keys) if self._keys else None


Some = TypeVar("Some", bound=FindSettings)


def with_kept_secret(settings: Some, state: Path) -> Some:
    """Return settings for development, with a secret kept in the state folder if none is given."""
    if settings.find_hashes() is None:
        kept_secret(state / _KEPT)
    return of_this_machine(settings, state)


def of_this_machine(settings: Some, state: Path) -> Some:
    """Return the settings, with the secret that `with_kept_secret` last kept here, if any."""
    file = state / _KEPT
    if settings.find_hashes() is not None or not file.exists():
        return settings
    return settings.model_copy(update={"find_secrets_file": file})
