"""`bystander export` and `bystander import`: what the bot watches and who gets what, as files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.clock import SystemClock
from bot.commands.document import feed_table, toml, watched_only
from bot.config.load import Config
from bot.errors import UsageError
from bot.model import ImportProblem, is_address
from bot.ports import Store
from bot.shell.importing.apply import Outcome, apply
from bot.shell.importing.plan import Plan, Recipient, lines, told
from bot.shell.importing.sources import OPML, TOML, Wish, kinds, plan_of
from bot.text.counting import counted
from bot.text.opml import write_opml
from storage import open_store

_HEADING = "Feeds, subscriptions and preferences of Bystander; read back by `bystander import`."
_LARGEST = 5_000_000  # bytes of a file


async def export(options: argparse.Namespace, config: Config) -> int:
    """Print all feeds, subscriptions and preferences as TOML, or the feeds as OPML."""
    async with _store_of(config, create=False) as store:
        feeds = await store.feeds()
        subscriptions, others = watched_only(await store.subscriptions(), feeds)
        preferences = await store.all_preferences()
    if options.opml:
        sys.stdout.write(write_opml((feed.settings.name, feed.settings.url, ()) for feed in feeds))
        return 0
    sys.stdout.write(
        toml(_HEADING, [feed_table(feed.settings) for feed in feeds], subscriptions, preferences)
    )
    if others:
        left_out = f"{counted(others, 'subscription')} of feeds that are no longer watched"
        print(f"Left out: {left_out}.", file=sys.stderr)
    return 0


async def import_file(options: argparse.Namespace, config: Config) -> int:
    """Add a file's contents; what is there stays. All of it is stored, or nothing."""
    now = SystemClock().now()
    plan, problems, kind = plan_of(_read(options.file), _wish(options), config, now)
    if options.dry_run or kind != TOML:
        print("\n".join(lines(plan)))
    _refuse(problems, skip=options.skip)
    if options.dry_run:
        print("Nothing was imported: that was a dry run.")
        return 0
    configured = [feed.settings() for feed in config.feeds]
    async with _store_of(config, create=True) as store:
        outcome = await apply(store, plan, configured, now)
    print(_summary(plan, outcome))
    if plan.preferences:
        kept = len(plan.preferences) - outcome.preferences
        places = counted(outcome.preferences, "place")
        print(f"Preferences of {places} set; {counted(kept, 'place')} had their own.")
    return 0


def _wish(options: argparse.Namespace) -> Wish:
    kind = OPML if options.opml else options.source or ""
    if kind not in ("", *kinds()):
        raise UsageError(f"--from {kind}: there are {', '.join(kinds())}.")
    address = options.channel or options.person or ""
    if address and not is_address(address):
        raise UsageError(f"“{address}” is no address such as console:alice; nothing was imported.")
    return Wish(kind, Recipient(address, channel=not options.person), options.folders)


def _refuse(problems: Sequence[ImportProblem], *, skip: bool) -> None:
    """Tell all problems; UsageError unless they are to be skipped."""
    if not problems:
        return
    if not skip:
        end = "Nothing was imported; mend that, or leave it out with --skip."
        raise UsageError("\n".join([*told(problems), end]))
    print("\n".join(["Left out:", *told(problems)]), file=sys.stderr)


def _summary(plan: Plan, outcome: Outcome) -> str:
    """Return a sentence that says how much an import added, and how much already existed."""
    added = f"Added {counted(outcome.feeds, 'feed')} and {counted(outcome.subscriptions, 'subscription')}"
    known = {
        "feed": len(plan.feeds) - outcome.feeds,
        "subscription": len(plan.subscriptions) - outcome.subscriptions,
    }
    there = " and ".join(counted(number, noun) for noun, number in known.items() if number)
    return f"{added}; already there: {there}." if there else f"{added}."


@asynccontextmanager
async def _store_of(config: Config, *, create: bool) -> AsyncIterator[Store]:
    store = await open_store(config.database.get_secret_value(), create=create, zone=config.timezone)
    try:
        yield store
    finally:
        await store.aclose()


def _read(file: str) -> bytes:
    """Return the bytes of a file. UsageError: it cannot be read, or is too large."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    if len(data) > _LARGEST:
        raise UsageError(f"{file} is larger than {_LARGEST // 1_000_000} MB; split it.")
    return data
