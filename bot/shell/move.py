"""`bystander move`: takes a whole instance over from one database to another, of whichever kind."""

from __future__ import annotations

import argparse
import sys

from bot.clock import SystemClock
from bot.config.load import Config
from bot.config.schema import database_url
from bot.errors import StoreError, UsageError
from bot.ports import MoveSource, MoveTarget
from bot.shell.carry import carry
from bot.shell.progress import progress
from storage import open_source, open_target, unmark_moved

CONFIGURED = "configured"  # stands for the database of the config


async def move(options: argparse.Namespace, config: Config) -> int:
    """Move everything from one database to an empty one, and mark the first as moved."""
    source_url = _url("FROM", options.source, config)
    if options.unmark:
        return await _unmark(source_url, options)
    if options.target is None:
        raise UsageError("move: name the database to move to as well: bystander move FROM TO")
    target_url = _url("TO", options.target, config)
    with progress("Opening both databases ...") as show:
        async with open_source(source_url) as source, open_target(target_url) as target:
            counts = await carry(source, target, show)
            await _settle(source, target)
    for remark in source.remarks():
        print(remark, file=sys.stderr)
    print(f"Moved {source.name} to {target.name}:")
    print(*(f"  {name:<16}{rows:>12,}" for name, rows in counts.items()), sep="\n")
    print("The rows of all tables were counted and compared: they are the same.")
    print(_next_step(options, target))
    return 0


def _url(what: str, given: str, config: Config) -> str:
    """Return the URL of a database that was given as such, as a path, or by the word for the config's."""
    if given == CONFIGURED:
        return config.database.get_secret_value()
    try:
        return database_url(given if "://" in given else f"sqlite:///{given}").get_secret_value()
    except ValueError as error:
        raise UsageError(f"{what} {error}; or {CONFIGURED}, for the one of the config") from None


async def _settle(source: MoveSource, target: MoveTarget) -> None:
    """Make the move last. The mark comes last: better two databases that can be used than none."""
    await source.mark_moved(target.name, SystemClock().now())
    await target.commit()
    try:
        await source.commit()
    except StoreError as error:
        raise StoreError(
            f"Everything is in {target.name} now, but {source.name} could not be marked as moved, so do not "
            f"run it again: {error}"
        ) from error


def _next_step(options: argparse.Namespace, target: MoveTarget) -> str:
    if options.target == CONFIGURED:
        return "Next: start the bot; the config has the new database already."
    return (
        f"Next: let `database` of the config (or BYSTANDER_DATABASE) name {target.name}, and start the bot. "
        "The old database is marked as moved, and is refused from now on."
    )


async def _unmark(url: str, options: argparse.Namespace) -> int:
    if options.target is not None:
        raise UsageError("move --unmark: name one database alone")
    marked = await unmark_moved(url)
    print("The mark is gone; the database can be used again." if marked else "The database has no such mark.")
    return 0
