"""What a call at Twilio says and does, as TwiML (docs/real-telephone.md)."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from providers.call_wording import Words, message_for, seconds_to_say

_DESK_RINGS_SECONDS = 30
_SPEAKS_SECONDS = 3600
REFERENCE_DIGITS = 11
_TYPES_SECONDS = 6
"""How long we wait for the next digit of a reference."""
_TIMES = 2
"""The message is said twice. A person who picks up in the middle hears it once in full."""
_WAITS_SECONDS = 10
"""The time after the message to press a key."""


def for_a_person(words: Words, ours: str, desk: str, called_back: str | None = None) -> str:
    """Return the TwiML that connects a person to the desk's line.

    When the desk answers, Twilio calls back the address `called_back`.
    """
    heard = ""
    if called_back:
        heard = f' statusCallback={quoteattr(called_back)} statusCallbackEvent="answered"'
    number = f"<Number{heard}>{desk}</Number>"
    return (
        f"<Response>{_say(words, words.stay_on_the_line)}"
        f'<Dial callerId="{ours}" timeout="{_DESK_RINGS_SECONDS}">{number}</Dial>'
        f"{_say(words, words.at_the_end)}</Response>"
    )


def for_a_machine(words: Words, desk: str, join_url: str | None) -> str:
    """Return the TwiML that says the message to a machine.

    With `join_url`, a key press runs the TwiML at that address, which connects to the desk's line.
    """
    message = message_for(words, desk)
    if join_url is None:
        pause = f'<Pause length="{_WAITS_SECONDS}"/>'
        return f"<Response>{_say(words, message, times=_TIMES)}{pause}</Response>"
    said = _say(words, f"{message} {words.press_a_key}", times=_TIMES)
    gather = f'numDigits="1" timeout="{_WAITS_SECONDS}" action={quoteattr(join_url)}'
    return f"<Response><Gather {gather}>{said}</Gather></Response>"


def for_an_announcement(words: Words, says: Sequence[str]) -> str:
    """Return the TwiML that says the parts, with a second's pause after each, twice.

    Each digit of a code is a part, so that it can be written down.
    """
    once = "".join(f'{_say(words, part)}<Pause length="1"/>' for part in says)
    return f"<Response>{once * _TIMES}<Hangup/></Response>"


class Addresses(NamedTuple):
    """The addresses that a call to our number leads to."""

    ended: str
    """It says what follows when the desk's leg has ended."""
    told: str | None = None
    """Twilio calls it back when the desk's line is answered, and when the conversation has ended.
    None: we do not know the caller."""
    typed: str | None = None
    """It says what follows when the caller has typed a reference. None: they are not asked to."""


def for_a_caller(words: Words, desk: str, caller_id: str | None, to: Addresses) -> str:
    """Return the TwiML that connects a person who called us to the desk's line.

    Args:
        words: the words of their language.
        desk: the desk's line.
        caller_id: the number that the desk sees; None: the caller's.
        to: what Twilio tells, and asks.
    """
    asked = ""
    if to.typed:
        gather = (
            f'input="dtmf" numDigits="{REFERENCE_DIGITS}" timeout="{_TYPES_SECONDS}" '
            f"action={quoteattr(to.typed)}"
        )
        asked = f"<Gather {gather}>{_say(words, words.not_recognised)}</Gather>"
    said = words.calls_us if to.told else words.tell_the_desk
    seen = f' callerId="{caller_id}"' if caller_id else ""
    heard = ""
    if to.told:
        heard = f' statusCallback={quoteattr(to.told)} statusCallbackEvent="answered completed"'
    limits = f'timeout="{_DESK_RINGS_SECONDS}" timeLimit="{_SPEAKS_SECONDS}"'
    return (
        f"<Response>{asked}{_say(words, said)}"
        f"<Dial{seen} {limits} action={quoteattr(to.ended)}><Number{heard}>{desk}</Number></Dial>"
        f"</Response>"
    )


def after_the_desk(words: Words, *, spoke: bool) -> str:
    """Return the TwiML for a person who called us, once the desk's leg has ended."""
    said = "" if spoke else _say(words, words.call_later)
    return f"<Response>{said}<Hangup/></Response>"


def seconds_for_a_machine(words: Words, desk: str) -> float:
    """Return how long the message takes at most when it is said once."""
    return seconds_to_say(message_for(words, desk))


def _say(words: Words, text: str, times: int = 1) -> str:
    voice = f'voice="{words.voice}" language="{words.language}" loop="{times}"'
    return f"<Say {voice}>{escape(text)}</Say>"
