"""`bystander forget`: deletes what is stored about a person who asked for that outside of chat."""

from __future__ import annotations

import argparse

from bot.clock import SystemClock
from bot.commands.forget import deleted_words
from bot.commands.state import Target, state_words
from bot.config.load import Config
from bot.errors import UsageError
from bot.model import is_address
from storage import open_store


async def forget(options: argparse.Namespace, config: Config) -> int:
    """Print what is stored about an address; with --yes, delete it. The bot may be running."""
    address: str = options.address
    if not is_address(address):
        raise UsageError(f"{address} is no address such as console:alice; `bystander export` lists them.")
    store = await open_store(config.database.get_secret_value(), create=False, zone=config.timezone)
    try:
        if options.yes:
            forgotten = await store.forget(address, SystemClock().now())
            print(f"{address} is forgotten. {deleted_words(forgotten)}")
            return 0
        subscriptions = await store.subscriptions(address)
    finally:
        await store.aclose()
    print(f"{address}: {state_words(Target(address, 'it'), subscriptions)}")
    print("Nothing was deleted yet; with --yes, all that is stored about this person is.")
    return 0
