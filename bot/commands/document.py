"""Writes feeds, subscriptions and preferences as a document that `bystander import` reads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import tomli_w

from bot.commands.written_terms import written as written_term
from bot.match import in_order
from bot.model import Feed, FeedSettings, Filter, Preferences, Subscription
from bot.text.clock_words import WEEKDAYS
from bot.text.units import written

Table = dict[str, Any]

_DEFAULT = Preferences()


def toml(
    heading: str,
    feeds: Iterable[Table],
    subscriptions: Iterable[Subscription],
    preferences: Mapping[str, Preferences],
) -> str:
    """Return the document as TOML, with a comment at its head. `feeds`: tables from `feed_table`.

    `preferences`: by address. Addresses that have set nothing are left out.
    """
    document: Table = {"feeds": list(feeds), "subscriptions": [_subscription(each) for each in subscriptions]}
    if set_ones := [_preferences(*each) for each in preferences.items() if has_set(each[1])]:
        document["preferences"] = set_ones
    return f"# {heading}\n\n{tomli_w.dumps(document, multiline_strings=False)}"


def feed_table(settings: FeedSettings) -> Table:
    """Return all settings of a feed."""
    return brief_feed_table(settings) | {
        "announce_latest": settings.announce_latest,
        "categories": list(settings.categories),
        "aliases": dict(settings.aliases),
        "api_base": settings.api_base,
        "quiet_notice": settings.quiet_notice,
        "children": settings.children,
        "full_text": settings.full_text,
        "cluster": settings.cluster,
    }


def brief_feed_table(settings: FeedSettings) -> Table:
    """Return the name and address of a feed, and how often it is polled: what a follower may know of it."""
    return {"name": settings.name, "url": settings.url, "every": written(settings.every)}


def watched_only(
    subscriptions: Sequence[Subscription], feeds: Sequence[Feed]
) -> tuple[list[Subscription], int]:
    """Return the subscriptions whose feed is watched, and how many others there are.

    A document cannot hold the others: their feed is not in it.
    """
    ids = {None, *(feed.id for feed in feeds)}
    kept = [each for each in subscriptions if each.feed_id in ids]
    return kept, len(subscriptions) - len(kept)


def outlines(
    subscriptions: Sequence[Subscription], feeds: Sequence[Feed]
) -> list[tuple[str, str, list[str]]]:
    """Return name, address and followed terms of each feed that a subscription reaches, for OPML."""
    found = []
    for feed in feeds:
        reached = [each.filter for each in subscriptions if each.feed_id in (None, feed.id)]
        terms = [written_key(key, wanted) for wanted in reached for key in in_order(wanted.include)]
        if reached:
            found.append((feed.settings.name, feed.settings.url, list(dict.fromkeys(terms))))
    return found


def written_key(key: str, wanted: Filter) -> str:
    """Return a term of a filter as the document has it."""
    return written_term(key, wanted.labels.get(key, key[2:]))


def has_set(preferences: Preferences) -> bool:
    """Whether somebody has chosen something that stays: a snooze passes."""
    return replace(preferences, snoozed_until=None) != _DEFAULT


def _subscription(subscription: Subscription) -> Table:
    wanted = subscription.filter
    return {
        "address": subscription.destination.address,
        "feed": subscription.feed,
        "cadence": subscription.cadence.value,
        "channel": subscription.channel,
        "paused": subscription.paused,
        "mentions": {written_key(key, wanted): each for key, each in subscription.mentions.items()},
        "include": sorted(written_key(term, wanted) for term in wanted.include),
        "exclude": sorted(written_key(term, wanted) for term in wanted.exclude),
    }


def _preferences(address: str, preferences: Preferences) -> Table:
    """Return what an address has set. What is as by default, or passes as a snooze does, is left out."""
    own, usual = _values(preferences), _values(_DEFAULT)
    return {"address": address} | {name: value for name, value in own.items() if value != usual[name]}


def _values(preferences: Preferences) -> Table:
    return {
        "timezone": preferences.timezone,
        "quiet": str(preferences.quiet or ""),
        "digest": f"{preferences.digest:%H:%M}",
        "weekly": WEEKDAYS[preferences.weekly],
        "style": preferences.style.value,
        "mention_last": preferences.mention_last,
    }
