"""An OpenID provider, by Authlib: the authorization code flow with PKCE, state and nonce.

The specification is OpenID Connect Core 1.0. What its section 3.1.3.7 asks to be checked of an ID
token is checked in `_claims`.
"""

import logging
import ssl
from collections.abc import Awaitable
from typing import Any, TypeVar

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ValidationError, field_validator

from desk.identity import (
    Attempt,
    Identity,
    ProviderAway,
    ProviderRefuses,
    Token,
    name_in_timeline,
)
from runtime.desk_settings import DeskSettings
from runtime.web_address import is_this_machine

log = structlog.get_logger("desk")

RETURNS_TO = "/desk/signed-in"
SIGNED_OUT = "/desk/signed-out"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""How an ID token may be signed: by a key that only the provider has. So neither `none`, nor HMAC,
whose key could be the provider's public one."""
_ANSWERS_WITHIN_SECONDS = 5
_LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""

_Json = dict[str, Any]  # Any: a provider can send anything
_Answer = TypeVar("_Answer")


class Configuration(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    revocation_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]

    @field_validator("*")
    @classmethod
    def _is_https(cls, value: Any) -> Any:  # Any: it is for each field
        if isinstance(value, str) and not value.startswith("https://"):
            here = value.startswith("http://") and is_this_machine(value)
            if not here:
                raise ValueError("is not https")
        return value


class OpenIdProvider:
    """The provider of the settings. See `IdentityProvider`."""

    def __init__(self, settings: DeskSettings, origin: str) -> None:
        """Connect to nobody yet, so that the desk starts while the provider is away.

        Args:
            settings: with everything that sign-in needs.
            origin: the desk's own, such as https://health.shop.example.
        """
        for name in ("httpx2", "httpcore2"):  # they log addresses
            logging.getLogger(name).setLevel(logging.WARNING)
        assert settings.issuer
        assert settings.client_id
        assert settings.client_secret
        self._settings, self._origin = settings, origin
        self._issuer, self._client_id = settings.issuer, settings.client_id
        self._secret = settings.client_secret.get_secret_value()
        self._tls = ssl.create_default_context()
        self._known: Configuration | None = None
        self._keys: KeySet | None = None

    async def sign_in_address(self, attempt: Attempt) -> str:
        """Return where a browser goes to sign in."""
        known = await self._configuration()
        async with self._client(known) as client:
            address, _ = client.create_authorization_url(
                known.authorization_endpoint,
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(address)

    async def identify(self, attempt: Attempt, code: str, issuer: str | None) -> Identity:
        """Return who has signed in."""
        if issuer not in (None, self._issuer):
            raise ProviderRefuses("another issuer answered")
        tokens = await self._tokens(
            grant_type="authorization_code", code=code, code_verifier=attempt.verifier
        )
        if "id_token" not in tokens:
            raise ProviderRefuses("no ID token")
        return await self._identity(tokens, nonce=attempt.nonce)

    async def check(self, subject: str, token: Token) -> Identity:
        """Return what is known now of somebody who has signed in before."""
        if token.kind == "refresh_token":
            tokens = await self._tokens(grant_type="refresh_token", refresh_token=token.value)
            tokens.setdefault("refresh_token", token.value)
        else:
            tokens = {"access_token": token.value}
        identity = await self._identity(tokens)
        if identity.subject != subject:
            raise ProviderRefuses("another person")
        return identity

    async def end(self, token: Token) -> str | None:
        """Have the provider forget a token. Return where to sign out at the provider."""
        known = await self._configuration()
        async with self._client(known) as client:
            if known.revocation_endpoint is not None:
                answer = await _asked(
                    client.revoke_token(
                        known.revocation_endpoint, token.value, token_type_hint=token.kind
                    )
                )
                if answer.status_code != 200:
                    log.warning("token not revoked", status=answer.status_code)
        if known.end_session_endpoint is None:
            return None
        back = {"client_id": self._client_id, "post_logout_redirect_uri": self._origin + SIGNED_OUT}
        return str(httpx2.URL(known.end_session_endpoint).copy_merge_params(back))

    # --- what the provider says ---------------------------------------------------------------

    async def _identity(self, tokens: _Json, nonce: str | None = None) -> Identity:
        """Return who tokens are for. Ask for what the ID token lacks."""
        access = str(tokens.get("access_token", ""))
        claims: _Json = {}
        if "id_token" in tokens:
            claims = await self._claims(str(tokens["id_token"]), access, nonce)
        if self._settings.groups_claim not in claims:
            more = await self._userinfo(access)
            if claims.get("sub", more.get("sub")) != more.get("sub"):
                raise ProviderRefuses("userinfo of another person")
            claims = more | claims
        subject, refresh = claims.get("sub"), tokens.get("refresh_token")
        if not isinstance(subject, str) or not subject:
            raise ProviderRefuses("no subject")
        token = Token("refresh_token", str(refresh)) if refresh else Token("access_token", access)
        return Identity(subject, self._name(claims), self._groups(claims), token)

    def _name(self, claims: _Json) -> str:
        chosen = self._settings.name_claim
        for claim in (chosen,) if chosen else ("preferred_username", "email"):
            if claim == "email" and claims.get("email_verified") is False:
                continue  # anybody could have written it
            if name := name_in_timeline(claims.get(claim)):
                return name
        raise ProviderRefuses("no name that a case can take")

    def _groups(self, claims: _Json) -> frozenset[str]:
        given = claims.get(self._settings.groups_claim)
        groups = given if isinstance(given, list) else [given]
        return frozenset(group for group in groups if isinstance(group, str))

    async def _claims(self, id_token: str, access_token: str, nonce: str | None) -> _Json:
        """Return the claims of an ID token that is signed, for us, for this sign-in and in time."""
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            try:
                read = jwt.decode(id_token, await self._key_set(), registry=registry)
            except (InvalidKeyIdError, BadSignatureError):  # perhaps the provider has new keys
                read = jwt.decode(id_token, await self._key_set(anew=True), registry=registry)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": nonce, "client_id": self._client_id, "access_token": access_token},
            )
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError) as error:  # ValueError if it is no token at all
            raise ProviderRefuses(f"ID token: {type(error).__name__}") from None
        return dict(claims)

    # --- requests to the provider -------------------------------------------------------------

    async def _configuration(self) -> Configuration:
        if self._known is None:
            address = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
            try:
                known = Configuration.model_validate(await self._get(address))
            except ValidationError:
                raise ProviderAway("its configuration is not usable") from None
            if known.issuer != self._issuer:
                raise ProviderAway("it names another issuer than CASE72_DESK_ISSUER")
            self._known = known
        return self._known

    async def _key_set(self, *, anew: bool = False) -> KeySet:
        if self._keys is None or anew:
            known = await self._configuration()
            try:
                self._keys = KeySet.import_key_set(await self._get(known.jwks_uri))  # type: ignore[arg-type]  # checked by it
            except (JoseError, KeyError, TypeError, ValueError):
                raise ProviderAway("its keys are not usable") from None
        return self._keys

    async def _userinfo(self, access_token: str) -> _Json:
        known = await self._configuration()
        if known.userinfo_endpoint is None:
            return {}
        return await self._get(known.userinfo_endpoint, access_token)

    async def _get(self, address: str, access_token: str | None = None) -> _Json:
        headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        async with httpx2.AsyncClient(
            verify=self._tls, timeout=_ANSWERS_WITHIN_SECONDS, headers=headers
        ) as client:
            answer = await _asked(client.get(address))
        if access_token and answer.status_code in (401, 403):
            raise ProviderRefuses("the access token has ended")
        try:
            found = answer.raise_for_status().json()
        except (httpx2.HTTPError, ValueError):
            raise ProviderAway(f"it answers {answer.status_code}") from None
        if not isinstance(found, dict):
            raise ProviderAway("it answers no JSON object")
        return found

    async def _tokens(self, **grant: str) -> _Json:
        known = await self._configuration()
        async with self._client(known) as client:
            try:
                return dict(await _asked(client.fetch_token(known.token_endpoint, **grant)))
            except OAuthError as error:
                if error.error == "invalid_grant":
                    raise ProviderRefuses("invalid grant") from None
                raise ProviderAway(f"it refuses the desk: {error.error}"[:100]) from None

    def _client(self, known: Configuration) -> AsyncOAuth2Client:
        methods = known.token_endpoint_auth_methods_supported
        basic = "client_secret_basic" in methods
        method = "client_secret_basic" if basic else "client_secret_post"
        return AsyncOAuth2Client(
            self._client_id,
            self._secret,
            scope=self._settings.scopes,
            redirect_uri=self._origin + RETURNS_TO,
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            verify=self._tls,
            timeout=_ANSWERS_WITHIN_SECONDS,
        )


async def _asked(request: Awaitable[_Answer]) -> _Answer:
    try:
        return await request
    except (httpx2.HTTPError, ValueError) as error:  # ValueError if the answer is not JSON
        raise ProviderAway(type(error).__name__) from None
