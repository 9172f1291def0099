"""Threads, forums, and places that go away, seen by the real discord.py client."""

from __future__ import annotations

import asyncio

import discord
import pytest

from tests.fakes.discord.basics import Bits
from tests.fakes.discord.clients import Bot, running
from tests.fakes.discord.server import FakeDiscord


def _forum(bot: Bot, channel_id: int) -> discord.ForumChannel:
    forum = bot.get_channel(channel_id)
    assert isinstance(forum, discord.ForumChannel)
    return forum


async def test_a_forum_post_carries_its_tags_and_its_first_message() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    posts = guild.add_forum(tags=["Trade", "Technology"], demands_tag=True)
    async with server, running(server, Bot()) as bot:
        forum = _forum(bot, posts.id)
        made = await forum.create_thread(
            name="Tariffs", content="A summary.", applied_tags=[forum.available_tags[1]]
        )

        thread = server.world.channels[made.thread.id]
        assert thread.applied_tags == [posts.tag("Technology").id]
        assert [message.content for message in server.messages(thread)] == ["A summary."]
        assert made.message.id == made.thread.id
        assert forum.flags.require_tag


async def test_a_forum_takes_no_plain_message_and_no_post_without_a_demanded_tag() -> None:
    server = FakeDiscord()
    posts = server.add_guild().add_forum(tags=["Trade"], demands_tag=True)
    async with server, running(server, Bot()) as bot:
        with pytest.raises(discord.HTTPException) as plain:
            await bot.get_partial_messageable(posts.id).send("Tariffs")
        with pytest.raises(discord.HTTPException) as untagged:
            await _forum(bot, posts.id).create_thread(name="Tariffs", content="A summary.")

        assert (plain.value.code, untagged.value.code) == (40058, 40067)


async def test_forum_posts_are_found_again_among_active_and_archived_threads() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    posts = guild.add_forum()
    async with server, running(server, Bot()) as bot:
        forum = _forum(bot, posts.id)
        old = await forum.create_thread(name="Old", content="1")
        new = await forum.create_thread(name="New", content="2")
        server.world.channels[old.thread.id].archive()

        active = await forum.guild.active_threads()
        archived = [each async for each in forum.archived_threads()]

        assert [(each.name, each.owner_id) for each in active] == [("New", server.world.bot.id)]
        assert [each.name for each in archived] == ["Old"]
        assert new.thread.parent_id == posts.id


async def test_a_send_unarchives_a_thread_and_an_edit_does_not() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    thread = guild.add_thread(guild.add_text())
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(thread.id)
        sent = await channel.send("1")
        thread.archive()

        with pytest.raises(discord.HTTPException) as refused:
            await sent.edit(content="2")
        assert refused.value.code == 50083
        assert thread.archived
        await channel.send("3")
        assert not thread.archived


@pytest.mark.parametrize(("archived", "code"), [(True, 50083), (False, 160005)])
async def test_a_locked_thread_needs_manage_threads(
    archived: bool,  # noqa: FBT001 -- a column of the table
    code: int,
) -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    thread = guild.add_thread(guild.add_text())
    thread.archive(locked=True)
    if not archived:
        thread.unarchive()
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(thread.id)
        with pytest.raises(discord.HTTPException) as refused:
            await channel.send("1")
        assert refused.value.code == code

        guild.bot_role.set_permissions(Bits.MANAGE_THREADS)
        await channel.send("2")

        assert [message.content for message in server.messages(thread)] == ["2"]


async def test_in_a_thread_the_permission_for_threads_counts() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    news = guild.add_text()
    thread = guild.add_thread(news)
    news.deny(Bits.SEND_MESSAGES)
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(thread.id)
        await channel.send("1")
        news.deny(Bits.SEND_MESSAGES_IN_THREADS)

        with pytest.raises(discord.Forbidden) as refused:
            await channel.send("2")
        assert refused.value.code == 50013


class _Watcher(Bot):
    """Keeps the names of the events that tell of places."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.seen.put_nowait(("channel", channel.id))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.seen.put_nowait(("removed", guild.id))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.seen.put_nowait(("joined", guild.id))

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        self.seen.put_nowait(("outage", guild.id))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        self.seen.put_nowait(("back", guild.id))


async def test_places_that_go_away_are_told_apart() -> None:
    server = FakeDiscord()
    guild, other = server.add_guild("one"), server.add_guild("two")
    gone, kept = guild.add_text("gone"), guild.add_text("kept")
    async with server, running(server, _Watcher()) as bot:
        for _ in range(2):
            assert (await bot.seen.get())[0] == "back"  # both guilds, when the client became ready
        gone.delete()
        guild.go_down()
        guild.come_back()
        other.remove_bot()
        other.add_bot()
        late = server.add_guild("three")

        seen = [await asyncio.wait_for(bot.seen.get(), 10) for _ in range(6)]
        assert seen == [
            ("channel", gone.id),
            ("outage", guild.id),
            ("back", guild.id),
            ("removed", other.id),
            ("joined", other.id),
            ("joined", late.id),
        ]
        guild.remove_bot()
        codes = []
        for place in (gone, kept):
            with pytest.raises(discord.HTTPException) as refused:
                await bot.get_partial_messageable(place.id).send("1")
            codes.append((refused.value.status, refused.value.code))
        assert codes == [(404, 10003), (403, 50001)]


async def test_during_an_outage_rest_answers_503() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    news = guild.add_text()
    guild.go_down()
    async with server, running(server, Bot()) as bot:
        with pytest.raises(discord.DiscordServerError):
            await bot.get_partial_messageable(news.id).send("1")
