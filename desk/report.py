"""The report on cases that `client.py report --html` made (docs/reports.md)."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from desk.sessions import Session

_HEADERS = {
    # The page has a style of its own, and nothing else: no script, nothing from elsewhere.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class ReportPage:
    """Shows a file that is made anew from time to time, such as every night.

    Args:
        file: the file; None: there is no report.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    @property
    def is_there(self) -> bool:
        """Whether a report has been made."""
        return self._file is not None and self._file.is_file()

    async def show(self, _request: Request, _: Session) -> Response:
        """Send the report.

        Raises:
            HTTPException: 404, none has been made.
        """
        if self._file is None:
            raise HTTPException(404)
        try:
            page = self._file.read_bytes()
        except OSError:
            raise HTTPException(404) from None
        return Response(page, media_type="text/html", headers=_HEADERS)
