"""What a container has on this machine."""

import os
import sys
from pathlib import Path

from tests.test_whole import ROOT


def paths() -> dict[str, str]:
    """Commands are found where the image has them: beside its Python."""
    beside = Path(sys.executable).parent
    return {"PATH": f"{beside}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
