"""An ID token that is not what it should be signs nobody in (docs/desk.md)."""

import base64
import hmac
import json
import time
from collections.abc import Callable

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.desk.provider import Claims, TestProvider
from tests.desk.site import desk_of, sign_in


def changed(**claims: object) -> Callable[[TestProvider, Claims], str]:
    """A token that is signed rightly and says something else; None leaves a claim out."""

    def sign(provider: TestProvider, honest: Claims) -> str:
        said = {k: v for k, v in (honest | claims).items() if v is not None}
        return provider.honest(said)

    return sign


def encoded(part: Claims) -> str:
    """A header or claims, as a token has them."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def unsigned(_: TestProvider, claims: Claims) -> str:
    """Alg `none`, which needs no key."""
    return ".".join((encoded({"alg": "none", "typ": "JWT"}), encoded(claims), ""))


def keyed_by_what_all_know(provider: TestProvider, claims: Claims) -> str:
    """HMAC, with the provider's public key as the secret. The library refuses to make one."""
    signed = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{encoded(claims)}"
    made = hmac.digest(provider.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


def of_another_key(_: TestProvider, claims: Claims) -> str:
    key = RSAKey.generate_key(2048, {"kid": "one"})
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def of_an_unknown_key(_: TestProvider, claims: Claims) -> str:
    key = RSAKey.generate_key(2048, {"kid": "two"})
    return jwt.encode({"alg": "RS256", "kid": "two"}, claims, key)


def with_its_own_key(_: TestProvider, claims: Claims) -> str:
    key = RSAKey.generate_key(2048)
    header = {"alg": "RS256", "kid": "one", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key)


def altered(provider: TestProvider, claims: Claims) -> str:
    """An honest one, but for its claims."""
    head, _, signature = provider.honest(claims | {"groups": []}).split(".")
    return f"{head}.{encoded(claims)}.{signature}"


FORGED: dict[str, Callable[[TestProvider, Claims], str]] = {
    "wrong-issuer": changed(iss="https://evil.example"),
    "issuer-with-a-slash": lambda p, c: p.honest(c | {"iss": p.issuer + "/"}),
    "no-issuer": changed(iss=None),
    "wrong-audience": changed(aud="another-client"),
    "several-audiences-without-azp": changed(aud=["case72-desk", "another-client"]),
    "several-audiences-for-another": changed(aud=["case72-desk", "other"], azp="other"),
    "no-audience": changed(aud=None),
    "wrong-nonce": changed(nonce="another"),
    "no-nonce": changed(nonce=None),
    "expired": changed(exp=int(time.time()) - 120),
    "no-expiry": changed(exp=None),
    "made-in-the-future": changed(iat=int(time.time()) + 3600),
    "no-subject": changed(sub=None),
    "for-another-access-token": changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "unsigned": unsigned,
    "signed-by-the-public-key": keyed_by_what_all_know,
    "signed-by-another-key": of_another_key,
    "signed-by-an-unknown-key": of_an_unknown_key,
    "brings-its-own-key": with_its_own_key,
    "altered": altered,
    "no-token": lambda _, __: "not a token",
    "empty": lambda _, __: "",
}


@pytest.mark.parametrize("how", FORGED)
async def test_a_forged_id_token_signs_nobody_in(provider: TestProvider, how: str) -> None:
    provider.sign = FORGED[how]
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        answer = await sign_in(browser)
        assert answer.status_code == 403
        assert "You could not be signed in" in answer.text
        assert "case72-desk" not in browser.cookies
        assert (await browser.get("/desk/")).status_code == 303


async def test_an_honest_one_does_and_so_it_is_the_forgery_that_is_refused(
    provider: TestProvider,
) -> None:
    for sign in (None, changed(aud=["case72-desk"]), changed(azp="case72-desk")):
        provider.sign = sign
        desk = await desk_of(provider)
        async with desk.browser() as browser:
            assert (await sign_in(browser)).headers["location"] == "/desk/"
            assert "lead.ortiz" in (await browser.get("/desk/")).text


async def test_a_new_key_of_the_provider_is_fetched(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        assert (await sign_in(browser)).status_code == 303
        provider.key = RSAKey.generate_key(2048, {"kid": "two"})
        assert (await sign_in(browser)).status_code == 303


async def test_an_id_token_of_a_later_check_is_held_to_the_same(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        provider.sign = unsigned
        desk.later = 250
        assert (await browser.get("/desk/")).status_code == 303


async def test_a_later_check_that_is_about_somebody_else_ends_the_session(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        provider.subject = "another"
        desk.later = 250
        assert (await browser.get("/desk/")).status_code == 303
