"""The commands before another judge: simcord, an independent Discord in memory."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from adapters.discord.gateway.client import Client
from adapters.discord.gateway.endpoints import Endpoints
from adapters.discord.gateway.guild_events import GuildEvents
from adapters.discord.gateway.guild_index import GuildIndex
from adapters.discord.gateway.rate_limit import RateLimiter
from adapters.discord.gateway.starts import Starts
from adapters.discord.interactions import commands
from adapters.discord.interactions.conversation import Conversation
from adapters.shared.tasks import Tasks
from tests.adapters.discord.rig import NotingServices


class WelcomeMessages:
    """Notes who was greeted."""

    def __init__(self) -> None:
        self.greeted: list[int] = []

    async def greet(self, user_id: int, text: str, key: str) -> None:  # noqa: ARG002 -- the port's
        self.greeted.append(user_id)


class Talker(Client):
    """The client with a conversation, without the network."""

    def __init__(self, services: NotingServices) -> None:
        super().__init__(Endpoints("https://discord.com/api/v10", ""), RateLimiter(), (0, 0, 1))
        self.services = services
        self.conversation = Conversation(services, WelcomeMessages(), GuildIndex(services), Tasks("Discord"))
        self.tell(self, GuildEvents(self, GuildIndex(services), services), Starts(services.shared))

    def online(self) -> None:
        """Nobody waits for it."""

    async def setup_hook(self) -> None:
        """Register the commands."""
        payload = commands.payload(self.services.commands)
        await self.http.bulk_upsert_global_commands(self.application_id or 0, payload)

    async def interaction(self, interaction: discord.Interaction[Any]) -> None:
        await self.conversation.receive(interaction)


@pytest.fixture
def services() -> NotingServices:
    return NotingServices()


@pytest.fixture
def simcord_bot(services: NotingServices) -> Talker:
    """What simcord's own fixture `simcord_env` is to run."""
    return Talker(services)


async def test_everyone_is_offered_the_everyday_commands_and_managers_the_rest(
    simcord_env: simcord.Env,
) -> None:
    env = simcord_env
    guild = env.create_guild()
    news = guild.create_text_channel("news")
    alice = guild.add_member(env.create_user("alice"))
    manager = guild.create_role("manager", permissions=discord.Permissions(manage_guild=True))
    boss = guild.add_member(env.create_user("boss"), roles=[manager])

    assert "follow" in alice.available_commands(news)
    assert not [each for each in alice.available_commands(news) if each.startswith(("alerts", "feeds"))]
    assert "alerts add" in boss.available_commands(news)


async def test_admin_commands_are_not_offered_in_dms(simcord_env: simcord.Env) -> None:
    alice = simcord_env.create_user("alice")

    assert "follow" in alice.available_commands()
    assert not [each for each in alice.available_commands() if each.startswith(("alerts", "feeds"))]


async def test_a_command_with_native_options_reaches_the_desk(
    simcord_env: simcord.Env, services: NotingServices
) -> None:
    env = simcord_env
    guild = env.create_guild()
    news, other = guild.create_text_channel("news"), guild.create_text_channel("other")
    manager = guild.create_role("manager", permissions=discord.Permissions(manage_guild=True))
    boss = guild.add_member(env.create_user("boss"), roles=[manager])
    result = await boss.slash(news, "alerts remove", categories="China-U.S.", channel=other)

    assert result.ephemeral
    assert services.executed[0][1:] == (
        "alerts remove",
        {"categories": "China-U.S.", "channel": f"discord:channel:{other.id}"},
    )


async def test_a_menu_is_offered_and_answered(simcord_env: simcord.Env, services: NotingServices) -> None:
    env = simcord_env
    guild = env.create_guild()
    news = guild.create_text_channel("news")
    alice = guild.add_member(env.create_user("alice"))
    offered = await alice.slash(news, "follow")
    assert offered.response is not None
    await alice.select(offered.response, ["Trade"])

    assert services.executed[0][1:] == ("follow", {"categories": "Trade"})


async def test_numbers_outside_their_bounds_are_refused_by_discord_itself(simcord_env: simcord.Env) -> None:
    env = simcord_env
    guild = env.create_guild()
    news = guild.create_text_channel("news")
    alice = guild.add_member(env.create_user("alice"))

    with pytest.raises(simcord.OptionError):
        await alice.slash(news, "latest", count=11)


async def test_suggestions_come_as_choices(simcord_env: simcord.Env) -> None:
    env = simcord_env
    guild = env.create_guild()
    news = guild.create_text_channel("news")
    alice = guild.add_member(env.create_user("alice"))
    choices = await alice.autocomplete(news, "follow", "categories", "chi")

    assert [choice["value"] for choice in choices] == ["China-U.S.", "Trade"]
