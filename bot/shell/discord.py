"""`bystander discord-invite`: how to add the bot to a server."""

from __future__ import annotations

import argparse
from typing import Protocol, cast

from bot.app import discord_adapter
from bot.config import Config


class _Inviting(Protocol):
    """What the Discord adapter offers beside its port."""

    async def invitation(self) -> str:
        """Return the link; TemporaryError or PermanentError when Discord does not answer, or refuses."""
        ...


async def invite(_: argparse.Namespace, config: Config) -> int:
    """Print the link with exactly the permissions and scopes that the bot needs."""
    print(await cast("_Inviting", discord_adapter(config)).invitation())
    return 0
