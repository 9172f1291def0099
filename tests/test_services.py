"""What the bot makes of what adapters tell it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime

import pytest

import adapters
from bot.clock import SystemClock
from bot.commands.dispatch import Dispatcher
from bot.config.load import parse_config
from bot.model import Cadence, Caller, Notice
from bot.ports import Inspection, Store
from bot.services import Services
from storage import open_store
from tests.adapters.discord.rig import KEY, alert, made, to
from tests.databases import Database

NEWS, OTHER, BOSS = "discord:channel:1", "discord:channel:2", "discord:user:80351110224678912"
NOW = datetime.now(UTC)


class Nobody:
    """An inspector that is never asked."""

    async def inspect(self, url: str) -> Inspection:
        raise AssertionError(url)

    async def check(self, url: str) -> Inspection:
        raise AssertionError(url)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    opened = await open_store(database.url)
    yield opened
    await opened.aclose()


def desk_on(store: Store) -> Services:
    dispatcher = Dispatcher(store, Nobody(), SystemClock())
    return Services(dispatcher, store, SystemClock(), admins=[BOSS])


async def follow(store: Store, address: str, *, channel: bool) -> None:
    await store.follow(
        address,
        feed_id=None,
        include={"c:trade": "Trade"},
        exclude={},
        cadence=Cadence.NOW,
        channel=channel,
        mention="",
        by=BOSS,
        now=NOW,
    )


async def test_what_went_to_a_deleted_channel_ends_and_an_admin_is_told_what_it_was(store: Store) -> None:
    for address in (NEWS, OTHER):
        await follow(store, address, channel=True)
    await desk_on(store).gone([NEWS, "discord:channel:999"], "the channel was deleted.")
    await desk_on(store).gone([NEWS], "the channel was deleted.")
    claims = await store.claim(
        "me", SystemClock().now(), lease=60, limit=9, platforms=["discord"], catch_up_after=5
    )
    told = [(each.destination.address, each.message) for each in claims]

    assert [each.destination.address for each in await store.subscriptions()] == [OTHER]
    assert [(each.by, each.what) for each in await store.changes(NEWS, 9)] == [
        ("bystander", "took off Trade"),
        (BOSS, "added Trade"),
    ]
    assert told == [(BOSS, Notice(f"Alerts for {NEWS} ended: the channel was deleted. It got Trade."))]


async def test_a_deleted_channel_of_which_several_processes_hear_is_told_once(store: Store) -> None:
    await follow(store, NEWS, channel=True)
    await asyncio.gather(*(desk_on(store).gone([NEWS], "the channel was deleted.") for _ in range(4)))
    health = await store.queue_health()

    assert health.waiting == 1  # the notice
    assert await store.subscriptions() == []


async def test_what_a_person_follows_is_not_ended_by_a_channel(store: Store) -> None:
    await follow(store, NEWS, channel=False)
    await desk_on(store).gone([NEWS], "the channel was deleted.")

    assert len(await store.subscriptions()) == 1


def test_an_admin_of_the_config_is_told_by_dm() -> None:
    config = parse_config('[discord]\nenabled = true\n[admins]\ndiscord = ["80351110224678912"]\n', {})

    assert config.admin_addresses == (BOSS,)


def test_the_desk_says_which_commands_change_something(store: Store) -> None:
    changing = {each.path for each in desk_on(store).commands if each.changes}

    assert {"follow", "unfollow", "alerts add", "alerts test"} <= changing
    assert changing.isdisjoint({"find", "latest", "categories", "alerts list", "why"})


async def test_destinations_out_of_reach_are_on_hold_and_admins_are_told_once_of_all(store: Store) -> None:
    for address in (NEWS, OTHER):
        await follow(store, address, channel=True)
    services, reason = desk_on(store), "the bot was removed from that server; invite it again."
    await services.unreachable([NEWS, OTHER, "discord:channel:999"], reason)
    await services.unreachable([NEWS, OTHER], reason)
    claims = await store.claim(
        "me", SystemClock().now(), lease=60, limit=9, platforms=["discord"], catch_up_after=5
    )
    text = f"Alerts for {NEWS} and {OTHER} wait: {reason} Then they resume by themselves."

    assert [(each.destination.address, each.message) for each in claims] == [(BOSS, Notice(text))]
    assert {each.address for each in (await store.queue_health()).parked} == {NEWS, OTHER}
    assert len(await store.subscriptions()) == 2


async def test_what_waits_for_a_deleted_channel_is_given_up(store: Store) -> None:
    await follow(store, NEWS, channel=True)
    await store.notify([NEWS], "Hello.", NOW)
    await desk_on(store).gone([NEWS], "the channel was deleted.")
    (row,) = await store.delivery_log(NEWS, 9)

    assert (row.state, row.error) == ("failed", "the channel was deleted.")


@pytest.mark.parametrize("publish", [True, False])
async def test_the_config_says_whether_alerts_are_published(*, publish: bool) -> None:
    async with made() as rig:
        channel = rig.guild.add_announcement()
        text = f"""
            [discord]
            enabled = true
            api_base = "{rig.server.api_base}"
            gateway = "{rig.server.gateway}"
            publish = {str(publish).lower()}
        """
        plugin = adapters.plugin("discord")
        config = parse_config(text, {"DISCORD_TOKEN": rig.server.token})
        rig.adapter = plugin.build(config.setup(plugin))  # type: ignore[assignment]  # it is one
        await rig.start()
        await rig.known(channel)
        await rig.adapter.send(to(channel), alert(1), KEY)

        assert [message.crossposted for message in rig.server.messages(channel)] == [publish]


async def test_the_outbox_is_woken_by_all_that_may_give_it_something(store: Store) -> None:
    woken: list[str] = []
    clock = SystemClock()

    def wake() -> None:
        woken.append("woken")

    dispatcher = Dispatcher(store, Nobody(), clock, wake=wake)
    services = Services(dispatcher, store, clock, admins=[BOSS], wake=wake)
    await follow(store, NEWS, channel=True)
    boss = Caller(BOSS, NEWS, admin=True)

    async def count(deed: Awaitable[object]) -> int:
        woken.clear()
        await deed
        return len(woken)

    assert await count(services.run(boss, "/alerts test")) == 1
    assert await count(services.execute(boss, "alerts test", {})) == 1
    assert await count(services.execute(boss, "following", {})) == 0
    assert await count(services.run(boss, "/following")) == 0
    assert await count(services.reachable(NEWS)) == 0
    assert await count(services.unreachable([NEWS], "shut.")) == 1
    assert await count(services.unreachable([NEWS], "shut.")) == 0
    assert await count(services.reachable(NEWS)) == 1
    assert await count(services.gone([NEWS], "deleted.")) == 1


async def test_a_path_that_is_no_command_is_answered_and_does_nothing(store: Store) -> None:
    services = desk_on(store)
    caller = Caller("console:alice", "console:alice")
    await services.run(caller, "/follow Trade new:yes")
    before = await store.subscriptions()

    for path in ("unsubscribe all", "unfollow all", "sleep", "", "x" * 300, "stop"):
        reply = await services.execute(caller, path, {"categories": "all"})
        assert not reply.ok
        assert "is no command any more" in reply.text
    assert await store.subscriptions() == before != []
    admin = Caller("console:root", "console:ops", admin=True)
    assert "/alerts add" in (await services.execute(admin, "alerts", {})).text
    assert "no “colour”" in (await services.execute(caller, "follow", {"colour": "red"})).text
