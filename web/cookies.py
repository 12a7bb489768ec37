"""The cookies that we set."""

from starlette.requests import Request
from starlette.responses import Response

_ONE_YEAR = 365 * 24 * 3600


class Cookies:
    """Sets and reads our cookies. Scripts cannot read them, and other sites' forms lack them."""

    def __init__(self, *, secure: bool) -> None:
        """Set up the cookies.

        Args:
            secure: whether the site is https. No other host or plain connection can then set them.
        """
        self.secure = secure

    def get(self, request: Request, name: str) -> str | None:
        """Return one of our cookies."""
        return request.cookies.get(self.name_of(name))

    def set(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Set one of our cookies for so many seconds."""
        response.set_cookie(
            self.name_of(name),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def set_language(self, response: Response, tag: str) -> None:
        """Remember the chosen language."""
        self.set(response, "language", tag, _ONE_YEAR)

    def forget(self, response: Response, name: str) -> None:
        """Delete one of our cookies."""
        response.delete_cookie(
            self.name_of(name), path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def name_of(self, name: str) -> str:
        """Return the name that browsers know a cookie by."""
        return f"__Host-case72-{name}" if self.secure else f"case72-{name}"
