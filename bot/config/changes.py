"""Compares the config of the running bot with one that was read again. Pure.

Changes of some keys take effect at once. Those of all others need a restart, because a connection, a server
or the database was opened with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.config.load import Config
from bot.config.schema import FeedConfig
from bot.config.secrets import DATABASE
from bot.config.values import Table

# Each key that is not of a platform, and whether its change takes effect at once. For platforms there is a
# rule: their admins change at once, and their own tables need a restart.
AT_ONCE: Mapping[str, bool] = {
    "database": False,
    "timezone": False,  # the database counts with it when what is held is due
    "web.listen": False,
    "web.public_url": False,
    "fetch.contact": False,
    "fetch.timeout": False,
    "fetch.max_body": False,
    "fetch.allow_networks": False,
    "fetch.full_text": False,
    "feeds.name": True,
    "feeds.url": True,
    "feeds.every": True,
    "feeds.announce_latest": True,
    "feeds.categories": True,
    "feeds.aliases": True,
    "feeds.api_base": True,
    "feeds.quiet_notice": True,
    "feeds.children": True,
    "feeds.full_text": True,
    "feeds.cluster": True,
    "delivery.grace": False,
    "delivery.catch_up_after": False,
    "limits.subscriptions_per_person": True,
    "limits.subscriptions_per_channel": True,
    "limits.feeds_per_server": True,
}


@dataclass(frozen=True, slots=True)
class FeedChanges:
    """The names of the feeds that a config adds, changes and no longer has."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two configs.

    `config`: the running config with all that takes effect at once. `at_once`: the keys of that, such as
    "limits.feeds_per_server", without those of feeds. `waiting`: keys and names of secrets that need a
    restart.
    """

    config: Config
    feeds: FeedChanges
    at_once: tuple[str, ...]
    waiting: tuple[str, ...]


def changes(running: Config, read: Config) -> Changes:
    """Return what differs in the config that was read, from the one that the bot runs with."""
    found = list(_differences(running, read))
    return Changes(
        config=_merged(running, read),
        feeds=feed_changes(running.feeds, read.feeds),
        at_once=tuple(key for key in found if takes_effect_at_once(key)),
        waiting=tuple(key for key in found if not takes_effect_at_once(key)),
    )


def takes_effect_at_once(key: str) -> bool:
    """Return whether a change of a key ("web.listen") or of a secret ("WEB_TOKEN") needs no restart."""
    return AT_ONCE.get(key, key.startswith("admins."))


def feed_changes(before: Sequence[FeedConfig], after: Sequence[FeedConfig]) -> FeedChanges:
    """Return how the feeds differ. Feeds with the same URL or the same name are one feed."""
    urls, names = {feed.url: feed for feed in before}, {feed.name: feed for feed in before}
    pairs = [(urls.get(feed.url) or names.get(feed.name), feed) for feed in after]
    kept = {old.name for old, _ in pairs if old is not None}
    return FeedChanges(
        added=tuple(new.name for old, new in pairs if old is None),
        changed=tuple(new.name for old, new in pairs if old is not None and old != new),
        removed=tuple(feed.name for feed in before if feed.name not in kept),
    )


def _differences(running: Config, read: Config) -> Iterator[str]:
    """Yield each key and each secret that differs, except feeds."""
    secrets = list(_secrets(running, read))
    for key in ("database", "timezone"):
        if getattr(running, key) != getattr(read, key) and not (key == "database" and DATABASE in secrets):
            yield key
    for name in ("web", "fetch", "delivery", "limits"):
        yield from _in_table(name, getattr(running, name), getattr(read, name))
    yield from _platforms(running, read)
    for name in type(running.admins).model_fields:
        if getattr(running.admins, name) != getattr(read.admins, name, ()):
            yield f"admins.{name}"
    yield from secrets


def _platforms(running: Config, read: Config) -> Iterator[str]:
    """Yield the keys of platforms. A table that only one config has is compared with its defaults."""
    for name in dict.fromkeys((*running.platforms, *read.platforms)):
        old, new = running.platforms.get(name), read.platforms.get(name)
        kind: Any = type(new if old is None else old)
        yield from _in_table(name, old or kind(), new or kind())


def _in_table(name: str, old: Table, new: Table) -> Iterator[str]:
    for key in type(old).model_fields:
        if getattr(old, key) != getattr(new, key):
            yield f"{name}.{key}"


def _secrets(running: Config, read: Config) -> Iterator[str]:
    old, new = running.secrets.values, read.secrets.values
    for name in dict.fromkeys((*running.secrets.names, *read.secrets.names)):
        if old.get(name) != new.get(name):
            yield name


def _merged(running: Config, read: Config) -> Config:
    """Return the running config with the feeds, limits and admins of the other one."""
    kind = type(running.admins)
    ids = {name: getattr(read.admins, name, ()) for name in kind.model_fields}
    fresh = {"feeds": read.feeds, "limits": read.limits, "admins": kind.model_construct(**ids)}
    return Config.model_construct(**dict(running) | fresh)
