"""One post to many destinations: the real bot as a process, beside the least time its rate limit allows.

Works for any platform. Each has a module (such as `bench.fanout_discord`) that runs a fake of the platform as
a process, with its rate limits enforced, and has people use commands there while the post goes out.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from typing import Protocol

from bench.followers import follow, sample_post
from bench.meter import cpu_of
from bench.process import BotProcess, running_bot, write_config
from bench.report import Aim, Verdicts, heading, line
from bot.sample.server import SampleServer
from storage import open_store

RATIO = Aim(1.06, noise=0.02)
FAILED = Aim(0, "attempts")
REFUSED = Aim(0.5, "%", noise=0)
SLOWEST = Aim(0.3, "s")
LIMIT = 75.0  # seconds
_LOOK = 0.1  # seconds between two checks of the outbox
_PAUSE = 1.0  # seconds between two commands
_LOUD = (" WARNING ", " ERROR ", " CRITICAL ")
_STATES = "SELECT state, count(*) FROM deliveries WHERE post_id IS NOT NULL GROUP BY state"


@dataclass(frozen=True, slots=True)
class Budget:
    """What the platform allows, or the operator: messages a second, after an initial burst of `at_once`."""

    name: str
    a_second: float
    at_once: float = 0.0

    def least(self, messages: int) -> float:
        """Return the minimum of seconds that this many messages take."""
        return max(messages - self.at_once, 0.0) / self.a_second


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the fake has counted: the bot's requests, and those refused with 429.

    `others`: messages other than alerts that used the same budget.
    """

    requests: int
    refused: int
    others: int = 0


class Platform(Protocol):
    """A running fake platform, with people who use commands."""

    @property
    def name(self) -> str:
        """Its name in the figures."""
        ...

    @property
    def limits(self) -> str:
        """The fake's rate limits, for the heading of the figures."""
        ...

    @property
    def budget(self) -> Budget:
        """How fast the bot may send there."""
        ...

    @property
    def settings(self) -> str:
        """The tables of the config that enable it."""
        ...

    @property
    def secrets(self) -> Mapping[str, str]:
        """Variables of the bot's environment."""
        ...

    @property
    def destinations(self) -> Sequence[str]:
        """The addresses of all channels."""
        ...

    async def forget(self) -> None:
        """Reset the request counts."""
        ...

    async def traffic(self) -> Traffic:
        """Return the traffic since the last `forget`."""
        ...

    async def messages(self) -> Mapping[str, int]:
        """Return the number of the bot's messages by address; destinations with 0 may be missing."""
        ...

    async def use_command(self, number: int) -> None:
        """Have somebody use the command with this number in turn, and wait for the answer."""
        ...


@dataclass(slots=True)
class Outcome:
    """The seconds that a fan-out took, and its results."""

    seconds: float
    cpu: float
    traffic: Traffic
    states: Mapping[str, int]
    messages: Mapping[str, int]
    answers: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # warnings and errors in the bot's log


async def run(platform: Platform, limit: float = LIMIT) -> int:
    """Measure and print; return 1 unless all alerts arrived exactly once, within FAILED and REFUSED.

    `limit`: seconds to wait for the bot.
    """
    with tempfile.TemporaryDirectory(prefix="bystander-bench-") as name:
        folder = Path(name)
        async with SampleServer() as site:
            write_config(folder, site.feed_url, every="0.2s", api_base=site.api_base, more=platform.settings)
            await _subscribe(folder, platform.destinations)
            async with running_bot(folder, platform.secrets) as bot:
                await bot.log_line(" silent")
                outcome = await _measure(bot, folder, site, platform, limit)
    return show(platform, outcome)


async def _subscribe(folder: Path, addresses: Sequence[str]) -> None:
    store = await open_store(f"sqlite:///{(folder / 'bench.db').as_posix()}")
    try:
        await follow(store, addresses)
    finally:
        await store.aclose()


async def _measure(
    bot: BotProcess, folder: Path, site: SampleServer, platform: Platform, limit: float
) -> Outcome:
    answers, complaints = list[float](), list[str]()
    async with _aside(_listen(bot, complaints)), _aside(_use_commands(platform, answers)) as commands:
        await platform.forget()
        cpu, start = cpu_of(bot.process.pid), time.perf_counter()
        site.blog.publish(sample_post(1), at=datetime.now(UTC))
        states = await _settled(folder / "bench.db", len(platform.destinations), commands, limit)
        seconds = time.perf_counter() - start
        cpu = cpu_of(bot.process.pid) - cpu
    traffic, messages = await platform.traffic(), await platform.messages()
    return Outcome(seconds, cpu, traffic, states, messages, answers, complaints)


@asynccontextmanager
async def _aside(work: Coroutine[None, None, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run `work` as a task during the block; its error is raised at the end."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(bot: BotProcess, complaints: list[str]) -> None:
    assert bot.process.stderr is not None
    async for said in bot.process.stderr:
        text = said.decode()
        if any(level in text for level in _LOUD):
            complaints.append(text.strip())


async def _use_commands(platform: Platform, answers: list[float]) -> None:
    for number in count():
        start = time.perf_counter()
        await platform.use_command(number)
        answers.append(time.perf_counter() - start)
        await asyncio.sleep(_PAUSE)


async def _settled(
    database: Path, wanted: int, meanwhile: asyncio.Task[None], limit: float
) -> Mapping[str, int]:
    """Wait until all is sent or given up, time is up or `meanwhile` ends; count messages by state."""
    end = time.perf_counter() + limit
    with closing(sqlite3.connect(f"file:{database.as_posix()}?mode=ro", uri=True)) as connection:
        while True:
            states = Counter(dict(connection.execute(_STATES).fetchall()))
            settled = states["sent"] + states["failed"]
            if wanted <= settled == states.total() or meanwhile.done() or time.perf_counter() > end:
                return states
            await asyncio.sleep(_LOOK)


def show(platform: Platform, outcome: Outcome) -> int:
    """Print the figures; return the exit code."""
    wanted = len(platform.destinations)
    others = outcome.traffic.others
    least = platform.budget.least(wanted + others)
    once = sum(outcome.messages.get(each, 0) == 1 for each in platform.destinations)
    refused = 100 * outcome.traffic.refused / max(outcome.traffic.requests, 1)
    waits, complaints, verdicts = outcome.answers or [0.0], outcome.complaints, Verdicts()
    heading(f"one post to {wanted:,} channels on {platform.name}, {platform.limits}")
    line("from publishing until all is sent and recorded", outcome.seconds, "s")
    line(f"least time at {platform.budget.name}", least, "s", f"with {others} other messages" * bool(others))
    verdicts.figure("taken / least", outcome.seconds / least, "x", RATIO)
    verdicts.figure("attempts that raised an error", len(complaints), "", FAILED)
    verdicts.figure("requests answered with 429", refused, "%", REFUSED)
    line("channels with the alert exactly once", once, "", "ok" if once == wanted else f"NOT {wanted:,}")
    verdicts.figure(f"slowest of {len(waits)} commands meanwhile", max(waits), "s", SLOWEST)
    line("  their median", median(waits) * 1e3, "ms")
    line("CPU of the bot meanwhile, for each alert", outcome.cpu / wanted * 1e3, "ms")
    for each in complaints[:5]:
        print(f"    {each}")
    whole = once == wanted and outcome.states.keys() == {"sent"}
    return verdicts.code() if whole else 1
