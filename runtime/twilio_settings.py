"""The settings of our account at Twilio, and of text messages (docs/real-telephone.md)."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from runtime.from_environment import FromEnvironment
from runtime.web_address import is_this_machine, parts_of


class TwilioSettings(FromEnvironment):
    """Our account, and whether texts are sent. It is a part of `Settings`."""

    model_config = SettingsConfigDict(
        env_prefix="CASE72_", hide_input_in_errors=True, str_strip_whitespace=True
    )

    twilio_account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$")] | None = None
    """Required with `telephone=twilio`, like `twilio_auth_token`, `twilio_from`, `desk_phone`."""
    twilio_auth_token: SecretStr | None = None
    twilio_base_url: str = "https://api.twilio.com"
    texts: Literal["off", "simulated", "twilio"] = "off"
    """Who sends text messages. Off: nobody is offered one."""
    twilio_text_sender: (
        Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32})$")] | None
    ) = None
    """Our number that sends texts, or a messaging service. Required with `texts=twilio`."""

    @field_validator("twilio_auth_token", mode="before")
    @classmethod
    def _without_spaces(cls, value: Any) -> Any:  # Any: the environment can hold anything
        return value.strip() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _texts_can_be_sent(self) -> Self:
        if self.texts != "twilio":
            return self
        needed = ("twilio_account_sid", "twilio_auth_token", "twilio_text_sender")
        if missing := [name for name in needed if not getattr(self, name)]:
            raise ValueError(f"{', '.join(missing)}: required with texts=twilio")
        check_base_url(self.twilio_base_url)
        return self

    @property
    def sends_texts(self) -> bool:
        """Return whether a code can be sent by text."""
        return self.texts != "off"


def check_base_url(url: str) -> None:
    """Check that the auth token is sent to nobody who listens.

    Raises:
        ValueError: the address is not https, and not on this machine.
    """
    parts = parts_of(url)
    schemes = ("https", "http") if parts and is_this_machine(url) else ("https",)
    if not parts or not parts.hostname or parts.scheme not in schemes:
        raise ValueError("twilio_base_url: must be https, since the auth token is sent there")
