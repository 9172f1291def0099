"""One post to 2,000 channels on Discord."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.discord.messages.destinations import channel_address
from bench.fanout import Budget, Traffic, run
from bench.followers import CATEGORY
from tests.fakes.discord.process import DiscordProcess

GUILDS, CHANNELS = 200, 10
LIMIT = 50.0  # requests a second of a bot (documentation, topics/rate-limits, "Global Rate Limit")
# Discord's own limits; the one per channel as observed by bots.
_LIMITS = ("--global-limit", f"{LIMIT:g}", "--bucket", "5", "--window", "5")
_COMMANDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("follow", {"categories": CATEGORY}),
    ("health", {}),
    ("latest", {"category": CATEGORY}),
    ("following", {}),
    ("categories", {}),
)


@dataclass(slots=True)
class Discord:
    """Implements `bench.fanout.Platform` with the fake Discord."""

    discord: DiscordProcess
    name: str = "Discord"
    limits: str = "its limits on"
    budget: Budget = Budget(f"Discord's {LIMIT:g} a second", LIMIT)  # noqa: RUF009 -- frozen

    @property
    def settings(self) -> str:
        """The table of the config that enables it."""
        return (
            f'[discord]\nenabled = true\napi_base = "{self.discord.api_base}"\n'
            f'gateway = "{self.discord.gateway}"\n'
        )

    @property
    def secrets(self) -> Mapping[str, str]:
        """The token."""
        return {"DISCORD_TOKEN": self.discord.token}

    @property
    def channels(self) -> list[str]:
        """The ids of all channels."""
        return [each for guild in self.discord.built["guilds"] for each in guild["channels"]]

    @property
    def destinations(self) -> list[str]:
        """The addresses of all channels."""
        return [channel_address(int(each)) for each in self.channels]

    async def forget(self) -> None:
        """Reset the request counts."""
        await self.discord.ask("reset")

    async def traffic(self) -> Traffic:
        """Return the traffic since the last `forget`."""
        stats = await self.discord.ask("stats")
        return Traffic(stats["requests"], stats["statuses"].get("429", 0))

    async def messages(self) -> Mapping[str, int]:
        """Return the number of messages in each channel, by address."""
        counts: dict[str, int] = await self.discord.ask("counts")
        return {channel_address(int(channel)): number for channel, number in counts.items()}

    async def use_command(self, number: int) -> None:
        """Run the next command in the next channel; the user changes after each round of commands."""
        command, options = _COMMANDS[number % len(_COMMANDS)]
        channel = self.channels[number % len(self.channels)]
        user = f"reader-{number // len(_COMMANDS)}"
        await self.discord.ask("interact", user=user, channel=channel, command=command, options=options)


async def main() -> int:
    """Run the bench."""
    sizes = ("--guilds", str(GUILDS), "--channels", str(CHANNELS))
    async with DiscordProcess(*sizes, *_LIMITS, "--no-guard") as discord:
        return await run(Discord(discord))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
