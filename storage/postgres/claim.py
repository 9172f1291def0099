"""Selects the rows of the outbox that can be claimed now, and the time when the next can be.

Each destination has at most one message in progress: its oldest waiting row with all rows of the same bundle,
or one edit. `CLAIMABLE_AT` uses the conditions of the other statements: whoever sleeps until the time that it
returns finds something to claim, or held rows to release. It does not ask of which platform those are, since
a claim releases them all, and else it would scan all rows of a platform that is away.

"OFFSET 0" keeps a condition a look into an index for each row; as a join, the planner might read the whole
queue for it. Rows are locked before they are taken: what came of an earlier, lost attempt may be recorded
meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from storage.postgres.connection import Connection
from storage.postgres.hold_back import COLUMNS, hold_back
from storage.postgres.holding import DUE, DUE_IN_LANE, QUEUED, release
from storage.shared.mapping import NEVER, to_ms
from storage.shared.rows import Row

_PLATFORMS = "d.platform = ANY(%(platforms)s)"
_SENDING = """EXISTS (
    SELECT 1 FROM deliveries AS e WHERE e.destination_id = {there} AND e.state = 'sending' OFFSET 0)
"""
_EDITING = """EXISTS (
    SELECT 1 FROM deliveries AS e WHERE e.destination_id = {there} AND e.edit_due_at IS NOT NULL
    AND {which} OFFSET 0)
"""
_SENDING_THERE = _SENDING.format(there="q.destination_id")
_EDIT_THERE = _EDITING.replace("{there}", "q.destination_id")
_EDITABLE = f"q.edit_due_at IS NOT NULL AND d.parked_at IS NULL AND {_PLATFORMS} AND NOT {_SENDING_THERE}"
# No job waits for the lane of the destination. One that runs may have looked before the message was due.
_JOBLESS = """NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs AS j
    WHERE j.queueing_lock = 'lane:' || d.platform || ':' || lane_of(d.id) AND j.status = 'todo' OFFSET 0)
"""
_HOLD_ROUNDS = 10  # of holding in one claim, so that no other write waits for long
_STUBBORN = 8  # attempts after which a message no longer blocks the later ones of its destination
# Other rows of a destination are asked for by `d`, and so after its platform: that of one that is away costs
# one look.
# The row is the first of its destination: no earlier row waits (unless it failed too often), and nothing is
# being sent or edited there. Edits do not block a parked destination: it gets none, but must be probed.
_FIRST = f"""
    q.state = 'pending' AND {_PLATFORMS}
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS e
        WHERE e.destination_id = d.id AND e.state IN ('pending', 'sending') AND e.id < q.id
          AND e.attempts < {_STUBBORN} OFFSET 0)
    AND NOT {_SENDING.format(there="d.id")}
    AND (d.parked_at IS NOT NULL OR NOT {_EDITING.format(there="d.id", which="e.lease_until > 0")})
"""
_HEADS = f"""
SELECT q.id, q.destination_id, q.bundle, q.post_id IS NOT NULL AND q.uncertain = 0 AS joins, {COLUMNS}
FROM {QUEUED} WHERE q.due_at <= %(now)s AND {_FIRST}{{there}}
ORDER BY q.due_at, q.id LIMIT %(limit)s FOR UPDATE OF q
"""
_LOST = f"""
SELECT q.id, q.destination_id, q.bundle FROM deliveries AS q
WHERE q.state = 'sending' AND q.lease_until <= %(now)s AND q.id IN (
    SELECT min(q.id) AS id FROM {QUEUED}
    WHERE q.state = 'sending' AND q.lease_until <= %(now)s AND {_PLATFORMS}{{there}}
    GROUP BY q.destination_id ORDER BY id LIMIT %(limit)s)
ORDER BY q.id FOR UPDATE OF q
"""
_WAITING_ALERTS = """
    state = 'pending' AND due_at <= %(now)s AND post_id IS NOT NULL AND bundle IS NULL AND uncertain = 0
"""
MANY = f"""
SELECT destination_id, min(id) AS first FROM deliveries
WHERE destination_id = ANY(%(destinations)s::bigint[]) AND {_WAITING_ALERTS}
GROUP BY destination_id HAVING count(*) > %(catch_up_after)s
"""
BUNDLE = f"""
UPDATE deliveries SET bundle = %(bundle)s WHERE destination_id = %(destination_id)s AND {_WAITING_ALERTS}
"""
BUNDLED = """
SELECT q.id FROM deliveries AS q
JOIN unnest(%(destinations)s::bigint[], %(bundles)s::text[]) AS asked(destination_id, bundle)
    ON q.destination_id = asked.destination_id AND q.bundle = asked.bundle
WHERE q.state IN ('pending', 'sending') ORDER BY q.id FOR UPDATE OF q
"""
TAKE = """
UPDATE deliveries SET uncertain = CASE WHEN state = 'sending' THEN 1 ELSE uncertain END, state = 'sending',
    owner = %(owner)s, lease_until = %(until)s, attempts = attempts + 1,
    first_attempt_at = coalesce(first_attempt_at, %(now)s)
WHERE id = ANY(%(ids)s::bigint[])
"""
_BEFORE = _EDIT_THERE.format(which="(e.lease_until > %(now)s OR e.edit_due_at <= %(now)s AND e.id < q.id)")
_TAKE_EDITS = f"""
UPDATE deliveries SET owner = %(owner)s, lease_until = %(until)s, edit_attempts = edit_attempts + 1
WHERE edit_due_at IS NOT NULL AND lease_until <= %(now)s AND id IN (
    SELECT q.id FROM {QUEUED}
    WHERE q.edit_due_at <= %(now)s AND q.lease_until <= %(now)s AND {_EDITABLE} AND NOT {_BEFORE}{{there}}
    ORDER BY q.edit_due_at LIMIT %(limit)s FOR UPDATE OF q)
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of a claim, for all destinations or for those of a lane."""

    due: str  # held rows that are due
    lost: str
    heads: str
    edits: str


ANYWHERE = Statements(DUE, *(each.format(there="") for each in (_LOST, _HEADS, _TAKE_EDITS)))
_IN_LANE = " AND lane_of(q.destination_id) = %(lane)s"
IN_LANE = Statements(DUE_IN_LANE, *(each.format(there=_IN_LANE) for each in (_LOST, _HEADS, _TAKE_EDITS)))
# Destinations for which `claim` would find a message, and whose lane has no job yet.
CLAIMABLE = f"""
SELECT DISTINCT due.destination_id FROM (
    (SELECT q.destination_id FROM {QUEUED}
    WHERE q.due_at <= %(now)s AND {_FIRST} AND {_JOBLESS} LIMIT %(limit)s)
    UNION ALL
    (SELECT q.destination_id FROM {QUEUED}
    WHERE q.state = 'held' AND q.due_at <= %(now)s AND {_PLATFORMS} AND {_JOBLESS} LIMIT %(limit)s)
    UNION ALL
    (SELECT q.destination_id FROM {QUEUED}
    WHERE q.state = 'sending' AND q.lease_until <= %(now)s AND {_PLATFORMS} AND {_JOBLESS} LIMIT %(limit)s)
    UNION ALL
    (SELECT q.destination_id FROM {QUEUED}
    WHERE q.edit_due_at <= %(now)s AND q.lease_until <= %(now)s AND {_EDITABLE} AND NOT {_BEFORE}
        AND {_JOBLESS} LIMIT %(limit)s)
) AS due
"""
CLAIMABLE_AT = f"""
SELECT min(at) AS due FROM (
    (SELECT q.due_at AS at FROM {QUEUED} WHERE {_FIRST} ORDER BY q.due_at LIMIT 1)
    UNION ALL
    (SELECT due_at FROM deliveries WHERE state = 'held' AND due_at < {NEVER} ORDER BY due_at LIMIT 1)
    UNION ALL
    SELECT min(q.lease_until) FROM {QUEUED} WHERE q.state = 'sending' AND {_PLATFORMS}
    UNION ALL
    (SELECT q.edit_due_at FROM {QUEUED}
    WHERE q.lease_until = 0 AND {_EDITABLE} AND NOT {_EDIT_THERE.format(which="e.lease_until > 0")}
    ORDER BY q.edit_due_at LIMIT 1)
    UNION ALL
    SELECT min(greatest(q.edit_due_at, q.lease_until)) FROM {QUEUED}
    WHERE q.lease_until > 0 AND {_EDITABLE}
        AND NOT {_EDIT_THERE.format(which="e.lease_until > q.lease_until")}
) AS possible
"""


async def take_sends(
    connection: Connection,
    statements: Statements,
    parameters: Mapping[str, object],
    limit: int,
    *,
    now: datetime,
    zone: tzinfo,
) -> tuple[list[int], int]:
    """Lease up to `limit` messages to the caller; return the ids of their rows, and how many messages."""
    await release(connection, statements.due, parameters, to_ms(now))
    lost = await connection.rows(statements.lost, {**parameters, "limit": limit})
    rest = {**parameters, "limit": limit - len(lost)}
    found = await connection.rows(statements.heads, rest)
    for _ in range(_HOLD_ROUNDS):
        if not await hold_back(connection, found, now, zone):
            break
        found = await connection.rows(statements.heads, rest)
    else:
        found = []  # very many are held; the next claim holds more
    first: dict[int, Row] = {}
    for row in found:  # after many attempts a message blocks no later one, so two of a destination can be due
        first.setdefault(row["destination_id"], row)
    heads = list(first.values())
    bundles = {row["destination_id"]: row["bundle"] for row in [*lost, *heads] if row["bundle"]}
    bundles |= await _join(connection, heads, parameters)
    ids = {row["id"] for row in [*lost, *heads]} | await _members(connection, bundles)
    if ids:
        await connection.run(TAKE, {**parameters, "ids": sorted(ids)})
    return sorted(ids), len(lost) + len(heads)


async def take_edits(
    connection: Connection, statements: Statements, parameters: Mapping[str, object], limit: int
) -> list[int]:
    """Lease up to `limit` edits to the caller; return the ids of their rows."""
    rows = await connection.rows(statements.edits, {**parameters, "limit": limit})
    return [row["id"] for row in rows]


async def _join(
    connection: Connection, heads: Iterable[Row], parameters: Mapping[str, object]
) -> dict[int, str]:
    """Bundle the due alerts of each destination that has too many; return the bundles by destination.

    A message that may have arrived must keep its own attempt key, and a notice is no post: neither joins.
    """
    single = [row["destination_id"] for row in heads if row["joins"] and not row["bundle"]]
    if not single:
        return {}
    many = await connection.rows(MANY, {**parameters, "destinations": single})
    bundles = {row["destination_id"]: f"catch-up:{row['first']}" for row in many}
    await connection.run_many(
        BUNDLE,
        [{**parameters, "destination_id": each, "bundle": name} for each, name in bundles.items()],
    )
    return bundles


async def _members(connection: Connection, bundles: Mapping[int, str]) -> set[int]:
    """Return the ids of all rows of the bundles."""
    if not bundles:
        return set()
    asked = {"destinations": list(bundles), "bundles": list(bundles.values())}
    return {row["id"] for row in await connection.rows(BUNDLED, asked)}
