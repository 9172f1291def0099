"""Reads what the messages of claimed rows are built from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.model import Claim
from storage.shared.messages import CLAIM_COLUMNS, Stories, claims_from, told_apart
from storage.sqlite.inline import Statements
from storage.sqlite.posts import SELECT_POSTS

_CLAIMED = f"""
SELECT {CLAIM_COLUMNS}
FROM deliveries AS q
JOIN destinations AS d ON d.id = q.destination_id
WHERE q.id IN (SELECT value FROM json_each(:ids))
ORDER BY q.destination_id, coalesce(q.bundle, 'row:' || q.id), q.id
"""
_COPIES = SELECT_POSTS + "WHERE p.canonical_id IN (SELECT value FROM json_each(:ids)) ORDER BY p.id"
_FOLLOWS = """
SELECT DISTINCT destination_id, feed_id FROM subscriptions
WHERE destination_id IN (SELECT value FROM json_each(:ids))
"""


async def build_claims(
    connection: Statements, sends: Sequence[int], edits: Sequence[int], now: datetime, zone: tzinfo
) -> list[Claim]:
    """Return the claims of the given rows, the oldest first. `zone`: of destinations that have set none."""
    if not sends and not edits:
        return []
    rows = list(await connection.execute_fetchall(_CLAIMED, {"ids": json.dumps([*sends, *edits])}))
    wanted = sorted({row["post_id"] for row in rows if row["post_id"] is not None})
    found = list(await connection.execute_fetchall(_COPIES, {"ids": json.dumps(wanted)}))
    ids = told_apart(rows, found)
    follows = await connection.execute_fetchall(_FOLLOWS, {"ids": json.dumps(ids)}) if ids else ()
    return claims_from(rows, Stories.of(found, follows), set(edits), now, zone)
