"""Messages and places, seen by the real discord.py client."""

from __future__ import annotations

import io

import discord
import pytest

from tests.fakes.discord.basics import Bits
from tests.fakes.discord.clients import Bot, running
from tests.fakes.discord.permissions import permissions_of
from tests.fakes.discord.server import FakeDiscord


async def test_the_client_logs_in_and_sees_its_guilds() -> None:
    server = FakeDiscord()
    guild = server.add_guild("readers")
    places = [guild.add_text(), guild.add_announcement(), guild.add_voice(), guild.add_forum(tags=["Trade"])]
    thread = guild.add_thread(places[0])

    async with server, running(server, Bot()) as bot:
        seen = bot.get_guild(guild.id)
        assert seen is not None
        assert {channel.id for channel in seen.channels} == {place.id for place in places}
        assert [each.id for each in seen.threads] == [thread.id]
        assert seen.get_channel(places[3].id).available_tags[0].name == "Trade"  # type: ignore[union-attr]
        assert bot.application is not None
        assert bot.application.id == server.world.application_id


async def test_the_same_nonce_twice_is_one_message() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)

        first = await channel.send("Tariffs", nonce="delivery-1")
        again = await channel.send("Tariffs", nonce="delivery-1")
        other = await channel.send("Tariffs", nonce="delivery-2")

        assert again.id == first.id != other.id
        assert len(server.messages(news)) == 2


async def test_a_nonce_is_forgotten_after_its_window() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)

        first = await channel.send("Tariffs", nonce="delivery-1")
        server.clock.advance(server.core.book.nonce_window + 1)
        again = await channel.send("Tariffs", nonce="delivery-1")

        assert again.id != first.id


async def test_a_repeat_after_deletion_is_an_unknown_message() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)
        await channel.send("Tariffs", nonce="delivery-1")
        server.delete(server.messages(news)[0])

        with pytest.raises(discord.NotFound) as refused:
            await channel.send("Tariffs", nonce="delivery-1")

        assert refused.value.code == 10008


def _long_embeds() -> list[discord.Embed]:
    return [discord.Embed(title=f"{index}", description="d" * 3000) for index in range(2)]


@pytest.mark.parametrize(
    ("content", "embeds", "code", "told"),
    [
        ("x" * 2001, [], 50035, "content: Must be 2000 or fewer in length."),
        (None, [discord.Embed(title="t" * 257)], 50035, "embeds.0.title: Must be 256 or fewer in length."),
        (None, _long_embeds(), 50035, "embeds: Embed size exceeds maximum size of 6000"),
        (None, [discord.Embed(title="t", url="not a url")], 50035, "embeds.0.url: Scheme must be"),
        ("  ", [], 50006, "Cannot send an empty message"),
    ],
)
async def test_what_is_over_a_limit_is_refused(
    content: str | None, embeds: list[discord.Embed], code: int, told: str
) -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        with pytest.raises(discord.HTTPException) as refused:
            await bot.get_partial_messageable(news.id).send(content, embeds=embeds)

        assert refused.value.code == code
        assert any(told in violation for violation in server.take_violations())
        assert server.messages(news) == []


async def test_form_errors_have_the_shape_of_discord() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        with pytest.raises(
            discord.HTTPException, match=r"In embeds\.0\.title: Must be 256 or fewer in length\."
        ):
            await bot.get_partial_messageable(news.id).send(embed=discord.Embed(title="t" * 257))
        server.take_violations()


async def test_a_card_comes_back_as_it_was_sent_and_can_be_edited() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    card = discord.Embed(title="Tariffs", url="https://blog.example/tariffs", description="A summary.")
    card.set_footer(text="China Bystander").add_field(name="Filed under", value="Trade")
    card.set_image(url="https://blog.example/picture.png")
    buttons = discord.ui.View(timeout=None)
    buttons.add_item(discord.ui.Button(label="Follow Trade", custom_id="follow:trade"))
    async with server, running(server, Bot()) as bot:
        sent = await bot.get_partial_messageable(news.id).send(embed=card, view=buttons)
        await sent.edit(embed=discord.Embed(title="Tariffs, corrected"))

        stored = server.messages(news)[0]
        assert sent.embeds[0].fields[0].value == "Trade"
        assert stored.embeds[0]["title"] == "Tariffs, corrected"
        assert stored.components[0]["components"][0]["custom_id"] == "follow:trade"
        assert stored.edits == 1


async def test_a_card_of_components_v2_is_taken() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    view = discord.ui.LayoutView(timeout=None)
    thumbnail = discord.ui.Thumbnail[discord.ui.LayoutView]("https://blog.example/p.png")
    section = discord.ui.Section[discord.ui.LayoutView]("**Tariffs**", accessory=thumbnail)
    view.add_item(discord.ui.Container(section, discord.ui.Separator(), discord.ui.TextDisplay("A summary.")))
    async with server, running(server, Bot()) as bot:
        sent = await bot.get_partial_messageable(news.id).send(view=view, nonce="v2")

        assert sent.flags.components_v2


async def test_a_file_can_come_along() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        file = discord.File(io.BytesIO(b"picture"), filename="picture.png")
        sent = await bot.get_partial_messageable(news.id).send(file=file)

        assert sent.attachments[0].filename == "picture.png"


async def test_mentions_reach_only_whom_the_sender_allows() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    news, role, reader = guild.add_text(), guild.add_role("readers"), server.add_user("ada")
    text = f"@everyone <@{reader.id}> <@&{role.id}>"
    chosen = discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(role.id)])
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)
        await channel.send(text)
        await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
        await channel.send(text, allowed_mentions=chosen)

        pings = [message.pings for message in server.messages(news)]
        assert pings == [{"everyone", reader.id, role.id}, set(), {role.id}]
        assert server.messages(news)[1].body["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(
    ("lost", "code"), [(Bits.VIEW_CHANNEL, 50001), (Bits.SEND_MESSAGES, 50013), (Bits.EMBED_LINKS, 50013)]
)
async def test_a_missing_permission_is_refused(lost: Bits, code: int) -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    news.deny(lost)
    async with server, running(server, Bot()) as bot:
        with pytest.raises(discord.Forbidden) as refused:
            await bot.get_partial_messageable(news.id).send(embed=discord.Embed(title="Tariffs"))

        assert refused.value.code == code


async def test_permissions_follow_roles_and_overwrites_as_the_client_computes_them() -> None:
    server = FakeDiscord(guard=False)
    guild = server.add_guild(bot_permissions=Bits.MANAGE_THREADS)
    news, role = guild.add_text(), guild.add_role("muted")
    guild.members[server.world.bot.id].append(role)
    news.deny(Bits.SEND_MESSAGES | Bits.EMBED_LINKS, guild.everyone)
    news.deny(Bits.ATTACH_FILES, role)
    news.allow(Bits.EMBED_LINKS, role)
    news.deny(Bits.SEND_MESSAGES)
    async with server, running(server, Bot()) as bot:
        channel = bot.get_channel(news.id)
        assert isinstance(channel, discord.TextChannel)

        ours = permissions_of(server.world.bot, news) & ~Bits.CONNECT  # the client leaves voice bits out
        assert channel.permissions_for(channel.guild.me).value == ours
        assert not ours & (Bits.SEND_MESSAGES | Bits.EMBED_LINKS | Bits.ATTACH_FILES)


async def test_history_is_read_newest_first_and_needs_its_permission() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    news, reader = guild.add_text(), server.add_user("ada")
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)
        for number in range(3):
            await channel.send(f"{number}", nonce=f"n{number}")
        server.say(news, reader, "private thoughts")

        history = [message async for message in channel.history(limit=3)]
        news.deny(Bits.READ_MESSAGE_HISTORY)

        assert [message.content for message in history] == ["", "2", "1"]
        assert all(message.nonce is None for message in history)
        assert [message async for message in channel.history()] == []


async def test_an_announcement_is_published_once() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_announcement()
    async with server, running(server, Bot()) as bot:
        sent = await bot.get_partial_messageable(news.id).send("Tariffs")
        await sent.publish()

        assert server.messages(news)[0].crossposted
        with pytest.raises(discord.HTTPException) as refused:
            await sent.publish()
        assert refused.value.code == 40033


async def test_a_refused_dm_is_50007_and_a_good_one_arrives() -> None:
    server = FakeDiscord()
    shy, open_minded = server.add_user("shy", accepts_dms=False), server.add_user("ada")
    async with server, running(server, Bot()) as bot:
        dm = await bot.create_dm(discord.Object(open_minded.id))
        await dm.send("Tariffs")
        with pytest.raises(discord.Forbidden) as refused:
            await (await bot.create_dm(discord.Object(shy.id))).send("Tariffs")

        assert refused.value.code == 50007
        assert [message.content for message in server.messages(server.dm_of(open_minded))] == ["Tariffs"]
