"""Puts files on this machine into the store, so that a plan can name them."""

from pathlib import Path

from cli.terminal.problems import BadInput, DidNotHappen
from domain.case.evidence_file import LARGEST_FILE, EvidenceFile
from providers.files.intake import Intake, TryLater
from providers.files.kinds import FileProblem, FileRefused
from providers.files.store import StoreAway

_WORDS = {
    FileProblem.EMPTY: "is empty",
    FileProblem.TOO_LARGE: f"has more than {LARGEST_FILE:,} bytes",
    FileProblem.UNKNOWN_KIND: "is of a kind that is not taken, or damaged, or needs a password",
    FileProblem.ANOTHER_KIND: "is not what its name says",
    FileProblem.TWO_KINDS: "can be read as files of two kinds",
    FileProblem.MACROS: "has macros",
    FileProblem.INFECTED: "is infected, says the scanner",
}


async def attached(intake: Intake, account: str, paths: list[Path]) -> list[EvidenceFile]:
    """Store files, and return what a plan names them by.

    Raises:
        BadInput: one is not taken. Those before it are in the store, named by nobody.
        DidNotHappen: the scanner or the store is away.
    """
    return [await _stored(intake, account, path) for path in paths]


async def check_stored(intake: Intake, account: str, files: tuple[EvidenceFile, ...]) -> None:
    """Check that the store has the files that a plan names.

    Raises:
        BadInput: it has not.
        DidNotHappen: the store is away.
    """
    for file in files:
        try:
            if await intake.store.has(account, file.sha256):
                continue
        except StoreAway as why:
            raise DidNotHappen(f"the store for files does not answer: {why}") from None
        raise BadInput(f"files: {file.name}: the store has no such file of {account}")


async def _stored(intake: Intake, account: str, path: Path) -> EvidenceFile:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadInput(f"--attach {path}: {error.strerror}") from None
    try:
        return await intake.take(account, path.name, content)
    except FileRefused as refused:
        raise BadInput(f"--attach {path}: {_WORDS[refused.problem]}") from None
    except TryLater:
        raise DidNotHappen("the scanner or the store for files is away; try again") from None
