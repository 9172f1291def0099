"""Guilds, their channels, roles and members over REST; opening DMs."""

from __future__ import annotations

from tests.fakes.discord import payloads
from tests.fakes.discord.basics import Json
from tests.fakes.discord.core import Call, Core, Reply, Routes
from tests.fakes.discord.permissions import permissions_of
from tests.fakes.discord.problems import ApiError
from tests.fakes.discord.world import Guild


class GuildRoutes:
    """The handlers that show places and people."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def table(self) -> Routes:
        """Return the routes."""
        return {
            "GET /guilds/{guild_id}": self.guild,
            "GET /guilds/{guild_id}/channels": self.channels,
            "GET /guilds/{guild_id}/roles": self.roles,
            "GET /guilds/{guild_id}/members/{user_id}": self.member,
            "GET /users/@me/guilds": self.own_guilds,
            "GET /users/@me/guilds/{guild_id}/member": self.own_member,
            "GET /users/{user_id}": self.user,
            "GET /channels/{channel_id}": self.channel,
            "POST /users/@me/channels": self.open_dm,
        }

    async def guild(self, call: Call) -> Reply:
        """Show a guild."""
        guild = self._core.guild(call.id("guild_id"))
        shown = payloads.guild(guild)
        if call.exchange.query.get("with_counts", "").lower() in ("1", "true"):
            shown |= {"approximate_member_count": len(guild.members), "approximate_presence_count": 0}
        return Reply(shown)

    async def channels(self, call: Call) -> Reply:
        """List the channels of a guild, without threads."""
        guild = self._core.guild(call.id("guild_id"))
        return Reply([payloads.channel(each) for each in guild.channels if not each.kind.is_thread])

    async def roles(self, call: Call) -> Reply:
        """List the roles of a guild."""
        return Reply([payloads.role(each) for each in self._core.guild(call.id("guild_id")).roles])

    async def member(self, call: Call) -> Reply:
        """Show a member."""
        guild = self._core.guild(call.id("guild_id"))
        return Reply(_member(guild, call.id("user_id")))

    async def own_member(self, call: Call) -> Reply:
        """Show the bot as a member."""
        guild = self._core.guild(call.id("guild_id"))
        return Reply(_member(guild, self._core.world.bot.id))

    async def own_guilds(self, call: Call) -> Reply:
        """List the bot's guilds in the order of their ids."""
        query = call.exchange.query
        bot = self._core.world.bot
        found = sorted(
            (each for each in self._core.world.guilds.values() if each.has_bot), key=lambda g: g.id
        )
        found = [each for each in found if each.id > int(query.get("after", 0))]
        return Reply(
            [
                {
                    "id": str(each.id),
                    "name": each.name,
                    "icon": None,
                    "banner": None,
                    "owner": False,
                    "permissions": str(permissions_of(bot, each)),
                    "features": [],
                }
                for each in found[: int(query.get("limit", 200))]
            ]
        )

    async def user(self, call: Call) -> Reply:
        """Show a user."""
        someone = self._core.world.users.get(call.id("user_id"))
        if someone is None:
            raise ApiError(10013)
        return Reply(payloads.user(someone))

    async def channel(self, call: Call) -> Reply:
        """Show a channel."""
        return Reply(payloads.channel(self._core.channel(call.id("channel_id"))))

    async def open_dm(self, call: Call) -> Reply:
        """Open the DM with a user; whether they take messages shows when one is sent."""
        someone = self._core.world.users.get(int(call.body.get("recipient_id") or 0))
        if someone is None:
            raise ApiError(10013)
        if someone.bot:
            raise ApiError(50007)
        return Reply(payloads.channel(self._core.world.dm_of(someone)))


def _member(guild: Guild, user_id: int) -> Json:
    if user_id not in guild.members:
        raise ApiError(10007)
    return payloads.member(guild, guild.world.users[user_id])
