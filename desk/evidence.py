"""The files of a plan or an appeal, which the desk downloads (docs/evidence-files.md).

A file comes from a seller, so a browser must never show it on the desk's own site: it is sent as a
download of bytes, in a sandbox that allows nothing.
"""

import re
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from temporalio.client import Client

from desk.sessions import Session
from domain.appeal.view import files_of
from domain.case.evidence_file import EvidenceFile
from domain.case.view import CaseView
from domain.shared.account import Store
from domain.shared.names import RUN_ID
from providers.files.kinds import FileRefused, kind_of
from providers.files.store import FileGone, FileStore, StoreAway
from temporal_client.failures import NotThere
from temporal_client.names import appeal_name, case_name
from temporal_client.workflows import Workflows

FILE_PATH = "/file/{store}/{seller_id}/{sha256}"
APPEAL_FILE_PATH = "/appeal/{store}/{seller_id}/file/{sha256}"
_SELLER = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HASH = re.compile(r"[0-9a-f]{64}")
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Evidence:
    """Sends files to the desk."""

    def __init__(self, client: Client, files: FileStore) -> None:
        self._workflows, self._files = Workflows(client), files

    async def download(self, request: Request, _: Session) -> Response:
        """Send a file that a plan of a case names. Nothing else is sent.

        The case is that of the run in the query, or the account's newest.

        Raises:
            HTTPException: 404, whatever is missing: case, name or file; 503, the store is away.
            TemporalFailure: the case does not answer.
        """
        store, seller_id, digest = (
            str(request.path_params[name]) for name in ("store", "seller_id", "sha256")
        )
        run = request.query_params.get("run")
        known = store in list(Store) and _SELLER.fullmatch(seller_id) and _HASH.fullmatch(digest)
        if not known or not (run is None or RUN_ID.fullmatch(run)):
            raise HTTPException(404)
        try:
            view = await self._workflows.view(case_name(store, seller_id, run))
        except NotThere:
            raise HTTPException(404) from None
        return await self._send(f"{store}/{seller_id}", named_in(view, digest))

    async def download_of_appeal(self, request: Request, _: Session) -> Response:
        """Send a file that the newest appeal of an account names, as `download` does.

        Raises:
            HTTPException, TemporalFailure: as with `download`.
        """
        store, seller_id, digest = (
            str(request.path_params[name]) for name in ("store", "seller_id", "sha256")
        )
        if store not in list(Store) or not _SELLER.fullmatch(seller_id):
            raise HTTPException(404)
        try:
            view = await self._workflows.view(appeal_name(store, seller_id))
        except NotThere:
            raise HTTPException(404) from None
        return await self._send(f"{store}/{seller_id}", files_of(view).get(digest))

    async def _send(self, account: str, file: EvidenceFile | None) -> Response:
        if file is None:
            raise HTTPException(404)
        try:
            content = await self._files.get(account, file.sha256)
        except FileGone:
            raise HTTPException(404) from None
        except StoreAway:
            raise HTTPException(503, headers={"Retry-After": "30"}) from None
        headers = _HEADERS | {"Content-Disposition": disposition(_name_of(file, content))}
        return Response(content, media_type="application/octet-stream", headers=headers)


def _name_of(file: EvidenceFile, content: bytes) -> str:
    """Return the name to save a file under. One that does not fit its content is not believed."""
    try:
        fits = kind_of(file.name, content) is file.media_type
    except FileRefused:
        fits = False
    return file.name if fits else f"{file.sha256[:12]}.bin"


def named_in(view: CaseView, digest: str) -> EvidenceFile | None:
    """Return the file of a hash as the newest version that names it does; None if none does."""
    files = (file for plan in reversed(view.plans) for file in plan.plan.files)
    return next((file for file in files if file.sha256 == digest), None)


def disposition(name: str) -> str:
    """Return the header that has a file downloaded under its name (RFC 6266).

    Old readers get a name in ASCII, all others the name as it is (RFC 8187).
    """
    plain = re.sub(r'[^\x20-\x7e]|["\\%;]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
