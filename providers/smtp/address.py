"""The form of an address that mail servers accept (RFC 5321; docs/real-mail.md)."""


def mailbox(local_part: str, domain: str) -> str:
    """Return an address, with misplaced dots quoted: `"a..b"@docomo.ne.jp` exists."""
    dots = local_part.startswith(".") or local_part.endswith(".") or ".." in local_part
    return f'"{local_part}"@{domain}' if dots else f"{local_part}@{domain}"
