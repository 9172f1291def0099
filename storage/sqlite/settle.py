"""Records the outcomes of claims in the rows that they settle."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.ports import Settlement
from storage.shared.settling import Write, outcomes
from storage.sqlite.common import add_notices
from storage.sqlite.counting import count_sent
from storage.sqlite.inline import Statements

_HELD = """
SELECT q.id, q.destination_id, q.bundle, q.state, q.attempts, q.edit_attempts, q.lease_until, q.due_at,
    d.parked_at IS NOT NULL AS parked
FROM deliveries AS q CROSS JOIN destinations AS d ON d.id = q.destination_id
WHERE q.id IN (SELECT value FROM json_each(:ids))
"""
_ROWS = "WHERE id = :id"
_FREE = "owner = NULL, lease_until = 0"
_CHANGED_SINCE = "(SELECT revision FROM posts WHERE posts.id = coalesce(shown_id, post_id)) > :revision"
# If a post changed while its alert was being sent, the alert is edited at once.
_SENT = f"""
UPDATE deliveries SET state = 'sent', {_FREE}, error = '', uncertain = 0, reference = :reference,
    settled_at = :now, revision = :revision,
    edit_due_at = iif(bundle IS NULL AND :reference <> '' AND {_CHANGED_SINCE}, :now, NULL)
{_ROWS}
"""
_EDITED = f"""
UPDATE deliveries SET {_FREE}, error = '', reference = :reference, revision = :revision, edited = edited + 1,
    edit_attempts = 0, edit_due_at = iif({_CHANGED_SINCE}, :now, NULL)
{_ROWS}
"""
_AGAIN = f"""
UPDATE deliveries SET state = :state, {_FREE}, due_at = :due, error = :error, uncertain = :uncertain,
    plain = max(plain, :plain)
{_ROWS}
"""
_EDIT_AGAIN = f"UPDATE deliveries SET {_FREE}, edit_due_at = :due, error = :error {_ROWS}"
_FAILED = f"UPDATE deliveries SET state = 'failed', {_FREE}, error = :error, settled_at = :now {_ROWS}"
_EDIT_FAILED = f"""
UPDATE deliveries SET {_FREE}, error = :error, edit_attempts = 0,
    edit_due_at = iif({_CHANGED_SINCE}, :now, NULL)
{_ROWS}
"""
_RELEASED = f"UPDATE deliveries SET state = :state, {_FREE}, attempts = attempts - 1, due_at = :due {_ROWS}"
_EDIT_RELEASED = f"""
UPDATE deliveries SET {_FREE}, edit_attempts = edit_attempts - 1,
    edit_due_at = coalesce(:edit_due, edit_due_at)
{_ROWS}
"""
_PARK = """
UPDATE destinations SET parked_at = coalesce(parked_at, :now), parked_reason = :error, probe_at = :probe
WHERE id = :destination_id
"""
# A message that may have arrived stays uncertain: the adapter looks for it before it is sent again.
_PARK_OWN = f"UPDATE deliveries SET state = 'parked', {_FREE}, error = :error {_ROWS}"
PARK_QUEUE = (
    "UPDATE deliveries INDEXED BY deliveries_queue SET state = 'parked' "
    "WHERE destination_id = :destination_id "
    "AND state IN ('pending', 'sending') AND state = 'pending'"
)
_PROBE_LATER = "UPDATE destinations SET probe_at = :due WHERE id = :destination_id"
_RESUME_DESTINATION = """
UPDATE destinations SET parked_at = NULL, parked_reason = '', probe_at = NULL WHERE id = :destination_id
"""
# What was held for several times is one message now. A row that may have arrived keeps its message.
_RESUME_HELD = """
UPDATE deliveries INDEXED BY deliveries_parked SET bundle = (
    SELECT 'digest:' || min(id) || ':' || :now FROM deliveries INDEXED BY deliveries_parked
    WHERE destination_id = :destination_id AND state = 'parked' AND held_for <> '' AND uncertain = 0)
WHERE destination_id = :destination_id AND state = 'parked' AND held_for <> '' AND uncertain = 0
"""
_RESUME_QUEUE = """
UPDATE deliveries INDEXED BY deliveries_parked SET state = 'pending', due_at = :now
WHERE destination_id = :destination_id AND state = 'parked'
"""
RESUME = (_RESUME_DESTINATION, _RESUME_HELD, _RESUME_QUEUE)


# Those of each row of a message.
_OF_ROWS: dict[Write, str] = {
    Write.SENT: _SENT,
    Write.EDITED: _EDITED,
    Write.AGAIN: _AGAIN,
    Write.EDIT_AGAIN: _EDIT_AGAIN,
    Write.FAILED: _FAILED,
    Write.EDIT_FAILED: _EDIT_FAILED,
    Write.RELEASED: _RELEASED,
    Write.EDIT_RELEASED: _EDIT_RELEASED,
    Write.PARK_OWN: _PARK_OWN,
}
# Those of its destination.
_OF_DESTINATIONS: dict[Write, tuple[str, ...]] = {
    Write.PARK: (_PARK,),
    Write.PARK_QUEUE: (PARK_QUEUE,),
    Write.PROBE_LATER: (_PROBE_LATER,),
    Write.RESUME: RESUME,
}


async def settle_all(connection: Statements, settlements: Sequence[Settlement]) -> None:
    """Record outcomes inside the caller's transaction, with one `executemany` for each statement."""
    ids = json.dumps([settlement.claim.delivery_ids[0] for settlement in settlements])
    rows = {row["id"]: row for row in await connection.execute_fetchall(_HELD, {"ids": ids})}
    found = outcomes(settlements, rows)
    for notice, at in found.notices:
        await add_notices(connection, [notice], at)
    for write, batch in found.writes.items():
        each = [values | {"id": row} for values in batch for row in values["ids"]]
        if write is Write.SENT:
            await count_sent(connection, [row["id"] for row in each])
        if write in _OF_ROWS:
            await connection.executemany(_OF_ROWS[write], each)
        for statement in _OF_DESTINATIONS.get(write, ()):
            await connection.executemany(statement, batch)
