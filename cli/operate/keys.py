"""Keys that encrypt what Temporal stores."""

from cli.terminal.output import say
from runtime import encryption


def new_key() -> None:
    """Make a key: a line for the file that CASE72_ENCRYPTION_KEYS_FILE names.

    The first line of that file encrypts, every line decrypts. A new key goes last until every
    worker and client has it, and only then first.
    """
    say(encryption.new_key())
