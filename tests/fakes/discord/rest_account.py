"""The bot's own account, its application, and where its gateway is."""

from __future__ import annotations

from tests.fakes.discord import payloads
from tests.fakes.discord.core import Call, Core, Reply, Routes


class AccountRoutes:
    """The handlers about the bot itself."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def table(self) -> Routes:
        """Return the routes."""
        return {
            "GET /users/@me": self.user,
            "GET /applications/@me": self.application,
            "GET /oauth2/applications/@me": self.application,
            "GET /gateway": self.gateway,
            "GET /gateway/bot": self.gateway_bot,
        }

    async def user(self, _call: Call) -> Reply:
        """Show the bot."""
        return Reply(payloads.own_user(self._core.world.bot))

    async def application(self, _call: Call) -> Reply:
        """Show the application."""
        return Reply(payloads.application(self._core.world))

    async def gateway(self, _call: Call) -> Reply:
        """Say where the gateway is."""
        return Reply({"url": self._core.told_gateway})

    async def gateway_bot(self, _call: Call) -> Reply:
        """Say where the gateway is, in how many shards to come, and how many starts are left."""
        limit = {
            "total": 1000,
            "remaining": self._core.session_starts,
            "reset_after": 14_400_000,  # milliseconds
            "max_concurrency": self._core.max_concurrency,
        }
        return Reply(
            {"url": self._core.told_gateway, "shards": self._core.shards, "session_start_limit": limit}
        )
