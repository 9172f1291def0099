"""What somebody did, what the app made of it, and how it is on its way to the app."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.basics import Json
from tests.fakes.slack.messages import StoredMessage


@dataclass(eq=False)
class Deed:
    """One command, click, submission or event.

    `ack` is what came with the acknowledgement, {} for nothing, None while there is none. `answers` is what
    was posted to its response_url, as sent; `shown` are the messages that stand there because of it.
    `failed` is what Slack would tell the person: operation_timeout or dispatch_failed.
    """

    kind: str
    payload: Json
    response_url: str = ""
    ack: Json | None = None
    answers: list[Json] = field(default_factory=list)
    shown: list[StoredMessage] = field(default_factory=list)
    failed: str = ""
    _rung: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def acked(self, timeout: float = 5) -> Json:  # noqa: ASYNC109 -- the test's patience
        """Wait for the acknowledgement; AssertionError when Slack shows a failure instead."""
        await self._wait(lambda: self.ack is not None or bool(self.failed), timeout, "no acknowledgement")
        assert not self.failed, f"{self.kind} failed: {self.failed}"
        assert self.ack is not None
        return self.ack

    async def answered(self, n: int = 1, timeout: float = 5) -> list[Json]:  # noqa: ASYNC109 -- as above
        """Wait until so many answers were posted to the response_url and return them all."""
        await self._wait(lambda: len(self.answers) >= n, timeout, f"not {n} answers")
        return self.answers

    def ring(self) -> None:
        """Tell who waits that something has changed."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def _wait(self, done: Callable[[], bool], patience: float, missing: str) -> None:
        try:
            async with asyncio.timeout(patience):
                while not done():
                    await self._rung.wait()
        except TimeoutError:
            raise AssertionError(
                f"{missing} to {self.kind} within {patience} s: {self.answers} {self.failed}"
            ) from None


def _ignore(_payload: Json) -> None:
    """Make nothing of an acknowledgement."""


@dataclass(eq=False)
class Envelope:
    """A payload on its way to the app. `accepts`: its acknowledgement may carry an answer."""

    kind: str  # slash_commands, interactive or events_api
    deed: Deed
    accepts: bool = False
    on_ack: Callable[[Json], None] = _ignore
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    deliveries: int = 0
    acks: int = 0
    attempt: int = 0  # retries of an event
    reason: str = ""

    @property
    def is_event(self) -> bool:
        """Whether Slack sends it again by itself."""
        return self.kind == "events_api"

    def acknowledge(self, payload: Any, violate: Callable[[str], None]) -> None:
        """Take an acknowledgement with what came along; the first counts."""
        told = payload if isinstance(payload, dict) else {}
        if told and not self.accepts:
            violate(f"the acknowledgement of {self.deed.kind} may carry nothing: {told}")
            told = {}
        self.acks += 1
        if self.deed.ack is None and not self.deed.failed:
            self.deed.ack = told
            self.on_ack(told)
        self.deed.ring()

    def fail(self, why: str) -> None:
        """Show the person that it has failed."""
        if self.deed.ack is None:
            self.deed.failed = why
            self.deed.ring()
