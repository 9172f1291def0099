"""Records the outcomes of claims in the rows that they settle, with one statement for all that are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.ports import Settlement
from storage.postgres.common import add_notices
from storage.postgres.connection import Connection
from storage.shared.rows import Row
from storage.shared.settling import Parameters, Write, outcomes

# A change of a post that is under way is waited for: it plans the edits of what is sent by then.
_POSTS = """
SELECT p.id FROM posts AS p
WHERE p.id IN (SELECT coalesce(shown_id, post_id) FROM deliveries WHERE id = ANY(%(ids)s::bigint[]))
ORDER BY p.id FOR SHARE
"""
HELD = """
SELECT q.id, q.destination_id, q.bundle, q.state, q.attempts, q.edit_attempts, q.lease_until, q.due_at,
    d.parked_at IS NOT NULL AS parked
FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
WHERE q.id = ANY(%(ids)s::bigint[]) ORDER BY q.id FOR UPDATE OF q
"""
_KINDS = {  # the parameters of outcomes that a row of `v` has, beside its id
    **dict.fromkeys(("now", "revision", "due", "edit_due", "uncertain", "plain"), "bigint"),
    **dict.fromkeys(("state", "error", "reference"), "text"),
}


def _of(names: str) -> str:
    """Return `v` with the named parameters of all outcomes, and the condition that joins it."""
    columns = ["id", *names.split()]
    arrays = ", ".join(f"%({name})s::{_KINDS.get(name, 'bigint')}[]" for name in columns)
    return f"FROM unnest({arrays}) AS v({', '.join(columns)}) WHERE q.id = v.id"


_FREE = "owner = NULL, lease_until = 0"
_CHANGED_SINCE = (
    "(SELECT p.revision FROM posts AS p WHERE p.id = coalesce(q.shown_id, q.post_id)) > v.revision"
)
# If a post changed while its alert was being sent, the alert is edited at once.
SENT = f"""
UPDATE deliveries AS q SET state = 'sent', {_FREE}, error = '', uncertain = 0, reference = v.reference,
    settled_at = v.now, revision = v.revision,
    edit_due_at = CASE WHEN q.bundle IS NULL AND v.reference <> '' AND {_CHANGED_SINCE} THEN v.now END
{_of("reference now revision")}
"""
_EDITED = f"""
UPDATE deliveries AS q SET {_FREE}, error = '', reference = v.reference, revision = v.revision,
    edited = q.edited + 1, edit_attempts = 0, edit_due_at = CASE WHEN {_CHANGED_SINCE} THEN v.now END
{_of("reference now revision")}
"""
_AGAIN = f"""
UPDATE deliveries AS q SET state = v.state, {_FREE}, due_at = v.due, error = v.error, uncertain = v.uncertain,
    plain = greatest(q.plain, v.plain)
{_of("state due error uncertain plain")}
"""
_EDIT_AGAIN = f"UPDATE deliveries AS q SET {_FREE}, edit_due_at = v.due, error = v.error {_of('due error')}"
_FAILED = f"""
UPDATE deliveries AS q SET state = 'failed', {_FREE}, error = v.error, settled_at = v.now {_of("error now")}
"""
_EDIT_FAILED = f"""
UPDATE deliveries AS q SET {_FREE}, error = v.error, edit_attempts = 0,
    edit_due_at = CASE WHEN {_CHANGED_SINCE} THEN v.now END
{_of("error now revision")}
"""
_RELEASED = f"""
UPDATE deliveries AS q SET state = v.state, {_FREE}, attempts = q.attempts - 1, due_at = v.due
{_of("state due")}
"""
_EDIT_RELEASED = f"""
UPDATE deliveries AS q SET {_FREE}, edit_attempts = q.edit_attempts - 1,
    edit_due_at = coalesce(v.edit_due, q.edit_due_at)
{_of("edit_due")}
"""
# A message that may have arrived stays uncertain: the adapter looks for it before it is sent again.
_PARK_OWN = f"UPDATE deliveries AS q SET state = 'parked', {_FREE}, error = v.error {_of('error')}"
_OF_ROWS = {
    Write.SENT: SENT,
    Write.EDITED: _EDITED,
    Write.AGAIN: _AGAIN,
    Write.EDIT_AGAIN: _EDIT_AGAIN,
    Write.FAILED: _FAILED,
    Write.EDIT_FAILED: _EDIT_FAILED,
    Write.RELEASED: _RELEASED,
    Write.EDIT_RELEASED: _EDIT_RELEASED,
    Write.PARK_OWN: _PARK_OWN,
}
_PARK = """
UPDATE destinations SET parked_at = coalesce(parked_at, %(now)s), parked_reason = %(error)s,
    probe_at = %(probe)s
WHERE id = %(destination_id)s
"""
PARK_QUEUE = """
UPDATE deliveries SET state = 'parked' WHERE destination_id = %(destination_id)s AND state = 'pending'
"""
_PROBE_LATER = "UPDATE destinations SET probe_at = %(due)s WHERE id = %(destination_id)s"
_PARKED = "destination_id = %(destination_id)s AND state = 'parked'"
_RESUME_DESTINATION = """
UPDATE destinations SET parked_at = NULL, parked_reason = '', probe_at = NULL WHERE id = %(destination_id)s
"""
# What was held for several times is one message now. A row that may have arrived keeps its message.
_RESUME_HELD = f"""
UPDATE deliveries SET bundle = (
    SELECT 'digest:' || min(id) || ':' || %(now)s::bigint
    FROM deliveries WHERE {_PARKED} AND held_for <> '' AND uncertain = 0)
WHERE {_PARKED} AND held_for <> '' AND uncertain = 0
"""
_RESUME_QUEUE = f"UPDATE deliveries SET state = 'pending', due_at = %(now)s WHERE {_PARKED}"
RESUME = (_RESUME_DESTINATION, _RESUME_HELD, _RESUME_QUEUE)
_OF_DESTINATIONS = {
    Write.PARK: (_PARK,),
    Write.PARK_QUEUE: (PARK_QUEUE,),
    Write.PROBE_LATER: (_PROBE_LATER,),
    Write.RESUME: RESUME,
}


async def settle_all(connection: Connection, settlements: Sequence[Settlement], *, alone: bool) -> bool:
    """Record outcomes inside the caller's transaction; return False if it has to be alone, and is not.

    That is so when a destination is parked or resumed. Nothing is recorded then.
    """
    ids = {"ids": sorted({settlement.claim.delivery_ids[0] for settlement in settlements})}
    await connection.rows(_POSTS, ids)
    rows: dict[int, Row] = {row["id"]: row for row in await connection.rows(HELD, ids)}
    found = outcomes(settlements, rows)
    if not alone and not found.writes.keys().isdisjoint(_OF_DESTINATIONS):
        return False
    for notice, at in found.notices:
        await add_notices(connection, [notice], at)
    for write, batch in found.writes.items():
        if write in _OF_ROWS:
            await connection.run(_OF_ROWS[write], _columns(batch))
        for statement in _OF_DESTINATIONS.get(write, ()):
            await connection.run_many(statement, batch)
    return True


def _columns(batch: Sequence[Parameters]) -> Mapping[str, object]:
    """Return the parameters of outcomes as lists, with a place for each row of each claim."""
    rows = [(each, values) for values in batch for each in _ids(values)]
    columns: dict[str, object] = {
        name: [values[name] for _, values in rows] for name in _KINDS if name in batch[0]
    }
    return columns | {"id": [each for each, _ in rows]}


def _ids(values: Parameters) -> list[int]:
    ids = values["ids"]
    assert isinstance(ids, list)
    return ids
