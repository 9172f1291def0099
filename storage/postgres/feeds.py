"""Feeds: their settings, the state between polls, and leases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import LimitError, UsageError
from bot.model import CONFIG, Feed, FeedSettings
from bot.ports import PollRecord
from bot.text.changes import FEED_REMOVED
from storage.postgres.changes import record_added, record_change
from storage.postgres.common import Queries, add_notices, learn_all, learn_terms
from storage.postgres.connection import Connection
from storage.postgres.errors import retried
from storage.postgres.hubs import leave_hub, name_hub
from storage.postgres.locks import ALONE
from storage.shared.feed_rows import feed_from
from storage.shared.feeds import (
    configured_terms,
    feed_parameters,
    folds_of,
    hub_of_returning,
    kept,
    record_parameters,
    what_changed,
)
from storage.shared.mapping import from_ms, to_ms
from storage.shared.overview import FEW_OLD_DAYS, feeds_from, first_day
from storage.shared.states import STATE_COLUMNS
from storage.shared.syncing import planned, terms_of

_SETTINGS = (
    *("name", "name_fold", "settings_url", "every", "announce_latest", "categories", "aliases"),
    *("api_base", "origin", "server", "quiet_notice", "children", "full_text", "cluster"),
)
_STATE = ", ".join(f"{name} = %({name})s" for name in STATE_COLUMNS)
_UPDATE = f"""
UPDATE feeds SET {", ".join(f"{name} = %({name})s" for name in _SETTINGS)},
    retired_at = NULL, url = %(url)s, {_STATE}, next_poll_at = %(next)s
WHERE id = %(id)s RETURNING id
"""
_INSERT = f"""
INSERT INTO feeds ({", ".join(_SETTINGS)}, url, next_poll_at)
VALUES ({", ".join(f"%({name})s" for name in _SETTINGS)}, %(settings_url)s, %(now)s)
"""
_STORED = f"SELECT id, retired_at, {', '.join(_SETTINGS)} FROM feeds"
FEEDS = "SELECT * FROM feeds WHERE retired_at IS NULL ORDER BY name_fold LIMIT %(limit)s"
CALLED = """
SELECT * FROM feeds WHERE name_fold = ANY(%(folds)s::text[]) AND retired_at IS NULL ORDER BY name_fold LIMIT 1
"""
_NAMES = "SELECT name FROM feeds WHERE retired_at IS NULL ORDER BY name_fold"
_IDS = "SELECT settings_url, id FROM feeds WHERE settings_url = ANY(%(urls)s)"
# How a poll ended, which is counted for its day too. A push while the poll was under way wants another one.
RECORD = f"""
WITH counted AS (
    INSERT INTO poll_days AS p (day, feed_id, good, failed)
    VALUES (%(day)s, %(feed_id)s, %(good)s, %(failed)s)
    ON CONFLICT (day, feed_id) DO UPDATE
        SET good = p.good + excluded.good, failed = p.failed + excluded.failed
)
UPDATE feeds SET url = %(url)s, {_STATE}, owner = NULL, lease_until = 0,
    next_poll_at = CASE WHEN push_due IS DISTINCT FROM %(push_due)s::bigint AND push_due IS NOT NULL
        THEN least(%(next_poll_at)s::bigint, greatest(push_due, %(not_before)s::bigint))
        ELSE %(next_poll_at)s::bigint END
WHERE id = %(feed_id)s
"""
FORGET_DAYS = """
DELETE FROM poll_days AS p USING (
    SELECT day, feed_id FROM poll_days WHERE day < %(first)s
    ORDER BY day LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) AS old WHERE p.day = old.day AND p.feed_id = old.feed_id
"""
_OF_SERVER = """
SELECT count(*) FROM feeds WHERE origin = 'chat' AND retired_at IS NULL AND server = %(server)s
"""
_TAKEN = """
SELECT name FROM feeds WHERE retired_at IS NULL
AND (name_fold = %(name_fold)s OR %(settings_url)s IN (settings_url, url))
"""
_LEFT = """
SELECT id FROM feeds
WHERE origin = 'config' AND retired_at IS NULL AND id <> ALL(%(saved)s::bigint[]) ORDER BY id
"""
_LIKE = """
SELECT * FROM feeds WHERE name_fold = %(name_fold)s OR settings_url = %(settings_url)s
ORDER BY settings_url = %(settings_url)s DESC
"""
# Folded names contain no spaces, so the name is free afterwards.
_RENAME = """
UPDATE feeds SET name = name || ' (' || id || ')', name_fold = name_fold || ' ' || id WHERE id = %(id)s
"""
_CLAIM = """
UPDATE feeds SET owner = %(owner)s, lease_until = %(until)s WHERE id IN (
    SELECT id FROM feeds
    WHERE retired_at IS NULL AND next_poll_at <= %(now)s AND lease_until <= %(now)s{which}
    ORDER BY next_poll_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING *
"""
CLAIM = _CLAIM.format(which="")
CLAIM_ONE = _CLAIM.format(which=" AND id = %(feed_id)s")
# The feeds before the first one without a lease are those that are being polled, so few rows are read.
NEXT = """
WITH free AS (
    SELECT next_poll_at AS due FROM feeds WHERE retired_at IS NULL AND lease_until <= next_poll_at
    ORDER BY next_poll_at LIMIT 1)
SELECT min(due) AS due FROM (
    SELECT due FROM free UNION ALL
    SELECT min(lease_until) FROM feeds
    WHERE retired_at IS NULL AND lease_until > next_poll_at
        AND next_poll_at < coalesce((SELECT due FROM free), 9223372036854775807)) AS times
"""


class FeedQueries(Queries):
    """`bot.ports.FeedEditor`, and `bot.ports.FeedStore` without its posts."""

    async def sync_feeds(self, settings: Sequence[FeedSettings], now: datetime) -> None:
        async with self._database.transaction(ALONE) as connection:
            plan = planned(settings, await connection.rows(_STORED))
            known = [*plan.same, *await _add_all(connection, plan.fresh, now)]
            await learn_all(connection, terms_of(known))
            changed = [await _save(connection, item, now, by=CONFIG) for item in plan.rest]
            saved = [*(feed_id for feed_id, _ in known), *changed]
            for row in await connection.rows(_LEFT, {"saved": saved}):
                await _retire(connection, row["id"], now, by=CONFIG)

    async def add_feed(
        self, settings: FeedSettings, now: datetime, *, by: str, server: str = "", limit: int | None = None
    ) -> Feed:
        async with self._database.transaction(ALONE) as connection:
            taken = await connection.rows(_TAKEN, feed_parameters(settings, now))
            if taken:
                raise UsageError(f"A feed of that name or URL is watched already: {taken[0]['name']}.")
            if server and limit is not None:
                await _refuse_beyond(connection, server, limit)
            added = await _save(connection, settings, now, by=by, server=server, by_name=False)
            (row,) = await connection.rows("SELECT * FROM feeds WHERE id = %(id)s", {"id": added})
            return feed_from(row)

    async def retire_feed(self, feed_id: int, now: datetime, *, by: str, server: str = "") -> None:
        async with self._database.transaction(ALONE) as connection:
            await _retire(connection, feed_id, now, by=by, server=server)

    async def feeds(self, limit: int | None = None) -> list[Feed]:
        rows = await self._database.read(FEEDS, {"limit": limit})
        return await asyncio.to_thread(feeds_from, rows)  # the states of thousands take a while

    async def feed_called(self, name: str) -> Feed | None:
        rows = await self._database.ask(CALLED, {"folds": folds_of(name)})
        return feed_from(rows[0]) if rows else None

    async def feed_names(self) -> list[str]:
        return [row["name"] for row in await self._database.ask(_NAMES)]

    async def claim_feeds(self, owner: str, now: datetime, lease: float, limit: int) -> list[Feed]:
        return await self._claim_feeds(CLAIM, owner, now, lease, limit=limit)

    async def claim_feed(self, feed_id: int, owner: str, now: datetime, lease: float) -> Feed | None:
        """Claim a feed, if it is due; see `bot.ports.FeedStore.claim_feeds`."""
        claimed = await self._claim_feeds(CLAIM_ONE, owner, now, lease, limit=1, feed_id=feed_id)
        return claimed[0] if claimed else None

    async def release_feed(self, feed_id: int) -> None:
        """End the lease of a feed, so that another process can poll it."""
        async with self._database.transaction() as connection:
            await connection.run("UPDATE feeds SET lease_until = 0 WHERE id = %(id)s", {"id": feed_id})

    async def _claim_feeds(
        self, sql: str, owner: str, now: datetime, lease: float, **which: int
    ) -> list[Feed]:
        until = to_ms(now + timedelta(seconds=lease))
        async with self._database.transaction() as connection:
            rows = await connection.rows(sql, {"owner": owner, "now": to_ms(now), "until": until, **which})
        return [feed_from(row) for row in rows]

    async def next_poll_at(self) -> datetime | None:
        (row,) = await self._database.read(NEXT)
        return None if row["due"] is None else from_ms(row["due"])

    @retried
    async def record_polls(self, records: Sequence[PollRecord], now: datetime) -> None:
        async with self._database.transaction() as connection:
            ordered = sorted(records, key=lambda record: record.feed_id)  # as every transaction locks them
            await connection.run_many(RECORD, [record_parameters(record, now) for record in ordered])
            await connection.run(FORGET_DAYS, {"first": first_day(now), "limit": FEW_OLD_DAYS})
            notices = [notice for record in records for notice in record.notices]
            await add_notices(connection, notices, now)


async def _refuse_beyond(connection: Connection, server: str, limit: int) -> None:
    held = await connection.number(_OF_SERVER, {"server": server})
    if held >= limit:
        raise LimitError(held, held + 1, limit)


async def _retire(connection: Connection, feed_id: int, now: datetime, *, by: str, server: str = "") -> None:
    """Stop polling a feed, and log it unless it was retired already."""
    retired = await connection.run(
        "UPDATE feeds SET retired_at = %(now)s WHERE id = %(id)s AND retired_at IS NULL",
        {"now": to_ms(now), "id": feed_id},
    )
    if retired:
        await leave_hub(connection, feed_id, now)
        await record_change(connection, now, by=by, what=FEED_REMOVED, feed_id=feed_id, server=server)


async def _add_all(
    connection: Connection, settings: Sequence[FeedSettings], now: datetime
) -> list[tuple[int, FeedSettings]]:
    """Insert feeds of the config whose names and URLs are free; return them with their ids."""
    await connection.run_many(_INSERT, [feed_parameters(each, now) | {"server": ""} for each in settings])
    rows = await connection.rows(_IDS, {"urls": [each.url for each in settings]})
    ids = {row["settings_url"]: row["id"] for row in rows}
    added = [(ids[each.url], each) for each in settings]
    await record_added(connection, now, by=CONFIG, feed_ids=[feed_id for feed_id, _ in added])
    return added


async def _save(
    connection: Connection,
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
    parameters = feed_parameters(settings, now) | {"server": server}
    rows = await connection.rows(_LIKE, parameters)
    same = rows.pop(0) if rows and (by_name or rows[0]["settings_url"] == settings.url) else None
    for other in rows:
        await connection.run(_RENAME, {"id": other["id"]})
    if same is None:
        feed_id = await connection.number(f"{_INSERT} RETURNING id", parameters)
    else:
        feed_id = await connection.number(_UPDATE, parameters | kept(same, settings, now))
    if hub := hub_of_returning(same, settings):
        await name_hub(connection, feed_id, hub, now)
    if what := what_changed(same, settings):
        await record_change(connection, now, by=by, what=what, feed_id=feed_id, server=server)
    await learn_terms(connection, feed_id, configured_terms(settings))
    return feed_id
