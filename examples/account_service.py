"""An account service in memory, as docs/account-service.openapi.yaml has it.

`python -m examples.account_service` runs it on this machine, and says how a worker uses it. Every
account is active at first. Accounts whose seller id ends in `UNKNOWN` do not exist, and for those
that end in `OUTAGE` the service is always down.
"""

import argparse
import hmac
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from runtime.web_server import listening, open_socket

TOKEN = "example"  # noqa: S105  it protects nothing
PORT = 8273

_ACCOUNT = re.compile(r"(US|CA):[A-Za-z0-9._-]{1,64}")
_KEY = re.compile(r"[!-~]{1,255}")


class Accounts:
    """The accounts. A real service keeps both of these in its database, in one transaction."""

    def __init__(self) -> None:
        self.deactivated: dict[str, str] = {}
        """The key that deactivated an account."""
        self._done: set[tuple[str, str, str]] = set()
        """The changes that were made: the change, the account and the key."""

    def deactivate(self, account: str, key: str) -> None:
        """Deactivate the account. A repeat changes nothing."""
        if ("deactivate", account, key) not in self._done:
            self._done.add(("deactivate", account, key))
            self.deactivated.setdefault(account, key)

    def reinstate(self, account: str, key: str, deactivation: str) -> None:
        """Reinstate the account that the key `deactivation` deactivated. A repeat changes nothing.

        Raises:
            HTTPException: another key deactivated it.
        """
        if ("reinstate", account, key) in self._done:
            return
        if self.deactivated.get(account, deactivation) != deactivation:
            raise HTTPException(409, "the account is deactivated, and not by this case")
        self._done.add(("reinstate", account, key))
        self.deactivated.pop(account, None)


def application(accounts: Accounts, token: str = TOKEN) -> Starlette:
    """Return the service. It knows its client by the token."""

    async def read(request: Request) -> JSONResponse:
        return told(_account(request, token))

    def changing(
        change: Callable[..., None], *headers: str
    ) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def changed(request: Request) -> JSONResponse:
            account = _account(request, token)
            keys = [request.headers.get(header, "") for header in headers]
            for header, key in zip(headers, keys, strict=True):
                if not _KEY.fullmatch(key):
                    raise HTTPException(400, f"{header}: give the id of the case or the appeal")
            change(account, *keys)
            return told(account)

        return changed

    def told(account: str) -> JSONResponse:
        state = "deactivated" if account in accounts.deactivated else "active"
        return JSONResponse({"account": account, "state": state})

    deactivate = changing(accounts.deactivate, "Idempotency-Key")
    reinstate = changing(accounts.reinstate, "Idempotency-Key", "Deactivation-Key")
    return Starlette(
        routes=[
            Route("/accounts/{account}", read, methods=["GET"]),
            Route("/accounts/{account}/deactivate", deactivate, methods=["POST"]),
            Route("/accounts/{account}/reinstate", reinstate, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _problem},
    )


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve on any free port of this machine while the block runs. Yield the address."""
    listener = open_socket("127.0.0.1", 0)
    config = uvicorn.Config(app, lifespan="off", log_config=None)
    async with listening(config, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _account(request: Request, token: str) -> str:
    """Return the account that a request is about.

    Raises:
        HTTPException: the client is not known, or the account, or the service is down.
    """
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {token}".encode()):
        raise HTTPException(401, "wrong token", {"WWW-Authenticate": "Bearer"})
    account = str(request.path_params["account"])
    if not _ACCOUNT.fullmatch(account) or account.endswith("UNKNOWN"):
        raise HTTPException(404, "there is no such account")
    if account.endswith("OUTAGE"):
        raise HTTPException(503, "the service is down")
    return account


async def _problem(_: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, HTTPException)
    return JSONResponse({"problem": problem.detail}, problem.status_code, problem.headers)


def main() -> None:
    """Serve on this machine until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.account_service", description="An account service in memory."
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    parser.add_argument("--token", default=TOKEN, help=f"the client's token; default: {TOKEN}")
    arguments = parser.parse_args()
    if not 0 < arguments.port < 65536:
        parser.error("--port: must be between 1 and 65535")
    if not _KEY.fullmatch(arguments.token):
        parser.error("--token: must be visible ASCII characters, without blanks")
    print(
        "A worker uses it with:\n"
        f"  CASE72_MARKETPLACE=http CASE72_ACCOUNTS_URL=http://127.0.0.1:{arguments.port} "
        f"CASE72_ACCOUNTS_TOKEN={arguments.token} "
        "CASE72_TELEPHONE=simulated CASE72_MAIL=simulated\nCtrl-C stops.",
        flush=True,
    )
    uvicorn.run(
        application(Accounts(), arguments.token),
        host="127.0.0.1",
        port=arguments.port,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
