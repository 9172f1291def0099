"""The outbox on a real database, the Slack adapter on the wire: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import Store
from storage import open_store
from tests.adapters.slack.rig import Rig, made
from tests.contracts.store_samples import add_feed, follow, publish, row
from tests.databases import Database
from tests.fakes.slack.messages import StoredMessage
from tests.owners import ended_owner
from tests.pipeline.deliver.office import HeldClock

POST = "chat.postMessage"


@dataclass
class Bot:
    """A store with alerts for the rig's channel, and what delivers them."""

    rig: Rig
    store: Store
    clock: HeldClock

    async def publish(self, *posts: str) -> None:
        """Put posts into the outbox."""
        (feed,) = await self.store.feeds()
        for each in posts:
            await publish(self.store, feed, row(each, "Trade"), at=self.clock.now())

    async def drain(self, owner: str = "one", *, after: float = 0.0) -> None:
        """Let some seconds pass and deliver what is due then."""
        self.clock.forward(after)
        adapters = {"slack": self.rig.adapter}
        await Outbox(self.store, adapters, self.clock, DeliverySettings(), owner).drain()

    async def drain_some(self, *, after: float = 0.0) -> None:
        """Deliver what is due, as `drain` does, but wait for no turn that comes later."""
        self.clock.forward(after)
        self.rig.time.now += after
        self.rig.server.clock.advance(after)
        stop = asyncio.Event()
        outbox = Outbox(self.store, {"slack": self.rig.adapter}, self.clock, DeliverySettings(), "one")
        work = asyncio.create_task(outbox.run(stop))
        while not await self._idle():  # noqa: ASYNC110 -- the state of a database is no event
            await asyncio.sleep(0.01)
        stop.set()
        await work

    async def _idle(self) -> bool:
        """Whether nothing is under way or due."""
        due = await self.store.next_delivery_at(["slack"])
        return "sending" not in await self.states() and (due is None or due > self.clock.now())

    async def states(self) -> list[str]:
        """Return the states of the channel's deliveries, oldest first."""
        found = await self.store.delivery_log(self.rig.address(self.rig.news), 100)
        return [each.state for each in reversed(found)]

    @property
    def messages(self) -> list[StoredMessage]:
        """What hangs in the channel."""
        return self.rig.messages(self.rig.news)


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[Bot]:
    store = await open_store(database.url)
    try:
        async with made() as rig:
            await rig.start()
            await add_feed(store)
            await follow(store, rig.address(rig.news), "Trade")
            yield Bot(rig, store, HeldClock())
    finally:
        await store.aclose()


@pytest.fixture
async def bot(database: Database) -> AsyncIterator[Bot]:
    async with opened(database) as made_:
        yield made_


async def test_a_lost_answer_ends_in_exactly_one_message(bot: Bot) -> None:
    await bot.publish("p1")
    bot.rig.server.faults.lose_answer(POST)
    await bot.drain()
    unsure = await bot.states()
    await bot.drain(after=60.0)

    assert unsure == ["pending"]
    assert await bot.states() == ["sent"]
    assert len(bot.messages) == 1
    assert len(bot.rig.server.calls_to(POST)) == 1


async def test_a_request_that_never_arrived_is_made_again(bot: Bot) -> None:
    await bot.publish("p1")
    bot.rig.server.faults.drop(POST)
    await bot.drain()
    await bot.drain(after=60.0)

    assert await bot.states() == ["sent"]
    assert len(bot.messages) == 1


async def test_killed_between_accepted_and_recorded_the_next_process_sends_nothing_again(
    bot: Bot, database: Database
) -> None:
    await bot.publish("p1")
    killed = await open_store(database.url)
    await killed.take_over(ended_owner())
    (claim,) = await killed.claim(
        ended_owner(),
        bot.clock.now(),
        lease=DeliverySettings().lease,
        limit=9,
        platforms=["slack"],
        catch_up_after=5,
    )
    await killed.aclose()
    await bot.rig.adapter.send(claim.destination, claim.message, claim.key)
    await bot.rig.restart()
    await bot.store.take_over("next")
    await bot.drain("next", after=1.0)

    assert await bot.states() == ["sent"]
    assert len(bot.messages) == 1


async def test_slacks_wish_to_wait_is_obeyed_and_nothing_is_lost(bot: Bot) -> None:
    await bot.publish("p1", "p2")
    bot.rig.server.faults.ratelimit(POST, 120)
    await bot.drain()
    await bot.drain(after=100.0)
    too_soon = len(bot.rig.server.calls_to(POST))
    bot.rig.time.now += 121.0
    await bot.drain(after=21.0)

    assert too_soon == 1
    assert await bot.states() == ["sent", "sent"]
    assert len(bot.messages) == 2


async def test_refused_blocks_go_out_plain_and_the_next_message_goes_on(bot: Bot) -> None:
    await bot.publish("p1", "p2")
    bot.rig.server.faults.error(POST, "invalid_blocks")
    await bot.drain()
    plain, whole = bot.messages

    assert await bot.states() == ["sent", "sent"]
    assert plain.blocks == []
    assert whole.blocks


async def test_an_archived_channel_waits_and_gets_all_once_it_is_back(bot: Bot) -> None:
    await bot.publish("p1", "p2")
    bot.rig.news.archive()
    await bot.drain()
    parked = await bot.states()
    bot.rig.news.unarchive()
    await bot.store.resume(bot.rig.address(bot.rig.news), bot.clock.now())
    await bot.drain(after=1.0)

    assert "sent" not in parked
    assert await bot.states() == ["sent", "sent"]
    assert len(bot.messages) == 2


async def test_a_message_in_doubt_waits_until_the_bot_may_look_for_it(bot: Bot) -> None:
    await bot.publish("p1")
    bot.rig.server.faults.lose_answer(POST)
    bot.rig.news.kick_bot()
    await bot.drain()
    await bot.drain(after=60.0)
    (info,) = await bot.store.delivery_log(bot.rig.address(bot.rig.news), 9)
    bot.rig.news.invite_bot()
    await bot.store.resume(bot.rig.address(bot.rig.news), bot.clock.now())
    await bot.drain(after=1.0)

    assert "/invite @bystander" in info.error
    assert await bot.states() == ["sent"]
    assert len(bot.messages) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_later_posts_wait_until_a_message_in_doubt_is_settled_in_a_busy_channel(
    bot: Bot, *, arrived: bool
) -> None:
    slack = bot.rig.server
    slack.outside_marketplace()
    await bot.publish("p1")
    if arrived:
        slack.faults.lose_answer(POST)
    else:
        slack.faults.drop(POST)
    await bot.drain_some()
    for number in range(200):
        bot.rig.team.say(bot.rig.news, bot.rig.alice, f"chatter {number}")
    await bot.publish("p2")
    states = []
    for _ in range(40):
        await bot.drain_some(after=61.0)
        states.append(await bot.states())
    own = [each for each in bot.messages if each.bot_id]

    assert ["pending", "sent"] not in states
    assert states.count(["pending", "pending"]) > 12  # so many pages, one a minute
    assert states[-1] == ["sent", "sent"]
    assert ["p1" in each.text for each in own] == [True, False]
