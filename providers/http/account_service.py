"""The marketplace's account service over HTTP (docs/account-service.openapi.yaml).

An answer is believed only if it is what the contract says. Any other is a failure of the service:
no account counts as deactivated, or as active, because of it.
"""

import asyncio
import logging
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

import httpx2
from pydantic import BaseModel, ValidationError

from providers.appeal_protocols import DeactivatedByAnother
from providers.protocols import ProviderFailed
from providers.retry_after import parsed_date, retry_after

State = Literal["active", "deactivated"]

_CONNECT_SECONDS = 5
_LONGEST_BODY = 100_000
_LONGEST_WAIT = timedelta(minutes=5)
_SOON = frozenset({408, 425, 429})
"""Statuses under 500 that a retry may help against without a change by a person."""

_MEANS = {
    401: "does not know our token or certificate",
    403: "does not allow us to do this",
    404: "knows no such account, or CASE72_ACCOUNTS_URL is not its address",
}
_BY_ANOTHER = 409


@dataclass(frozen=True)
class AccountServer:
    """Where the account service is, and how we show who we are."""

    url: str
    token: str | None = field(default=None, repr=False)
    token_file: Path | None = None
    """It is read for each request, so that the token can change."""
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    """None means that the key is in the certificate's file."""
    timeout_seconds: float = 10
    """The limit for one request, from connecting to the answer's last byte."""


class _Account(BaseModel):
    account: str
    state: State


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes = field(repr=False)
    wait: timedelta | None
    """How long the service asks us to wait."""


class HttpAccountService:
    """Asks and changes accounts. Its exceptions quote no account, no token and no answer."""

    def __init__(self, server: AccountServer) -> None:
        """Read the certificates.

        Raises:
            ValueError: one of the files is of no use.
        """
        for name in ("httpx2", "httpcore2"):  # they log addresses, which contain accounts
            logging.getLogger(name).setLevel(logging.WARNING)
        self._server = server
        self._http = httpx2.AsyncClient(
            verify=tls_context(server.ca_file, server.certificate_file, server.key_file),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Cache-Control": "no-cache",
            },
            follow_redirects=False,
            timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
        )

    async def is_active(self, store: str, seller_id: str) -> bool:
        """Return whether the account is active."""
        return await self._ask("GET", f"{store}:{seller_id}") == "active"

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        """Deactivate the account. A repeat for the same case changes nothing."""
        key = {"Idempotency-Key": case_id}
        await self._change(f"{store}:{seller_id}", "deactivate", key, "deactivated")

    async def reinstate(self, store: str, seller_id: str, case_id: str, key: str) -> None:
        """Reinstate the account that the case deactivated. A repeat changes nothing."""
        keys = {"Idempotency-Key": key, "Deactivation-Key": case_id}
        await self._change(f"{store}:{seller_id}", "reinstate", keys, "active")

    async def _change(self, account: str, change: str, keys: dict[str, str], then: State) -> None:
        state = await self._ask("POST", account, f"/{change}", keys)
        if state != then:
            raise ProviderFailed(f"account service: took {change}, and the account is {state}")

    async def _ask(
        self, method: str, account: str, change: str = "", headers: dict[str, str] | None = None
    ) -> State:
        failure: ProviderFailed
        within = self._server.timeout_seconds
        url = f"{self._server.url.rstrip('/')}/accounts/{account}{change}"
        login = self._login()
        try:
            async with asyncio.timeout(within):
                answer = await self._read(method, url, login | (headers or {}))
        except TimeoutError:
            failure = _failed(f"no answer within {within:g} s")
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError):
            failure = _failed("no connection, or its certificate is not trusted")
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, ValueError) as error:
            failure = _failed(f"the answer was lost ({type(error).__name__})")
        else:
            if answer.status != 200:
                failure = _refused(answer)
            elif state := _state(answer.body, account):
                return state
            else:
                failure = _failed("the answer is not what the contract says")
        # Raise it here, outside of the handlers. So it is not chained to an exception with a URL.
        raise failure

    async def _read(self, method: str, url: str, headers: dict[str, str]) -> _Answer:
        async with self._http.stream(method, url, headers=headers) as response:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > _LONGEST_BODY:
                    raise ValueError("too long")
            date = parsed_date(response.headers.get("Date"))
            wait = retry_after(response.headers.get("Retry-After", ""), date, _LONGEST_WAIT)
            return _Answer(response.status_code, bytes(body), wait)

    def _login(self) -> dict[str, str]:
        token = self._server.token
        if self._server.token_file:
            try:
                token = token_in(self._server.token_file)
            except ValueError as error:
                raise ProviderFailed(
                    f"account service: CASE72_ACCOUNTS_TOKEN_FILE {error}"
                ) from None
        return {"Authorization": f"Bearer {token}"} if token else {}


def _failed(what: str, wait: timedelta | None = None) -> ProviderFailed:
    return ProviderFailed(f"account service: {what}", wait)


def _refused(answer: _Answer) -> ProviderFailed:
    """Return the failure of an answer other than 200.

    What a person has to repair first is asked again after five minutes, not within seconds.
    """
    status, wait = answer.status, answer.wait
    if status < 500 and status not in _SOON:
        wait = wait or _LONGEST_WAIT
    if status == _BY_ANOTHER:
        return DeactivatedByAnother(
            "account service: refuses, since the case did not deactivate the account (409)", wait
        )
    means = _MEANS.get(status, "redirects are not followed" if 300 <= status < 400 else "failed")
    return _failed(f"{means} ({status})", wait)


def _state(body: bytes, account: str) -> State | None:
    """Return the account's state; None if the body does not tell it."""
    try:
        told = _Account.model_validate_json(body, strict=True)
    except ValidationError:
        return None
    return told.state if told.account == account else None


def token_in(file: Path) -> str:
    """Return the token in a file.

    Raises:
        ValueError: there is none that a header can hold.
    """
    try:
        text = file.read_bytes().strip()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    return header_token(text.decode("latin-1"))


def header_token(token: str) -> str:
    """Return the token.

    Raises:
        ValueError: a header cannot hold it.
    """
    if not token or any(not "!" <= character <= "~" for character in token):
        raise ValueError("must be a token of visible ASCII characters, without blanks")
    return token


def tls_context(
    ca_file: Path | None, certificate_file: Path | None, key_file: Path | None
) -> ssl.SSLContext:
    """Return how servers are trusted, and which certificate we show.

    Raises:
        ValueError: a file is of no use. The message names its setting.
    """
    context = httpx2.create_ssl_context()
    if ca_file:
        try:
            context = ssl.create_default_context(cafile=ca_file)
        except OSError:
            raise ValueError("accounts_ca_file: must hold certificates (PEM)") from None
    if certificate_file:
        try:
            # With a password a key of ours is refused. Without one OpenSSL would ask the terminal.
            context.load_cert_chain(certificate_file, key_file, password="")
        except (OSError, ValueError):
            raise ValueError(
                "accounts_certificate_file: must hold a certificate (PEM), and "
                "accounts_key_file, or the same file, its key without a password"
            ) from None
    return context
