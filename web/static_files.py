"""Static files that browsers keep."""

from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

SHARED = Path(__file__).parent / "static"


class KeptStatic(StaticFiles):
    """A room's static files and the shared ones, which browsers may keep.

    Their addresses have to change with their content: see `version`.
    """

    def __init__(self, room: Path) -> None:
        """Serve the files of `room`/static, and those of web/static."""
        super().__init__(directory=room / "static", packages=[("web", "static")])
        digest = sha256()
        for folder in (SHARED, room / "static"):
            for path in sorted(folder.iterdir()):
                digest.update(path.read_bytes())
        self.version = digest.hexdigest()[:12]
        """It changes whenever one of the files changes."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """Return a file, with leave to keep it."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
