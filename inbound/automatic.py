"""Tells whether a machine answered.

An answer that is wrongly taken for a machine's costs a seller their clock; one wrongly taken for a
person's stops a clock that should run. In doubt a person wrote it. So one sure sign suffices, of
the others it takes two: each of them is also found on what people write.
"""

import re
from email.message import Message
from email.utils import parseaddr

from inbound.message import decoded_header

# Mail programs give these to answers that nobody typed, and to nothing else.
_SURE = (
    "X-Autoreply",
    "X-Autorespond",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
    "X-FC-MachineGenerated",
)

# What Exchange, Gmail, Apple Mail and others put before the subject of an absence notice. A person
# may write it too.
_ABSENCE = re.compile(
    r"\W*(automatic reply|auto(matic)?[- ]?(reply|response|answer)|out of (the )?office|ooo\b"
    r"|vacation|on leave|away from|r[eé]ponse automatique|absence|absent|message automatique"
    r"|respuesta autom[aá]tica|fuera de (la )?oficina|ausencia|ausente"
    r"|自动回复|自动答复|自動回覆|不在办公室|休假|外出)",
    re.IGNORECASE,
)

_NOBODY = re.compile(r"(no|do[-_.]?not|donot)[-_.]?reply", re.IGNORECASE)
# No person has such an address.
_DAEMONS = {"mailer-daemon", "mail-daemon", "mdaemon"}


def is_automatic(message: Message) -> bool:
    """Tell whether a machine wrote `message`."""
    if _is_sure(message):
        return True
    bulk = _is_bulk(message)
    # A list's or a campaign's mail answers nobody; a help desk puts the same on what people write.
    if bulk and not _refers(message):
        return True
    signs = (
        bulk,
        _is_absence(message),
        # It asks others for no automatic answers. Exchange puts it on absence notices, but help
        # desks and CRM systems put it on what people write.
        "X-Auto-Response-Suppress" in message,
        # A person at a company may write from such an address too.
        bool(_NOBODY.match(_local_part(message))),
        # It stops two machines from answering each other. Lists and help desks set it as well.
        "X-Loop" in message,
    )
    return sum(signs) >= 2


def may_be_person(message: Message) -> bool:
    """Tell whether a person may have typed an answer that counts as a machine's.

    Help desks (Zendesk) say of all that they send that it was generated: what people type, and
    acknowledgements. RFC 3834 has `auto-generated` for what answers nothing; a machine's answer is
    `auto-replied`. Others put several doubtful signs on what people type.
    """
    says = _first_word(message, "Auto-Submitted")
    is_machine = _has_sure_sign(message) or _is_absence(message)
    return says in ("auto-generated", "no", "") and _refers(message) and not is_machine


def _is_sure(message: Message) -> bool:
    return _says_it_is_automatic(message) or _has_sure_sign(message)


def _has_sure_sign(message: Message) -> bool:
    if any(_first_word(message, name) not in ("", "no", "false") for name in _SURE):
        return True
    # Old programs say it in one of these ways. `bulk` and `list` are no sure signs: the Request
    # Tracker and mailing lists put them on what people write.
    precedence = _first_word(message, "Precedence"), _first_word(message, "X-Precedence")
    if any(word in ("auto_reply", "junk") for word in precedence):
        return True
    # A receipt or a report (RFC 6522). It was looked at for a bounce before.
    if message.get_content_type() == "multipart/report":
        return True
    # Nobody can answer it: RFC 3834 and RFC 5321 ask this of machines, no mail program does it.
    return has_empty_sender(message) or is_from_daemon(message)


def _says_it_is_automatic(message: Message) -> bool:
    # RFC 3834: anything but `no` is from a machine. `no` is what people's programs may say.
    return _first_word(message, "Auto-Submitted") not in ("", "no")


def _is_bulk(message: Message) -> bool:
    precedence = _first_word(message, "Precedence")
    return precedence in ("bulk", "list") or "List-Id" in message or "List-Unsubscribe" in message


def _refers(message: Message) -> bool:
    return "In-Reply-To" in message or "References" in message


def _is_absence(message: Message) -> bool:
    subject = decoded_header(str(message.get("Subject", ""))[:500])
    return bool(_ABSENCE.match(subject))


def has_empty_sender(message: Message) -> bool:
    """Tell whether the envelope named no sender, as the mail server that delivered it noted."""
    sender = str(message.get("Return-Path", "")).strip()
    # Some servers put a name in place of none.
    return sender == "<>" or sender.strip("<>").partition("@")[0].lower() in _DAEMONS


def is_from_daemon(message: Message) -> bool:
    """Tell whether a mail server wrote it, and not the person who looks after one."""
    name = _local_part(message).lower()
    # Old servers give themselves a name, but no address.
    if name in _DAEMONS or "<>" in str(message.get("From", "")):
        return True
    # A person may have this address, but their message shows a sender or what it answers.
    answers = "Return-Path" in message or _refers(message)
    is_sent_by_server = has_empty_sender(message) or _says_it_is_automatic(message)
    return name == "postmaster" and (is_sent_by_server or not answers)


def _local_part(message: Message) -> str:
    return parseaddr(str(message.get("From", ""))[:1000])[1].partition("@")[0]


def _first_word(message: Message, name: str) -> str:
    words = re.split(r"[\s;(,]", str(message.get(name, ""))[:200].strip(), maxsplit=1)
    return words[0].lower()
