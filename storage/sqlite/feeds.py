"""Feeds: settings, what polling remembers, leases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import aiosqlite

from bot.errors import StoreError, UsageError
from bot.model import Feed, FeedSettings
from bot.names import fold
from bot.ports import PollRecord
from storage.sqlite.base import Part, add_notices
from storage.sqlite.rows import feed_from, from_ms, settings_parameters, state_to_text, to_ms

_SETTINGS = (
    "name = :name, name_fold = :name_fold, settings_url = :settings_url, every = :every, "
    "announce_latest = :announce_latest, categories = :categories, aliases = :aliases, "
    "api_base = :api_base, origin = :origin, retired_at = NULL"
)
RECORD = (
    "UPDATE feeds SET url = :url, state = :state, next_poll_at = :next_poll_at, owner = NULL, "
    "lease_until = 0 WHERE id = :feed_id"
)
_INSERT = (
    "INSERT INTO feeds (name, name_fold, settings_url, url, every, announce_latest, categories, aliases, "
    "api_base, origin, next_poll_at) VALUES (:name, :name_fold, :settings_url, :settings_url, :every, "
    ":announce_latest, :categories, :aliases, :api_base, :origin, :now)"
)


def record_parameters(record: PollRecord) -> dict[str, object]:
    """Return the parameters of RECORD."""
    return {
        "feed_id": record.feed_id,
        "url": record.url,
        "state": state_to_text(record.state),
        "next_poll_at": to_ms(record.next_poll_at),
    }


class FeedPart(Part):
    """The feed methods of `bot.ports.FeedStore`, but for posts."""

    async def sync_feeds(self, settings: Sequence[FeedSettings], now: datetime) -> None:
        """Make the feeds of origin "config" equal to `settings`; see the port."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE feeds SET retired_at = :now WHERE origin = 'config' AND retired_at IS NULL",
                {"now": to_ms(now)},
            )
            for item in settings:
                await _save(connection, item, now)

    async def add_feed(self, settings: FeedSettings, now: datetime) -> Feed:
        """Add a feed, or bring a retired one of that URL back. Due at once."""
        async with self._database.transaction() as connection:
            taken = await connection.execute_fetchall(
                "SELECT name FROM feeds WHERE retired_at IS NULL AND (name_fold = ? OR settings_url = ?)",
                (fold(settings.name), settings.url),
            )
            if taken:
                raise UsageError(f"A feed of that name or URL is watched already: {next(iter(taken))[0]}.")
            await _save(connection, settings, now)
        added = [feed for feed in await self.feeds() if feed.settings.url == settings.url]
        if not added:
            raise StoreError(f"The feed {settings.name} was not stored; try again.")
        return added[0]

    async def retire_feed(self, feed_id: int, now: datetime) -> None:
        """Stop polling a feed; posts and subscriptions are kept."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE feeds SET retired_at = :now WHERE id = :id", {"now": to_ms(now), "id": feed_id}
            )

    async def feeds(self) -> list[Feed]:
        """Return the feeds in use, by name."""
        rows = await self._database.read("SELECT * FROM feeds WHERE retired_at IS NULL ORDER BY name_fold")
        return [feed_from(row) for row in rows]

    async def claim_feeds(self, owner: str, now: datetime, lease: float, limit: int) -> list[Feed]:
        """Take up to `limit` due feeds under a lease of `lease` seconds."""
        async with self._database.transaction() as connection:
            rows = await connection.execute_fetchall(
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
        """Return when the next feed is due, leases considered; None without feeds."""
        rows = await self._database.read(
            "SELECT min(max(next_poll_at, lease_until)) AS due FROM feeds WHERE retired_at IS NULL"
        )
        return None if rows[0]["due"] is None else from_ms(rows[0]["due"])

    async def record_polls(self, records: Sequence[PollRecord], now: datetime) -> None:
        """Store outcomes without posts, in one transaction, and end their leases."""
        async with self._database.transaction() as connection:
            await connection.executemany(RECORD, [record_parameters(record) for record in records])
            notices = [notice for record in records for notice in record.notices]
            await add_notices(connection, notices, now)


async def _save(connection: aiosqlite.Connection, settings: FeedSettings, now: datetime) -> None:
    """Insert a feed, or update the one of the same name or else of the same URL."""
    parameters = settings_parameters(settings) | {"name_fold": fold(settings.name), "now": to_ms(now)}
    rows = await connection.execute_fetchall(
        "SELECT id, settings_url, retired_at, origin FROM feeds "
        "WHERE name_fold = :name_fold OR settings_url = :settings_url "
        "ORDER BY settings_url = :settings_url DESC",
        parameters,
    )
    found = list(rows)
    if not found:
        await connection.execute(_INSERT, parameters)
        return
    parameters["id"] = found[0]["id"]
    for other in found[1:]:  # the name moves to the feed of this URL; the retired one keeps its posts
        await connection.execute(
            "UPDATE feeds SET name = name || ' (' || id || ')', name_fold = name_fold || id WHERE id = ?",
            [other["id"]],
        )
    await connection.execute(f"UPDATE feeds SET {_SETTINGS} WHERE id = :id", parameters)
    if found[0]["settings_url"] != settings.url:  # a new address: what the old server said holds no longer
        await connection.execute(
            "UPDATE feeds SET url = :settings_url, next_poll_at = :now, state = json_remove(state, '$.etag', "
            "'$.last_modified', '$.body_hash', '$.moved_to', '$.moved_polls', '$.moved_since', "
            "'$.gone_since', '$.stopped', '$.api', '$.api_retry_at') WHERE id = :id",
            parameters,
        )
