"""Simulated text messages (docs/by-hand.md)."""

import asyncio
from datetime import timedelta
from pathlib import Path

from domain.shared.result import Result
from providers.text_protocols import TakesNoTexts, Text

_TAKES_NONE = "17"


class SimulatedTexts:
    """Writes each number's newest text into a file: a simulated seller has no other eye.

    Numbers that end in 17 take no texts.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def find(self, text: Text, age: timedelta) -> str | None:
        """Return nothing: to write a text once more changes nothing."""
        return None

    async def send(self, text: Text, within: timedelta) -> str:
        """Write the text down. A repeat writes the same."""
        if text.phone.endswith(_TAKES_NONE):
            raise TakesNoTexts
        await asyncio.to_thread(self._write, text)
        return "written"

    async def result(self, sent: str) -> Result | None:
        """Return that it has arrived."""
        return Result.ACCEPTED

    def _write(self, text: Text) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{text.phone}.txt").write_text(f"{text.words}\n", encoding="utf-8")
