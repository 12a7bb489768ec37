"""The names of all our settings, so that a mistyped one does not pass for a setting left out."""

import os
from difflib import get_close_matches

from runtime.credentials import AccessSettings, BadConnection
from runtime.desk_settings import DeskSettings
from runtime.encryption import EncryptionSettings
from runtime.from_environment import SecretsFolder
from runtime.inbound_settings import InboundSettings
from runtime.page_settings import CodecSettings, PageSettings
from runtime.settings import Settings

_PREFIX = "CASE72_"

MODELS = (
    Settings,
    PageSettings,
    CodecSettings,
    EncryptionSettings,
    AccessSettings,
    InboundSettings,
    DeskSettings,
    SecretsFolder,
)
SETTING_NAMES = frozenset(
    f"{model.model_config['env_prefix']}{field}".upper()
    for model in MODELS
    for field in model.model_fields
)


def refuse_unknown_settings() -> None:
    """Refuse names in the environment that begin as our settings do and are none.

    Raises:
        BadConnection: there is one. The message names it, and the setting that was probably meant.
    """
    for name in sorted(os.environ):
        if name.upper().startswith(_PREFIX) and name.upper() not in SETTING_NAMES:
            meant = get_close_matches(name.upper(), SETTING_NAMES, n=1)
            hint = f"; did you mean {meant[0]}?" if meant else " (docs/settings.md has all)"
            raise BadConnection(f"{name}: there is no such setting{hint}")
