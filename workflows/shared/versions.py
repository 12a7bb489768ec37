"""Which workflows stay on the version of the code that started them (docs/upgrading.md)."""

import os  # noqa: TID251  # read when a worker starts, not when a workflow runs

from temporalio.common import VersioningBehavior

VERSION = "CASE72_VERSION"
"""The setting is read from the environment, since the behaviour is part of a workflow's
definition. The server refuses a behaviour from workers without a version."""

_VERSIONED = bool(os.environ.get(VERSION))

STAYS = VersioningBehavior.PINNED if _VERSIONED else VersioningBehavior.UNSPECIFIED
"""A case ends within days, so it stays on the code that started it."""

MOVES_ON = VersioningBehavior.AUTO_UPGRADE if _VERSIONED else VersioningBehavior.UNSPECIFIED
"""Enrollments, appeals and deliveries outlive a version, so they move on to the newest code."""
