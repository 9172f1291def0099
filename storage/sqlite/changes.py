"""The log of changes. Its rows are written in the transactions of the changes, and never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Change, FollowedTerm
from bot.text.changes import FEED_ADDED
from storage.shared.following import change_from, followed_from
from storage.shared.mapping import to_ms
from storage.sqlite.common import Queries
from storage.sqlite.inline import Statements

_RECORD = (
    "INSERT INTO changes (at, by, place, feed_id, what, server) "
    "VALUES (:at, :by, :place, :feed_id, :what, :server)"
)
OF_PLACE = """
SELECT c.at, c.by, c.what, c.server, coalesce(feeds.name, '') AS feed_name
FROM changes AS c INDEXED BY changes_place LEFT JOIN feeds ON feeds.id = c.feed_id
WHERE c.place = :place AND c.what <> :without ORDER BY c.id DESC LIMIT :limit OFFSET :skip
"""
FEEDS_ADDED = """
SELECT feeds.id, c.at, c.by, c.what, c.server, '' AS feed_name
FROM feeds CROSS JOIN changes AS c ON c.id = (
    SELECT max(added.id) FROM changes AS added INDEXED BY changes_feed
    WHERE added.feed_id = feeds.id AND added.place = '' AND added.what = :what)
WHERE feeds.retired_at IS NULL
"""
FOLLOWED = """
SELECT s.feed_id, s.cadence, f.term, f.name, f.excluded, f.mention
FROM destinations AS d CROSS JOIN subscriptions AS s ON s.destination_id = d.id
CROSS JOIN filters AS f ON f.subscription_id = s.id
WHERE d.address = :address AND s.channel = :channel ORDER BY s.id, f.name COLLATE NOCASE
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
    connection: Statements,
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
    await connection.execute(_RECORD, values)


async def record_added(connection: Statements, now: datetime, *, by: str, feed_ids: Sequence[int]) -> None:
    """Add a row to the log for each feed that is new, inside the caller's transaction."""
    same = {"at": to_ms(now), "by": by, "what": FEED_ADDED, "place": "", "server": ""}
    await connection.executemany(_RECORD, [same | {"feed_id": each} for each in feed_ids])


async def followed_terms(connection: Statements, address: str, *, channel: bool) -> list[FollowedTerm]:
    """Return all names that an address follows or leaves out, as the caller's transaction sees them."""
    rows = await connection.execute_fetchall(FOLLOWED, {"address": address, "channel": int(channel)})
    return [followed_from(row) for row in rows]
