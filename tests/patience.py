"""How long a test waits."""

from typing import Final

PATIENCE: Final = 40
"""How long a test waits for what must come, s.

Far more than any of it takes: a machine may be busy, and Temporal itself keeps a workflow task
that a stopping worker took along for 10 s. A test of something that must be quick says its own.
"""
