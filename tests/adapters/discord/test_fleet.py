"""What several processes with one bot token share, each with its own connection to the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from adapters.discord.gateway.rate_limit import TOO_MANY, PaceSettings, RateLimiter
from adapters.shared.line import AWAY
from adapters.shared.urgent import urgent
from bot.errors import NotYetError, TemporaryError
from bot.model import Reply
from bot.ports import Store
from storage import open_store
from tests.adapters.discord.rig import NotingServices, Rig, made
from tests.fakes import postgres
from tests.fakes.discord import faults

GLOBAL = {"X-RateLimit-Scope": "global", "Retry-After": "30", "Via": "1.1 google"}
INVALID = {"X-RateLimit-Scope": "user", "Via": "1.1 google"}


@asynccontextmanager
async def stores(count: int = 2) -> AsyncIterator[list[Store]]:
    """The same database as several processes open it."""
    async with postgres.server().database() as url, AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            opened.append(await open_store(url))
            stack.push_async_callback(opened[-1].aclose)
        yield opened


@pytest.fixture
async def fleet() -> AsyncIterator[list[Store]]:
    async with stores() as opened:
        yield opened


async def refused(pace: RateLimiter) -> TemporaryError:
    with pytest.raises(TemporaryError) as error:
        await pace.turn()
    return error.value


async def test_a_global_429_of_one_process_stops_the_others_too(fleet: list[Store]) -> None:
    one, other = (RateLimiter(state=store) for store in fleet)
    await other.turn()
    await one.answered(429, GLOBAL)
    error = await refused(other)
    with urgent():
        answer = await refused(other)

    assert isinstance(error, NotYetError)
    assert isinstance(answer, NotYetError)
    assert error.retry_after == pytest.approx(30.0, abs=8.0)


async def test_refusals_of_all_processes_count_towards_one_budget(fleet: list[Store]) -> None:
    one, other = (RateLimiter(state=store, settings=PaceSettings(most_invalid=10)) for store in fleet)
    for pace in (one, other, one, other, one, other, one, other, one):
        await pace.answered(403, INVALID)
        await pace.turn()
    await other.answered(404, INVALID)
    errors = [await refused(pace) for pace in (one, other, one)]

    assert [str(each) for each in errors] == [TOO_MANY] * 3
    assert not any(isinstance(each, NotYetError) for each in errors)
    assert all((each.retry_after or 0.0) > 560.0 for each in errors)


async def test_a_channel_publishes_ten_messages_an_hour_whichever_process_sends_them(
    fleet: list[Store],
) -> None:
    one, other = (RateLimiter(state=store) for store in fleet)
    may = [await pace.may_publish(1) for pace in (one, other) * 8]

    assert may == [True] * 10 + [False] * 6
    assert await other.may_publish(2)


async def test_what_nobody_can_ask_for_does_not_go(fleet: list[Store]) -> None:
    """Without the database no process knows what the others send; so it waits, and the others go on."""
    one, other = (RateLimiter(state=store) for store in fleet)
    await fleet[0].aclose()
    error = await refused(one)
    with urgent():
        answer = await refused(one)
    await one.answered(403, INVALID)
    await other.turn()

    assert isinstance(error, NotYetError)
    assert str(error).startswith(AWAY)
    assert isinstance(answer, NotYetError)
    assert not await one.may_publish(1)


@dataclass
class Both:
    """Two adapters of one bot on one Discord: that of the rig, and another process's."""

    rig: Rig
    services: NotingServices


@asynccontextmanager
async def both(fleet: list[Store]) -> AsyncIterator[Both]:
    async with made() as rig:
        rig.services.shared = fleet[0]
        services = NotingServices(shared=fleet[1], memory=rig.services.memory)
        second = rig.build()
        try:
            await asyncio.gather(rig.start(), second.start(services))
            yield Both(rig, services)
        finally:
            await second.aclose()


async def test_processes_that_start_together_register_the_commands_once(fleet: list[Store]) -> None:
    async with both(fleet) as pair:
        puts = pair.rig.server.requests_to("PUT /applications/")
        await pair.rig.restart()

    assert len(puts) == 1
    assert len(pair.rig.server.requests_to("PUT /applications/")) == 1


async def test_a_process_that_cannot_register_the_commands_leaves_it_to_the_others(
    fleet: list[Store],
) -> None:
    async with made() as rig:
        rig.services.shared = fleet[0]
        rig.server.faults.next(faults.refuse(50035, status=400), "PUT /applications/")
        await rig.start()
        failed = len(rig.server.requests_to("PUT /applications/"))
        second = rig.build()
        try:
            await second.start(NotingServices(shared=fleet[1], memory=rig.services.memory))
        finally:
            await second.aclose()

        assert (failed, len(rig.server.requests_to("PUT /applications/"))) == (1, 2)


async def test_a_command_that_every_process_hears_is_done_by_one(fleet: list[Store]) -> None:
    async with both(fleet) as pair:
        rig = pair.rig
        rig.services.answer = pair.services.answer = lambda _caller, path, _values: Reply(f"/{path}")
        asked = [await rig.server.interact(rig.alice, rig.news, "health") for _ in range(5)]
        for each in asked:
            assert (await each.answer()).content == "/health"
        assert len(rig.services.executed) + len(pair.services.executed) == 5
