"""Starts the fake Discord as a process and talks to it."""

from __future__ import annotations

from tests.fakes.process import FakeProcess


class DiscordProcess(FakeProcess):
    """`async with DiscordProcess("--guilds", "20") as discord:`; leaving fails when it saw violations."""

    module = "tests.fakes.discord.main"

    @property
    def gateway(self) -> str:
        """The gateway."""
        return str(self.built["gateway"])

    @property
    def token(self) -> str:
        """The only token that is let in."""
        return str(self.built["token"])
