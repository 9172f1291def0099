"""Queries of the status page and the metrics. Each is led by an index, or reads the feeds once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.ports import (
    Condition,
    FeedDays,
    FeedFigure,
    FeedSeen,
    HeldPlace,
    Latencies,
    ParkedPlace,
    PlatformCounts,
    QueueTimes,
    Story,
)
from storage.postgres.archive import LATEST
from storage.postgres.common import Queries
from storage.shared.archive import EARLIEST
from storage.shared.mapping import to_ms
from storage.shared.overview import (
    DAY,
    conditions_from,
    counts_from,
    days_from,
    feeds_seen_from,
    figures_from,
    first_day,
    held_from,
    latencies_from,
    parked_from,
    stories_from,
    times_of,
)

_CONDITION = f"""
CASE WHEN state::json ->> 'stopped' = 'true' THEN '{Condition.STOPPED}'
    WHEN state::json ->> 'failures' <> '0' THEN '{Condition.FAILING}'
    WHEN next_poll_at < %(late)s THEN '{Condition.OVERDUE}'
    WHEN last_success_at IS NULL THEN '{Condition.UNREAD}'
    ELSE '{Condition.WELL}' END AS condition
"""
_CONDITIONS = f"""
SELECT condition, count(*) AS feeds FROM (SELECT {_CONDITION} FROM feeds WHERE retired_at IS NULL) AS f
GROUP BY condition
"""
_SEEN = f"""
SELECT * FROM (SELECT *, {_CONDITION} FROM feeds WHERE retired_at IS NULL) AS f
ORDER BY array_position(%(first)s::text[], condition) NULLS LAST, name_fold LIMIT %(limit)s
"""
_OLDEST = (
    "SELECT name, next_poll_at, last_success_at, state FROM feeds WHERE retired_at IS NULL "
    "ORDER BY id LIMIT %(limit)s"
)
POSTS_BY_DAY = f"""
SELECT p.feed_id, p.published_at / {DAY} AS day, count(*) AS posts
FROM unnest(%(feeds)s::bigint[]) AS asked(id)
JOIN posts AS p ON p.feed_id = asked.id AND p.published_at BETWEEN %(since)s AND %(now)s
GROUP BY 1, 2
"""
POLLS_BY_DAY = """
SELECT polled.* FROM unnest(%(days)s::integer[]) AS days(day)
CROSS JOIN unnest(%(feeds)s::bigint[]) AS asked(id)
JOIN poll_days AS polled ON polled.day = days.day AND polled.feed_id = asked.id
"""
_COUNTS = """
SELECT platform, sum(sent)::bigint AS sent, sum(failed)::bigint AS failed, sum(waiting)::bigint AS waiting,
    sum(held)::bigint AS held, sum(parked)::bigint AS parked
FROM delivery_counts GROUP BY platform ORDER BY platform
"""
TIMES = """
SELECT (SELECT min(coalesce(released_at, created_at)) FROM deliveries
        WHERE state IN ('pending', 'sending')) AS oldest,
    (SELECT min(due_at) FROM deliveries WHERE state = 'held') AS held_until,
    (SELECT count(*) FROM destinations WHERE parked_at IS NOT NULL) AS parked_places
"""
LATENCIES = """
SELECT q.settled_at - p.published_at AS published, q.settled_at - p.first_seen_at AS seen
FROM (SELECT settled_at, coalesce(shown_id, post_id) AS post_id FROM deliveries
      WHERE state = 'sent' AND held_for = '' AND post_id IS NOT NULL AND settled_at >= %(since)s
      ORDER BY settled_at DESC LIMIT %(limit)s) AS q
JOIN posts AS p ON p.id = q.post_id ORDER BY q.settled_at DESC
"""
PLACES = """
SELECT asked.id AS post_id, d.address, q.state, q.held_for, q.due_at
FROM unnest(%(posts)s::bigint[]) AS asked(id) CROSS JOIN LATERAL (
    SELECT * FROM deliveries WHERE post_id = asked.id LIMIT %(limit)s) AS q
JOIN destinations AS d ON d.id = q.destination_id
ORDER BY asked.id, q.id
"""
HELD_NEXT = """
SELECT d.address, q.held_for, count(*) AS posts, min(q.due_at) AS due
FROM (SELECT destination_id, held_for, due_at FROM deliveries WHERE state = 'held'
      ORDER BY due_at LIMIT %(limit)s) AS q
JOIN destinations AS d ON d.id = q.destination_id
GROUP BY d.id, d.address, q.held_for ORDER BY due, d.address
"""
PARKED = """
SELECT * FROM destinations WHERE parked_at IS NOT NULL ORDER BY parked_at DESC, id DESC LIMIT %(limit)s
"""
_BYTES = "SELECT pg_database_size(current_database()) AS bytes"


class OverviewQueries(Queries):
    """`bot.ports.OverviewReader`."""

    async def feed_conditions(self, late: datetime) -> dict[Condition, int]:
        return conditions_from(await self._database.ask(_CONDITIONS, {"late": to_ms(late)}))

    async def feeds_seen(self, late: datetime, limit: int, *, first: Sequence[Condition]) -> list[FeedSeen]:
        values = {"late": to_ms(late), "limit": limit, "first": [each.value for each in first]}
        return feeds_seen_from(await self._database.ask(_SEEN, values))

    async def oldest_feeds(self, limit: int) -> list[FeedFigure]:
        rows = await self._database.ask(_OLDEST, {"limit": limit})
        return await asyncio.to_thread(figures_from, rows)  # a thousand states take a while

    async def feed_days(self, feed_ids: Sequence[int], now: datetime) -> dict[int, FeedDays]:
        first, feeds = first_day(now), list(feed_ids)
        posts = await self._database.ask(
            POSTS_BY_DAY, {"feeds": feeds, "since": first * DAY, "now": to_ms(now)}
        )
        days = list(range(first, to_ms(now) // DAY + 1))
        return days_from(posts, await self._database.ask(POLLS_BY_DAY, {"feeds": feeds, "days": days}), now)

    async def platform_counts(self) -> dict[str, PlatformCounts]:
        return counts_from(await self._database.ask(_COUNTS))

    async def queue_times(self) -> QueueTimes:
        (row,) = await self._database.ask(TIMES)
        return times_of(row)

    async def latencies(self, since: datetime, limit: int) -> Latencies:
        return latencies_from(await self._database.ask(LATENCIES, {"since": to_ms(since), "limit": limit}))

    async def newest_stories(self, limit: int, places: int) -> list[Story]:
        posts = await self._database.ask(LATEST[False, False], {"limit": limit, "skip": 0, "since": EARLIEST})
        values = {"posts": [row["id"] for row in posts], "limit": places + 1}
        return stories_from(posts, await self._database.ask(PLACES, values), places)

    async def held_next(self, limit: int) -> list[HeldPlace]:
        return held_from(await self._database.ask(HELD_NEXT, {"limit": limit}))

    async def parked_places(self, limit: int) -> list[ParkedPlace]:
        return parked_from(await self._database.ask(PARKED, {"limit": limit}))

    async def database_bytes(self) -> int:
        (row,) = await self._database.ask(_BYTES)
        return int(row["bytes"])
