"""A process's share of the work, which notes what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import Claim, Feed
from bot.pipeline.fetch.politeness import Exchange, after_failure
from bot.ports import EngineSettings, PollRecord, Sent
from storage.postgres.store import PostgresStore
from tests.contracts.store_samples import T0


@dataclass
class Share:
    """`bot.ports.Work`: a poll fails, and a message is sent, at once. Its clock stands still."""

    store: PostgresStore
    name: str = "one"
    open: list[str] = field(default_factory=lambda: ["console"])
    polls: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)  # polls that came to their end
    sent: list[str] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)  # those sent that may have arrived before
    housekeeping: int = 0
    fault: Exception | None = None
    gate: asyncio.Event | None = None  # what polls wait for

    def now(self) -> datetime:
        return T0

    def reachable(self) -> list[str]:
        return self.open

    def room(self, platform: str) -> int:
        return 100 if platform in self.open else 0

    async def poll(self, feed: Feed) -> None:
        self.polls.append(feed.settings.name)
        if self.gate is not None:
            await self.gate.wait()
        outcome = after_failure(feed, Exchange(), T0, 0.5, error="away")
        await self.store.record_polls(
            [PollRecord(feed.id, feed.url, outcome.state, outcome.next_poll_at)], T0
        )
        self.stored.append(feed.settings.name)

    async def deliver(self, claim: Claim, since: float) -> None:  # noqa: ARG002 -- no attempt takes time here
        if self.fault:
            raise self.fault
        name = f"{claim.destination.address} {claim.key}"
        self.sent.append(name)
        if claim.uncertain:
            self.uncertain.append(name)
        await self.store.settle([Sent(claim, "r", T0)])

    async def keep_house(self) -> None:
        self.housekeeping += 1


def settings(owner: str = "one", lane_time: float = 5.0, grace: float = 5.0) -> EngineSettings:
    return EngineSettings(
        owner=owner,
        platforms=("console",),
        polls_at_once=10,
        lanes_at_once=10,
        lane_time=lane_time,
        poll_lease=300.0,
        delivery_lease=90.0,
        catch_up_after=5,
        beat=0.05,
        grace=grace,
        version="1.2.3",
        host=f"host-of-{owner}",
    )


@asynccontextmanager
async def working(
    *shares: Share, lane_time: float = 5.0, grace: float = 5.0
) -> AsyncIterator[list[BaseException]]:
    """Let engines work inside the block; yields the faults that they report."""
    stop, faults = asyncio.Event(), list[BaseException]()
    engines = [share.store.engine(settings(share.name, lane_time, grace)) for share in shares]
    async with asyncio.TaskGroup() as group:
        for engine, share in zip(engines, shares, strict=True):
            group.create_task(engine.run(share, stop, faults.append))
        try:
            yield faults
        finally:
            stop.set()
