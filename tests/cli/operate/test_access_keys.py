"""`client.py access`: signing keys, the server's list of them, and API keys."""

import json
import stat
from pathlib import Path
from time import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.cli.conftest import Cli

ANYWHERE = Cli("127.0.0.1:1")


async def test_an_api_key_says_who_may_do_what_and_its_signing_key_vouches(tmp_path: Path) -> None:
    files = [tmp_path / "page.jwk", tmp_path / "worker.jwk"]
    for file in files:
        assert (await ANYWHERE("access", "signing-key", str(file))).code == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    known = json.loads((await ANYWHERE("access", "key-set", *map(str, files))).out)
    assert len({key["kid"] for key in known["keys"]}) == 2
    assert not any("d" in key for key in known["keys"])  # the private half
    made = await ANYWHERE(
        *("access", "api-key", str(files[0]), "--for", "page", "--may", "write"),
        *("--namespace", "ours", "--days", "2"),
    )
    token = jwt.decode(made.out.strip(), KeySet.import_key_set(known), algorithms=["ES256"])
    assert token.claims["sub"] == "page"
    assert token.claims["permissions"] == ["ours:write"]
    assert token.claims["exp"] == pytest.approx(time() + 2 * 86_400, abs=60)


async def test_a_signing_key_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "page.jwk"
    file.write_text("something")
    refused = await ANYWHERE("access", "signing-key", str(file))
    assert (refused.code, file.read_text()) == (2, "something")
    assert f"{file}: File exists" in refused.err


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kty": "RSA"}', "not JSON"])
async def test_what_is_no_signing_key_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "other"
    file.write_text(content)
    for command in (["key-set"], ["api-key", "--for", "page", "--may", "read"]):
        refused = await ANYWHERE("access", *command, str(file))
        assert refused.code == 2
        assert f"{file}: is no signing key" in refused.err
