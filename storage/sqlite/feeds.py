"""Feeds: their settings, the state between polls, and leases."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import aiosqlite

from bot.errors import LimitError, UsageError
from bot.model import CONFIG, Feed, FeedSettings, Kind
from bot.ports import PollRecord
from bot.text.changes import FEED_ADDED, FEED_CHANGED, FEED_REMOVED
from bot.text.normalize import fold, term_key
from storage.sqlite.changes import record_change
from storage.sqlite.common import Queries, add_notices, first_int, learn_terms
from storage.sqlite.mapping import (
    feed_from,
    from_ms,
    settings_parameters,
    state_from_text,
    state_to_text,
    to_ms,
    without_server,
)

_UPDATE = (
    "UPDATE feeds SET name = :name, name_fold = :name_fold, settings_url = :settings_url, every = :every, "
    "announce_latest = :announce_latest, categories = :categories, aliases = :aliases, "
    "api_base = :api_base, origin = :origin, server = :server, quiet_notice = :quiet_notice, "
    "retired_at = NULL, url = :url, state = :state, next_poll_at = :next WHERE id = :id RETURNING id"
)
RECORD = (
    "UPDATE feeds SET url = :url, state = :state, next_poll_at = :next_poll_at, owner = NULL, "
    "lease_until = 0 WHERE id = :feed_id"
)
_INSERT = (
    "INSERT INTO feeds (name, name_fold, settings_url, url, every, announce_latest, categories, aliases, "
    "api_base, origin, server, quiet_notice, next_poll_at) VALUES (:name, :name_fold, :settings_url, "
    ":settings_url, :every, :announce_latest, :categories, :aliases, :api_base, :origin, :server, "
    ":quiet_notice, :now) RETURNING id"
)
_OF_SERVER = "SELECT count(*) FROM feeds WHERE origin = 'chat' AND retired_at IS NULL AND server = ?"


def record_parameters(record: PollRecord) -> dict[str, object]:
    """Return the parameters of RECORD."""
    return {
        "feed_id": record.feed_id,
        "url": record.url,
        "state": state_to_text(record.state),
        "next_poll_at": to_ms(record.next_poll_at),
    }


class FeedQueries(Queries):
    """`bot.ports.FeedEditor`, and `bot.ports.FeedStore` without its posts."""

    async def sync_feeds(self, settings: Sequence[FeedSettings], now: datetime) -> None:
        async with self._database.transaction() as connection:
            kept = [await _save(connection, item, now, by=CONFIG) for item in settings]
            left = await connection.execute_fetchall(
                "SELECT id FROM feeds WHERE origin = 'config' AND retired_at IS NULL "
                "AND id NOT IN (SELECT value FROM json_each(:kept))",
                {"kept": json.dumps(kept)},
            )
            for row in left:
                await _retire(connection, row["id"], now, by=CONFIG)

    async def add_feed(
        self, settings: FeedSettings, now: datetime, *, by: str, server: str = "", limit: int | None = None
    ) -> Feed:
        async with self._database.transaction() as connection:
            taken = await connection.execute_fetchall(
                "SELECT name FROM feeds WHERE retired_at IS NULL "
                "AND (name_fold = :name_fold OR :settings_url IN (settings_url, url))",
                _parameters(settings, now),
            )
            if taken:
                raise UsageError(f"A feed of that name or URL is watched already: {next(iter(taken))[0]}.")
            if server and limit is not None:
                await _refuse_beyond(connection, server, limit)
            added = await _save(connection, settings, now, by=by, server=server, by_name=False)
            rows = list(await connection.execute_fetchall("SELECT * FROM feeds WHERE id = ?", [added]))
            return feed_from(rows[0])

    async def retire_feed(self, feed_id: int, now: datetime, *, by: str, server: str = "") -> None:
        async with self._database.transaction() as connection:
            await _retire(connection, feed_id, now, by=by, server=server)

    async def feeds(self) -> list[Feed]:
        rows = await self._database.read("SELECT * FROM feeds WHERE retired_at IS NULL ORDER BY name_fold")
        return [feed_from(row) for row in rows]

    async def claim_feeds(self, owner: str, now: datetime, lease: float, limit: int) -> list[Feed]:
        rows = await self._database.write(
            "UPDATE feeds SET owner = :owner, lease_until = :until WHERE id IN ("
            "SELECT id FROM feeds WHERE retired_at IS NULL AND next_poll_at <= :now "
            "AND lease_until <= :now ORDER BY next_poll_at LIMIT :limit) RETURNING *",
            {
                "owner": owner,
                "now": to_ms(now),
                "until": to_ms(now + timedelta(seconds=lease)),
                "limit": limit,
            },
        )
        return [feed_from(row) for row in rows]

    async def next_poll_at(self) -> datetime | None:
        rows = await self._database.read(
            "SELECT min(max(next_poll_at, lease_until)) AS due FROM feeds WHERE retired_at IS NULL"
        )
        return None if rows[0]["due"] is None else from_ms(rows[0]["due"])

    async def record_polls(self, records: Sequence[PollRecord], now: datetime) -> None:
        async with self._database.transaction() as connection:
            await connection.executemany(RECORD, [record_parameters(record) for record in records])
            notices = [notice for record in records for notice in record.notices]
            await add_notices(connection, notices, now)


def _parameters(settings: FeedSettings, now: datetime) -> dict[str, object]:
    return settings_parameters(settings) | {"name_fold": fold(settings.name), "now": to_ms(now)}


async def _refuse_beyond(connection: aiosqlite.Connection, server: str, limit: int) -> None:
    held = await first_int(connection, _OF_SERVER, [server])
    if held >= limit:
        raise LimitError(held, held + 1, limit)


async def _retire(
    connection: aiosqlite.Connection, feed_id: int, now: datetime, *, by: str, server: str = ""
) -> None:
    """Stop polling a feed, and log it unless it was retired already."""
    cursor = await connection.execute(
        "UPDATE feeds SET retired_at = :now WHERE id = :id AND retired_at IS NULL",
        {"now": to_ms(now), "id": feed_id},
    )
    if cursor.rowcount:
        await record_change(connection, now, by=by, what=FEED_REMOVED, feed_id=feed_id, server=server)


async def _save(
    connection: aiosqlite.Connection,
    settings: FeedSettings,
    now: datetime,
    *,
    by: str,
    server: str = "",
    by_name: bool = True,
) -> int:
    """Update the feed with this URL, else (`by_name`) with this name, else insert one; return its id.

    Another feed that has the name is renamed, and keeps its posts and followers.
    """
    parameters = _parameters(settings, now) | {"server": server}
    rows = list(
        await connection.execute_fetchall(
            "SELECT * FROM feeds WHERE name_fold = :name_fold OR settings_url = :settings_url "
            "ORDER BY settings_url = :settings_url DESC",
            parameters,
        )
    )
    same = rows.pop(0) if rows and (by_name or rows[0]["settings_url"] == settings.url) else None
    for other in rows:  # folded names contain no spaces, so the new one is free
        await connection.execute(
            "UPDATE feeds SET name = name || ' (' || id || ')', name_fold = name_fold || ' ' || id "
            "WHERE id = ?",
            [other["id"]],
        )
    if same is None:
        feed_id = await first_int(connection, _INSERT, parameters)
    else:
        feed_id = await first_int(connection, _UPDATE, parameters | _kept(same, settings, now))
    if what := _what(same, settings):
        await record_change(connection, now, by=by, what=what, feed_id=feed_id, server=server)
    # People can follow categories of the config before a post is filed under them.
    names = [settings.aliases.get(name, name) for name in settings.categories]
    terms = {term_key(Kind.CATEGORY, name): name for name in names if fold(name)}
    await learn_terms(connection, feed_id, terms)
    return feed_id


def _what(before: sqlite3.Row | None, settings: FeedSettings) -> str:
    """Return in words what new settings change, "" for nothing. `before`: None for a new feed."""
    if before is None or before["retired_at"] is not None:
        return FEED_ADDED
    changed = any(before[name] != value for name, value in settings_parameters(settings).items())
    return FEED_CHANGED if changed else ""


def _kept(row: sqlite3.Row, settings: FeedSettings, now: datetime) -> dict[str, object]:
    """Return the URL in use, the state and the next poll of a known feed that gets new settings."""
    state, kept = state_from_text(row["state"]), {"id": row["id"]}
    if row["settings_url"] != settings.url:
        return kept | {"url": settings.url, "state": state_to_text(without_server(state)), "next": to_ms(now)}
    if row["retired_at"] is not None:  # no longer retired: poll it even if it had stopped
        back = replace(state, gone_since=None, stopped=False)
        return kept | {"url": row["url"], "state": state_to_text(back), "next": to_ms(now)}
    return kept | {"url": row["url"], "state": row["state"], "next": row["next_poll_at"]}
