"""`bystander command`: runs one chat command from the shell."""

from __future__ import annotations

import argparse

import adapters
from bot.app import open_bot
from bot.config.load import Config
from bot.errors import UsageError
from bot.model import Caller


async def command(options: argparse.Namespace, config: Config) -> int:
    """Print the reply; return 1 when the command was refused. A running bot picks up any change."""
    platform, _, name = options.caller.partition(":")
    if platform != "console" or not name or any(char.isspace() for char in name):
        raise UsageError(f'--as {options.caller}: write "console:" and a name without spaces.')
    async with open_bot(config) as bot:
        await bot.store.sync_feeds([feed.settings() for feed in config.feeds], bot.clock.now())
        admin = options.admin or options.caller in _admins(config)
        caller = Caller(options.caller, options.caller, admin=admin)
        reply = await bot.services.run(caller, options.line)
    print(reply.text)
    if reply.attachment is not None:
        print(f"\n{reply.attachment.text}", end="")
    return 0 if reply.ok else 1


def _admins(config: Config) -> list[str]:
    """Return the admins of the console platform, even when it is not enabled."""
    console = adapters.plugin("console")
    return [f"{console.name}:{each}" for each in config.setup(console).admins]
