"""The codec and the file of keys."""

import asyncio
import base64
import json
import os
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from runtime import encryption
from runtime.encryption import BadKeys, Codec, codec_of_environment, data_converter, keys_of
from tests.keys import SETTING, line, use_keys
from tests.workflows.events import CONTACT
from workflows.case.input import CaseInput
from workflows.shared.payloads import DATA_CONVERTER, ENCRYPTED, Unreadable

SAID = {"name": "Blue Kettle Goods"}


def codec(*names: str) -> Codec:
    return Codec(keys_of(map(line, names)))


async def written_by(*names: str) -> Payload:
    """A payload encrypted with the first of these keys."""
    [plain] = await DATA_CONVERTER.encode([SAID])
    [payload] = await codec(*names).encode([plain])
    return payload


async def read_by(payload: Payload, *names: str) -> object:
    """What it says to somebody with these keys."""
    decoded = await codec(*names).decode([payload])
    return DATA_CONVERTER.payload_converter.from_payloads(decoded)[0]


async def test_what_is_encrypted_shows_nothing_but_the_keys_id() -> None:
    payload = await written_by("new")
    assert dict(payload.metadata) == {
        "encoding": ENCRYPTED.encode(),
        "encryption-key-id": b"new",
    }
    assert b"Kettle" not in payload.SerializeToString()
    assert b"json" not in payload.SerializeToString()
    assert await read_by(payload, "new") == SAID


async def test_a_nonce_is_never_used_again() -> None:
    nonces = {(await written_by("new")).data[:12] for _ in range(1000)}
    assert len(nonces) == 1000


async def test_what_a_key_wrote_is_read_for_as_long_as_the_key_is_there() -> None:
    old = await written_by("old")
    assert await read_by(old, "new", "old") == SAID
    assert (await written_by("new", "old")).metadata["encryption-key-id"] == b"new"


async def test_what_was_written_before_is_read_as_it_is() -> None:
    [plain] = await DATA_CONVERTER.encode([SAID])
    assert await read_by(plain, "new") == SAID


@pytest.mark.parametrize("where", [0, 11, 12, 30, -1])
async def test_a_change_of_any_byte_is_noticed(where: int) -> None:
    payload = await written_by("new")
    changed = bytearray(payload.data)
    changed[where] ^= 1
    payload.data = bytes(changed)
    with pytest.raises(Unreadable, match=r"it was changed, or another key has the id new"):
        await read_by(payload, "new")


@pytest.mark.parametrize("length", [0, 5, 12, 27])
async def test_what_is_cut_short_is_noticed(length: int) -> None:
    payload = await written_by("new")
    payload.data = payload.data[:length]
    with pytest.raises(Unreadable, match="it was changed"):
        await read_by(payload, "new")


async def test_the_id_of_the_key_is_bound_to_what_it_encrypted() -> None:
    payload = await written_by("one")
    payload.metadata["encryption-key-id"] = b"two"
    same = line("one").partition(":")[2]
    keys = Codec(keys_of([f"one:{same}", f"two:{same}"]))
    [handed_on] = await keys.decode([payload])
    with pytest.raises(Unreadable, match="it was changed"):
        DATA_CONVERTER.payload_converter.from_payloads([handed_on])


@pytest.mark.parametrize(
    ("key_id", "says"),
    [
        (b"gone", f"it needs the key gone, which is not in {SETTING}"),
        (b"two words\nand a line", "it is encrypted, but not by case72"),
        (b"\xff", "it is encrypted, but not by case72"),
        (b"", "it is encrypted, but not by case72"),
    ],
)
async def test_a_key_that_is_not_known_is_named_if_it_can_be(key_id: bytes, says: str) -> None:
    payload = await written_by("new")
    payload.metadata["encryption-key-id"] = key_id
    with pytest.raises(Unreadable, match=says):
        await read_by(payload, "new")


async def test_without_keys_it_is_said_that_there_are_none() -> None:
    payload = await written_by("new")
    with pytest.raises(Unreadable, match=f"no keys are set here .{SETTING}."):
        DATA_CONVERTER.payload_converter.from_payloads([payload])


async def test_an_update_is_refused_while_a_start_waits_for_the_key() -> None:
    [payload] = await codec("old").encode(await DATA_CONVERTER.encode([CONTACT]))
    handed_on = await codec("new").decode([payload])
    converter = DATA_CONVERTER.payload_converter
    with pytest.raises(ApplicationError, match="the worker cannot read it: it needs the key old"):
        converter.from_payloads(handed_on, [type(CONTACT)])
    for hint in (CaseInput, dict, type(None)):
        with pytest.raises(Unreadable):  # no failure of Temporal's, which would end a case
            converter.from_payloads(handed_on, [hint])


def test_messages_and_stack_traces_are_encrypted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def failed() -> Failure:
        failure = Failure()
        try:
            try:
                raise ValueError("owner@bluekettle.example")
            except ValueError as cause:
                raise ApplicationError("Blue Kettle Goods", SAID) from cause
        except ApplicationError as error:
            await data_converter().encode_failure(error, failure)
        return failure

    use_keys(monkeypatch, tmp_path, "new")
    failure = asyncio.run(failed())
    raw = failure.SerializeToString()
    assert failure.message == failure.cause.message == "Encoded failure"
    for said in (b"ettle", b"owner", b".py", b"raise"):
        assert said not in raw
    clear = Failure()
    clear.CopyFrom(failure)
    error = asyncio.run(data_converter().decode_failure(clear))
    assert str(error) == "Blue Kettle Goods"
    assert str(error.__cause__) == "ValueError: owner@bluekettle.example"
    for names in (["old"], []):
        use_keys(monkeypatch, tmp_path, *names)
        with pytest.raises(Unreadable, match="cannot be read"):
            asyncio.run(data_converter().decode_failure(failure))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file holds no key; make one with `python client.py keys new`"),
        ("# nothing yet\n\n", "the file holds no key"),
        (line("a").partition(":")[2], "line 1: must be ID:BASE64"),
        (f"{line('a')}\nb:", "line 2: must be ID:BASE64"),
        (f"# the newest\n{line('two words')}", "line 2: must be ID:BASE64"),
        ("a:b*d", "line 1: the text after the id is not base64; make one"),
        ("a:" + base64.b64encode(b"short").decode(), "line 1: the key must have 32 bytes"),
        (f"{line('a')}\n{line('a')}", "line 2: an earlier key has the same id"),
        ("a:\u00e9", "is not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_use_is_said_to_be_without_being_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "keys"
    file.write_text(text, "utf-8")
    monkeypatch.setenv(SETTING, str(file))
    with pytest.raises(BadKeys) as error:
        codec_of_environment()
    assert f"{SETTING}: {says}" in str(error.value)
    secrets = [part for part in text.replace("\n", ":").split(":") if len(part) > 5]
    assert not any(secret in str(error.value) for secret in secrets if "#" not in secret)


@pytest.mark.parametrize("path", ["", "nowhere/keys"])
def test_a_file_that_is_not_there_is_not_taken_for_no_encryption(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv(SETTING, path)
    with pytest.raises(BadKeys, match="encryption_keys_file"):
        codec_of_environment()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_keys(monkeypatch, tmp_path, "new")
    (tmp_path / "new.keys").chmod(0)
    with pytest.raises(BadKeys, match="Permission denied"):
        codec_of_environment()


def test_a_new_key_is_a_line_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = [encryption.new_key() for _ in range(3)]
    (tmp_path / "keys").write_text("\n".join(made))
    monkeypatch.setenv(SETTING, str(tmp_path / "keys"))
    found = codec_of_environment()
    assert found is not None
    assert found.encrypts_with == made[0].partition(":")[0]


def test_every_summary_that_is_taken_without_encryption_is_taken_with_it() -> None:
    longest = "x" * 248  # as JSON, the limit of cli/case/open_or_join.py

    async def size() -> int:
        name = "k" * 32
        [payload] = await codec(name).encode(await DATA_CONVERTER.encode([longest]))
        return payload.ByteSize()

    assert len(json.dumps(longest)) == 250
    assert asyncio.run(size()) <= 400
