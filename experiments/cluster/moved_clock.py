"""Temporal's server with a clock that a setting moves.

libfaketime cannot move the clock of a program in Go, which asks the kernel without a library. So
`time.Now` of Go itself is changed, and the server is built with it.
"""

import json
from pathlib import Path

from experiments.cluster.programs import MissingProgram, go, server_with

AHEAD_SECONDS = "CLOCK_AHEAD_SECONDS"
"""The variable of a node that says how many seconds its clock is ahead."""

_NAMES = ("time.go", "ahead.go")
_READS_CLOCK = """func Now() Time {
	sec, nsec, mono := runtimeNow()
"""
_AHEAD = f"""package time

import "syscall"

var ahead = aheadSeconds()

func aheadSeconds() int64 {{
	text, _ := syscall.Getenv("{AHEAD_SECONDS}")
	seconds, _ := atoi(text)
	return int64(seconds)
}}
"""


def server_with_moved_clock(version: str, folder: Path) -> Path:
    """Return the server's program. Build it in `folder` if it is missing there; takes minutes.

    Raises:
        MissingProgram: there is no Go, it cannot build it, or its `time.Now` is another one.
    """
    package = Path(go("env", "GOROOT")) / "src" / "time"
    original = (package / "time.go").read_text()
    if _READS_CLOCK not in original:
        raise MissingProgram(f"{package / 'time.go'} reads the clock in another way than Go 1.26")
    sources = folder / "moved-clock"
    sources.mkdir(parents=True, exist_ok=True)
    moved = original.replace(_READS_CLOCK, f"{_READS_CLOCK}\tsec += ahead\n")
    (sources / "time.go").write_text(moved)
    (sources / "ahead.go").write_text(_AHEAD)
    overlay = sources / "overlay.json"
    replaced = {str(package / name): str((sources / name).absolute()) for name in _NAMES}
    overlay.write_text(json.dumps({"Replace": replaced}))
    return server_with(overlay, "moved-clock", version, folder)
