"""Finds the feed of a blog and shows it, before it goes into the config."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import tzinfo
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from bot.app import network_of
from bot.config.load import Config
from bot.config.values import Name
from bot.errors import BystanderError, UsageError
from bot.model import FeedSettings
from bot.pipeline.inspector import FeedInspector
from bot.shell.answers import Reading
from bot.shell.init.asker import Asker
from bot.shell.init.chosen import Blog
from bot.shell.init.read import reader_of
from bot.shell.preview import Tools, card, read_feed
from bot.shell.progress import progress
from bot.text.counting import counted
from bot.text.truncate import clip
from bot.text.urls import web_url

_LONGEST_NAME = 100
_MOST_CATEGORIES = 12
_QUESTION = "The blog's address, or that of its feed (nothing: no feed yet)"


@dataclass(frozen=True, slots=True)
class Look:
    """What is at an address. `problem`: why no feed can be read there, "" if one can."""

    url: str
    title: str = ""
    reading: Reading | None = None
    problem: str = ""


async def ask_blog(asker: Asker, given: str | None, config: Config, *, offline: bool) -> Blog | None:
    """Return the blog to watch, None for none. `given`: the address of the option `--feed`.

    `offline`: nobody is asked for the feed. BystanderError: it cannot be read, and nobody can be asked.
    """
    while True:
        address = given
        if address is None and asker.questions:
            address = asker.text(_QUESTION, _address)
        if not address:
            return None
        found = await _blog(asker, _whole(address), config, offline=offline)
        if found is not None:
            return _named(asker, found)
        given = None


async def _blog(asker: Asker, address: str, config: Config, *, offline: bool) -> Blog | None:
    """Look at an address and show what is there; None where it is not the right one."""
    look = Look(address) if offline else await _look(address, config)
    if look.reading is not None:
        _show(asker, look, config.timezone)
        return Blog(look.title, look.url) if asker.yes("Watch this feed?", default=True) else None
    if look.problem:
        if not asker.questions:
            raise BystanderError(
                f"{look.url}: {look.problem} Nothing was written; --offline writes the address unread."
            )
        asker.say(f"{look.url}: {look.problem}", "red")
        if not asker.yes("Write this address into the config all the same?", default=False):
            return None
    return Blog(urlsplit(look.url).hostname or look.url, look.url)


async def _look(address: str, config: Config) -> Look:
    async with AsyncExitStack() as stack:
        tools = Tools(*await network_of(config, stack))
        with progress(f"Looking at {address} ..."):
            found = await FeedInspector(tools.fetcher, tools.sandbox).inspect(address)
            if found.problem:
                return Look(found.url, problem=found.problem)
            title = found.title or found.url
            try:
                reading = await read_feed(tools, FeedSettings(name=title, url=found.url))
            except BystanderError as error:
                return Look(found.url, problem=str(error))
        return Look(found.url, title, reading)


def _show(asker: Asker, look: Look, zone: tzinfo) -> None:
    """Print what was found, and the newest post as it would look."""
    rows = look.reading.rows if look.reading else ()
    names = list(dict.fromkeys(name for row in rows for name in row.post.filing.categories))
    more = f" and {len(names) - _MOST_CATEGORIES} more" if len(names) > _MOST_CATEGORIES else ""
    asker.say(f"\nFound {look.title}: {counted(len(rows), 'post')} at {look.url}", "green")
    asker.say(f"Categories: {', '.join(names[:_MOST_CATEGORIES]) or '(none known)'}{more}")
    if rows:
        asker.say("The newest post would look like this:")
        asker.show(card(rows[0].post, zone))


def _named(asker: Asker, blog: Blog) -> Blog:
    """Return the blog under the name that people shall read."""
    name: TypeAdapter[str] = TypeAdapter(Name)
    default = clip(blog.name, _LONGEST_NAME)
    if not asker.questions:
        return Blog(default, blog.url)
    return Blog(asker.text("What to call it in chat", reader_of(name), default), blog.url)


def _whole(address: str) -> str:
    """Return an address with its scheme. UsageError: it can be none of a feed."""
    whole = address if "://" in address else f"https://{address}"
    try:
        return web_url(whole)
    except ValueError as error:
        raise UsageError(f"{address} {error}.") from None


def _address(typed: str) -> str:
    """Return what was typed; ValueError: it can be no address of a feed."""
    if typed:
        web_url(typed if "://" in typed else f"https://{typed}")
    return typed
