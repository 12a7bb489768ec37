"""The mail that comes back: what it is, and which case it belongs to."""
