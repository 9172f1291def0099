"""What it costs that several processes share a pace: a row of PostgreSQL that is locked for a moment.

The clients are four connections of this process, so what they compute counts too: four machines do better.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from statistics import median

from bench.report import Aim, Verdicts, heading, line, ratio_of
from bot.in_process import InProcessState
from bot.ports import Rate, SharedState
from storage.postgres import open_postgres
from storage.postgres.store import PostgresStore
from tests.fakes import postgres

PROCESSES = 4
ROUNDS, CALLS = 7, 300  # calls of each connection in a round
MESSAGES = 50.0  # a second of one token
LEASE = 10  # turns that a busy process takes at once at that rate
ENDLESS = Rate(1e6)  # so fast that nobody waits

Call = Callable[[], Awaitable[object]]


async def seconds_for(calls: Sequence[Call]) -> float:
    """Return the seconds of one call, when all of `calls` are made over and over, side by side."""

    async def again(call: Call) -> None:
        for _ in range(CALLS):
            await call()

    began = time.perf_counter()
    await asyncio.gather(*(again(each) for each in calls))
    return (time.perf_counter() - began) / (CALLS * len(calls))


def asking(store: PostgresStore) -> Call:
    """Return a call that reads one row, in one round trip."""
    return lambda: store.get_value("bench:nothing")


def taking(state: SharedState, key: str, most: int) -> Call:
    """Return a call that reserves turns of one pace."""
    return lambda: state.reserve(key, ENDLESS, most, within=1e6)


async def measure(stores: Sequence[PostgresStore], verdicts: Verdicts) -> None:
    """Print the figures. Each round makes all calls, so that a noise of the machine meets all of them."""
    bare, alone, together, apart = [], [], [], []
    for _ in range(ROUNDS):
        bare.append(await seconds_for([asking(stores[0])]))
        alone.append(await seconds_for([taking(stores[0], "bench:one", LEASE)]))
        together.append(await seconds_for([taking(each, "bench:one", LEASE) for each in stores]))
        apart.append(
            await seconds_for([taking(each, f"bench:{number}", LEASE) for number, each in enumerate(stores)])
        )
    own = await seconds_for([taking(InProcessState(), "bench:one", LEASE)])
    busy = median(together)
    line("reading one row", 1e6 * median(bare), "us")
    line("turns of one pace, one process", 1e6 * median(alone), "us")
    verdicts.figure("  compared with reading one row", ratio_of(alone, bare), "x", Aim(3.0))
    line("turns of one pace, four processes at once", 1e6 * busy, "us")
    verdicts.figure("  compared with a pace for each process", ratio_of(together, apart), "x", Aim(3.0))
    line("turns of a pace in memory (SQLite)", 1e6 * own, "us")
    line("turns a second that the row can give", LEASE / busy, "/s", f"{LEASE} at once")
    share = 100 * MESSAGES / LEASE * busy
    verdicts.figure("the row is busy at 50 messages a second", share, "%", Aim(5.0, "%"))
    share = 100 * MESSAGES * busy
    verdicts.figure("  when each turn is taken by itself", share, "%", Aim(20.0, "%"))


async def main() -> int:
    """Run the bench."""
    verdicts = Verdicts()
    heading(f"one pace for {PROCESSES} processes on PostgreSQL")
    async with postgres.server().database() as url, AsyncExitStack() as stack:
        stores = []
        for _ in range(PROCESSES):
            stores.append(await open_postgres(url))
            stack.push_async_callback(stores[-1].aclose)
        await measure(stores, verdicts)
    return verdicts.code()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
