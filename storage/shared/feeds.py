"""Decides what new settings change of a feed, and gives the parameters of statements on `feeds`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.model import FeedSettings, Kind, NamedHub
from bot.ports import PollRecord
from bot.text.changes import FEED_ADDED, FEED_CHANGED
from bot.text.normalize import fold, term_key
from storage.shared.feed_rows import settings_parameters
from storage.shared.mapping import NEVER, maybe_ms, to_ms
from storage.shared.overview import day_of
from storage.shared.rows import Row
from storage.shared.states import same_columns, state_columns, state_from, without_server

_NUMBERS = re.compile(r"\((\d+)\)(?=(?:\(\d+\))*\Z)")  # of a feed that had to give up its name


def folds_of(name: str) -> list[str]:
    """Return under which folded names a feed with this name is stored: as "Blog (7)", it may be "blog 7"."""
    folded = fold(name)
    return list(dict.fromkeys([folded, _NUMBERS.sub(r" \1", folded)]))


def record_parameters(record: PollRecord, now: datetime) -> dict[str, object]:
    """Return the outcome of a poll at `now` as parameters of a statement."""
    return {
        "feed_id": record.feed_id,
        "url": record.url,
        **state_columns(record.state),
        "next_poll_at": to_ms(record.next_poll_at),
        "push_due": maybe_ms(record.push_due),
        "not_before": _not_before(record),
        "day": day_of(now),
        "good": int(not record.state.failures),
        "failed": int(record.state.failures > 0),
    }


def _not_before(record: PollRecord) -> int:
    """Return before when not even a push makes the feed polled."""
    if record.state.stopped:
        return NEVER
    return 0 if record.state.not_before is None else to_ms(record.state.not_before)


def feed_parameters(settings: FeedSettings, now: datetime) -> dict[str, object]:
    """Return the settings of a feed, the folded name and the time as parameters of a statement."""
    return settings_parameters(settings) | {"name_fold": fold(settings.name), "now": to_ms(now)}


def kept(row: Row, settings: FeedSettings, now: datetime) -> dict[str, object]:
    """Return the URL in use, the state and the next poll of a known feed that gets new settings."""
    same = {"id": row["id"]}
    if row["settings_url"] != settings.url:
        elsewhere = state_columns(without_server(state_from(row)))
        return same | {"url": settings.url, "next": to_ms(now), **elsewhere}
    if row["retired_at"] is not None:  # no longer retired: poll it even if it had stopped
        back = state_from(row)._replace(gone_since=None, stopped=False)
        return same | {"url": row["url"], "next": to_ms(now), **state_columns(back)}
    return same | {"url": row["url"], "next": _next_poll(row, settings, now), **same_columns(row)}


def _next_poll(row: Row, settings: FeedSettings, now: datetime) -> int:
    """Return when a feed with new settings is polled next: earlier if its interval is shorter now.

    Not if the last poll failed, as the wait is for the server's sake then, nor before the time that the
    server or the feed itself asks for.
    """
    state, planned = state_from(row), int(row["next_poll_at"])
    if settings.every >= row["every"] or state.failures or state.stopped or state.last_success_at is None:
        return planned
    due = state.last_success_at + timedelta(seconds=max(settings.every, state.ttl))
    return min(planned, max(to_ms(due), to_ms(now), to_ms(state.not_before or now)))


def hub_of_returning(row: Row | None, settings: FeedSettings) -> NamedHub | None:
    """Return the hub of a feed that is no longer retired; None for others. A new URL names its own."""
    if row is None or row["retired_at"] is None or row["settings_url"] != settings.url:
        return None
    state = state_from(row)
    return NamedHub(state.hub, state.topic)


def what_changed(before: Row | None, settings: FeedSettings) -> str:
    """Return in words what new settings change, "" for nothing. `before`: None for a new feed."""
    if before is None or before["retired_at"] is not None:
        return FEED_ADDED
    changed = any(before[name] != value for name, value in settings_parameters(settings).items())
    return FEED_CHANGED if changed else ""


def configured_terms(settings: FeedSettings) -> dict[str, str]:
    """Return the categories of the config (key to name): people can follow them before a post has them."""
    names = [settings.aliases.get(name, name) for name in settings.categories]
    return {term_key(Kind.CATEGORY, name): name for name in names if fold(name)}
