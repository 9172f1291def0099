"""What can go wrong on the way to the Web API and back. Planned by method; "response_url" is one too."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.fakes.slack import reference as slack_reference

RESPONSE_URL = "response_url"


@dataclass
class Fault:
    """One planned fault: lose, hang, drop, error, status or ratelimit, with what it needs."""

    kind: str
    method: str
    left: int
    name: str = ""
    code: int = 0
    seconds: int | None = None


class Faults:
    """A plan of faults; each is met `times` times, by the next calls of its method ("*": of any)."""

    def __init__(self) -> None:
        self._plan: list[Fault] = []
        self._delays: dict[str, float] = {}
        self._healed = asyncio.Event()

    def lose_answer(self, method: str, times: int = 1) -> None:
        """Do what is asked, then drop the connection without an answer."""
        self._plan.append(Fault("lose", method, times))

    def hang(self, method: str, times: int = 1) -> None:
        """Do what is asked, then give no answer; the connection is dropped at `heal()`."""
        self._plan.append(Fault("hang", method, times))

    def drop(self, method: str, times: int = 1) -> None:
        """Drop the connection before anything is done."""
        self._plan.append(Fault("drop", method, times))

    def error(self, method: str, name: str, times: int = 1) -> None:
        """Answer with this error; AssertionError for one that Slack does not list with the method."""
        known = method in ("*", RESPONSE_URL) or slack_reference.lists(method, name)
        assert known, f"Slack does not list {name} with {method}"
        self._plan.append(Fault("error", method, times, name=name))

    def status(self, method: str, code: int, times: int = 1, retry_after: int | None = None) -> None:
        """Answer with a bare status and a page of HTML; nothing is done."""
        self._plan.append(Fault("status", method, times, code=code, seconds=retry_after))

    def ratelimit(self, method: str, seconds: int, times: int = 1) -> None:
        """Answer 429 with so many seconds to wait."""
        self._plan.append(Fault("ratelimit", method, times, seconds=seconds))

    def delay(self, method: str, seconds: float) -> None:
        """Let every call wait so long before anything is done, until `heal()`."""
        self._delays[method] = seconds

    def heal(self) -> None:
        """Forget all faults and let go of who waits."""
        self._plan.clear()
        self._delays.clear()
        self._healed.set()
        self._healed = asyncio.Event()

    async def healed(self) -> None:
        """Wait for `heal()`."""
        await self._healed.wait()

    @property
    def pending(self) -> int:
        """Planned faults that nobody has met yet."""
        return sum(each.left for each in self._plan)

    async def wait(self, method: str) -> None:
        """Wait as long as was planned."""
        if seconds := self._delays.get(method, self._delays.get("*", 0)):
            try:
                await asyncio.wait_for(self._healed.wait(), seconds)
            except TimeoutError:
                return

    def take(self, method: str) -> Fault | None:
        """Return the fault that the next call of a method meets."""
        for fault in self._plan:
            if fault.method in (method, "*"):
                fault.left -= 1
                if fault.left <= 0:
                    self._plan.remove(fault)
                return fault
        return None
