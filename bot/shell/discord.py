"""What the shell asks of Discord: `bystander discord-invite`, and its part of `bystander check`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Protocol, cast

from bot.chats import discord_adapter
from bot.commands.spec import COMMANDS
from bot.config.load import Config
from bot.errors import ConfigError, DeliveryError
from bot.model import CommandInfo
from bot.services import commands_as_shown


class _Discord(Protocol):
    """What the Discord adapter offers beside its port. Both calls raise DeliveryError."""

    async def invitation(self) -> str:
        """Return the link that adds the bot to a server."""
        ...

    async def inspect(
        self, wanted: Sequence[CommandInfo], addresses: Iterable[str], *, sync: bool = False
    ) -> list[tuple[bool, str]]:
        """Return what is well and what is not, a line each."""
        ...


async def invite(_: argparse.Namespace, config: Config) -> int:
    """Print the link with exactly the permissions and scopes that the bot needs."""
    print(await cast("_Discord", discord_adapter(config)).invitation())
    return 0


async def discord_findings(config: Config, addresses: Sequence[str], *, sync: bool) -> list[tuple[bool, str]]:
    """Return a line for token, commands and each channel; `sync` registers the commands if they differ."""
    ours = [each for each in addresses if each.startswith("discord:")]
    try:
        adapter = cast("_Discord", discord_adapter(config))
        return await adapter.inspect(commands_as_shown(COMMANDS), ours, sync=sync)
    except ConfigError as error:
        return [(False, problem) for problem in error.problems]
    except DeliveryError as error:
        return [(False, f"discord: {error}")]
