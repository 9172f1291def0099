"""Subscriptions: which destination follows which terms."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from bot.errors import LimitError
from bot.model import Cadence, Subscription
from bot.text.changes import PAUSED, RESUMED, difference
from storage.shared.following import mentions_of, subscriptions_from
from storage.shared.mapping import to_ms
from storage.sqlite.changes import followed_terms, record_change
from storage.sqlite.common import Queries, destination_id, first_int, in_transaction
from storage.sqlite.holding import pause
from storage.sqlite.inline import Statements
from storage.sqlite.unfollowed import drop_unfollowed

_SELECT = """
SELECT s.*, d.address, d.parked_at, d.parked_reason, coalesce(feeds.name, '') AS feed_name,
    f.term, f.name, f.excluded, f.mention
FROM {source}
LEFT JOIN feeds ON feeds.id = s.feed_id
LEFT JOIN filters AS f ON f.subscription_id = s.id
WHERE {which} AND (:channel IS NULL OR s.channel = :channel)
ORDER BY s.id, f.name COLLATE NOCASE
"""
ALL = _SELECT.format(
    source="subscriptions AS s JOIN destinations AS d ON d.id = s.destination_id", which="true"
)
OF_ADDRESS = _SELECT.format(
    source="destinations AS d CROSS JOIN subscriptions AS s ON s.destination_id = d.id",
    which="d.address = :address",
)
OF_DESTINATION = _SELECT.format(
    source="destinations AS d CROSS JOIN subscriptions AS s ON s.destination_id = d.id",
    which="d.id = :destination_id",
)
_CHANNELS = """
SELECT d.address FROM {source}
WHERE s.channel = 1 AND d.platform = :platform GROUP BY d.id ORDER BY min(s.id)
"""
CHANNELS = _CHANNELS.format(
    source="subscriptions AS s INDEXED BY subscriptions_channels CROSS JOIN destinations AS d "
    "ON d.id = s.destination_id"
)
CHANNELS_AMONG = _CHANNELS.format(
    source="json_each(:among) AS seen CROSS JOIN destinations AS d ON d.address = seen.value "
    "CROSS JOIN subscriptions AS s INDEXED BY subscriptions_channels ON s.destination_id = d.id"
)
_SIBLINGS = (
    "SELECT id FROM subscriptions WHERE destination_id = :destination_id AND channel = :channel "
    "AND feed_id = :feed_id"
)

_SUBSCRIBE = """
INSERT INTO subscriptions (destination_id, feed_id, cadence, channel, created_by, created_at, paused)
VALUES (:destination_id, :feed_id, :cadence, :channel, :by, :now, :channel AND EXISTS (
    SELECT 1 FROM subscriptions WHERE destination_id = :destination_id AND channel = 1 AND paused = 1))
ON CONFLICT (destination_id, feed_id, cadence, channel) DO UPDATE SET cadence = cadence
RETURNING id
"""
_PAUSABLE = """
SELECT id, paused, destination_id FROM subscriptions WHERE channel = 1
AND destination_id = (SELECT id FROM destinations WHERE address = :address)
"""
# The stored mentions, so that a term that moves to another cadence does not lose its mention.
_STORED_MENTIONS = """
SELECT term, mention FROM filters
WHERE subscription_id IN (SELECT value FROM json_each(:ids)) AND excluded = 0 AND mention <> ''
"""
# Changed subscriptions that follow nothing any more end; the others know whether they leave anything out.
TIDY = (
    """
    DELETE FROM subscriptions WHERE id = ?1 AND NOT EXISTS (
        SELECT 1 FROM filters WHERE subscription_id = ?1 AND excluded = 0)
    """,
    """
    UPDATE subscriptions SET excludes = EXISTS (
        SELECT 1 FROM filters WHERE subscription_id = ?1 AND excluded = 1) WHERE id = ?1
    """,
)


class SubscriptionQueries(Queries):
    """`bot.ports.SubscriptionStore`."""

    @in_transaction
    async def follow(
        self,
        connection: Statements,
        address: str,
        *,
        feed_id: int | None,
        include: Mapping[str, str],
        exclude: Mapping[str, str],
        cadence: Cadence,
        channel: bool,
        mention: str | None,
        by: str,
        now: datetime,
        limit: int | None = None,
    ) -> None:
        async with _logged(connection, address, channel=channel, by=by, now=now, limit=limit):
            destination = await destination_id(connection, address, now)
            parameters: dict[str, object] = {
                "destination_id": destination,
                "feed_id": feed_id or 0,
                "cadence": cadence.value,
                "channel": int(channel),
                "by": by,
                "now": to_ms(now),
            }
            own = await first_int(connection, _SUBSCRIBE, parameters)
            siblings = [row["id"] for row in await connection.execute_fetchall(_SIBLINGS, parameters)]
            stored = await connection.execute_fetchall(_STORED_MENTIONS, {"ids": json.dumps(siblings)})
            mentions = mentions_of(include, mention, stored)
            await _take_off(connection, siblings, include)
            await _take_off(connection, siblings, exclude, excluded=(0,))
            await connection.executemany(
                "INSERT INTO filters (subscription_id, excluded, term, name, mention) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (subscription_id, excluded, term) DO UPDATE SET name = excluded.name",
                [(own, 0, term, name, mentions[term]) for term, name in include.items()]
                + [(own, 1, term, name, "") for term, name in exclude.items()],
            )
            await _tidy(connection, siblings)
            if exclude:
                await _drop_unfollowed(connection, destination)

    @in_transaction
    async def unfollow(
        self,
        connection: Statements,
        address: str,
        *,
        keys: Sequence[str] | None,
        channel: bool,
        by: str,
        now: datetime,
        feed_id: int | None = None,
    ) -> int:
        async with _logged(connection, address, channel=channel, by=by, now=now):
            rows = list(
                await connection.execute_fetchall(
                    "SELECT s.id, s.destination_id FROM subscriptions AS s "
                    "JOIN destinations AS d ON d.id = s.destination_id "
                    "WHERE d.address = :address AND s.channel = :channel "
                    "AND (:feed_id IS NULL OR s.feed_id = :feed_id)",
                    {"address": address, "channel": int(channel), "feed_id": feed_id},
                )
            )
            ids = [row["id"] for row in rows]
            taken = await _take_off(connection, ids, keys)
            await _tidy(connection, ids)
            for destination in {row["destination_id"] for row in rows}:
                await _drop_unfollowed(connection, destination)
            return taken

    async def subscriptions(
        self, address: str | None = None, *, channel: bool | None = None
    ) -> list[Subscription]:
        rows = await self._database.ask(
            ALL if address is None else OF_ADDRESS,
            {"address": address, "channel": None if channel is None else int(channel)},
        )
        return subscriptions_from(rows)

    async def channels(self, platform: str, among: Collection[str] | None = None) -> list[str]:
        rows = await self._database.ask(
            CHANNELS if among is None else CHANNELS_AMONG,
            {"platform": platform, "among": None if among is None else json.dumps(list(among))},
        )
        return [row["address"] for row in rows]

    @in_transaction
    async def pause(
        self, connection: Statements, address: str, *, paused: bool, by: str, now: datetime
    ) -> int:
        values = {"paused": int(paused), "address": address}
        concerned = list(await connection.execute_fetchall(_PAUSABLE, values))
        await connection.executemany(
            "UPDATE subscriptions SET paused = :paused WHERE id = :id",
            [{**values, "id": row["id"]} for row in concerned],
        )
        for destination in {row["destination_id"] for row in concerned}:
            await pause(connection, destination, to_ms(now), paused=paused)
        if any(row["paused"] != paused for row in concerned):
            what = PAUSED if paused else RESUMED
            await record_change(connection, now, by=by, what=what, place=address)
        return len(concerned)


@asynccontextmanager
async def _logged(
    connection: Statements, address: str, *, channel: bool, by: str, now: datetime, limit: int | None = None
) -> AsyncIterator[None]:
    """Watch a change of what an address follows, inside the caller's transaction.

    At its end, refuse it with LimitError if it adds names beyond the limit, and log what a channel got.
    """
    before = await followed_terms(connection, address, channel=channel)
    yield
    after = await followed_terms(connection, address, channel=channel)
    held, wanted = (len({each.key for each in terms}) for terms in (before, after))
    if limit is not None and wanted > max(limit, held):
        raise LimitError(held, wanted, limit)
    what, feed_id = difference(before, after) if channel else ("", 0)
    if what:
        await record_change(connection, now, by=by, what=what, place=address, feed_id=feed_id)


async def _drop_unfollowed(connection: Statements, destination: int) -> None:
    """Delete what is held for a destination that does not follow it any more."""
    rows = await connection.execute_fetchall(OF_DESTINATION, {"destination_id": destination, "channel": None})
    await drop_unfollowed(connection, destination, subscriptions_from(rows))


async def _take_off(
    connection: Statements,
    ids: Sequence[int],
    keys: Iterable[str] | None,
    *,
    excluded: Sequence[int] = (0, 1),
) -> int:
    """Remove terms (None: all) from subscriptions; return the number of deleted rows."""
    cursor = await connection.execute(
        "DELETE FROM filters WHERE subscription_id IN (SELECT value FROM json_each(:ids)) "
        "AND excluded IN (SELECT value FROM json_each(:excluded)) "
        "AND (:keys IS NULL OR term IN (SELECT value FROM json_each(:keys)))",
        {
            "ids": json.dumps(list(ids)),
            "excluded": json.dumps(list(excluded)),
            "keys": None if keys is None else json.dumps(list(keys)),
        },
    )
    return cursor.rowcount


async def _tidy(connection: Statements, ids: Sequence[int]) -> None:
    """Delete subscriptions that include nothing, and mark those that exclude something."""
    for each in ids:
        for statement in TIDY:
            await connection.execute(statement, [each])
