"""What all settings share: they come from the environment, and from files of a folder."""

from typing import Any

from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from runtime.existing_paths import ExistingFolder


class SecretsFolder(BaseSettings):
    """Where the files are. Kubernetes mounts secrets as such a folder (docs/kubernetes.md)."""

    model_config = SettingsConfigDict(env_prefix="CASE72_", hide_input_in_errors=True)

    secrets_folder: ExistingFolder | None = None
    """A folder with a file for each setting that is not in the environment, named as the setting
    is."""


class _Files(SecretsSettingsSource):
    def __call__(self) -> dict[str, Any]:  # Any: as the library has it
        try:
            return super().__call__()
        except SettingsError as error:  # its cause can quote some of the file
            cause = error.__cause__
            why = cause.strerror if isinstance(cause, OSError) else "is it text in UTF-8?"
        raise ValueError(f"secrets_folder: a file in it cannot be read: {why}")


class FromEnvironment(BaseSettings):
    """Settings from the environment, or else from a file of the folder of secrets."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from, the strongest first."""
        return init_settings, env_settings, _Files(settings_cls, SecretsFolder().secrets_folder)
