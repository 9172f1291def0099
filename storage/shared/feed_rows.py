"""Converts between rows of `feeds` and the feeds of the model."""

from __future__ import annotations

import json
from functools import lru_cache
from operator import itemgetter
from typing import Any

from bot.model import Feed, FeedSettings
from storage.shared.mapping import from_ms, maybe_from_ms
from storage.shared.rows import Row
from storage.shared.states import REMEMBERED, state_from

_settings_of = itemgetter(
    *("name", "settings_url", "every", "announce_latest", "categories", "aliases", "api_base", "origin"),
    *("quiet_notice", "children", "full_text", "cluster"),
)


def settings_parameters(settings: FeedSettings) -> dict[str, object]:
    """Return a feed's settings as parameters of a statement."""
    return {
        "name": settings.name,
        "settings_url": settings.url,
        "every": settings.every,
        "announce_latest": settings.announce_latest,
        "categories": json.dumps(settings.categories, ensure_ascii=False),
        "aliases": json.dumps(settings.aliases, ensure_ascii=False),
        "api_base": settings.api_base,
        "origin": settings.origin,
        "quiet_notice": int(settings.quiet_notice),
        "children": settings.children,
        "full_text": settings.full_text,
        "cluster": settings.cluster,
    }


def feed_from(row: Row) -> Feed:
    """Return a feed from a row of `feeds`."""
    return Feed(
        id=row["id"],
        settings=_settings_from(_settings_of(row)),
        url=row["url"],
        state=state_from(row),
        next_poll_at=from_ms(row["next_poll_at"]),
        push_due=maybe_from_ms(row["push_due"]),
        hub_since=maybe_from_ms(row["hub_since"]),
        hub_until=maybe_from_ms(row["hub_until"]),
        renaming=bool(row["renames"]),
    )


@lru_cache(maxsize=REMEMBERED)  # the same at every poll
def _settings_from(columns: tuple[Any, ...]) -> FeedSettings:
    """Return settings from the columns of `_settings_of`."""
    name, url, every, announce_latest, categories, aliases, api_base, origin, *switches = columns
    quiet_notice, children, full_text, cluster = switches
    return FeedSettings(
        name=name,
        url=url,
        every=float(every),  # SQLite's RETURNING returns whole reals as integers
        announce_latest=announce_latest,
        categories=tuple(json.loads(categories)),
        aliases=json.loads(aliases),
        api_base=api_base,
        origin=origin,
        quiet_notice=bool(quiet_notice),
        children=children,
        full_text=full_text,
        cluster=cluster,
    )
