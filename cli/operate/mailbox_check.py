"""What is wrong with incoming mail (docs/runbook/incoming-mail.md)."""

from datetime import UTC, datetime, timedelta

from cli.operate.audit_report import Finding, FindingKind
from providers.imap.failures import MailboxFailed
from providers.imap.folders import Folder
from providers.imap.mailbox import ImapMailbox
from providers.imap.server import ImapServer

_LONG = timedelta(minutes=15)
"""The reader places a message in seconds, or a minute while its e-mail is being sent."""


def check_mailbox(server: ImapServer | None) -> list[Finding]:
    """Return what is wrong with the mailbox that answers come to, if there is one."""
    if server is None:
        return []
    try:
        box = ImapMailbox(server)
        unreadable = box.count(Folder.UNREADABLE)
        oldest = box.oldest_came()
        box.close()
    except MailboxFailed as why:
        return [_finding(server, f"the mailbox cannot be read: {why}")]
    findings = []
    if unreadable:
        findings.append(_finding(server, f"messages that could not be read: {unreadable}"))
    if oldest is not None and datetime.now(UTC) - oldest > _LONG:
        what = f"a message waits since {oldest:%Y-%m-%d %H:%M} UTC: is the reader running?"
        findings.append(_finding(server, what))
    return findings


def _finding(server: ImapServer, what: str) -> Finding:
    return Finding(kind=FindingKind.INCOMING_MAIL, where=f"mailbox {server.host}", what=what)
