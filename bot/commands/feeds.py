"""/feeds: the feeds that are polled. For admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.declaration import Call
from bot.commands.feed_names import find_feed
from bot.commands.wording import (
    MAKERS,
    bare_url,
    ended,
    listed,
    maker,
    moment,
    quoted,
    sentence,
    show,
)
from bot.errors import LimitError, UsageError
from bot.model import Caller, Change, Feed, FeedSettings, Reply
from bot.ports import Inspection
from bot.text.changes import FEED_ADDED
from bot.text.counting import counted
from bot.text.normalize import fold
from bot.text.sanitize import visible


@dataclass(frozen=True, slots=True)
class FeedCommandLimits:
    """What is set for feeds of the chat, and how much of them is listed."""

    every: float = 900.0  # seconds between polls of a feed added in chat
    name: int = 60  # characters
    checked: int = 5  # feeds looked at by one command
    listed: int = 25  # feeds
    categories: int = 12  # that are listed
    changes: int = 3  # of the log of changes


FEED_COMMANDS = FeedCommandLimits()


async def add(call: Call) -> Reply:
    """Inspect a URL, and poll it from now on if it is a feed."""
    url = _address(call.required("url"))
    feeds = await call.store.feeds()
    _refuse_known(url, feeds)
    found = await call.inspector.inspect(url)
    if found.problem:
        raise UsageError(sentence(found.problem, 300))
    _refuse_known(found.url, feeds)
    name = _name(call.text("name"), found, feeds)
    settings = FeedSettings(name=name, url=found.url, every=FEED_COMMANDS.every, origin="chat")
    await _store(call, settings)
    newest = f", the newest {quoted(found.newest)}" if found.newest else ""
    lines = [f"Watching {quoted(name)} from now on, every {_interval(FEED_COMMANDS.every)}."]
    if found.url != url:
        lines.append(f"The page names its feed: {visible(found.url)}")
    lines.append(f"Found {counted(found.posts, 'post')}{newest}.")
    if found.categories:
        names = [show(item) for item in found.categories]
        lines.append(ended(f"Categories and tags: {listed(names, FEED_COMMANDS.categories)}"))
    lines.append("The first poll is silent: what is there already alerts nobody.")
    return Reply("\n".join([*lines, await _state(call)]))


async def remove(call: Call) -> Reply:
    """Stop polling a feed that was added in chat."""
    feed = await find_feed(call.store, call.required("feed"))
    name = quoted(feed.settings.name)
    if feed.settings.origin != "chat":
        raise UsageError(
            f"{name} stands in config.toml: take it out there, and reload the config (SIGHUP) or restart."
        )
    await call.store.retire_feed(feed.id, call.now, by=call.caller.address, server=call.caller.server)
    return Reply(
        f"{name} is no longer watched. Its posts and followers are kept; "
        f"to bring it back: /feeds add {visible(feed.settings.url)}\n{await _state(call)}"
    )


async def list_feeds(call: Call) -> Reply:
    """List the feeds that are polled."""
    feeds, number = await call.store.feeds(FEED_COMMANDS.listed), len(await call.store.feed_names())
    if not feeds:
        return Reply(
            "\n".join(["No feed is watched yet. To begin: /feeds add URL", *await _change_lines(call)])
        )
    added = await call.store.feeds_added()
    lines = [_line(feed, added.get(feed.id), call) for feed in feeds]
    more = [f"{number - FEED_COMMANDS.listed} more."] if number > FEED_COMMANDS.listed else []
    lines += [*more, *await _change_lines(call)]
    return Reply("\n".join([f"{counted(number, 'feed')}:", *lines]))


async def check(call: Call) -> Reply:
    """Fetch a feed (or all, if there are at most `FEED_COMMANDS.checked`) now, without storing anything."""
    typed = call.text("feed")
    number = len(await call.store.feed_names())
    if number > FEED_COMMANDS.checked and not typed:
        raise UsageError(f"There are {number} feeds; name the one to look at. /feeds list has their names.")
    feeds = [await find_feed(call.store, typed)] if typed or not number else await call.store.feeds()
    found = [(feed, await call.inspector.check(feed.url)) for feed in feeds]
    lines = [_check_line(feed, inspection) for feed, inspection in found]
    return Reply("\n".join(lines), ok=not any(inspection.problem for _, inspection in found))


async def _store(call: Call, settings: FeedSettings) -> None:
    """Add a feed, unless the caller's server has as many as it may."""
    caller, limit = call.caller, call.limits.feeds_per_server
    try:
        await call.store.add_feed(settings, call.now, by=caller.address, server=caller.server, limit=limit)
    except LimitError as error:
        raise UsageError(
            f"The admins here have added {counted(error.held, 'feed')}, and {error.limit:,} is the limit for "
            "one server or workspace; take one off first: /feeds remove FEED"
        ) from error


def _address(typed: str) -> str:
    """Return the URL meant by "<https://blog.example|blog>" or "blog.example"."""
    url = bare_url(typed)
    return url if "://" in url else f"https://{url}"


def _refuse_known(url: str, feeds: Sequence[Feed]) -> None:
    for feed in feeds:
        if url in (feed.url, feed.settings.url):
            raise UsageError(f"That feed is watched already: {quoted(feed.settings.name)}.")


def _name(typed: str, found: Inspection, feeds: Sequence[Feed]) -> str:
    """Return the feed's name: the typed one, else its title, else its host. Raises UsageError on a clash."""
    taken = {fold(feed.settings.name) for feed in feeds}
    name = show(typed or found.title or _host(found.url), FEED_COMMANDS.name).replace('"', "'")
    if not fold(name):
        raise UsageError(f"{quoted(name)} is no name: it needs a letter or a digit.")
    if fold(name) not in taken:
        return name
    numbers = range(2, len(feeds) + 3)
    free = next(f"{name} {number}" for number in numbers if fold(f"{name} {number}") not in taken)
    raise UsageError(
        f'A feed called {quoted(name)} is there already. Give another name, as in name:"{free}".'
    )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


async def _state(call: Call) -> str:
    names = [show(name) for name in await call.store.feed_names()]
    return ended(f"Feeds now: {listed(names)}") if names else "No feed is watched now."


def _line(feed: Feed, added: Change | None, call: Call) -> str:
    zone = call.zone
    by = f"added {moment(added.at, zone)}, by {_maker(added, call.caller)}" if added else "added in chat"
    origin = by if feed.settings.origin == "chat" else "from config.toml"
    read = feed.state.last_success_at
    last = f"last read {moment(read, zone)}" if read else "not read yet"
    every = _interval(feed.settings.every)
    return f"- {show(feed.settings.name)}: {visible(feed.url)}, every {every}, {origin}; {last}"


async def _change_lines(call: Call) -> list[str]:
    """Return who last removed or changed feeds. Who added them stands in the list."""
    return [
        f"{moment(each.at, call.zone)}: {show(each.what)} {quoted(each.feed)}, by {_maker(each, call.caller)}"
        for each in await call.store.changes("", FEED_COMMANDS.changes, without=FEED_ADDED)
    ]


def _maker(change: Change, caller: Caller) -> str:
    """Return who changed a feed. All servers share the feeds, but the names of admins stay in theirs."""
    sees_all = caller.places is None and not (caller.server and change.server)
    own = change.by == caller.address or (caller.server and caller.server == change.server)
    if sees_all or own or change.by in MAKERS:
        return maker(change.by)
    return "an admin of another server" if change.server else "another admin"


def _check_line(feed: Feed, found: Inspection) -> str:
    name = show(feed.settings.name)
    if found.problem:
        return f"{name}: {sentence(found.problem, 300)}"
    newest = f", the newest {quoted(found.newest)}" if found.newest else ""
    return f"{name}: a good feed with {counted(found.posts, 'post')}{newest}."


def _interval(seconds: float) -> str:
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds:g} second{'' if seconds == 1 else 's'}"
    return counted(round(seconds / 60), "minute")
