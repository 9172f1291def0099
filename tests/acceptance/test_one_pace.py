"""Four processes with one Discord token are together as fast as one, and no faster."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tests.acceptance.pace_worker import Order
from tests.fakes import postgres
from tests.fakes.discord.server import FakeDiscord

ROOT = Path(__file__).parents[2]
SEND = "POST /channels/{channel_id}/messages"


PROCESSES, MESSAGES = 4, 30  # messages of each
RATE = 50.0  # messages a second of all together
MOST = 51  # of them in any second: the rate and 2 %


async def everything_sent(orders: Sequence[Order]) -> list[float]:
    """Let workers send together, and return when they let go of each request, in seconds of one clock."""
    workers = [await begun(each) for each in orders]
    try:
        assert [await line_of(each) for each in workers] == ["ready"] * len(workers)
        for each in workers:
            assert each.stdin is not None
            each.stdin.write(b"go\n")
        released = [json.loads(await line_of(each)) for each in workers]
        assert [await each.wait() for each in workers] == [0] * len(workers)
    finally:
        for each in workers:
            if each.returncode is None:
                each.kill()
                await each.wait()
    return sorted(at for one in released for at in one)


async def begun(order: Order) -> Process:
    """Start a worker."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.acceptance.pace_worker", json.dumps(asdict(order))),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )


async def line_of(worker: Process) -> str:
    assert worker.stdout is not None
    return (await worker.stdout.readline()).decode().strip()


def most_in_a_second(times: Sequence[float]) -> int:
    """Return how many of these times lie within one second at most."""
    ordered = sorted(times)
    return max(bisect_left(ordered, at + 1.0) - number for number, at in enumerate(ordered))


async def test_four_processes_together_keep_the_pace_of_one_token() -> None:
    """Their clocks differ by minutes. What counts is when a request was let go, and that no more arrived."""
    async with FakeDiscord(guard=False) as server, postgres.server().database() as url:
        server.limits.set_global(100_000)
        server.limits.set(SEND, 100_000, 1.0)
        guild = server.add_guild("readers")
        order = Order(
            database=url,
            api_base=server.api_base,
            token=server.token,
            channels=[guild.add_text(f"news{number}").id for number in range(20)],
            messages=MESSAGES,
            pace={"rate": RATE, "burst": 1.0, "patience": 60.0},
        )
        released = await everything_sent(
            [replace(order, number=number, ahead=60.0 * number) for number in range(PROCESSES)]
        )
        arrived = sorted(each.at for each in server.requests_to("POST /channels/"))

    ways = [later - sooner for sooner, later in zip(released, arrived, strict=True)]
    noise = RATE * (max(ways) - min(ways))  # how unevenly they travelled on a busy machine
    assert most_in_a_second(released) <= MOST
    assert most_in_a_second(arrived) <= MOST + noise
