"""Large bodies: how many bytes of them are in memory at a time, over all polls."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from bot.pipeline.calls import PARSE_WINDOW
from bot.pipeline.fetch.budget import FREE, ByteBudget, free_bytes
from bot.pipeline.fetch.client import Fetcher
from bot.sandbox.remote import Answer, Arguments, Remote, Runner
from tests.databases import Database
from tests.fakes.blog import body
from tests.pipeline.bodies import item, rss
from tests.pipeline.deliver.office import until
from tests.pipeline.newsroom import LOOPBACK, Newsroom, open_newsroom

MB = 1_000_000
BODY = 30 * MB
FEEDS = 6
PADDING = b" " * 1000


def large(size: int, title: str = "Large") -> bytes:
    """Return a feed of about `size` bytes."""
    return rss(
        item(f"<title>{title}</title><guid>{title}</guid>") + PADDING.decode() * (size // 1000)
    ).encode()


class Gate:
    """Lets nothing be parsed until it is opened, and remembers the bodies that are there meanwhile."""

    def __init__(self, parser: Runner) -> None:
        self._parser = parser
        self._open = asyncio.Event()
        self.held = 0  # bytes
        self.most = 0

    async def run(self, call: Remote[Answer, *Arguments], *arguments: *Arguments) -> Answer:
        sizes = [len(each) for each in arguments if isinstance(each, bytes) and call == PARSE_WINDOW]
        self.held += sum(sizes)
        self.most = max(self.most, self.held)
        await self._open.wait()
        try:
            slim: Any = [
                each.replace(PADDING, b"") if isinstance(each, bytes) else each for each in arguments
            ]
            return await self._parser.run(call, *slim)  # so that the parser has little to do
        finally:
            self.held -= sum(sizes)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(open_newsroom(database))
        settings = replace(LOOPBACK, timeout=60.0, max_body=50 * MB, in_flight=100 * MB)
        opened.fetcher = await stack.enter_async_context(Fetcher(settings, opened.clock))
        yield opened


async def watch_large_feeds(room: Newsroom) -> None:
    for number in range(FEEDS):
        room.blog.fail_always(body(large(BODY)), path=f"/large-{number}/")
        await room.watch(f"{room.blog.url}/large-{number}/", f"Large {number}")


async def test_bodies_that_wait_for_the_parser_stay_within_the_budget_and_every_poll_succeeds(
    room: Newsroom,
) -> None:
    gate = Gate(room.sandbox)
    room.restart(sandbox=gate)
    await watch_large_feeds(room)
    await room.poller.tick()
    await until(lambda: room.fetcher.budget.waiting == 2)  # as many as may ask one host at a time
    assert 90 * MB <= gate.held <= 100 * MB
    gate.open()
    await until(lambda: not room.poller._tasks)

    assert gate.most <= 100 * MB
    assert [feed.state.failures for feed in await room.store.feeds()] == [0] * FEEDS
    assert room.fetcher.budget.held == 0


async def test_a_small_body_passes_while_large_ones_fill_the_budget(room: Newsroom) -> None:
    taken = await room.fetcher.budget.take(100 * MB)
    room.blog.fail_always(body(large(FREE - 1000)), path="/small/")

    assert len((await room.fetcher.get(f"{room.blog.url}/small/")).body) < FREE
    room.fetcher.budget.give_back(taken)


async def test_the_more_requests_run_at_a_time_the_less_their_bodies_have_beside_the_budget(
    room: Newsroom,
) -> None:
    size = FREE // 2 + 100_000
    room.blog.fail_always(body(large(size)), path="/half/")
    async with Fetcher(replace(LOOPBACK, at_once=500)) as fetcher:
        taken = await fetcher.budget.take(100 * MB)
        fetch = asyncio.create_task(fetcher.get(f"{room.blog.url}/half/"))
        await until(lambda: fetcher.budget.waiting == 1)
        fetcher.budget.give_back(taken)

        assert len((await fetch).body) > FREE // 2
    for number in (250, 500, 1000):
        assert number * free_bytes(number) <= 200 * MB


async def test_a_body_that_grows_when_it_is_decoded_waits_for_room_too(room: Newsroom) -> None:
    taken = await room.fetcher.budget.take(100 * MB)
    whole = large(5 * MB)
    packed = body(gzip.compress(whole), headers={"Content-Encoding": "gzip"})
    room.blog.fail_always(packed, path="/packed/")
    fetch = asyncio.create_task(room.fetcher.get(f"{room.blog.url}/packed/"))
    await until(lambda: room.fetcher.budget.waiting == 1)
    room.fetcher.budget.give_back(taken)

    assert (await fetch).body == whole


async def test_waiting_for_room_counts_towards_no_time_out(room: Newsroom) -> None:
    settings = replace(LOOPBACK, timeout=1.0, max_body=50 * MB, in_flight=50 * MB)
    room.blog.fail_always(body(large(3 * MB)), path="/large/")
    async with Fetcher(settings) as fetcher:
        taken = await fetcher.budget.take(50 * MB)
        fetch = asyncio.create_task(fetcher.get(f"{room.blog.url}/large/"))
        await until(lambda: fetcher.budget.waiting == 1)
        passed = asyncio.Event()
        asyncio.get_running_loop().call_later(1.2, passed.set)
        await passed.wait()
        fetcher.budget.give_back(taken)

        assert len((await fetch).body) > 3 * MB


async def test_a_fetch_that_is_cancelled_gives_its_room_back(room: Newsroom) -> None:
    room.blog.fail_always(body(large(BODY)), path="/large/")
    async with room.fetcher.open(f"{room.blog.url}/large/"):
        assert BODY <= room.fetcher.budget.held <= 50 * MB
        taken = await room.fetcher.budget.take(100 * MB - room.fetcher.budget.held)
        second = asyncio.create_task(room.fetcher.get(f"{room.blog.url}/large/"))
        await until(lambda: room.fetcher.budget.waiting == 1)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        room.fetcher.budget.give_back(taken)

    assert (room.fetcher.budget.held, room.fetcher.budget.waiting) == (0, 0)


# --- the budget by itself -----------------------------------------------------------------------------------


async def test_who_came_first_is_served_first() -> None:
    budget, order = ByteBudget(10), list[int]()

    async def take(number: int, size: int) -> None:
        await budget.take(size)
        order.append(number)

    first = await budget.take(10)
    tasks = [asyncio.create_task(take(number, size)) for number, size in enumerate((8, 1, 1))]
    await until(lambda: budget.waiting == 3)
    budget.give_back(first)
    await asyncio.gather(*tasks)

    assert order == [0, 1, 2]
    assert budget.held == 10


async def test_more_than_there_is_means_all_of_it() -> None:
    budget = ByteBudget(10)

    assert await budget.take(1000) == 10
    assert budget.held == 10


async def test_one_that_gives_up_waiting_lets_the_next_one_pass() -> None:
    budget = ByteBudget(10)
    await budget.take(5)
    large_one, small_one = asyncio.create_task(budget.take(9)), asyncio.create_task(budget.take(4))
    await until(lambda: budget.waiting == 2)
    large_one.cancel()

    assert await small_one == 4
    assert budget.held == 9


async def test_room_given_in_the_moment_of_giving_up_is_not_lost() -> None:
    budget = ByteBudget(10)
    taken = await budget.take(10)
    waiting = asyncio.create_task(budget.take(10))
    await until(lambda: budget.waiting == 1)
    budget.give_back(taken)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert budget.held == 0
