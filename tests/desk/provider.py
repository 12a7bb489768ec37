"""An OpenID provider that a test controls: it can forge, be away, and take roles away.

It holds the desk to the protocol: the client's secret, PKCE, codes and refresh tokens that are good
for one use.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from runtime.web_server import listening, open_socket

CLIENT_ID, CLIENT_SECRET = "case72-desk", "the-clients-secret"
Claims = dict[str, Any]  # as JSON


@dataclass
class TestProvider:
    """The provider, and what a test sets of it."""

    __test__ = False
    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    claims: Claims = field(
        default_factory=lambda: {"preferred_username": "lead.ortiz", "groups": ["ah-leads"]}
    )
    """What is said of whoever signs in, besides the subject."""
    subject: str = "7f3c"
    away: bool = False
    rotates: bool = True
    """Whether a refresh token is good for one use. One used twice ends the session there."""
    refreshes: bool = True
    """Whether there are refresh tokens at all."""
    groups_in: str = "id_token"
    """Where the claims are: `id_token` or `userinfo`."""
    ends_sessions: bool = True
    sign: Callable[["TestProvider", Claims], str] | None = None
    """Makes the ID token, instead of an honest one."""
    asked: list[str] = field(default_factory=list)
    """Each request's path."""
    tokens: set[str] = field(default_factory=set)
    """Those that are still good."""
    issued: set[str] = field(default_factory=set)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def honest(self, claims: Claims) -> str:
        """An ID token as it should be."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def id_claims(self, nonce: str | None) -> Claims:
        """What is in an ID token."""
        now = int(time.time())
        own = self.claims if self.groups_in == "id_token" else {}
        base = {"iss": self.issuer, "aud": CLIENT_ID, "sub": self.subject}
        said = {**base, "iat": now, "exp": now + 300, **own}
        return {**said, "nonce": nonce} if nonce else said

    # --- the protocol -------------------------------------------------------------------------

    async def configuration(self, _: Request) -> Response:
        endpoints = {
            f"{name}_endpoint": f"{self.issuer}/{name}"
            for name in ("authorization", "token", "userinfo", "revocation", "end_session")
            if name != "end_session" or self.ends_sessions
        }
        known = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **endpoints}
        return JSONResponse(known)

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        given = request.query_params
        assert given["client_id"] == CLIENT_ID
        assert given["response_type"] == "code"
        assert given["code_challenge_method"] == "S256"
        assert "openid" in given["scope"].split()
        code = secrets.token_urlsafe()
        self._codes[code] = dict(given)
        back = urlencode({"code": code, "state": given["state"], "iss": self.issuer})
        return RedirectResponse(f"{given['redirect_uri']}?{back}", 302)

    async def token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.tokens:
                self.tokens.clear()
                return JSONResponse({"error": "invalid_grant"}, 400)
            if self.rotates:
                self.tokens.remove(form["refresh_token"])
            return self._issue(nonce=None)
        begun = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            begun is None
            or begun["code_challenge"] != challenge
            or begun["redirect_uri"] != form["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return self._issue(begun.get("nonce"))

    def _issue(self, nonce: str | None) -> Response:
        access, refresh = f"a-{secrets.token_urlsafe()}", f"r-{secrets.token_urlsafe()}"
        self.tokens |= {access, refresh}
        self.issued |= {access, refresh}
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        if self.refreshes:
            answer["refresh_token"] = refresh
        if nonce is not None or self.groups_in == "id_token":
            claims = self.id_claims(nonce)
            answer["id_token"] = self.sign(self, claims) if self.sign else self.honest(claims)
        return JSONResponse(answer)

    async def userinfo(self, request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if token not in self.tokens:
            return Response(status_code=401)
        return JSONResponse({"sub": self.subject, **self.claims})

    async def revoke(self, request: Request) -> Response:
        self.tokens.discard(str((await request.form())["token"]))
        return Response()


@asynccontextmanager
async def providing() -> AsyncIterator[TestProvider]:
    """Run a provider on a free port."""
    listener = open_socket("127.0.0.1", 0)
    provider = TestProvider(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def route(path: str, handler: Callable[[Request], Any], *methods: str) -> Route:
        async def answer(request: Request) -> Response:
            provider.asked.append(path)
            if provider.away:
                return Response("away", 503)
            response: Response = await handler(request)
            return response

        return Route(path, answer, methods=methods or ("GET",))

    app = Starlette(
        routes=[
            route("/.well-known/openid-configuration", provider.configuration),
            route("/jwks", provider.jwks),
            route("/authorization", provider.authorize),
            route("/token", provider.token, "POST"),
            route("/userinfo", provider.userinfo),
            route("/revocation", provider.revoke, "POST"),
        ]
    )
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
    async with listening(config, listener):
        yield provider
