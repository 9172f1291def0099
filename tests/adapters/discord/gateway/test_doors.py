"""Several processes with one token: one of them listens on each shard, and all of them send."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.gateway.starts import STARTS
from bot.errors import PermanentError
from bot.ports import Door
from storage import open_store
from storage.shared.doors import OpenDoor, OpenDoors
from tests.adapters.discord.rig import NotingServices, Rig, alert, key, made, to
from tests.fakes import postgres
from tests.fakes.discord import faults

Join = Callable[..., Awaitable[tuple[DiscordAdapter, NotingServices]]]


@pytest.fixture
async def fleet() -> AsyncIterator[tuple[Rig, Join]]:
    """A rig that is not started, and a function that starts one more process for its Discord."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(postgres.server().database())
        rig = await stack.enter_async_context(made())

        async def join(**settings: Any) -> tuple[DiscordAdapter, NotingServices]:
            store = await open_store(url)
            stack.push_async_callback(store.aclose)
            services = NotingServices(memory=rig.services.memory, doors=store, shared=store)
            adapter = rig.build(**settings)
            stack.push_async_callback(adapter.aclose)
            await adapter.start(services)
            return adapter, services

        yield rig, join


async def asked(rig: Rig, path: str = "health") -> str:
    """Use a command, and return the answer."""
    return (await (await rig.server.interact(rig.alice, rig.news, path)).answer()).content


async def test_of_identical_processes_one_listens_and_all_send(fleet: tuple[Rig, Join]) -> None:
    rig, join = fleet
    (first, heard), (second, unheard) = await join(), await join()
    assert (first.stands_by, second.stands_by) == (False, True)
    assert (first.connected, second.connected, second.trouble) == (True, True, "")
    assert len(rig.server.sent_identifies) == 1
    for number, adapter in enumerate((first, second)):
        assert await adapter.send(to(rig.news), alert(number), key(number))

    assert await asked(rig) == "/health {}"
    assert (len(heard.executed), len(unheard.executed)) == (1, 0)


async def test_a_process_that_stands_by_publishes_announcements_and_posts_in_forums(
    fleet: tuple[Rig, Join],
) -> None:
    rig, join = fleet
    announcements, forum = rig.guild.add_announcement(), rig.guild.add_forum("posts")
    await join()
    standing_by, _ = await join(publish=True)
    for number, channel in enumerate((announcements, announcements, rig.news, rig.news, forum)):
        await standing_by.send(to(channel), alert(number), key(number))
    looks = [each.path for each in rig.server.requests_to("GET /channels/")]

    assert [each.crossposted for each in rig.server.messages(announcements)] == [True, True]
    assert [each.crossposted for each in rig.server.messages(rig.news)] == [False, False]
    assert looks == [f"/channels/{each.id}" for each in (announcements, rig.news, forum)]


async def test_when_the_holder_loses_the_database_another_listens_and_the_first_stands_by(
    fleet: tuple[Rig, Join],
) -> None:
    rig, join = fleet
    (first, _), (second, heard) = await join(), await join()
    postgres.server().run(
        "SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l "
        "WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.mode = 'ExclusiveLock'"
    )
    await rig.until(lambda: first.stands_by and second.connected and not second.stands_by)

    assert await asked(rig) == "/health {}"
    assert [path for _, path, _ in heard.executed] == ["health"]
    assert len(list(rig.server.sockets.live())) == 1, "the first has hung up"
    assert await first.send(to(rig.news), alert(1), key(1))


async def test_each_process_hears_the_servers_of_its_shards(fleet: tuple[Rig, Join]) -> None:
    rig, join = fleet
    rig.server.core.max_concurrency = 2
    places = [rig.server.add_guild(f"guild {number}").add_text("talk") for number in range(2)]
    for place in places:
        place.home.add_member(rig.alice)
    processes = [await join(shards=(shard, shard, 2)) for shard in range(2)]
    for place in places:
        await (await rig.server.interact(rig.alice, place, "health")).answer()
    heard = {
        shard: [int(caller.place.rpartition(":")[2]) for caller, _, _ in services.executed]
        for shard, (_, services) in enumerate(processes)
    }

    assert heard == {
        shard: [each.id for each in places if (each.home.id >> 22) % 2 == shard] for shard in (0, 1)
    }


@pytest.mark.slow
async def test_shards_of_one_slot_start_five_seconds_apart_in_several_processes(
    fleet: tuple[Rig, Join],
) -> None:
    rig, join = fleet
    rig.server.sockets.identify_every = 5.0  # the fake refuses with op 9 what comes too early
    rig.server.core.max_concurrency = 2
    processes = await asyncio.gather(*(join(shards=(shard, shard, 4), starts=STARTS) for shard in range(4)))
    await rig.until(lambda: all(each.connected for each, _ in processes))
    started = [identify["shard"] for identify in rig.server.sent_identifies]

    assert sorted(started) == [[0, 4], [1, 4], [2, 4], [3, 4]], "and nothing was refused"


async def test_while_two_listen_for_a_moment_each_command_is_run_and_answered_once(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord gives an event to every session of its shard, and takes the first acknowledgement."""
    other = NotingServices(memory=rig.services.memory, doors=OpenDoors())
    second = rig.build()
    await second.start(other)
    try:
        with caplog.at_level(logging.INFO):
            for _ in range(5):
                assert await asked(rig) == "/health {}"
            refusals = [each for each in rig.server.requests_to("POST /interactions/") if each.status == 400]
            await rig.until(lambda: len(rig.server.requests_to("POST /interactions/")) == 10)
    finally:
        await second.aclose()

    assert len(rig.services.executed) + len(other.executed) == 5
    assert all(each.answer["code"] == 40060 for each in refusals)
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


class _Door(OpenDoor):
    """A door that can be lost."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    async def until_held(self) -> None:
        await asyncio.Event().wait()

    async def until_lost(self) -> None:
        await self.lost.wait()


class _OneDoor(OpenDoors):
    def __init__(self) -> None:
        self.keeper = _Door()

    async def door(self, door: Door, host: str) -> OpenDoor:  # noqa: ARG002
        return self.keeper


async def test_a_command_that_comes_after_the_door_was_lost_is_left_to_the_next_holder(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As one that a process reads when it wakes up from a long pause."""
    caplog.set_level(logging.DEBUG, "adapters.discord.adapter")
    doors = _OneDoor()
    async with made() as rig:
        rig.services.doors = doors
        await rig.start()
        doors.keeper.held = False
        await rig.server.interact(rig.alice, rig.news, "health")
        await rig.until(lambda: "left to the process that listens now" in caplog.text)
        doors.keeper.held = True

        assert await asked(rig, "settings") == "/settings {}"
        assert [path for _, path, _ in rig.services.executed] == ["settings"]
        assert len(rig.server.requests_to("POST /interactions/")) == 1


async def test_an_answer_under_way_goes_out_when_the_door_is_lost_and_the_gateway_is_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    doors, hang = _OneDoor(), faults.Hang()
    async with made() as rig:
        rig.services.doors = doors
        await rig.start()
        rig.server.faults.next(hang, "PATCH /webhooks/")
        used = await rig.server.interact(rig.alice, rig.news, "health")
        await hang.arrived.wait()
        doors.keeper.held = False
        doors.keeper.lost.set()
        await rig.until(lambda: "does not listen on Discord any more" in caplog.text)
        with pytest.raises(TimeoutError):
            await rig.server.wait_until(lambda: not list(rig.server.sockets.live()), patience=0.2)
        hang.release()

        assert (await used.answer()).content == "/health {}"
        await rig.until(lambda: not list(rig.server.sockets.live()))
        await rig.until(lambda: rig.adapter.stands_by)


async def test_a_process_that_discord_refuses_leaves_the_door_to_others(fleet: tuple[Rig, Join]) -> None:
    rig, join = fleet
    with pytest.raises(PermanentError):
        await join(token="wrong")
    refused_later, _ = await join()
    first = refused_later.stands_by
    running = asyncio.create_task(refused_later.run())
    rig.server.sockets.close(4014)
    with pytest.raises(PermanentError):
        await running
    third, _ = await join()

    assert (first, third.stands_by, third.connected) == (False, False, True)
