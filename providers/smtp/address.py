"""The form of an address that mail servers take (RFC 5321; docs/real-mail.md)."""


def mailbox(local_part: str, domain: str) -> str:
    """An address, quoted where its dots are: `"a..b"@docomo.ne.jp` exists, and only so is taken."""
    dots = local_part.startswith(".") or local_part.endswith(".") or ".." in local_part
    return f'"{local_part}"@{domain}' if dots else f"{local_part}@{domain}"
