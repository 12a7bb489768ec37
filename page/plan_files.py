"""The files of a plan's or an appeal's form: those just chosen, and those in the store already.

A file is stored when the form comes in, whatever becomes of the plan. If the form is shown again, a
signed field names each stored file, so that nobody has to choose it again. The files that no case
comes to name are deleted later (docs/evidence-files.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from domain.case.evidence_file import LARGEST_FILE, MOST_FILES, EvidenceFile, clean_file_name
from page.plan_form import FILES, Problem
from providers.files.intake import Intake, TryLater
from providers.files.kinds import FileProblem, FileRefused
from providers.files.store import StoreAway
from reference.page_links import Expired, Forged, Purpose, Signer
from web.languages import N_
from web.limits import Limit

_KEPT_FOR = timedelta(hours=20)
"""How long a stored file may be named by a form. It is not deleted before a day."""
_LARGEST_MB = LARGEST_FILE // 1024 // 1024

PROBLEMS = {
    FileProblem.EMPTY: N_("%(file)s is empty."),
    FileProblem.TOO_LARGE: N_("%(file)s is too large: a file may have %(most)s MB."),
    FileProblem.UNKNOWN_KIND: N_(
        "%(file)s is of a kind that we cannot take, or is damaged, or needs a password."
    ),
    FileProblem.ANOTHER_KIND: N_(
        "%(file)s is not what its name says. Please save it again under its right kind."
    ),
    FileProblem.TWO_KINDS: N_(
        "%(file)s has another file hidden in it, so we cannot take it. Please save it anew."
    ),
    FileProblem.MACROS: N_("%(file)s has macros in it. Please save it without them."),
    FileProblem.INFECTED: N_(
        "Our virus scanner found something in %(file)s, so we have not kept it."
    ),
}
TRY_LATER = N_(
    "We cannot take files at the moment. Please choose %(file)s again in a minute; your text is "
    "kept. You can also send the text without it now, and the file later."
)
TOO_MANY_FILES = N_("You can send %(most)s files at most. We have not kept %(file)s.")
TOO_OFTEN = N_(
    "You have sent very many files. Please choose %(file)s again in some minutes; your text is "
    "kept."
)
GONE = N_("We do not have %(file)s any more. Please choose it again.")


class HasFiles(Protocol):
    """A form with files."""

    files: list[EvidenceFile]
    file_problems: list[Problem]
    try_later: bool


@dataclass(frozen=True)
class KeptFile:
    """A stored file that a form lists."""

    file: EvidenceFile
    token: str
    """Proves that it is the account's own, and in the store."""


class PlanFiles:
    """Takes in the files of a form."""

    def __init__(self, intake: Intake, signer: Signer) -> None:
        self._intake, self._signer = intake, signer
        self._taken = Limit(4 * MOST_FILES, 3600)

    def kept(self, account: str, files: Iterable[EvidenceFile]) -> list[KeptFile]:
        """Return files of an account with the proof that they are its own."""
        return [KeptFile(file, self._sign(account, file)) for file in files]

    async def take(self, form: FormData, account: str, typed: HasFiles) -> None:
        """Set the files of a form: those it names, without a removed one, then those chosen.

        The problems with files are added to the form's. `typed.try_later` says whether one of them
        is an outage of ours.
        """
        typed.files = self._named_by(form, account, typed)
        removed = form.get("remove_file")
        typed.files = [file for file in typed.files if file.sha256 != removed]
        for upload in form.getlist(FILES):
            if isinstance(upload, UploadFile) and (upload.filename or upload.size):
                await self._take(upload, account, typed)

    async def check(self, account: str, typed: HasFiles) -> None:
        """Check that the store has every file. Take out those that it has not, and say so."""
        for file in typed.files:
            try:
                if await self._intake.store.has(account, file.sha256):
                    continue
            except StoreAway:
                typed.file_problems.append(_about(file.name, TRY_LATER))
                typed.try_later = True
                return
            typed.files = [other for other in typed.files if other != file]
            typed.file_problems.append(_about(file.name, GONE))

    async def _take(self, upload: UploadFile, account: str, typed: HasFiles) -> None:
        name = clean_file_name(upload.filename or "")
        if len(typed.files) >= MOST_FILES:
            typed.file_problems.append(_about(name, TOO_MANY_FILES, most=MOST_FILES))
            return
        if self._taken.wait(account):
            typed.file_problems.append(_about(name, TOO_OFTEN))
            typed.try_later = True
            return
        try:
            # One byte more than is allowed tells that it is too large.
            content = await upload.read(LARGEST_FILE + 1)
            file = await self._intake.take(account, name, content)
        except FileRefused as refused:
            typed.file_problems.append(_about(name, PROBLEMS[refused.problem], most=_LARGEST_MB))
        except TryLater:
            typed.file_problems.append(_about(name, TRY_LATER))
            typed.try_later = True
        else:
            # The same content twice is one file, by the name it had first.
            if file.sha256 not in {other.sha256 for other in typed.files}:
                typed.files = [*typed.files, file]

    def _sign(self, account: str, file: EvidenceFile) -> str:
        return self._signer.sign(Purpose.FILE, [account, file.model_dump(mode="json")])

    def _named_by(self, form: FormData, account: str, typed: HasFiles) -> list[EvidenceFile]:
        """Return the stored files that a form names. One that is too old is asked for again."""
        found: dict[str, EvidenceFile] = {}
        for token in _texts(form.getlist("kept"))[:MOST_FILES]:
            try:
                is_old, (owner, said) = self._read(token)
                file = EvidenceFile.model_validate(said)
            except (Forged, ValidationError):
                continue
            if owner != account:
                continue
            if is_old:
                typed.file_problems.append(_about(file.name, GONE))
            else:
                found[file.sha256] = file
        return list(found.values())

    def _read(self, token: str) -> tuple[bool, tuple[object, object]]:
        """Return whether a token is too old, and whose file it names.

        Raises:
            Forged: it is not ours.
        """
        try:
            return False, self._signer.read(Purpose.FILE, token, _KEPT_FOR)
        except Expired:
            return True, self._signer.read_however_old(Purpose.FILE, token)


def _about(name: str, message: str, **numbers: int) -> Problem:
    return Problem(FILES, message, {"file": name, **numbers})


def _texts(values: Sequence[object]) -> list[str]:
    return [value for value in values if isinstance(value, str)]
