"""A deleted channel that only a message finds out about, with the real desk, store and outbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock
from bot.commands.dispatch import Dispatcher
from bot.errors import PermanentError, Scope
from bot.model import Cadence
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import Inspection, Store
from bot.services import Services
from storage import open_store
from tests.adapters.discord.rig import KEY, LONG_AGO, Rig, alert, made, to
from tests.databases import Database
from tests.fakes.discord import faults
from tests.fakes.discord.world import Channel


class Nobody:
    """An inspector that is never asked."""

    async def inspect(self, url: str) -> Inspection:
        raise AssertionError(url)

    async def check(self, url: str) -> Inspection:
        raise AssertionError(url)


@dataclass
class Office:
    """The adapter with a real desk, store and outbox; "boss" is the admin who is told."""

    rig: Rig
    store: Store
    outbox: Outbox

    async def add_alerts(self, channel: Channel) -> None:
        """Let a channel get Trade."""
        await self.store.follow(
            to(channel).address,
            feed_id=None,
            include={"c:trade": "Trade"},
            exclude={},
            cadence=Cadence.NOW,
            channel=True,
            mention="",
            by=to(self.rig.boss).address,
            now=datetime.now(UTC),
        )

    async def write(self, *channels: Channel, text: str = "Hello.") -> None:
        """Put a notice for channels into the outbox, and deliver all that is due."""
        now = datetime.now(UTC)
        await self.store.notify([to(each).address for each in channels], text, now)
        await self.outbox.drain()
        await self.outbox.drain()  # what admins are to hear of it

    @property
    def told(self) -> list[str]:
        """What the admin read."""
        return [each.content for each in self.rig.server.messages(self.rig.server.dm_of(self.rig.boss))]

    async def states(self, channel: Channel) -> list[str]:
        """What became of the messages to a channel, newest first."""
        return [row.state for row in await self.store.delivery_log(to(channel).address, 9)]


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    store = await open_store(database.url)
    async with made() as rig:
        admins = [to(rig.boss).address]
        dispatcher = Dispatcher(store, Nobody(), SystemClock())
        services = Services(dispatcher, store, SystemClock(), admins=admins)
        await rig.adapter.start(services)
        settings = DeliverySettings(admins=tuple(admins))
        outbox = Outbox(store, {"discord": rig.adapter}, SystemClock(), settings, "me")
        yield Office(rig, store, outbox)
        await rig.adapter.aclose()
    await store.aclose()


async def test_what_went_there_ends_with_one_word_to_the_admin(office: Office) -> None:
    rig = office.rig
    other = rig.guild.add_text("other")
    for channel in (rig.news, other):
        await office.add_alerts(channel)
    rig.server.faults.next(faults.refuse(10003), "POST /channels/")
    await office.write(rig.news)
    await office.write(other)

    (notice,) = office.told
    assert "ended: The channel was deleted. It got Trade." in notice
    assert await office.states(rig.news) == ["failed"]
    assert await office.states(other) == ["sent"]
    assert (await office.store.queue_health()).parked == ()
    assert [each.destination.address for each in await office.store.subscriptions()] == [to(other).address]


async def test_a_deletion_that_is_announced_and_met_is_told_once(office: Office) -> None:
    rig = office.rig
    await office.add_alerts(rig.news)
    await office.rig.known(rig.news)
    rig.news.delete()
    while await office.store.subscriptions():
        await office.write()
    await office.write(rig.news)

    assert sum("was deleted" in text for text in office.told) == 1


async def test_a_server_that_removed_the_bot_is_told_once_whatever_is_sent_there_later(
    office: Office,
) -> None:
    rig = office.rig
    other = rig.guild.add_text("other")
    for channel in (rig.news, other):
        await office.add_alerts(channel)
    await rig.known(other)
    keeper = rig.server.add_guild("lounge")  # where the bot can still meet the admin
    keeper.add_member(rig.boss)
    rig.guild.remove_bot()
    await rig.until(lambda: rig.client.get_guild(rig.guild.id) is None)
    while len((await office.store.queue_health()).parked) < 2:
        await office.write()
    await office.write(rig.news, other)

    (notice,) = office.told
    assert "The bot was removed from the server “readers”. Invite it again" in notice
    assert await office.states(rig.news) == await office.states(other) == ["parked"]
    assert len(await office.store.subscriptions()) == 2


# --- edits, and looks for what may have arrived ------------------------------------------------------------


async def test_an_edit_finds_a_deleted_channel_too(rig: Rig) -> None:
    reference = await rig.adapter.send(to(rig.news), alert(1), KEY)
    rig.server.faults.next(faults.refuse(10003), "PATCH /channels/")
    with pytest.raises(PermanentError) as gone:
        await rig.adapter.edit(to(rig.news), reference, alert(1, "Markets"), KEY)

    assert gone.value.scope is Scope.MESSAGE
    assert [address for address, _ in rig.services.ended] == [to(rig.news).address]


async def test_a_deleted_post_of_a_forum_ends_nothing_and_holds_nothing(rig: Rig) -> None:
    forum = rig.guild.add_forum()
    await rig.known(forum)
    reference = await rig.adapter.send(to(forum), alert(1), KEY)
    (thread,) = [each for each in rig.guild.channels if each.parent is forum]
    thread.delete()
    with pytest.raises(PermanentError) as gone:
        await rig.adapter.edit(to(forum), reference, alert(1, "Markets"), KEY)

    assert gone.value.scope is Scope.MESSAGE
    assert to(forum).address not in [address for address, _ in rig.services.ended]


async def test_a_look_for_a_message_finds_a_deleted_channel_too(rig: Rig) -> None:
    rig.server.faults.next(faults.refuse(10003), "GET /channels/")
    with pytest.raises(PermanentError):
        await rig.adapter.find(to(rig.news), KEY, LONG_AGO - timedelta(hours=1))

    assert [address for address, _ in rig.services.ended] == [to(rig.news).address]
