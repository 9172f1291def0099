"""`bystander check`: checks everything that a running bot needs, and prints a line for each."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from adapters.plugin import AdapterPlugin, Finding, Promises, Visit
from bot.app import network_of
from bot.commands.fleet import fleet_line
from bot.commands.wording import quoted
from bot.config.env_file import environment
from bot.config.load import Config
from bot.errors import ConfigError, DeliveryError, NoDatabaseError, OldDatabaseError, StoreError
from bot.model import Feed
from bot.pipeline.inspector import FeedInspector
from bot.ports import Inspection, Store
from bot.shell.privacy import readable_by_others
from bot.shell.progress import progress
from bot.shell.public_url import public_url
from bot.text.counting import counted
from bot.usage import forgotten
from storage import open_store

WHOLE = 120.0  # seconds for all feeds and chats together; what takes longer is a finding
_STYLES = {"ok": "green", "BAD": "bold red", "warn": "yellow"}


async def check(options: argparse.Namespace, config: Config) -> int:
    """Print a line for each check, or all as JSON; return 1 when any of them failed."""
    found: list[dict[str, str]] = []
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, quiet=options.json)
    async for level, line in _levels(options, config):
        found.append({"level": level.lower(), "text": line})
        console.print(Text.assemble((f"{level:<4}", _STYLES[level]), " " if level == "warn" else "", line))
    bad = sum(each["level"] == "bad" for each in found)
    console.print(f"{bad} to mend." if bad else "All well.")
    if options.json:
        print(json.dumps({"ok": not bad, "findings": found}, ensure_ascii=False, indent=2))
    return 1 if bad else 0


async def _levels(options: argparse.Namespace, config: Config) -> AsyncIterator[tuple[str, str]]:
    """Yield "ok" or "BAD" with each finding, and "warn" with what may be intended."""
    problems: list[str] = []
    async for well, line in _findings(config, sync=options.sync):
        problems += [] if well else [line]
        yield "ok" if well else "BAD", line
    for line in forgotten(options.config, options.env_file, problems):
        yield "warn", line
    database, variables = config.database.get_secret_value(), config.secrets.names
    environ = environment(options.env_file, os.environ)
    for line in readable_by_others(Path(options.config), database, environ, variables, options.env_file):
        yield "warn", line


async def _findings(config: Config, *, sync: bool) -> AsyncIterator[Finding]:
    yield True, "config: every key can be used"
    yield _chats(config)
    feeds: list[Feed] | None = []  # None: those that were added in chat cannot be read
    addresses: list[str] = []
    store: Store | None = None
    try:
        store = await open_store(
            config.database.get_secret_value(), create=False, upgrade=False, zone=config.timezone
        )
    except StoreError as error:
        feeds = None if isinstance(error, OldDatabaseError) else []
        yield isinstance(error, NoDatabaseError | OldDatabaseError), f"database: {error}"
    try:
        if store is not None:
            feeds = await store.feeds()
            addresses = sorted({each.destination.address for each in await store.subscriptions(channel=True)})
            for finding in await _queue(store):
                yield finding
        async with AsyncExitStack() as stack:
            fetcher, sandbox = await network_of(config, stack)
            inspector = FeedInspector(fetcher, sandbox)
            looks = _chat_looks(config, addresses, store, sync=sync) + _feed_looks(config, feeds, inspector)
            looks += [Look("web.public_url", public_url(config, fetcher))] if config.web.public_url else []
            with progress("Looking at feeds and chats ..."):
                found = await together(looks)
        for finding in found:
            yield finding
    finally:
        if store is not None:
            await store.aclose()


async def together(looks: Sequence[Look], seconds: float = WHOLE) -> list[Finding]:
    """Take all looks side by side and return their findings, in the order of the looks.

    After so many seconds those that are not done end, each with a finding that says so.
    """
    tasks = [asyncio.create_task(each.findings) for each in looks]
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
    late = [not task.done() for task in tasks]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    found: list[Finding] = []
    for look, task, is_late in zip(looks, tasks, late, strict=True):
        slow = f"{look.what}: took longer than {seconds:g} seconds; try again later"
        found += [(False, slow)] if is_late else task.result()
    return found


@dataclass(frozen=True, slots=True)
class Look:
    """A look at one chat or feed, not yet taken. `what`: its name, should it take too long."""

    what: str
    findings: Coroutine[Any, Any, list[Finding]]


async def _queue(store: Store) -> list[tuple[bool, str]]:
    """Return the state of the outbox, and a problem for each parked destination."""
    now = datetime.now(UTC)
    health, fleet = await store.queue_health(), await store.fleet(now)
    waiting = counted(health.waiting, "message")
    return [
        (True, f"database: up to date; {waiting} waiting, {health.sent:,} sent"),
        *([] if fleet is None else [(True, f"bots: {fleet_line(fleet, now)}")]),
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


def _chat_looks(config: Config, addresses: Sequence[str], store: Store | None, *, sync: bool) -> list[Look]:
    """Return a look at each enabled platform."""
    visits = {
        plugin: Visit([each for each in addresses if each.startswith(f"{plugin.name}:")], store, sync)
        for plugin in config.enabled
    }
    return [Look(plugin.name, _platform(config, plugin, visit)) for plugin, visit in visits.items()]


def _feed_looks(config: Config, known: list[Feed] | None, inspector: FeedInspector) -> list[Look]:
    """Return a look at each feed, which reads it now and tells of its failed polls."""
    stored = known or []
    state = {feed.settings.url: feed for feed in stored}
    wanted = {feed.url: feed.name for feed in config.feeds}
    wanted |= {feed.settings.url: feed.settings.name for feed in stored if feed.settings.origin == "chat"}
    if not wanted:
        return [] if known is None else [Look("feeds", _no_feeds())]

    async def read(url: str, name: str) -> list[Finding]:
        inspection = await inspector.check(state[url].url if url in state else url)
        return [_feed(name, inspection, state.get(url))]

    return [Look(f"feed {name}", read(url, name)) for url, name in wanted.items()]


async def _no_feeds() -> list[Finding]:
    return [(True, "feeds: none yet; add [[feeds]] to the config, or /feeds add URL in chat")]


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
