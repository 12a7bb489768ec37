"""`mail read`: one message that came in, from a mail server's pipe."""

import sys

import typer

from cli.session import run
from cli.terminal.problems import BadInput, DidNotHappen
from cli.terminal.settings import settings_of
from runtime.logs import configure_logs
from runtime.settings import Settings
from temporal_client.workflows import Workflows

_TRY_AGAIN = 75
"""What a mail server takes for "keep it, and try again" (EX_TEMPFAIL)."""


def read_mail() -> None:
    """Take a message from standard input, and tell its case or the desk.

    The exit code is 0 or 75, whatever is wrong, also with a setting: a mail server then keeps the
    message, and tries again. With any other code it would send it back to the seller. The updates
    are `receive_reply`, `receive_bounce` and `note_mail`.
    """
    try:
        print(_placed())
    except (BadInput, DidNotHappen) as why:
        _try_again(str(why))
    except Exception as error:
        # The error's text could quote the message.
        _try_again(f"a fault of ours ({type(error).__name__})")


def _try_again(why: str) -> None:
    print(f"try again later: {why}", file=sys.stderr)
    raise typer.Exit(_TRY_AGAIN) from None


def _placed() -> str:
    # Reading mail takes a fifth of a second to import, which the other commands need not spend.
    from inbound.forwarding import LARGEST_FORWARDED
    from inbound.incoming import Incoming, Unreadable, read
    from inbound.placing import Placed, TryLater
    from inbound.setting_up import placing_of
    from providers.imap.mailbox import LARGEST_READ
    from runtime.inbound_settings import InboundSettings

    raw = sys.stdin.buffer.read(LARGEST_FORWARDED + 1)
    while sys.stdin.buffer.read(LARGEST_READ):
        """Read on: whoever writes into a closed pipe may take that for another failure."""
    general, settings = settings_of(Settings), settings_of(InboundSettings)
    configure_logs(general.log, general.log_level)
    try:
        incoming: Incoming | None = read(raw[:LARGEST_READ])
    except Unreadable:
        incoming = None

    async def place(workflows: Workflows) -> Placed:
        try:
            placing = placing_of(workflows.client, general, settings, kept_whole=False)
        except ValueError as error:
            raise BadInput(str(error)) from None
        try:
            if incoming is None:
                return await placing.forward_unreadable(raw)
            return await placing.place(incoming, raw)
        except TryLater as why:
            raise DidNotHappen(str(why)) from None

    return "taken" if run(place) is Placed.TAKEN else "sent to the desk"
