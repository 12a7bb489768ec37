"""The settings of the store for files that sellers attach (docs/evidence-files.md)."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from obstore.store import LocalStore, S3Store
from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from providers.files.clamd import Clamd
from providers.files.intake import Intake
from providers.files.store import FileStore
from runtime.from_environment import FromEnvironment
from runtime.web_address import is_this_machine

_CLAMD = re.compile(r"/[^\0]+|[^\s/]+:(?P<port>[0-9]{1,5})")
_TRIES = timedelta(seconds=20)


class FileSettings(FromEnvironment):
    """Where files are kept. It is a part of `Settings`, and of what the client reads."""

    model_config = SettingsConfigDict(
        env_prefix="CASE72_", hide_input_in_errors=True, str_strip_whitespace=True
    )

    state: Path = Path(".state")
    """The folder in which the simulated providers keep their state, and the store its files."""
    files: Literal["folder", "s3"] = "folder"
    """Keep them in the folder `files` below `state`, or in a bucket."""
    files_s3_bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = (
        None
    )
    files_s3_endpoint: str | None = None
    """Where the bucket is, if not at AWS."""
    files_s3_region: str = "us-east-1"
    files_clamd: str | None = None
    """The scanner: `host:port`, or the path of a Unix socket. None: files are not scanned."""

    @field_validator("files_s3_endpoint")
    @classmethod
    def _is_https(cls, value: str | None) -> str | None:
        if value is None or value.startswith("https://"):
            return value
        if not (value.startswith("http://") and is_this_machine(value)):
            raise ValueError("must begin with https://, except on this machine")
        return value

    @field_validator("files_clamd")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        found = _CLAMD.fullmatch(value or "")
        if value is not None and not (found and 0 < int(found["port"] or 1) < 65_536):
            raise ValueError("must be host:port, or the path of a Unix socket")
        return value

    @model_validator(mode="after")
    def _has_bucket(self) -> Self:
        if self.files == "s3" and self.files_s3_bucket is None:
            raise ValueError("files_s3_bucket: is required with files=s3")
        return self

    def file_store(self) -> FileStore:
        """Return the store. A folder that is missing is made, for its owner's eyes only.

        Raises:
            ValueError: the folder cannot be made. The message names the setting.
        """
        if self.files == "folder":
            try:
                (self.state / "files").mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise ValueError(
                    f"CASE72_STATE: the folder for files cannot be made: {error.strerror}"
                ) from None
            return FileStore(LocalStore(self.state.resolve()))
        at, region = self.files_s3_endpoint, self.files_s3_region
        return FileStore(
            S3Store(
                self.files_s3_bucket,
                # None as an endpoint is not taken.
                config={"region": region, "endpoint": at} if at else {"region": region},
                client_options={
                    "allow_http": (self.files_s3_endpoint or "").startswith("http://"),
                    "connect_timeout": "5s",
                    "timeout": "20s",
                },
                retry_config={"max_retries": 2, "retry_timeout": _TRIES},
            )
        )

    def intake(self) -> Intake:
        """Return the way into the store.

        Raises:
            ValueError: see `file_store`.
        """
        return Intake(self.file_store(), Clamd(self.files_clamd) if self.files_clamd else None)
