"""Which workflows stay with the version of the code they began with (docs/upgrading.md)."""

import os  # noqa: TID251  # read when a worker starts, not when a workflow runs

from temporalio.common import VersioningBehavior

VERSION = "CASE72_VERSION"
"""The setting, read from the environment: the behaviour is part of a workflow's definition, and
the server takes none from workers that have no version."""

_VERSIONED = bool(os.environ.get(VERSION))

STAYS = VersioningBehavior.PINNED if _VERSIONED else VersioningBehavior.UNSPECIFIED
"""A case is over in days: it ends by the code it began with."""

MOVES_ON = VersioningBehavior.AUTO_UPGRADE if _VERSIONED else VersioningBehavior.UNSPECIFIED
"""An enrollment lives for years: it goes on with the newest."""
