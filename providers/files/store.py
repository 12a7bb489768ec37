"""The store for files that sellers attach (docs/evidence-files.md).

Each file is kept by the account it came from and the hash of its content. So a file has one copy in
an account, an account cannot name the file of another, and nobody can change what a case names.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError, NotFoundError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_FOLDER = "files"
_ANSWERS_WITHIN_SECONDS = 30


class StoreAway(Exception):
    """The store does not answer, or refuses. The message names the kind of failure only."""


class FileGone(Exception):
    """The store has no such file, or has another content under its name."""


@dataclass(frozen=True)
class Stored:
    """A file that is in the store."""

    owner: str
    """The hash of the account (`owner_of`)."""
    sha256: str
    stored_at: datetime
    """When it was last put there."""


class FileStore:
    """Files in a folder or in a bucket. Accounts are written as `US/A2EXAMPLE`.

    Every method raises `StoreAway` if the store fails.
    """

    def __init__(self, store: "ObjectStore") -> None:
        self._store = store

    async def put(self, account: str, content: bytes) -> str:
        """Keep a file, and return the SHA-256 of its content. Putting it again renews its time."""
        digest = sha256(content).hexdigest()
        async with _answering():
            await self._store.put_async(_path(owner_of(account), digest), content)
        return digest

    async def has(self, account: str, digest: str) -> bool:
        """Return whether an account has put a file there."""
        return await self._stored_at(owner_of(account), digest) is not None

    async def get(self, account: str, digest: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileGone: it is not there, or is not what was put there.
        """
        async with _answering():
            found = await self._store.get_async(_path(owner_of(account), digest))
            content = bytes(await found.bytes_async())
        if sha256(content).hexdigest() != digest:
            raise FileGone("the content is not what was put there")
        return content

    async def each(self) -> AsyncIterator[Stored]:
        """Yield every file. What does not belong to us is left out."""
        pages = self._store.list(prefix=_FOLDER)
        while True:
            async with _answering():
                try:
                    page = await anext(pages)
                except StopAsyncIteration:
                    return
            for meta in page:
                parts = meta["path"].split("/")
                if len(parts) == 3 and parts[0] == _FOLDER:
                    yield Stored(parts[1], parts[2], meta["last_modified"])

    async def delete(self, file: Stored) -> bool:
        """Delete a file, and return whether it was. One that was put there again stays."""
        if await self._stored_at(file.owner, file.sha256) != file.stored_at:
            return False
        async with _answering():
            await self._store.delete_async(_path(file.owner, file.sha256))
        return True

    async def _stored_at(self, owner: str, digest: str) -> datetime | None:
        try:
            async with _answering():
                meta = await self._store.head_async(_path(owner, digest))
        except FileGone:
            return None
        return meta["last_modified"]


def owner_of(account: str) -> str:
    """Return the hash by which the store knows an account: the SHA-256 of `US/A2EXAMPLE`."""
    return sha256(account.encode()).hexdigest()


def _path(owner: str, digest: str) -> str:
    return f"{_FOLDER}/{owner}/{digest}"


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    """Bound a call to the store, and raise what became of it.

    The library's own messages have paths, keys and addresses in them, so they are left out.
    """
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_SECONDS):
            yield
    except (NotFoundError, FileNotFoundError):
        raise FileGone("there is no such file") from None
    except TimeoutError:
        raise StoreAway("no answer in time") from None
    except (BaseError, OSError) as error:
        raise StoreAway(type(error).__name__) from None
