"""`bystander check`: checks everything that a running bot needs, and prints a line for each."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from adapters.plugin import AdapterPlugin, Finding, Promises, Visit
from bot.app import network_of
from bot.commands.wording import counted, quoted
from bot.config.load import Config
from bot.errors import ConfigError, DeliveryError, NoDatabaseError, StoreError
from bot.model import Feed
from bot.pipeline.inspector import FeedInspector
from bot.ports import Inspection, Store
from bot.shell.privacy import readable_by_others
from bot.shell.progress import progress
from storage import open_store


async def check(options: argparse.Namespace, config: Config) -> int:
    """Print a line for each check; return 1 when any of them failed."""
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    bad = 0
    async for well, line in _findings(config, sync=options.sync):
        bad += not well
        console.print(Text.assemble(("ok  ", "green") if well else ("BAD ", "bold red"), line))
    database, variables = config.database.get_secret_value(), config.secrets.names
    for line in readable_by_others(Path(options.config), database, os.environ, variables):
        console.print(Text.assemble(("warn ", "yellow"), line))  # it may be intended
    console.print(f"{bad} to mend." if bad else "All well.")
    return 1 if bad else 0


async def _findings(config: Config, *, sync: bool) -> AsyncIterator[tuple[bool, str]]:
    yield True, "config: every key can be used"
    yield _chats(config)
    feeds: list[Feed] = []
    addresses: list[str] = []
    store: Store | None = None
    try:
        store = await open_store(config.database.get_secret_value(), create=False, zone=config.timezone)
    except StoreError as error:
        yield isinstance(error, NoDatabaseError), f"database: {error}"
    try:
        if store is not None:
            feeds = await store.feeds()
            addresses = sorted({each.destination.address for each in await store.subscriptions(channel=True)})
            for finding in await _queue(store):
                yield finding
        for plugin in config.enabled:
            ours = [each for each in addresses if each.startswith(f"{plugin.name}:")]
            for finding in await _platform(config, plugin, Visit(ours, store, sync)):
                yield finding
    finally:
        if store is not None:
            await store.aclose()
    async for finding in _feeds(config, feeds):
        yield finding


async def _queue(store: Store) -> list[tuple[bool, str]]:
    """Return the state of the outbox, and a problem for each parked destination."""
    health = await store.queue_health()
    waiting = counted(health.waiting, "message")
    return [
        (True, f"database: up to date; {waiting} waiting, {health.sent:,} sent"),
        *((False, f"destination {each.address}: parked: {each.parked_reason}") for each in health.parked),
    ]


def _chats(config: Config) -> tuple[bool, str]:
    if not config.enabled:
        return False, "chats: none is enabled; set console.enabled = true to begin with"
    return True, f"chats: {', '.join(each.name for each in config.enabled)}"


async def _platform(config: Config, plugin: AdapterPlugin[Any], visit: Visit) -> list[Finding]:
    """Run the plug-in's own check, and say what the platform cannot keep; on an error, only the error."""
    found = [(True, f"{plugin.name}: {line}") for line in _lacking(plugin.promises)]
    if plugin.check is None:
        return found
    try:
        return [*await plugin.check(config.setup(plugin), visit), *found]
    except ConfigError as error:
        return [(False, problem) for problem in error.problems]
    except DeliveryError as error:
        return [(False, f"{plugin.name}: {error}")]


def _lacking(promises: Promises) -> Iterator[str]:
    if not promises.once:
        yield (
            "at least once: nobody can be asked whether a message arrived, so that one under way while the "
            "bot is killed comes again"
        )
    if not promises.edits:
        yield "no edits: an alert that was sent stays as it is when the post changes"
    if not promises.commands:
        yield "alerts only: nobody can type there; an admin sets them up from elsewhere"


async def _feeds(config: Config, stored: list[Feed]) -> AsyncIterator[tuple[bool, str]]:
    """Read each feed now, and report its failed polls."""
    state = {feed.settings.url: feed for feed in stored}
    wanted = {feed.url: feed.name for feed in config.feeds}
    wanted |= {feed.settings.url: feed.settings.name for feed in stored if feed.settings.origin == "chat"}
    if not wanted:
        yield True, "feeds: none yet; add [[feeds]] to the config, or /feeds add URL in chat"
    async with AsyncExitStack() as stack:
        fetcher, sandbox = await network_of(config, stack)
        inspector = FeedInspector(fetcher, sandbox)
        for url, name in wanted.items():
            with progress(f"Reading {name} ..."):
                inspection = await inspector.check(state[url].url if url in state else url)
            yield _feed(name, inspection, state.get(url))


def _feed(name: str, inspection: Inspection, stored: Feed | None) -> tuple[bool, str]:
    since = _since(stored, inspection.problem)
    if inspection.problem:
        return False, f"feed {name}: {inspection.problem}{since}"
    if stored is not None and stored.state.stopped:
        return False, f"feed {name}: not polled since it said it was gone; remove it and add it again"
    newest = f", the newest is {quoted(inspection.newest, 500)}" if inspection.newest else ""
    return True, f"feed {name}: {counted(inspection.posts, 'post')}{newest}{since}"


def _since(stored: Feed | None, problem: str) -> str:
    """Return how many polls in a row failed, with the last error unless `problem` contains it; or ""."""
    if stored is None or not stored.state.failures:
        return ""
    why = "" if stored.state.last_error in problem else f": {stored.state.last_error}"
    return f" (failed {counted(stored.state.failures, 'poll')} in a row{why})"
