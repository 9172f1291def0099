"""`bystander backup` and `bystander migrate`."""

from __future__ import annotations

import argparse

from bot.config.load import Config
from storage import open_store


async def backup(options: argparse.Namespace, config: Config) -> int:
    """Write a consistent copy to a new file; the bot may be running."""
    store = await open_store(config.database.get_secret_value(), create=False, zone=config.timezone)
    try:
        await store.backup(options.file)
    finally:
        await store.aclose()
    print(f"Copied to {options.file}.")
    return 0


async def migrate(_: argparse.Namespace, config: Config) -> int:
    """Update the schema, as every start does too; create the database when there is none."""
    store = await open_store(config.database.get_secret_value(), zone=config.timezone)
    await store.aclose()
    print("The database is up to date.")
    return 0
