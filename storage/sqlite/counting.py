"""Counts deliveries by platform and state where many change at once: those of a new post, and those sent.

Triggers count all other changes (schema.sql). A trigger runs for each row, and took a third of the time that
the deliveries of a post need.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from storage.sqlite.common import first_int
from storage.sqlite.inline import Statements

_NEWEST = "SELECT coalesce(max(id), 0) FROM deliveries"
_COUNTED = """
SELECT d.platform, iif(q.state IN ('pending', 'sending'), 'waiting', q.state) AS state, count(*) AS number
FROM deliveries AS q CROSS JOIN destinations AS d ON d.id = q.destination_id
WHERE {rows} GROUP BY 1, 2
"""
MADE = _COUNTED.format(rows="q.id > :newest")
LEFT = _COUNTED.format(rows="q.id IN (SELECT value FROM json_each(:ids)) AND q.state <> 'sent'")
_ADD = """
UPDATE delivery_counts SET deliveries = deliveries + :number WHERE platform = :platform AND state = :state
"""


async def insert_counted(connection: Statements, statement: str, parameters: dict[str, object]) -> int:
    """Run a statement that inserts deliveries of posts, and count them; return how many were inserted."""
    newest = await first_int(connection, _NEWEST, {})
    await connection.execute(statement, parameters)
    made = [dict(row) for row in await connection.execute_fetchall(MADE, {"newest": newest})]
    await connection.executemany(_ADD, made)
    return sum(each["number"] for each in made)


async def count_sent(connection: Statements, ids: Sequence[int]) -> None:
    """Count rows that are about to become sent."""
    for platform, state, number in await connection.execute_fetchall(LEFT, {"ids": json.dumps(ids)}):
        changes = ({"state": state, "number": -number}, {"state": "sent", "number": number})
        await connection.executemany(_ADD, [{"platform": platform, **each} for each in changes])
