"""What can be set, from the environment, each with the prefix `CASE72_`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of the worker. The connection to Temporal has its own (TEMPORAL_*)."""

    model_config = SettingsConfigDict(env_prefix="CASE72_", hide_input_in_errors=True)

    state: Path = Path(".state")
    """The folder in which the simulated providers keep their state."""
    telephone: Literal["simulated"] = "simulated"
    mail: Literal["simulated"] = "simulated"
    marketplace: Literal["simulated"] = "simulated"
    ring_seconds: Annotated[float, Field(ge=0, le=600)] = 2
    """How long a simulated call rings."""
    sender: str = "Account Health <account-health@case72.example>"
    desk: str = "desk@case72.example"
    message_id_domain: str = "case72.example"
    log: Literal["auto", "console", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    cached_cases: Annotated[int, Field(ge=0, le=1_000_000)] = 500
    """How many workflows a worker keeps in memory; others are replayed from their history.

    0 rules out a fault of the SDK, at three times the processor time: see "What the platform
    gets wrong" in docs/architecture.md.
    """
    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = 30
    """How long a stopping worker lets activities finish: more than a call takes."""
