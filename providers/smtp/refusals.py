"""Decides whether a mail server refused because of the seller's address or because of us.

A refusal of the mailbox or of the message is a bounce, and ends the e-mail at once. Any other
refusal is retried (docs/real-mail.md). In doubt we are the cause.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stage of the session at which the server refused."""

    CONNECTION = "connection"
    GREETING = "greeting"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    OTHER = "command"


_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")

# Decide by the enhanced status code (RFC 3463), if there is one. 5.7 is policy, and 5.1.8 is about
# our own address.
_MAILBOX = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1), (2, 2)}
_TOO_LARGE = {(2, 3), (3, 4)}
_CONTENT = 6
_UNSPECIFIC = {(1, 0), (3, 0), (5, 0)}
"""Outlook.com, Cisco and Sendmail use these for an unknown mailbox and for other problems."""
_BY_STATUS = {
    Stage.SENDER: _TOO_LARGE,
    Stage.RECIPIENT: _MAILBOX | _TOO_LARGE | {(4, 1)},
    Stage.MESSAGE: _MAILBOX | _TOO_LARGE,
}
_PERMANENT = {511, 550, 551, 552, 553, 554, 556}

# Without one decide by the words, since servers answer 550 to many problems.
_SAYS_MAILBOX = re.compile(
    r"(user|mailbox|recipient|address|account|addressee|alias)\b.{0,60}?"
    r"\b(unknown|not found|does ?n[o'’]t exist|not exist|no longer|"
    r"discontinued|over quota|unavailable|not available|invalid|non-?existent|is full|"
    r"not recogni[sz]ed|not known|undeliverable|has moved)"
    # A relay uses these words for an account or an address of ours too.
    r"|(user(?! account)|mailbox|recipient|addressee|alias|account that you tried to reach)\b"
    r".{0,60}?\b(disabled|inactive|suspended|expired|not allowed|closed)"
    r"|\b(unknown|no such|invalid|non-?existent|bad|no) (local )?"
    r"(user|mailbox|recipient|address|account|person|destination|local part)"
    r"|(mailbox|quota)\b.{0,30}(full|exceeded)|does not have an? \S+ account|not a known user"
    r"|no mailbox (here|by that name)|not (our|a local) (customer|user)|user (doesn|does no)"
    r"|unrouteable address|nullmx|null mx|does not accept mail|accepts? no mail",
    re.I,
)
_SAYS_US = re.compile(
    r"block|black ?list|deny ?list|\brbl\b|dnsbl|spamhaus|barracuda|listed|reputation|spam|junk"
    r"|\bspf\b|dkim|dmarc|\bptr\b|\brdns\b|reverse (dns|lookup|hostname)|\bhelo\b|\behlo\b"
    r"|too many|\brate|(?<!storage )limit|throttl|connections?|frequen|quota for|sending quota"
    r"|daily|\btrial|sandbox|payment|unpaid|invoice|billing|subscription|\bplan\b|monthly|hourly"
    r"|not verified|\bdns\b|from header|(for|from|by) sending"
    r"|your account|allowed to send|sending (account|address|domain|server)|outgoing|address family"
    r"|polic|relay(?! recipient table)|authenti|rcpthosts|sender"
    r"|from address|from domain|mail from|envelope from"
    r"|return path|\btls\b|encrypt|secure channel|\bip\b|client host"
    r"|your (server|host|domain|network)"
    r"|virus|malware|not permitted|prohibited|suspicious|gr[ae]y ?list"
    r"|(?<!please )verify|verification",
    re.I,
)
_SAYS_TOO_LARGE = re.compile(r"too (large|big)|size (limit|exceed)|exceeds? .{0,30}size", re.I)
_REFUSES_THE_SENDER = re.compile(
    r"relay(ing)? (access )?denied|(unable|not permitted|not allowed) to relay"
    r"|sender( address)? (rejected|refused|denied|unknown|not)",
    re.I,
)
"""These words decide, whatever the enhanced status is."""
_QUOTED = re.compile(r"<[^>]*>|\S+@\S+|https?://\S+")
"""Addresses are ignored, since they can contain any word."""


@dataclass(frozen=True)
class Refusal:
    """A server's refusal. It keeps no words of the server, since they can quote an address."""

    of: Stage
    code: int
    status: tuple[int, int, int] | None = None
    says_mailbox: bool = False
    says_us: bool = False
    says_too_large: bool = False
    refuses_sender: bool = False

    @classmethod
    def read(cls, of: Stage, code: int, text: str) -> "Refusal":
        """Read the refusal from the server's answer."""
        found = _STATUS.match(text)
        status = (int(found[1]), int(found[2]), int(found[3])) if found else None
        words = " ".join(_QUOTED.sub(" ", text).split())
        return cls(
            of,
            code,
            status,
            says_mailbox=_SAYS_MAILBOX.search(words) is not None,
            says_us=_SAYS_US.search(words) is not None,
            says_too_large=_SAYS_TOO_LARGE.search(words) is not None,
            refuses_sender=_REFUSES_THE_SENDER.search(words) is not None,
        )

    def __str__(self) -> str:
        status = " " + ".".join(map(str, self.status)) if self.status else ""
        return f"{self.of} refused, {self.code}{status}"

    def about_seller(self) -> bool:
        """Tell whether the refusal is permanent and about the mailbox or the message."""
        if self.code // 100 != 5 or self.of not in _BY_STATUS or self.refuses_sender:
            return False
        if self.status is None:
            return self._by_words()
        kind, subject, detail = self.status
        if kind != 5:
            return False
        if subject == 0 or (subject, detail) in _UNSPECIFIC:
            return self._by_words()
        if self.says_us and (subject, detail) not in _TOO_LARGE and not self.says_too_large:
            return False
        return subject == _CONTENT or (subject, detail) in _BY_STATUS[self.of]

    def _by_words(self) -> bool:
        if self.code not in _PERMANENT:
            return False
        # After the recipient was accepted, words about a mailbox do not mean the seller's.
        return self.says_too_large or (
            self.says_mailbox and not self.says_us and self.of is Stage.RECIPIENT
        )
