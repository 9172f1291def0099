"""`bystander export` and `bystander import`: feeds, subscriptions, preferences as TOML, or feeds as OPML."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.clock import SystemClock
from bot.commands.document import feed_table, toml, watched_only
from bot.commands.wording import counted
from bot.commands.written_terms import read_term
from bot.config.load import Config
from bot.errors import UsageError
from bot.model import IMPORT, Cadence, Feed, FeedSettings
from bot.ports import Store
from bot.shell import transfer_preferences
from bot.shell.transfer_preferences import PreferenceEntry
from bot.text.normalize import fold
from bot.text.opml import read_opml, write_opml
from bot.text.units import duration
from bot.text.urls import Network, inside, web_url
from storage import open_store


@dataclass(frozen=True, slots=True)
class EveryBounds:
    """The seconds between polls that a file may ask for, as in the config."""

    usual: float = 900.0  # for a feed that names none
    polite: float = 600.0  # at least
    shortest: float = 0.2  # at least, inside fetch.allow_networks
    longest: float = 86_400.0


_BOUNDS = EveryBounds()
_HEADING = "Feeds, subscriptions and preferences of Bystander; read back by `bystander import`."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


# A duration as in the config; files of earlier versions have a number of seconds.
_Every = Annotated[float, BeforeValidator(lambda given: duration(given) if isinstance(given, str) else given)]


class _FeedEntry(_Strict):
    name: str
    url: str
    every: _Every = _BOUNDS.usual
    announce_latest: int = 0
    categories: list[str] = []
    aliases: dict[str, str] = {}
    api_base: str = "auto"
    quiet_notice: bool = True


class _SubscriptionEntry(_Strict):
    """`include` and `exclude` list categories by name, and "*" for everything.

    A tag is written as "#TikTok", words as "text:export controls", an author as "author:Jane Doe".
    A name that could be mistaken for one of these forms is put in double quotes.
    """

    address: str
    feed: str = ""
    cadence: str = "now"
    channel: bool = False
    paused: bool = False
    mention: str = ""  # for all included terms; only in older files
    mentions: dict[str, str] = {}
    include: list[str]
    exclude: list[str] = []


class _Document(_Strict):
    feeds: list[_FeedEntry] = []
    subscriptions: list[_SubscriptionEntry] = []
    preferences: list[PreferenceEntry] = []  # absent in older files


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
    """Add the file's contents; existing entries stay. The whole file is checked before anything is added."""
    data = _read(options.file)
    document = _from_opml(data) if options.opml else _from_toml(data)
    _check(document, config.fetch.allow_networks)
    now = SystemClock().now()
    preferences = transfer_preferences.read(document.preferences, now)
    async with _store_of(config, create=True) as store:
        await store.sync_feeds([feed.settings() for feed in config.feeds], SystemClock().now())
        feeds = await _add_feeds(store, document.feeds)
        subscriptions = await _add_subscriptions(store, document)
        chosen = await transfer_preferences.add(store, preferences, now)
    print(
        _told(feeds, len(document.feeds) - feeds, subscriptions, len(document.subscriptions) - subscriptions)
    )
    if preferences:
        kept = len(preferences) - chosen
        print(f"Preferences of {counted(chosen, 'place')} set; {counted(kept, 'place')} had their own.")
    return 0


def _told(new_feeds: int, old_feeds: int, new_subscriptions: int, old_subscriptions: int) -> str:
    """Return a sentence that says how much an import added, and how much already existed."""
    added = f"Added {counted(new_feeds, 'feed')} and {counted(new_subscriptions, 'subscription')}"
    known = {"feed": old_feeds, "subscription": old_subscriptions}
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
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error


def _from_toml(data: bytes) -> _Document:
    try:
        document = _Document.model_validate(tomllib.loads(data.decode("utf-8-sig")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"The file is no export of Bystander: {place}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The file is no TOML: {error}.") from error
    return document


def _from_opml(data: bytes) -> _Document:
    """Read the feeds; one without a usable name, or with a name already taken, is named by its URL."""
    names: dict[str, str] = {}
    for name, url in read_opml(data):
        usable = fold(name) not in ("", *map(fold, names))
        names[name if usable else url] = url
    return _Document(feeds=[_FeedEntry(name=name, url=url) for name, url in names.items()])


def _check(document: _Document, allowed: Sequence[Network]) -> None:
    """Refuse the whole file when any part is unusable; `allowed`: private networks that feeds may be in."""
    known = [fold(feed.name) for feed in document.feeds]
    for feed in document.feeds:
        if problem := _problem(feed, known, allowed):
            raise UsageError(f"{problem}; nothing was imported.")
    addresses = [each.address for each in document.subscriptions]
    for address in [*addresses, *(each.address for each in document.preferences)]:
        platform, _, local = address.partition(":")
        if not (platform and local and local.isprintable() and " " not in address):
            raise UsageError(f"“{address}” is no address such as console:alice; nothing was imported.")
    for each in document.subscriptions:
        if each.cadence not in tuple(Cadence):
            raise UsageError(f"“{each.cadence}” is no cadence ({', '.join(Cadence)}); nothing was imported.")
        if each.feed and fold(each.feed) not in known:
            raise UsageError(f"The file has no feed called {each.feed}; nothing was imported.")
        if not each.include:
            raise UsageError(f"The subscription of {each.address} includes nothing; nothing was imported.")
        for typed in [*each.include, *each.exclude, *each.mentions]:
            read_term(typed)


def _problem(feed: _FeedEntry, names: Sequence[str], allowed: Sequence[Network]) -> str:
    """Return what is wrong with a feed of the file, or "". `names`: the folded names of all its feeds."""
    try:
        web_url(feed.url)
    except ValueError as error:
        return f"{feed.url} {error}"
    if not fold(feed.name):
        return f"“{feed.name}” cannot be the name of a feed: it needs a letter or a digit"
    if names.count(fold(feed.name)) > 1:
        return f"The file has two feeds called {feed.name}"
    shortest = _BOUNDS.shortest if inside(feed.url, allowed) else _BOUNDS.polite
    if not shortest <= feed.every <= _BOUNDS.longest:
        return f'{feed.name}: every = {feed.every:g}: write "10m" (10 minutes) to "24h"'
    return ""


async def _add_feeds(store: Store, entries: Iterable[_FeedEntry]) -> int:
    """Add the feeds that are not watched yet; return how many were added."""
    watched = await store.feeds()
    names = {fold(feed.settings.name) for feed in watched}
    urls = {url for feed in watched for url in (feed.url, feed.settings.url)}
    added = 0
    for entry in entries:
        if fold(entry.name) in names or entry.url in urls:
            continue
        values = entry.model_dump() | {"categories": tuple(entry.categories)}
        settings = FeedSettings(**values, origin="chat")
        await store.add_feed(settings, SystemClock().now(), by=IMPORT)
        names.add(fold(entry.name))
        urls.add(entry.url)
        added += 1
    return added


async def _add_subscriptions(store: Store, document: _Document) -> int:
    """Add the subscriptions; return how many of them changed what was stored."""
    ids = _ids(document.feeds, await store.feeds())
    added = 0
    for entry in document.subscriptions:
        before = await store.subscriptions(entry.address, channel=entry.channel)
        for mention, terms in _by_mention(entry).items():
            await store.follow(
                entry.address,
                feed_id=ids[fold(entry.feed)] if entry.feed else None,
                include=dict(map(read_term, terms)),
                exclude=dict(map(read_term, entry.exclude)),
                cadence=Cadence(entry.cadence),
                channel=entry.channel,
                mention=mention or None,
                by=IMPORT,
                now=SystemClock().now(),
            )
        if entry.paused:
            await store.pause(entry.address, paused=True, by=IMPORT, now=SystemClock().now())
        added += await store.subscriptions(entry.address, channel=entry.channel) != before
    return added


def _by_mention(entry: _SubscriptionEntry) -> dict[str, list[str]]:
    """Group the included terms by whom their alerts mention; "" for nobody."""
    found: dict[str, list[str]] = {}
    for typed in entry.include:
        found.setdefault(entry.mentions.get(typed, entry.mention), []).append(typed)
    return found


def _ids(entries: Iterable[_FeedEntry], watched: Iterable[Feed]) -> dict[str, int]:
    """Return the stored id of each feed by its folded name in the file; its stored name may differ."""
    by_url = {url: feed.id for feed in watched for url in (feed.url, feed.settings.url)}
    by_name = {fold(feed.settings.name): feed.id for feed in watched}
    return {
        fold(entry.name): by_url[entry.url] if entry.url in by_url else by_name[fold(entry.name)]
        for entry in entries
    }
