"""What is wrong with incoming mail (docs/runbook/incoming-mail.md)."""

from cli.operate.audit_report import Finding, FindingKind
from inbound.mailbox import Folder, ImapMailbox, ImapServer, NoMailbox

_MANY = 100


def check_mailbox(server: ImapServer | None) -> list[Finding]:
    """Return what is wrong with the mailbox that answers come to, if there is one."""
    if server is None:
        return []
    try:
        box = ImapMailbox(server)
        unreadable = box.count(Folder.UNREADABLE)
        waiting = box.count_waiting()
        box.close()
    except NoMailbox as why:
        return [_finding(server, f"the mailbox cannot be read: {why}")]
    findings = []
    if unreadable:
        findings.append(_finding(server, f"messages that could not be read: {unreadable}"))
    if waiting >= _MANY:
        findings.append(_finding(server, f"{_MANY} messages or more wait: is the reader running?"))
    return findings


def _finding(server: ImapServer, what: str) -> Finding:
    return Finding(kind=FindingKind.INCOMING_MAIL, where=f"mailbox {server.host}", what=what)
