"""What is agreed with the hubs of feeds (WebSub), and the pushes of hubs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from bot.model import Feed, HubCounts, HubSubscription, NamedHub
from storage.shared.feed_rows import feed_from
from storage.shared.hubs import SAVED, hub_counts_from, hub_from, hub_parameters, named_parameters
from storage.shared.mapping import to_ms
from storage.sqlite.common import Queries, in_transaction
from storage.sqlite.inline import Statements

_SOONER = "min(next_poll_at, :now + cast(every * 1000 AS INTEGER))"
_BASE_CHANGED = "UPDATE hubs SET next_at = :now WHERE leaving = 0 AND base NOT IN ('', :base)"
_NONE_HOLDS = (
    f"""
    UPDATE feeds SET next_poll_at = {_SOONER}, hub_since = NULL, hub_until = NULL WHERE hub_until IS NOT NULL
    """,
    """
    UPDATE hubs SET base = '', verified_at = NULL, verified_until = NULL, asked_until = NULL, next_at = :now
    WHERE leaving = 0 AND base <> ''
    """,
)
CLAIM = (
    "UPDATE hubs SET next_at = :until WHERE id IN "
    "(SELECT id FROM hubs WHERE next_at <= :now ORDER BY next_at LIMIT :limit) RETURNING *"
)
CALLED = "SELECT * FROM hubs WHERE callback = :callback"
_FEED = "SELECT * FROM feeds WHERE id = :id"
_SAVE = (
    f"UPDATE hubs SET {', '.join(f'{name} = :{name}' for name in SAVED)}, version = version + 1 "
    "WHERE id = :id AND version = :version AND leaving = :leaving"
)
_TELL = (
    "UPDATE feeds SET hub_since = :verified_at, hub_until = :verified_until, next_poll_at = "
    f"iif(:verified_until IS NULL, {_SOONER}, next_poll_at) "
    "WHERE id = :feed_id AND hub_until IS NOT :verified_until AND retired_at IS NULL"
)
_PUSH = (
    "UPDATE feeds SET push_due = :due, next_poll_at = min(next_poll_at, :due) "
    "WHERE id = :feed_id AND retired_at IS NULL"
)
_LEAVE = (
    "UPDATE hubs SET leaving = 1, next_at = :now, failures = 0, error = '', asked_until = NULL, "
    "version = version + 1 WHERE feed_id = :feed_id AND leaving = 0"
)
_LEAVE_OTHERS = f"{_LEAVE} AND NOT (hub = :hub AND topic = :topic)"
_FORGET = "UPDATE feeds SET push_due = NULL, hub_since = NULL, hub_until = NULL WHERE id = :feed_id"
_NAME = (
    "INSERT INTO hubs (feed_id, hub, topic, callback, key, next_at) "
    "SELECT :feed_id, :hub, :topic, :callback, :key, :now WHERE :hub <> '' "
    "AND NOT EXISTS (SELECT 1 FROM hubs WHERE feed_id = :feed_id AND leaving = 0)"
)
OF_FEEDS = (
    "SELECT hubs.* FROM json_each(:feeds) CROSS JOIN hubs ON hubs.feed_id = json_each.value "
    "AND hubs.leaving = 0"
)
_COUNTS = (
    "SELECT sum(coalesce(verified_until > :now, 0)) AS verified, "
    "sum(NOT coalesce(verified_until > :now, 0)) AS unverified FROM hubs WHERE leaving = 0 AND base <> ''"
)


class HubQueries(Queries):
    """`bot.ports.HubStore`."""

    @in_transaction
    async def begin_hubs(self, connection: Statements, base: str, now: datetime) -> None:
        for statement in (_BASE_CHANGED,) if base else _NONE_HOLDS:
            await connection.execute(statement, {"base": base, "now": to_ms(now)})

    async def claim_hubs(self, now: datetime, until: datetime, limit: int) -> list[HubSubscription]:
        values: dict[str, object] = {"now": to_ms(now), "until": to_ms(until), "limit": limit}
        return [hub_from(row) for row in await self._database.write(CLAIM, values)]

    async def hub_called(self, callback: str) -> tuple[HubSubscription, Feed] | None:
        rows = await self._database.ask(CALLED, {"callback": callback})
        if not rows:
            return None
        (feed,) = await self._database.ask(_FEED, {"id": rows[0]["feed_id"]})
        return hub_from(rows[0]), feed_from(feed)

    @in_transaction
    async def save_hub(self, connection: Statements, changed: HubSubscription, now: datetime) -> bool:
        values = hub_parameters(changed, now)
        saved = (await connection.execute(_SAVE, values)).rowcount > 0
        if saved and not changed.leaving:
            await connection.execute(_TELL, values)
        return saved

    async def drop_hub(self, hub_id: int) -> None:
        await self._database.write("DELETE FROM hubs WHERE id = :id AND leaving = 1", {"id": hub_id})

    async def note_push(self, feed_id: int, due: datetime, now: datetime) -> None:  # noqa: ARG002 -- for jobs
        await self._database.write(_PUSH, {"feed_id": feed_id, "due": to_ms(due)})

    async def hubs_of(self, feed_ids: Sequence[int]) -> dict[int, HubSubscription]:
        rows = await self._database.ask(OF_FEEDS, {"feeds": json.dumps(list(feed_ids))})
        return {row["feed_id"]: hub_from(row) for row in rows}

    async def hub_counts(self, now: datetime) -> HubCounts:
        (row,) = await self._database.ask(_COUNTS, {"now": to_ms(now)})
        return hub_counts_from(row)


async def name_hub(connection: Statements, feed_id: int, named: NamedHub, now: datetime) -> None:
    """Note the hub that a feed names, inside the caller's transaction; end the subscription at another."""
    values = named_parameters(feed_id, named, now)
    if (await connection.execute(_LEAVE_OTHERS, values)).rowcount:
        await connection.execute(_FORGET, values)
    await connection.execute(_NAME, values)


async def leave_hub(connection: Statements, feed_id: int, now: datetime) -> None:
    """End the subscription at the hub of a feed that is retired, inside the caller's transaction."""
    for statement in (_LEAVE, _FORGET):
        await connection.execute(statement, {"feed_id": feed_id, "now": to_ms(now)})
