"""How many polls a second there are while very many are due, and what hosts that hang do to the others.

The poller is asked once a second, as by the scheduler. The CPU time of a round shows what it would take on a
quiet machine; the time by the clock also shows whether anything waits without need.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

from bench.poll_rig import Bench
from bench.report import Floor, Verdicts, heading, line
from bench.site import BODY, ETAG, LAST_MODIFIED, running_site
from bot.model import FeedState
from bot.pipeline.poll_turns import TURNS
from bot.ports import PollOutcome
from bot.ports.meter import NoMeter
from bot.shell.run import spare_collector

FEEDS = 2000
HANGING = 100
ROUNDS = 4
AS_WITHOUT = Floor(0.75)
NO_CEILING = Floor(1.2)  # times the polls at once in each second: more than one batch at each look
_KNOWN = FeedState(etag=ETAG, last_modified=LAST_MODIFIED, body_hash=f"{len(BODY)}")


class Counter(NoMeter):
    """Counts the polls that succeeded."""

    def __init__(self) -> None:
        self.polls = 0

    def polled(self, feed: str, outcome: PollOutcome) -> None:  # noqa: ARG002 -- as in `Meter`
        """Count a poll."""
        self.polls += outcome is not PollOutcome.FAILED


async def seconds_of(bench: Bench) -> float:
    """Make all feeds due; return the seconds until all but those that hang have been polled."""
    bench.clock.forward()
    counter = Counter()
    poller, began = bench.poller(grace=0.0, meter=counter), time.perf_counter()
    beat = 0.0
    while counter.polls < FEEDS:
        if time.perf_counter() >= began + beat:
            beat += 1.0
            await poller.tick()
        await asyncio.sleep(0.01)
    spent = time.perf_counter() - began
    await poller.aclose()
    return spent


async def many_due(bases: Sequence[str], verdicts: Verdicts) -> None:
    """Compare rounds with and without hosts that hang."""
    hosts = bases[: len(bases) // 2]
    good = [f"{hosts[number % len(hosts)]}/unchanged/{number}" for number in range(FEEDS)]
    bad = [f"{base}/hangs/1" for base in bases[len(hosts) :][:HANGING]]
    alone: list[float] = []
    beside: list[float] = []
    async with Bench.open() as quiet, Bench.open() as troubled:
        await quiet.watch(good, _KNOWN)
        mixed = [url for pair in zip(bad, good, strict=False) for url in pair] + good[len(bad) :]
        await troubled.watch(mixed, _KNOWN)
        for _ in range(ROUNDS + 1):
            alone.append(await seconds_of(quiet))
            beside.append(await seconds_of(troubled))
    heading(f"many due ({FEEDS:,} feeds at once, asked each second, {ROUNDS} rounds in turn, by the clock)")
    rates = [FEEDS / each for each in alone[1:]]
    line("polls a second", sorted(rates)[len(rates) // 2], "polls/s")
    most = [TURNS.at_once] * len(rates)
    verdicts.compare("many due: times one batch a second", rates, most, NO_CEILING)
    verdicts.compare(f"many due: beside {len(bad)} hosts that hang", alone[1:], beside[1:], AS_WITHOUT)


async def run() -> int:
    """Run the comparison; return the exit code."""
    spare_collector()  # as `bystander run` does
    verdicts = Verdicts()
    async with running_site() as bases:
        await many_due(bases, verdicts)
    return verdicts.code()


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
