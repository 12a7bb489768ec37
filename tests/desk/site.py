"""The desk under test, with plain requests, and a clock that a test moves."""

import html
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp
from temporalio.client import (
    Client,
    CountWorkflowsInput,
    Interceptor,
    ListWorkflowsInput,
    OutboundInterceptor,
    WorkflowExecution,
    WorkflowExecutionCount,
)

from desk.app import desk_app
from desk.dev_people import DevPeople
from desk.identity import IdentityProvider
from desk.openid import OpenIdProvider
from desk.outside import Outside
from providers.files.store import FileStore
from runtime.connection import connect
from runtime.desk_settings import DeskSettings, Role
from tests.desk.provider import CLIENT_ID, CLIENT_SECRET, TestProvider
from tests.page.site import KEY
from web.middleware import HeadersAndLog

ORIGIN = "http://127.0.0.1:8272"
TLS_ORIGIN = "https://health.shop.example"
ROLES = "lead=ah-leads,reviewer=ah-reviewers,specialist=ah-specialists,observer=ah-observers"
AGENT = "Mozilla/5.0 (the desk's tests)"


class _NoCases(Interceptor):
    """Answers for a Temporal that has no case. Anything else finds no server."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Empty(next)


class _Empty(OutboundInterceptor):
    async def count_workflows(self, _: CountWorkflowsInput) -> WorkflowExecutionCount:
        return WorkflowExecutionCount(count=0, groups=[])

    def list_workflows(self, _: ListWorkflowsInput) -> Any:
        return self._none()

    async def _none(self) -> AsyncIterator[WorkflowExecution]:
        none: tuple[WorkflowExecution, ...] = ()
        for one in none:
            yield one


async def without_cases() -> Client:
    """A client of no server, by which lists are empty and nothing else is answered."""
    client = await connect("127.0.0.1:1", lazy=True)
    return Client(**(client.config() | {"interceptors": [_NoCases()]}))


def settings_of(issuer: str, **others: Any) -> DeskSettings:
    """Settings for a desk at a provider."""
    known = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "roles": ROLES}
    return DeskSettings.model_validate({"issuer": issuer, "secrets": KEY, **known, **others})


@dataclass
class Desk:
    """One copy of the desk, and its clock."""

    app: Starlette
    served: ASGIApp
    origin: str
    later: float = 0
    """How many seconds the desk's clock is ahead."""

    @classmethod
    async def at(
        cls,
        provider: IdentityProvider,
        settings: DeskSettings,
        origin: str = ORIGIN,
        client: Client | None = None,
        *,
        files: FileStore | None = None,
    ) -> "Desk":
        """A desk that knows no case, with no Temporal behind it unless a client is given."""
        client = client or await without_cases()
        desk: Desk

        def clock() -> float:
            return time.time() + desk.later

        app = desk_app(client, settings, origin, provider, clock, outside=Outside(files=files))
        served = HeadersAndLog(
            Starlette(routes=[Mount("/desk", app)]), tls=origin.startswith("https:")
        )
        desk = cls(app, served, origin)
        return desk

    def browser(self, cookies: Any = None, agent: str = AGENT) -> httpx2.AsyncClient:
        """Somebody's browser; it follows no redirects."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.served),
            base_url=self.origin,
            cookies=cookies,
            headers={"user-agent": agent},
        )


async def desk_of(provider: TestProvider, origin: str = ORIGIN, **others: Any) -> Desk:
    """A desk at a provider of the tests."""
    settings = settings_of(provider.issuer, **others)
    return await Desk.at(OpenIdProvider(settings, origin), settings, origin)


@asynccontextmanager
async def dev_desk(
    role: Role, client: Client | None = None, files: FileStore | None = None
) -> AsyncIterator[tuple[Desk, httpx2.AsyncClient]]:
    """A desk of `--dev`, and the browser of one of its people."""
    settings = DeskSettings.model_validate({"secrets": KEY})
    settings = settings.model_copy(update={"roles": {role.value: role for role in Role}})
    desk = await Desk.at(DevPeople(ORIGIN), settings, client=client, files=files)
    async with desk.browser() as browser:
        choice = await browser.get((await browser.get("/desk/sign-in")).headers["location"])
        links = re.findall(r'href="(/desk/signed-in[^"]+)"', choice.text)
        (link,) = (html.unescape(one) for one in links if one.endswith(f"code={role}"))
        assert (await browser.get(link)).status_code == 303
        yield desk, browser


async def come_back(browser: httpx2.AsyncClient, path: str = "/desk/sign-in") -> str:
    """Go through the provider; return the address that it sends the browser back to."""
    begun = await browser.get(path)
    assert begun.status_code == 303, begun.text
    async with httpx2.AsyncClient() as elsewhere:
        back = await elsewhere.get(begun.headers["location"])
    assert back.status_code == 302, back.text
    return str(back.headers["location"])


async def sign_in(browser: httpx2.AsyncClient, path: str = "/desk/sign-in") -> httpx2.Response:
    """Sign in at the provider, and return what the desk answers."""
    return await browser.get(await come_back(browser, path))


def proof_in(page: str) -> str:
    """The proof that every form of the session carries."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def status(browser: httpx2.AsyncClient, **headers: str) -> int:
    """What the desk answers a browser with."""
    return (await browser.get("/desk/", headers=headers)).status_code
