"""Stores a plan in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import IMPORT, FeedSettings
from bot.ports import Store
from bot.shell import transfer_preferences
from bot.shell.importing.plan import Plan, PlannedSubscription
from bot.text.normalize import fold


@dataclass(frozen=True, slots=True)
class Outcome:
    """How much was added. What was there already is not counted."""

    feeds: int = 0
    subscriptions: int = 0
    preferences: int = 0


async def apply(store: Store, plan: Plan, configured: Collection[FeedSettings], now: datetime) -> Outcome:
    """Add what a plan asks for; what is there stays. `configured`: the feeds of the config.

    If anything fails, nothing of it is stored.
    """
    async with store.together():
        await store.sync_feeds(list(configured), now)
        ids, feeds = await _add_feeds(store, plan, now)
        subscriptions = [await _subscribe(store, each, ids, now) for each in plan.subscriptions]
        preferences = await transfer_preferences.add(store, plan.preferences, now)
    return Outcome(feeds, sum(subscriptions), preferences)


async def _add_feeds(store: Store, plan: Plan, now: datetime) -> tuple[dict[str, int], int]:
    """Add the feeds that are not watched yet; return the id of each by its URL, and how many were added."""
    watched = await store.feeds()
    by_url = {url: feed.id for feed in watched for url in (feed.url, feed.settings.url)}
    by_name = {fold(feed.settings.name): feed.id for feed in watched}
    ids: dict[str, int] = {}
    added = 0
    for each in plan.feeds:
        known = by_url.get(each.url) or (by_name.get(fold(each.name)) if plan.by_name else None)
        if known is None:
            own = each if fold(each.name) not in by_name else replace(each, name=each.url)
            known = (await store.add_feed(own, now, by=IMPORT)).id
            by_url[own.url] = by_name[fold(own.name)] = known
            added += 1
        ids[each.url] = known
    return ids, added


async def _subscribe(store: Store, wanted: PlannedSubscription, ids: dict[str, int], now: datetime) -> bool:
    """Add a subscription; return whether that changed what was stored."""
    before = await store.subscriptions(wanted.address, channel=wanted.channel)
    for mention in dict.fromkeys(wanted.mentions.get(key, "") for key in wanted.include):
        await store.follow(
            wanted.address,
            feed_id=ids[wanted.feed] if wanted.feed else None,
            include={
                key: name for key, name in wanted.include.items() if wanted.mentions.get(key, "") == mention
            },
            exclude=wanted.exclude,
            cadence=wanted.cadence,
            channel=wanted.channel,
            mention=mention or None,
            by=IMPORT,
            now=now,
        )
    if wanted.paused:
        await store.pause(wanted.address, paused=True, by=IMPORT, now=now)
    return await store.subscriptions(wanted.address, channel=wanted.channel) != before
