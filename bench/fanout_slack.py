"""One post to 500 channels of one workspace on Slack: `python -m bench fanout_slack [PER_MINUTE]`.

Without a number, the pace is above the default, so that the bench ends in time, yet takes longer than a
minute, so that the limit per minute takes effect. With a number, the bench itself has no time limit.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.slack.messages.destinations import address
from adapters.slack.transport.rate_limit import PACE
from bench.fanout import LIMIT, Budget, Traffic, run
from bench.followers import CATEGORY
from tests.fakes.slack.process import SlackProcess

CHANNELS = 500
PER_MINUTE = 450
_CHANNEL_LIMITS = ("--per-second", "1", "--burst", "2")  # Slack's own limits (documentation, rate limits)
_COMMANDS = (
    ("/follow", CATEGORY),
    ("/health", ""),
    ("/latest", CATEGORY),
    ("/following", ""),
    ("/categories", ""),
)


@dataclass(slots=True)
class Slack:
    """Implements `bench.fanout.Platform` with the fake Slack, limited to the bot's own rate."""

    slack: SlackProcess
    per_minute: int
    name: str = "Slack"

    @property
    def limits(self) -> str:
        """The workspace's rate limits, for the heading of the figures."""
        return (
            f"its limits on, {self.per_minute} a minute (slack.per_minute is {PACE.per_minute:g} by default)"
        )

    @property
    def budget(self) -> Budget:
        """The bot's own rate limit there."""
        at_once = int(self.per_minute * PACE.burst_share)
        return Budget(f"{self.per_minute} a minute, {at_once} at once", self.per_minute / 60, at_once)

    @property
    def settings(self) -> str:
        """The table of the config that enables it."""
        return (
            f'[slack]\nenabled = true\napi_base = "{self.slack.api_base}"\nper_minute = {self.per_minute}\n'
        )

    @property
    def secrets(self) -> Mapping[str, str]:
        """The tokens."""
        return self.slack.environment()

    @property
    def channels(self) -> list[str]:
        """The ids of all channels."""
        return list(self.slack.team["channels"])

    @property
    def destinations(self) -> list[str]:
        """The addresses of all channels."""
        return [self._address(each) for each in self.channels]

    async def forget(self) -> None:
        """Reset the request counts."""
        await self.slack.ask("reset")

    async def traffic(self) -> Traffic:
        """Return the traffic since the last `forget`; `others` are first messages to new followers."""
        stats = await self.slack.ask("stats")
        others = stats["posts"]["count"] - sum((await self.messages()).values())
        return Traffic(sum(stats["calls"].values()), stats["statuses"].get("429", 0), others)

    async def messages(self) -> Mapping[str, int]:
        """Return the number of messages in each channel, by address; messages to people are left out."""
        counts: dict[str, int] = await self.slack.ask("counts")
        return {self._address(channel): counts.get(channel, 0) for channel in self.channels}

    async def use_command(self, number: int) -> None:
        """Run the next command in the next channel; the user changes after each round of commands."""
        command, text = _COMMANDS[number % len(_COMMANDS)]
        channel = self.channels[number % len(self.channels)]
        user = f"reader-{number // len(_COMMANDS)}"
        await self.slack.ask("command", user=user, channel=channel, command=command, text=text)

    def _address(self, channel: str) -> str:
        return address("", channel, self.slack.team["id"])


async def main(arguments: Sequence[str]) -> int:
    """Run the bench."""
    per_minute = int(arguments[0]) if arguments else PER_MINUTE
    limits = ("--per-minute", str(per_minute), *_CHANNEL_LIMITS)
    async with SlackProcess("--channels", str(CHANNELS), *limits) as process:
        slack = Slack(process, per_minute)
        return await run(slack, 2 * slack.budget.least(CHANNELS) if arguments else LIMIT)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
