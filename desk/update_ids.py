"""The ids of the updates that the desk sends."""

from hashlib import sha256


def update_id(*parts: str) -> str:
    """Return the id of an update. The same form sent twice has the same, so it counts once."""
    digest = sha256("\0".join(parts).encode()).hexdigest()
    return f"desk-{digest[:32]}"
