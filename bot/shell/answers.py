"""The bot's replies to everyday commands, as people would see them.

The commands run on the real dispatcher and a temporary database that holds the posts just read.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.plugin import Payload, Preview
from bot.clock import SystemClock
from bot.commands.dispatch import Dispatcher
from bot.model import Feed, FeedSettings, FeedState
from bot.ports import Inspector, PollCommit, PollRecord, PostRow, Sent, Store
from bot.services import Services
from bot.shell.looks import Answer, Platform
from storage import open_store

Values = Mapping[str, str]

HOME = "the Home tab"
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed and the posts read from it, newest first. `from_pages`: how many are told by their pages."""

    settings: FeedSettings
    rows: tuple[PostRow, ...]
    from_pages: int = 0


async def answers(
    platforms: Sequence[Platform], readings: Sequence[Reading], inspector: Inspector
) -> list[Answer]:
    """Return the reply to each command on each platform; an empty list when no post was read."""
    filled = [each for each in readings if each.rows]
    if not filled:
        return []
    shown: dict[str, dict[str, list[Payload]]] = {}
    for each in platforms:
        async for typed, messages in _day(each.preview, filled, inspector):
            shown.setdefault(typed, {})[each.name] = messages
    return [Answer(typed, messages) for typed, messages in shown.items()]


async def _day(
    preview: Preview, readings: Sequence[Reading], inspector: Inspector
) -> AsyncIterator[tuple[str, list[Payload]]]:
    """Run the commands on one platform; the newest post arrives after its category was followed."""
    caller, clock = preview.caller, SystemClock()
    async with _store() as store:
        services = Services(Dispatcher(store, inspector, clock), store, clock)
        feeds = await _feeds(store, readings, clock.now())
        before, after = _commands(readings[0].rows[0])
        for path, values in before:
            yield _typed(path, values), await preview.answer(services, caller, path, values)
        await _publish(store, feeds, readings, caller.platform, clock.now())
        if preview.home is not None:
            yield HOME, await preview.home(services, caller)
        for path, values in after:
            yield _typed(path, values), await preview.answer(services, caller, path, values)


def _commands(newest: PostRow) -> tuple[list[tuple[str, Values]], list[tuple[str, Values]]]:
    """Return the commands to run before and after the newest post arrives."""
    category = next(iter(newest.post.filing.categories), "all")
    word = max(_WORD.findall(newest.post.title), key=len, default=newest.post.title)
    chosen = {"categories": category}
    before: list[tuple[str, Values]] = [("follow", {}), ("follow", chosen), ("alerts add", chosen)]
    after: list[tuple[str, Values]] = [
        ("following", {}),
        ("categories", {}),
        ("settings", {}),
        ("settings", {"timezone": "Asia/Shanghai", "quiet": "22:00-07:00"}),
        ("snooze", {"duration": "3d"}),
        ("snooze", {"duration": "off"}),
        ("latest", {}),
        ("digest", {}),
        ("find", {"words": word}),
        ("why", {}),
        ("health", {}),
        ("help", {}),
        ("help", {"command": "follow"}),
        ("export", {}),
        ("forget", {"who": "me"}),
        ("unfollow", {}),
        ("unfollow", chosen),
        ("unfollow", {"categories": f"{category} and what nobody wrote"}),
        ("alerts list", {}),
        ("alerts test", {}),
        ("alerts log", {}),
        ("alerts settings", {}),
        ("alerts style", {"style": "compact"}),
        ("alerts pause", {}),
        ("alerts resume", {}),
        ("alerts remove", chosen),
        ("feeds list", {}),
    ]
    return before, after


def _typed(path: str, values: Values) -> str:
    return " ".join([f"/{path}", *values.values()])


# --- the temporary database -------------------------------------------------------------------------------


@asynccontextmanager
async def _store() -> AsyncIterator[Store]:
    with TemporaryDirectory(prefix="bystander-") as folder:
        store = await open_store(f"sqlite:///{Path(folder) / 'preview.db'}", create=True)
        try:
            yield store
        finally:
            await store.aclose()


async def _feeds(store: Store, readings: Sequence[Reading], now: datetime) -> list[Feed]:
    """Store every post but the newest of each feed, as a first poll does; return the feeds in order."""
    await store.sync_feeds([each.settings for each in readings], now)
    by_name = {feed.settings.name: feed for feed in await store.feeds()}
    feeds = [by_name[each.settings.name] for each in readings]
    for feed, reading in zip(feeds, readings, strict=True):
        old = tuple(replace(row, silent=True) for row in reading.rows[1:])
        await store.commit_poll(PollCommit(_record(feed, now), new=old, at=now))
    return feeds


async def _publish(
    store: Store, feeds: Sequence[Feed], readings: Sequence[Reading], platform: str, now: datetime
) -> None:
    """Store the newest post of each feed as news, and mark its alerts as sent."""
    for feed, reading in zip(feeds, readings, strict=True):
        newest = tuple(replace(row, silent=False) for row in reading.rows[:1])
        await store.commit_poll(PollCommit(_record(feed, now), new=newest, at=now))
    claims = await store.claim("preview", now, lease=60, limit=100, platforms=[platform], catch_up_after=5)
    await store.settle([Sent(claim, "1", now) for claim in claims])


def _record(feed: Feed, now: datetime) -> PollRecord:
    state = FeedState(baseline_at=now, last_success_at=now)
    return PollRecord(feed.id, feed.url, state, now + timedelta(seconds=feed.settings.every))
