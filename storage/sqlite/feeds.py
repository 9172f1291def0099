"""Feeds: their settings, the state between polls, and leases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import LimitError, UsageError
from bot.model import CONFIG, Feed, FeedSettings
from bot.ports import PollRecord
from bot.text.changes import FEED_REMOVED
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
from storage.sqlite.changes import record_added, record_change
from storage.sqlite.common import Queries, add_notices, first_int, in_transaction, learn_all, learn_terms
from storage.sqlite.hubs import leave_hub, name_hub
from storage.sqlite.inline import Statements

_STATE = ", ".join(f"{name} = :{name}" for name in STATE_COLUMNS)
_UPDATE = (
    "UPDATE feeds SET name = :name, name_fold = :name_fold, settings_url = :settings_url, every = :every, "
    "announce_latest = :announce_latest, categories = :categories, aliases = :aliases, "
    "api_base = :api_base, origin = :origin, server = :server, quiet_notice = :quiet_notice, "
    "children = :children, full_text = :full_text, cluster = :cluster, "
    f"retired_at = NULL, url = :url, {_STATE}, next_poll_at = :next WHERE id = :id RETURNING id"
)
RECORD = (
    f"UPDATE feeds SET url = :url, {_STATE}, owner = NULL, lease_until = 0, next_poll_at = "
    "iif(push_due IS NOT :push_due AND push_due IS NOT NULL, "  # pushed while the poll was under way
    "min(:next_poll_at, max(push_due, :not_before)), :next_poll_at) WHERE id = :feed_id"
)
# How polls went on each day, for the status page.
COUNT_POLL = (
    "INSERT INTO poll_days (day, feed_id, good, failed) VALUES (:day, :feed_id, :good, :failed) "
    "ON CONFLICT (day, feed_id) DO UPDATE SET good = good + excluded.good, failed = failed + excluded.failed"
)
FORGET_DAYS = (
    "DELETE FROM poll_days WHERE (day, feed_id) IN "
    "(SELECT day, feed_id FROM poll_days WHERE day < :first ORDER BY day LIMIT :limit)"
)
_INSERT = (
    "INSERT INTO feeds (name, name_fold, settings_url, url, every, announce_latest, categories, aliases, "
    "api_base, origin, server, quiet_notice, children, full_text, cluster, next_poll_at) "
    "VALUES (:name, :name_fold, :settings_url, "
    ":settings_url, :every, :announce_latest, :categories, :aliases, :api_base, :origin, :server, "
    ":quiet_notice, :children, :full_text, :cluster, :now)"
)
_STORED = (
    "SELECT id, name, name_fold, settings_url, every, announce_latest, categories, aliases, api_base, "
    "origin, quiet_notice, children, full_text, cluster, retired_at FROM feeds"
)
FEEDS = "SELECT * FROM feeds WHERE retired_at IS NULL ORDER BY name_fold LIMIT :limit"
CALLED = (
    "SELECT * FROM feeds WHERE name_fold IN (SELECT value FROM json_each(:folds)) AND retired_at IS NULL "
    "ORDER BY name_fold LIMIT 1"
)
# The feeds before the first one without a lease are those that are being polled, so few rows are read.
NEXT = """
WITH free AS (
    SELECT next_poll_at AS due FROM feeds WHERE retired_at IS NULL AND lease_until <= next_poll_at
    ORDER BY next_poll_at LIMIT 1)
SELECT min(due) AS due FROM (
    SELECT due FROM free UNION ALL
    SELECT min(lease_until) FROM feeds
    WHERE retired_at IS NULL AND lease_until > next_poll_at
        AND next_poll_at < coalesce((SELECT due FROM free), 9223372036854775807))
"""
_NAMES = "SELECT name FROM feeds WHERE retired_at IS NULL ORDER BY name_fold"
_IDS = "SELECT settings_url, id FROM feeds WHERE settings_url IN (SELECT value FROM json_each(:urls))"
_OF_SERVER = "SELECT count(*) FROM feeds WHERE origin = 'chat' AND retired_at IS NULL AND server = ?"


class FeedQueries(Queries):
    """`bot.ports.FeedEditor`, and `bot.ports.FeedStore` without its posts."""

    @in_transaction
    async def sync_feeds(
        self, connection: Statements, settings: Sequence[FeedSettings], now: datetime
    ) -> None:
        plan = planned(settings, await connection.execute_fetchall(_STORED))
        known = [*plan.same, *await _add_all(connection, plan.fresh, now)]
        await learn_all(connection, terms_of(known))
        changed = [await _save(connection, item, now, by=CONFIG) for item in plan.rest]
        saved = [*(feed_id for feed_id, _ in known), *changed]
        left = await connection.execute_fetchall(
            "SELECT id FROM feeds WHERE origin = 'config' AND retired_at IS NULL "
            "AND id NOT IN (SELECT value FROM json_each(:kept))",
            {"kept": json.dumps(saved)},
        )
        for row in left:
            await _retire(connection, row["id"], now, by=CONFIG)

    @in_transaction
    async def add_feed(
        self,
        connection: Statements,
        settings: FeedSettings,
        now: datetime,
        *,
        by: str,
        server: str = "",
        limit: int | None = None,
    ) -> Feed:
        taken = await connection.execute_fetchall(
            "SELECT name FROM feeds WHERE retired_at IS NULL "
            "AND (name_fold = :name_fold OR :settings_url IN (settings_url, url))",
            feed_parameters(settings, now),
        )
        if taken:
            raise UsageError(f"A feed of that name or URL is watched already: {next(iter(taken))[0]}.")
        if server and limit is not None:
            await _refuse_beyond(connection, server, limit)
        added = await _save(connection, settings, now, by=by, server=server, by_name=False)
        rows = list(await connection.execute_fetchall("SELECT * FROM feeds WHERE id = ?", [added]))
        return feed_from(rows[0])

    @in_transaction
    async def retire_feed(
        self, connection: Statements, feed_id: int, now: datetime, *, by: str, server: str = ""
    ) -> None:
        await _retire(connection, feed_id, now, by=by, server=server)

    async def feeds(self, limit: int | None = None) -> list[Feed]:
        rows = await self._database.read(FEEDS, {"limit": -1 if limit is None else limit})
        return await asyncio.to_thread(feeds_from, rows)  # the states of thousands take a while

    async def feed_called(self, name: str) -> Feed | None:
        rows = await self._database.ask(CALLED, {"folds": json.dumps(folds_of(name))})
        return feed_from(rows[0]) if rows else None

    async def feed_names(self) -> list[str]:
        return [row["name"] for row in await self._database.ask(_NAMES)]

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
        rows = await self._database.read(NEXT)
        return None if rows[0]["due"] is None else from_ms(rows[0]["due"])

    @in_transaction
    async def record_polls(
        self, connection: Statements, records: Sequence[PollRecord], now: datetime
    ) -> None:
        parameters = [record_parameters(record, now) for record in records]
        for statement in (RECORD, COUNT_POLL):
            await connection.executemany(statement, parameters)
        await connection.execute(FORGET_DAYS, {"first": first_day(now), "limit": FEW_OLD_DAYS})
        await add_notices(connection, [notice for record in records for notice in record.notices], now)


async def _refuse_beyond(connection: Statements, server: str, limit: int) -> None:
    held = await first_int(connection, _OF_SERVER, [server])
    if held >= limit:
        raise LimitError(held, held + 1, limit)


async def _retire(connection: Statements, feed_id: int, now: datetime, *, by: str, server: str = "") -> None:
    """Stop polling a feed, and log it unless it was retired already."""
    cursor = await connection.execute(
        "UPDATE feeds SET retired_at = :now WHERE id = :id AND retired_at IS NULL",
        {"now": to_ms(now), "id": feed_id},
    )
    if cursor.rowcount:
        await leave_hub(connection, feed_id, now)
        await record_change(connection, now, by=by, what=FEED_REMOVED, feed_id=feed_id, server=server)


async def _add_all(
    connection: Statements, settings: Sequence[FeedSettings], now: datetime
) -> list[tuple[int, FeedSettings]]:
    """Insert feeds of the config whose names and URLs are free; return them with their ids."""
    new = [feed_parameters(each, now) | {"server": ""} for each in settings]
    await connection.executemany(_INSERT, new)
    urls = json.dumps([each.url for each in settings])
    ids = {row["settings_url"]: row["id"] for row in await connection.execute_fetchall(_IDS, {"urls": urls})}
    added = [(ids[each.url], each) for each in settings]
    await record_added(connection, now, by=CONFIG, feed_ids=[feed_id for feed_id, _ in added])
    return added


async def _save(
    connection: Statements,
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
        feed_id = await first_int(connection, f"{_INSERT} RETURNING id", parameters)
    else:
        feed_id = await first_int(connection, _UPDATE, parameters | kept(same, settings, now))
    if hub := hub_of_returning(same, settings):
        await name_hub(connection, feed_id, hub, now)
    if what := what_changed(same, settings):
        await record_change(connection, now, by=by, what=what, feed_id=feed_id, server=server)
    await learn_terms(connection, feed_id, configured_terms(settings))
    return feed_id
