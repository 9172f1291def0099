"""What is agreed with the hubs of feeds (WebSub), and the pushes of hubs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Feed, HubCounts, HubSubscription, NamedHub
from storage.postgres.common import Queries
from storage.postgres.connection import Connection
from storage.postgres.errors import retried
from storage.postgres.jobs.due import POLL_NOW
from storage.shared.feed_rows import feed_from
from storage.shared.hubs import SAVED, hub_counts_from, hub_from, hub_parameters, named_parameters
from storage.shared.mapping import to_ms

_SOONER = "least(next_poll_at, %(now)s::bigint + trunc(every * 1000)::bigint)"
_BASE_CHANGED = """
UPDATE hubs SET next_at = %(now)s WHERE leaving = 0 AND base NOT IN ('', %(base)s::text)
"""
_NONE_HOLDS = (
    f"""
    UPDATE feeds SET next_poll_at = {_SOONER}, hub_since = NULL, hub_until = NULL WHERE hub_until IS NOT NULL
    """,
    """
    UPDATE hubs SET base = '', verified_at = NULL, verified_until = NULL, asked_until = NULL,
        next_at = %(now)s
    WHERE leaving = 0 AND base <> ''
    """,
)
CLAIM = """
UPDATE hubs SET next_at = %(until)s WHERE id IN (
    SELECT id FROM hubs WHERE next_at <= %(now)s ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING *
"""
CALLED = "SELECT * FROM hubs WHERE callback = %(callback)s"
_FEED = "SELECT * FROM feeds WHERE id = %(id)s"
# The row of the feed is locked before that of the hub, as by polls.
_LOCK = "SELECT 1 FROM feeds WHERE id = %(feed_id)s FOR UPDATE"
_SAVE = f"""
UPDATE hubs SET {", ".join(f"{name} = %({name})s" for name in SAVED)}, version = version + 1
WHERE id = %(id)s AND version = %(version)s AND leaving = %(leaving)s
"""
_TELL = f"""
UPDATE feeds SET hub_since = %(verified_at)s, hub_until = %(verified_until)s::bigint,
    next_poll_at = CASE WHEN %(verified_until)s::bigint IS NULL THEN {_SOONER} ELSE next_poll_at END
WHERE id = %(feed_id)s AND hub_until IS DISTINCT FROM %(verified_until)s::bigint AND retired_at IS NULL
"""
_PUSH = """
UPDATE feeds SET push_due = %(due)s, next_poll_at = least(next_poll_at, %(due)s::bigint)
WHERE id = %(feed_id)s AND retired_at IS NULL
"""
_LEAVE = """
UPDATE hubs SET leaving = 1, next_at = %(now)s, failures = 0, error = '', asked_until = NULL,
    version = version + 1
WHERE feed_id = %(feed_id)s AND leaving = 0
"""
_LEAVE_OTHERS = f"{_LEAVE} AND NOT (hub = %(hub)s AND topic = %(topic)s)"
_FORGET = "UPDATE feeds SET push_due = NULL, hub_since = NULL, hub_until = NULL WHERE id = %(feed_id)s"
_NAME = """
INSERT INTO hubs (feed_id, hub, topic, callback, key, next_at)
SELECT %(feed_id)s::bigint, %(hub)s, %(topic)s, %(callback)s, %(key)s, %(now)s::bigint
WHERE %(hub)s::text <> ''
    AND NOT EXISTS (SELECT 1 FROM hubs WHERE feed_id = %(feed_id)s::bigint AND leaving = 0)
"""
OF_FEEDS = "SELECT * FROM hubs WHERE feed_id = ANY(%(feeds)s::bigint[]) AND leaving = 0"
_COUNTS = """
SELECT count(*) FILTER (WHERE verified_until > %(now)s) AS verified,
    count(*) FILTER (WHERE verified_until IS NULL OR verified_until <= %(now)s) AS unverified
FROM hubs WHERE leaving = 0 AND base <> ''
"""


class HubQueries(Queries):
    """`bot.ports.HubStore`."""

    @retried
    async def begin_hubs(self, base: str, now: datetime) -> None:
        async with self._database.transaction() as connection:
            for statement in (_BASE_CHANGED,) if base else _NONE_HOLDS:
                await connection.run(statement, {"base": base, "now": to_ms(now)})

    async def claim_hubs(self, now: datetime, until: datetime, limit: int) -> list[HubSubscription]:
        values = {"now": to_ms(now), "until": to_ms(until), "limit": limit}
        async with self._database.transaction() as connection:
            rows = await connection.rows(CLAIM, values)
        return [hub_from(row) for row in rows]

    async def hub_called(self, callback: str) -> tuple[HubSubscription, Feed] | None:
        rows = await self._database.ask(CALLED, {"callback": callback})
        if not rows:
            return None
        (feed,) = await self._database.ask(_FEED, {"id": rows[0]["feed_id"]})
        return hub_from(rows[0]), feed_from(feed)

    @retried
    async def save_hub(self, changed: HubSubscription, now: datetime) -> bool:
        values = hub_parameters(changed, now)
        async with self._database.transaction() as connection:
            await connection.rows(_LOCK, values)
            saved = await connection.run(_SAVE, values) > 0
            if saved and not changed.leaving:
                await connection.run(_TELL, values)
        return saved

    async def drop_hub(self, hub_id: int) -> None:
        async with self._database.transaction() as connection:
            await connection.run("DELETE FROM hubs WHERE id = %(id)s AND leaving = 1", {"id": hub_id})

    @retried
    async def note_push(self, feed_id: int, due: datetime, now: datetime) -> None:
        values = {"feed_id": feed_id, "due": to_ms(due), "now": to_ms(now)}
        async with self._database.transaction() as connection:
            if await connection.run(_PUSH, values):
                await connection.run(POLL_NOW, values)

    async def hubs_of(self, feed_ids: Sequence[int]) -> dict[int, HubSubscription]:
        rows = await self._database.ask(OF_FEEDS, {"feeds": list(feed_ids)})
        return {row["feed_id"]: hub_from(row) for row in rows}

    async def hub_counts(self, now: datetime) -> HubCounts:
        (row,) = await self._database.ask(_COUNTS, {"now": to_ms(now)})
        return hub_counts_from(row)


async def name_hub(connection: Connection, feed_id: int, named: NamedHub, now: datetime) -> None:
    """Note the hub that a feed names, inside the caller's transaction; end the subscription at another."""
    values = named_parameters(feed_id, named, now)
    if await connection.run(_LEAVE_OTHERS, values):
        await connection.run(_FORGET, values)
    await connection.run(_NAME, values)


async def leave_hub(connection: Connection, feed_id: int, now: datetime) -> None:
    """End the subscription at the hub of a feed that is retired, inside the caller's transaction."""
    for statement in (_LEAVE, _FORGET):
        await connection.run(statement, {"feed_id": feed_id, "now": to_ms(now)})
