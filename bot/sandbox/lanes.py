"""Distributes calls over several sandboxes, so that slow input delays only other slow input."""

from __future__ import annotations

from typing import Self

from bot.errors import SandboxError
from bot.sandbox.remote import Answer, Arguments, Remote
from bot.sandbox.sandbox import Sandbox


class Lanes:
    """Runs each call in a quick child first; a call that times out or kills its child goes to `patient`.

    A sandbox serves one call at a time. With only one, a few maliciously slow feeds would delay all others
    for its whole time limit at each poll. Here slow calls queue only at `patient`, which its owner closes.
    The second quick child is started only when the first is busy. `seconds`: the time limit of a quick child;
    a feed of 2 MB takes less than one.
    """

    def __init__(self, patient: Sandbox, *, seconds: float = 2.0) -> None:
        self.patient = patient
        self.quick = tuple(Sandbox(seconds=seconds) for _ in range(2))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self.quick:
            await each.aclose()

    @property
    def restarts(self) -> int:
        """How often a child died or was stopped, in all sandboxes."""
        return sum(each.restarts for each in (*self.quick, self.patient))

    async def run(self, call: Remote[Answer, *Arguments], *arguments: *Arguments) -> Answer:
        """Call a function in the least busy quick sandbox, else in `patient`; see `Runner.run`."""
        least_busy = min(self.quick, key=lambda each: each.calls)
        try:
            return await least_busy.run(call, *arguments)
        except SandboxError:
            return await self.patient.run(call, *arguments)
