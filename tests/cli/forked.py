"""The client in a process of its own, forked from one that has imported it already.

To start Python and import takes half a second of processor, and there are hundreds of commands.
"""

import asyncio
import io
import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["client", "pytest", __name__])


def _run(folder: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Be `python client.py`, as one that is started anew would be."""
    import client

    os.environ.clear()
    os.environ.update(environment)
    for descriptor, name, mode in ((0, "in", "r"), (1, "out", "w"), (2, "err", "w")):
        with Path(folder, name).open(mode) as file:
            os.dup2(file.fileno(), descriptor)
    given = io.FileIO(0, closefd=False)
    given.name = "<stdin>"  # as Python itself calls it
    sys.stdin = io.TextIOWrapper(io.BufferedReader(given))
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.BufferedWriter(io.FileIO(to, "w", closefd=False))) for to in (1, 2)
    )
    sys.argv = ["client.py", *arguments]
    code = client.main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


async def forked(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: bytes
) -> tuple[int, bytes, bytes]:
    """Run a command to its end: exit code, standard output, standard error."""
    with TemporaryDirectory() as folder:
        given, out, err = (Path(folder, name) for name in ("in", "out", "err"))
        given.write_bytes(stdin)
        process = _FORKS.Process(target=_run, args=(folder, arguments, dict(environment)))
        process.start()
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(process.sentinel, ended.set)
        try:
            await ended.wait()
        except asyncio.CancelledError:
            process.kill()
            raise
        finally:
            loop.remove_reader(process.sentinel)
            process.join()
        return process.exitcode or 0, out.read_bytes(), err.read_bytes()
