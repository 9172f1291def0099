"""Reads what the messages of claimed rows are built from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.model import Claim
from storage.postgres.connection import Connection
from storage.postgres.posts import SELECT_POSTS
from storage.shared.messages import CLAIM_COLUMNS, Stories, claims_from, told_apart

_CLAIMED = f"""
SELECT {CLAIM_COLUMNS}
FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
WHERE q.id = ANY(%(ids)s::bigint[])
ORDER BY q.destination_id, coalesce(q.bundle, 'row:' || q.id), q.id
"""
COPIES = SELECT_POSTS + "WHERE p.canonical_id = ANY(%(ids)s::bigint[]) ORDER BY p.id"
_FOLLOWS = """
SELECT DISTINCT destination_id, feed_id FROM subscriptions WHERE destination_id = ANY(%(ids)s::bigint[])
"""


async def build_claims(
    connection: Connection, sends: Sequence[int], edits: Sequence[int], now: datetime, zone: tzinfo
) -> list[Claim]:
    """Return the claims of the given rows, the oldest first. `zone`: of destinations that have set none."""
    if not sends and not edits:
        return []
    rows = await connection.rows(_CLAIMED, {"ids": [*sends, *edits]})
    wanted = sorted({row["post_id"] for row in rows if row["post_id"] is not None})
    found = await connection.rows(COPIES, {"ids": wanted})
    ids = told_apart(rows, found)
    follows = await connection.rows(_FOLLOWS, {"ids": ids}) if ids else ()
    return claims_from(rows, Stories.of(found, follows), set(edits), now, zone)
