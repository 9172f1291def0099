"""What every part of the fake Slack uses: ids, timestamps of messages, the error of a method."""

from __future__ import annotations

import itertools
from typing import Any

from tests.fakes.discord.basics import Clock

Json = dict[str, Any]

__all__ = ["ApiError", "Clock", "Ids", "Json", "Stamps", "words"]


class ApiError(Exception):
    """Why a Web API method refuses: `{"ok": false, "error": name, …details}`."""

    def __init__(
        self, name: str, *messages: str, status: int = 200, retry_after: int = 0, **details: Any
    ) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}
        self.body: Json = {"ok": False, "error": name, **details}
        if messages:
            self.body["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in messages]}


def words(text: str) -> frozenset[str]:
    """Return the words of a text, for long lists of names."""
    return frozenset(text.split())


class Ids:
    """Ids as Slack's look, counted: `next("C")` is C0FAKE00001."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def next(self, letter: str) -> str:
        """Return a new id; the letter says what it names."""
        return f"{letter}0FAKE{next(self._numbers):05d}"


class Stamps:
    """The `ts` of messages: seconds with six decimals, no two alike."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """Return the time as an id, later than all before."""
        self._last = max(int(self._clock.now() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
