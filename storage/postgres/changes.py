"""The log of changes. Its rows are written in the transactions of the changes, and never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Change, FollowedTerm
from bot.text.changes import FEED_ADDED
from storage.postgres.common import Queries
from storage.postgres.connection import Connection
from storage.shared.following import change_from, followed_from
from storage.shared.mapping import to_ms

_RECORD = """
INSERT INTO changes (at, by, place, feed_id, what, server)
VALUES (%(at)s, %(by)s, %(place)s, %(feed_id)s, %(what)s, %(server)s)
"""
OF_PLACE = """
SELECT c.at, c.by, c.what, c.server, coalesce(feeds.name, '') AS feed_name
FROM changes AS c LEFT JOIN feeds ON feeds.id = c.feed_id
WHERE c.place = %(place)s AND c.what <> %(without)s ORDER BY c.id DESC LIMIT %(limit)s OFFSET %(skip)s
"""
FEEDS_ADDED = """
SELECT feeds.id, c.at, c.by, c.what, c.server, '' AS feed_name
FROM feeds CROSS JOIN LATERAL (
    SELECT * FROM changes AS added
    WHERE added.feed_id = feeds.id AND added.place = '' AND added.what = %(what)s
    ORDER BY added.id DESC LIMIT 1) AS c
WHERE feeds.retired_at IS NULL
"""
# Names are sorted without regard to the case of ASCII letters.
FOLLOWED = """
SELECT s.feed_id, s.cadence, f.term, f.name, f.excluded, f.mention
FROM destinations AS d JOIN subscriptions AS s ON s.destination_id = d.id
JOIN filters AS f ON f.subscription_id = s.id
WHERE d.address = %(address)s AND s.channel = %(channel)s ORDER BY s.id, lower(f.name), f.excluded, f.term
"""


class ChangeQueries(Queries):
    """The methods of `bot.ports` that read the log of changes."""

    async def changes(self, address: str, limit: int, *, skip: int = 0, without: str = "") -> list[Change]:
        wanted = {"place": address, "limit": limit, "skip": skip, "without": without}
        rows = await self._database.ask(OF_PLACE, wanted)
        return [change_from(row) for row in rows]

    async def feeds_added(self) -> dict[int, Change]:
        rows = await self._database.ask(FEEDS_ADDED, {"what": FEED_ADDED})
        return {row["id"]: change_from(row) for row in rows}


async def record_change(
    connection: Connection,
    now: datetime,
    *,
    by: str,
    what: str,
    place: str = "",
    feed_id: int = 0,
    server: str = "",
) -> None:
    """Add a row to the log, inside the caller's transaction. `place`: the address of a channel."""
    values = {"at": to_ms(now), "by": by, "what": what, "place": place, "feed_id": feed_id, "server": server}
    await connection.run(_RECORD, values)


async def record_added(connection: Connection, now: datetime, *, by: str, feed_ids: Sequence[int]) -> None:
    """Add a row to the log for each feed that is new, inside the caller's transaction."""
    same = {"at": to_ms(now), "by": by, "what": FEED_ADDED, "place": "", "server": ""}
    await connection.run_many(_RECORD, [same | {"feed_id": each} for each in feed_ids])


async def followed_terms(connection: Connection, address: str, *, channel: bool) -> list[FollowedTerm]:
    """Return all names that an address follows or leaves out, as the caller's transaction sees them."""
    rows = await connection.rows(FOLLOWED, {"address": address, "channel": int(channel)})
    return [followed_from(row) for row in rows]
