"""Signing keys and API keys for a Temporal server that checks them (docs/access.md)."""

import json
import os
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet

from cli.terminal.output import say
from cli.terminal.problems import BadInput

_ALGORITHM = "ES256"
"""Temporal's server takes this one and RS256."""
_SECONDS_A_DAY = 86_400

SigningKey = Annotated[Path, typer.Argument(help="The file of a signing key.")]
SigningKeys = Annotated[list[Path], typer.Argument(help="The files of signing keys.")]
For = Annotated[str, typer.Option("--for", help="The program or person that the API key is for.")]
Namespace = Annotated[
    str, typer.Option(help="Where it holds; temporal-system is the whole server.")
]
Days = Annotated[float, typer.Option(min=0, max=3660, help="After how many days it expires.")]


class Right(StrEnum):
    """What an API key allows, in the server's words. Each includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


def signing_key(file: SigningKey) -> None:
    """Make a signing key, in a new file. Keep it where no program of ours runs.

    Each program gets one of its own, so that each can be shut out alone.
    """
    key = ECKey.generate_key("P-256", auto_kid=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from None
    with os.fdopen(descriptor, "w") as made:
        json.dump(key.as_dict(private=True), made)


def key_set(files: SigningKeys) -> None:
    """Print the public halves of signing keys: the file that Temporal's server checks with."""
    keys: list[Key] = [_key_in(file) for file in files]
    say(json.dumps(KeySet(keys).as_dict(private=False)))


def api_key(
    file: SigningKey,
    name: For,
    may: Annotated[Right, typer.Option(help="What it allows there.")],
    namespace: Namespace = "default",
    days: Days = 30,
) -> None:
    """Print an API key that is signed with a signing key."""
    key = _key_in(file)
    if ":" in namespace or not namespace:
        raise BadInput("--namespace: is no name of a namespace")
    now = int(time.time())
    claims = {
        "sub": name,
        "permissions": [f"{namespace}:{may}"],
        "iat": now,
        "exp": now + int(days * _SECONDS_A_DAY),
    }
    say(jwt.encode({"alg": _ALGORITHM, "kid": key.kid}, claims, key))


def _key_in(file: Path) -> ECKey:
    try:
        key = ECKey.import_key(json.loads(file.read_text("utf-8")))
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise BadInput(
            f"{file}: is no signing key; make one with `python client.py access signing-key`"
        ) from None
    if not key.is_private or key.kid is None or key.curve_name != "P-256":
        raise BadInput(f"{file}: is not the whole of a signing key that we made")
    return key
