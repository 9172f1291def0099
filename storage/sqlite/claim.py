"""Selects the rows of the outbox that can be claimed now, and the time when the next can be.

Each destination has at most one message in progress: its oldest waiting row with all rows of the same bundle,
or one edit. `CLAIMABLE_AT` uses the conditions of the other statements: whoever sleeps until the time that it
returns finds something to claim, or held rows to release. It does not ask of which platform those are, since
a claim releases them all, and else it would scan all rows of a platform that is away.

Each statement names its index, so that SQLite, whatever its statistics say, scans only unfinished rows. It
scans them in due order, so that LIMIT ends the scan early.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from storage.shared.mapping import NEVER, to_ms
from storage.sqlite.hold_back import COLUMNS, hold_back
from storage.sqlite.holding import release
from storage.sqlite.inline import Statements

_PLATFORMS = "d.platform IN (SELECT value FROM json_each(:platforms))"
_SENDING = (
    "EXISTS (SELECT 1 FROM deliveries AS e INDEXED BY deliveries_sending "
    "WHERE e.destination_id = d.id AND e.state = 'sending')"
)
_EDITS_THERE = (
    "SELECT 1 FROM deliveries AS e INDEXED BY deliveries_editing "
    "WHERE e.destination_id = d.id AND e.edit_due_at IS NOT NULL"
)
_EDITS = "deliveries AS q INDEXED BY deliveries_edits CROSS JOIN destinations AS d ON d.id = q.destination_id"
_EDITABLE = f"q.edit_due_at IS NOT NULL AND d.parked_at IS NULL AND {_PLATFORMS} AND NOT {_SENDING}"
_HOLD_ROUNDS = 10  # of holding in one claim, so that no other write waits for long
_STUBBORN = 8  # attempts after which a message no longer blocks the later ones of its destination
# The subqueries refer to `d`, so they run after the check of the platform: a row of a platform that is away
# costs one look-up.
# The row is the first of its destination: no earlier row waits (unless it failed too often), and nothing is
# being sent or edited there. Edits do not block a parked destination: it gets none, but must be probed.
_FIRST = f"""
    q.state = 'pending' AND {_PLATFORMS}
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS e INDEXED BY deliveries_queue
        WHERE e.destination_id = d.id AND e.state IN ('pending', 'sending') AND e.id < q.id
          AND e.attempts < {_STUBBORN})
    AND NOT {_SENDING}
    AND (d.parked_at IS NOT NULL OR NOT EXISTS ({_EDITS_THERE} AND e.lease_until > 0))
"""
_HEADS = f"""
SELECT q.id, q.destination_id, q.bundle, q.post_id IS NOT NULL AND q.uncertain = 0 AS joins, {COLUMNS}
FROM deliveries AS q INDEXED BY deliveries_due CROSS JOIN destinations AS d ON d.id = q.destination_id
WHERE q.due_at <= :now AND {_FIRST}
ORDER BY q.due_at, q.id LIMIT :limit
"""
_LOST = f"""
SELECT min(q.id) AS id, q.destination_id, q.bundle
FROM deliveries AS q INDEXED BY deliveries_sending CROSS JOIN destinations AS d ON d.id = q.destination_id
WHERE q.state = 'sending' AND q.lease_until <= :now AND {_PLATFORMS}
GROUP BY q.destination_id ORDER BY id LIMIT :limit
"""
_QUEUE = "deliveries INDEXED BY deliveries_queue"
_WAITING_ALERTS = """
    state IN ('pending', 'sending') AND state = 'pending' AND due_at <= :now AND post_id IS NOT NULL
    AND bundle IS NULL AND uncertain = 0
"""
_MANY = f"""
SELECT destination_id, min(id) AS first FROM {_QUEUE}
WHERE destination_id IN (SELECT value FROM json_each(:destinations)) AND {_WAITING_ALERTS}
GROUP BY destination_id HAVING count(*) > :catch_up_after
"""
_BUNDLE = f"""
UPDATE {_QUEUE} SET bundle = :bundle WHERE destination_id = :destination_id AND {_WAITING_ALERTS}
"""
_BUNDLED = f"""
SELECT id FROM {_QUEUE}
WHERE destination_id = :destination_id AND bundle = :bundle AND state IN ('pending', 'sending')
"""
_TAKE = """
UPDATE deliveries SET uncertain = max(uncertain, state = 'sending'), state = 'sending', owner = :owner,
    lease_until = :until, attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, :now)
WHERE id IN (SELECT value FROM json_each(:ids))
"""
_TAKE_EDITS = f"""
UPDATE deliveries SET owner = :owner, lease_until = :until, edit_attempts = edit_attempts + 1
WHERE id IN (
    SELECT q.id FROM {_EDITS} WHERE q.edit_due_at <= :now AND q.lease_until <= :now AND {_EDITABLE}
      AND NOT EXISTS ({_EDITS_THERE} AND (e.lease_until > :now OR e.edit_due_at <= :now AND e.id < q.id))
    ORDER BY q.edit_due_at LIMIT :limit)
RETURNING id
"""
CLAIMABLE_AT = f"""
SELECT min(at) AS due FROM (
    SELECT * FROM (
        SELECT q.due_at AS at FROM deliveries AS q INDEXED BY deliveries_due
        CROSS JOIN destinations AS d ON d.id = q.destination_id
        WHERE {_FIRST} ORDER BY q.due_at LIMIT 1)
    UNION ALL
    SELECT * FROM (
        SELECT due_at FROM deliveries INDEXED BY deliveries_held
        WHERE state = 'held' AND due_at < {NEVER} ORDER BY due_at LIMIT 1)
    UNION ALL
    SELECT min(q.lease_until) FROM deliveries AS q INDEXED BY deliveries_sending
    CROSS JOIN destinations AS d ON d.id = q.destination_id
    WHERE q.state = 'sending' AND {_PLATFORMS}
    UNION ALL
    SELECT * FROM (
        SELECT q.edit_due_at FROM {_EDITS}
        WHERE q.lease_until = 0 AND {_EDITABLE} AND NOT EXISTS ({_EDITS_THERE} AND e.lease_until > 0)
        ORDER BY q.edit_due_at LIMIT 1)
    UNION ALL
    SELECT min(max(q.edit_due_at, q.lease_until))
    FROM {_EDITS}
    WHERE q.lease_until > 0 AND {_EDITABLE} AND NOT EXISTS ({_EDITS_THERE} AND e.lease_until > q.lease_until))
"""


async def take_sends(
    connection: Statements,
    parameters: Mapping[str, object],
    limit: int,
    now: datetime,
    zone: tzinfo,
) -> tuple[list[int], int]:
    """Lease up to `limit` messages to the caller; return the ids of their rows, and how many messages."""
    await release(connection, to_ms(now))
    lost = list(await connection.execute_fetchall(_LOST, {**parameters, "limit": limit}))
    rest = {**parameters, "limit": limit - len(lost)}
    found = list(await connection.execute_fetchall(_HEADS, rest))
    for _ in range(_HOLD_ROUNDS):
        if not await hold_back(connection, found, now, zone):
            break
        found = list(await connection.execute_fetchall(_HEADS, rest))
    else:
        found = []  # very many are held; the next claim holds more
    first: dict[int, sqlite3.Row] = {}
    for row in found:  # after many attempts a message blocks no later one, so two of a destination can be due
        first.setdefault(row["destination_id"], row)
    heads = list(first.values())
    bundles = {row["destination_id"]: row["bundle"] for row in [*lost, *heads] if row["bundle"]}
    bundles |= await _join(connection, heads, parameters)
    ids = {row["id"] for row in [*lost, *heads]} | await _members(connection, bundles)
    if ids:
        await connection.execute(_TAKE, {**parameters, "ids": json.dumps(sorted(ids))})
    return sorted(ids), len(lost) + len(heads)


async def take_edits(connection: Statements, parameters: Mapping[str, object], limit: int) -> list[int]:
    """Lease up to `limit` edits to the caller; return the ids of their rows."""
    rows = await connection.execute_fetchall(_TAKE_EDITS, {**parameters, "limit": limit})
    return [row["id"] for row in rows]


async def _join(
    connection: Statements, heads: Sequence[sqlite3.Row], parameters: Mapping[str, object]
) -> dict[int, str]:
    """Bundle the due alerts of each destination that has too many; return the bundles by destination.

    A message that may have arrived must keep its own attempt key, and a notice is no post: neither joins.
    """
    single = [row["destination_id"] for row in heads if row["joins"] and not row["bundle"]]
    many = await connection.execute_fetchall(_MANY, {**parameters, "destinations": json.dumps(single)})
    bundles = {row["destination_id"]: f"catch-up:{row['first']}" for row in many}
    await connection.executemany(
        _BUNDLE,
        [{**parameters, "destination_id": each, "bundle": name} for each, name in bundles.items()],
    )
    return bundles


async def _members(connection: Statements, bundles: Mapping[int, str]) -> set[int]:
    """Return the ids of all rows of the bundles."""
    ids: set[int] = set()
    for destination_id, bundle in bundles.items():
        rows: Iterable[sqlite3.Row] = await connection.execute_fetchall(
            _BUNDLED, {"destination_id": destination_id, "bundle": bundle}
        )
        ids.update(row["id"] for row in rows)
    return ids
