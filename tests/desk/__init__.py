"""The desk, at real OpenID providers, in a browser and without one."""
