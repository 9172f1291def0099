"""A lane for what is read quickly, so that a feed that chokes the sandbox holds up only its like."""

from __future__ import annotations

from typing import Any

from bot.errors import SandboxError
from bot.sandbox.sandbox import Sandbox

QUICK = 2.0  # seconds; a feed of 2 MB takes less than one


class FastLane(Sandbox):
    """A sandbox that gives a call `seconds`; what takes longer, or kills its child, goes to `patient`.

    One sandbox serves one call at a time. Alone, a few feeds made to be slow would hold up all others by its
    whole time limit, poll after poll; here they wait for each other. A second child, started only when the
    first is busy, serves the others meanwhile. `patient` stays its owner's to close.
    """

    def __init__(self, patient: Sandbox, *, seconds: float = QUICK) -> None:
        super().__init__(seconds=seconds)
        self._patient = patient
        self._second = Sandbox(seconds=seconds)

    async def run(self, function: str, *arguments: object) -> Any:
        """Call a function of this project behind one of the two; see `Sandbox.run`."""
        first = super().run
        run = first if self.calls <= self._second.calls else self._second.run
        try:
            return await run(function, *arguments)
        except SandboxError:
            return await self._patient.run(function, *arguments)

    async def aclose(self) -> None:
        """Stop both children."""
        await super().aclose()
        await self._second.aclose()
