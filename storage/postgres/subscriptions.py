"""Subscriptions: which destination follows which terms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from bot.errors import LimitError
from bot.model import Cadence, Subscription
from bot.text.changes import PAUSED, RESUMED, difference
from storage.postgres.changes import followed_terms, record_change
from storage.postgres.common import Queries, destination_id
from storage.postgres.connection import Connection
from storage.postgres.holding import pause
from storage.postgres.locks import ALONE
from storage.postgres.unfollowed import drop_unfollowed
from storage.shared.following import mentions_of, subscriptions_from
from storage.shared.mapping import to_ms

# Names are sorted without regard to the case of ASCII letters.
_SELECT = """
SELECT s.*, d.address, d.parked_at, d.parked_reason, coalesce(feeds.name, '') AS feed_name,
    f.term, f.name, f.excluded, f.mention
FROM subscriptions AS s JOIN destinations AS d ON d.id = s.destination_id
LEFT JOIN feeds ON feeds.id = s.feed_id
LEFT JOIN filters AS f ON f.subscription_id = s.id
WHERE {which} AND (%(channel)s::integer IS NULL OR s.channel = %(channel)s)
ORDER BY s.id, lower(f.name), f.excluded, f.term
"""
ALL = _SELECT.format(which="true")
OF_DESTINATION = _SELECT.format(which="d.id = %(destination_id)s")
OF_ADDRESS = _SELECT.format(which="d.address = %(address)s")
_CHANNELS = """
SELECT d.address FROM subscriptions AS s JOIN destinations AS d ON d.id = s.destination_id
WHERE s.channel = 1 AND d.platform = %(platform)s {among} GROUP BY d.id ORDER BY min(s.id)
"""
CHANNELS = _CHANNELS.format(among="")
CHANNELS_AMONG = _CHANNELS.format(among="AND d.address = ANY(%(among)s)")
_SUBSCRIBE = """
INSERT INTO subscriptions (destination_id, feed_id, cadence, channel, created_by, created_at, paused)
VALUES (%(destination_id)s, %(feed_id)s, %(cadence)s, %(channel)s, %(by)s, %(now)s,
    CASE WHEN %(channel)s::integer = 1 AND EXISTS (
        SELECT 1 FROM subscriptions WHERE destination_id = %(destination_id)s AND channel = 1 AND paused = 1
    ) THEN 1 ELSE 0 END)
ON CONFLICT (destination_id, feed_id, cadence, channel) DO UPDATE SET cadence = excluded.cadence
RETURNING id
"""
_SIBLINGS = """
SELECT id FROM subscriptions WHERE destination_id = %(destination_id)s AND channel = %(channel)s
AND feed_id = %(feed_id)s ORDER BY id
"""
_INCLUDE = """
INSERT INTO filters (subscription_id, excluded, term, name, mention)
SELECT %(own)s, %(excluded)s, term, name, mention
FROM unnest(%(terms)s::text[], %(names)s::text[], %(mentions)s::text[]) AS given(term, name, mention)
ON CONFLICT (subscription_id, excluded, term) DO UPDATE SET name = excluded.name
"""
_OF_ADDRESS = """
SELECT s.id, s.destination_id FROM subscriptions AS s JOIN destinations AS d ON d.id = s.destination_id
WHERE d.address = %(address)s AND s.channel = %(channel)s
AND (%(feed_id)s::bigint IS NULL OR s.feed_id = %(feed_id)s)
"""
_PAUSABLE = """
SELECT id, paused, destination_id FROM subscriptions WHERE channel = 1
AND destination_id = (SELECT id FROM destinations WHERE address = %(address)s)
"""
_STORED_MENTIONS = """
SELECT term, mention FROM filters
WHERE subscription_id = ANY(%(ids)s::bigint[]) AND excluded = 0 AND mention <> ''
"""
_TAKE_OFF = """
DELETE FROM filters WHERE subscription_id = ANY(%(ids)s::bigint[]) AND excluded = ANY(%(excluded)s::integer[])
AND (%(keys)s::text[] IS NULL OR term = ANY(%(keys)s))
"""
# Changed subscriptions that follow nothing any more end; the others know whether they leave anything out.
TIDY = (
    """
    DELETE FROM subscriptions AS s WHERE s.id = ANY(%(ids)s::bigint[]) AND NOT EXISTS (
        SELECT 1 FROM filters AS f WHERE f.subscription_id = s.id AND f.excluded = 0)
    """,
    """
    UPDATE subscriptions AS s SET excludes = EXISTS (
        SELECT 1 FROM filters AS f WHERE f.subscription_id = s.id AND f.excluded = 1)::integer
    WHERE s.id = ANY(%(ids)s::bigint[])
    """,
)


class SubscriptionQueries(Queries):
    """`bot.ports.SubscriptionStore`."""

    async def follow(
        self,
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
        async with self._logged(address, channel=channel, by=by, now=now, limit=limit) as connection:
            destination = await destination_id(connection, address, now)
            parameters: dict[str, object] = {
                "destination_id": destination,
                "feed_id": feed_id or 0,
                "cadence": cadence.value,
                "channel": int(channel),
                "by": by,
                "now": to_ms(now),
            }
            own = await connection.number(_SUBSCRIBE, parameters)
            siblings = [row["id"] for row in await connection.rows(_SIBLINGS, parameters)]
            stored = await connection.rows(_STORED_MENTIONS, {"ids": siblings})
            mentions = mentions_of(include, mention, stored)
            await _take_off(connection, siblings, include)
            await _take_off(connection, siblings, exclude, excluded=(0,))
            await _put(connection, own, include, mentions, excluded=0)
            await _put(connection, own, exclude, dict.fromkeys(exclude, ""), excluded=1)
            await _tidy(connection, siblings)
            if exclude:
                await _drop_unfollowed(connection, destination)

    async def unfollow(
        self,
        address: str,
        *,
        keys: Sequence[str] | None,
        channel: bool,
        by: str,
        now: datetime,
        feed_id: int | None = None,
    ) -> int:
        async with self._logged(address, channel=channel, by=by, now=now) as connection:
            rows = await connection.rows(
                _OF_ADDRESS, {"address": address, "channel": int(channel), "feed_id": feed_id}
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
            {"platform": platform, "among": None if among is None else list(among)},
        )
        return [row["address"] for row in rows]

    async def pause(self, address: str, *, paused: bool, by: str, now: datetime) -> int:
        async with self._database.transaction(ALONE) as connection:
            concerned = await connection.rows(_PAUSABLE, {"address": address})
            await connection.run(
                "UPDATE subscriptions SET paused = %(paused)s WHERE id = ANY(%(ids)s::bigint[])",
                {"paused": int(paused), "ids": [row["id"] for row in concerned]},
            )
            for destination in {row["destination_id"] for row in concerned}:
                await pause(connection, destination, to_ms(now), paused=paused)
            if any(row["paused"] != paused for row in concerned):
                what = PAUSED if paused else RESUMED
                await record_change(connection, now, by=by, what=what, place=address)
            return len(concerned)

    @asynccontextmanager
    async def _logged(
        self, address: str, *, channel: bool, by: str, now: datetime, limit: int | None = None
    ) -> AsyncIterator[Connection]:
        """Open a transaction that changes what an address follows.

        At its end, refuse it with LimitError if it adds names beyond the limit, and log what a channel got.
        """
        async with self._database.transaction(ALONE) as connection:
            before = await followed_terms(connection, address, channel=channel)
            yield connection
            after = await followed_terms(connection, address, channel=channel)
            held, wanted = (len({each.key for each in terms}) for terms in (before, after))
            if limit is not None and wanted > max(limit, held):
                raise LimitError(held, wanted, limit)
            what, feed_id = difference(before, after) if channel else ("", 0)
            if what:
                await record_change(connection, now, by=by, what=what, place=address, feed_id=feed_id)


async def _drop_unfollowed(connection: Connection, destination: int) -> None:
    """Delete what is held for a destination that does not follow it any more."""
    rows = await connection.rows(OF_DESTINATION, {"destination_id": destination, "channel": None})
    await drop_unfollowed(connection, destination, subscriptions_from(rows))


async def _put(
    connection: Connection,
    own: int,
    terms: Mapping[str, str],
    mentions: Mapping[str, str],
    *,
    excluded: int,
) -> None:
    """Add terms (key to name) to a subscription. Known ones keep their mention."""
    values = {
        "own": own,
        "excluded": excluded,
        "terms": list(terms),
        "names": list(terms.values()),
        "mentions": [mentions[term] for term in terms],
    }
    if terms:
        await connection.run(_INCLUDE, values)


async def _take_off(
    connection: Connection,
    ids: Sequence[int],
    keys: Collection[str] | None,
    *,
    excluded: Sequence[int] = (0, 1),
) -> int:
    """Remove terms (None: all) from subscriptions; return the number of deleted rows."""
    if not ids or (keys is not None and not keys):
        return 0
    values = {"ids": ids, "excluded": list(excluded), "keys": None if keys is None else list(keys)}
    return await connection.run(_TAKE_OFF, values)


async def _tidy(connection: Connection, ids: Sequence[int]) -> None:
    """Delete subscriptions that include nothing, and mark those that exclude something."""
    for statement in TIDY:
        await connection.run(statement, {"ids": ids})
