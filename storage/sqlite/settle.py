"""Records the outcomes of claims in the rows that they settle."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

import aiosqlite

from bot.model import Action, Digest
from bot.ports import Failed, Parked, Requeued, Retry, Sent, Settlement
from storage.sqlite.common import add_notices
from storage.sqlite.mapping import to_ms

Write = tuple[str, dict[str, object]]  # a statement and its parameters

_HELD = """
SELECT q.id, q.destination_id, q.bundle, q.state, q.attempts, q.edit_attempts, q.lease_until, q.due_at,
    d.parked_at IS NOT NULL AS parked
FROM deliveries AS q CROSS JOIN destinations AS d ON d.id = q.destination_id
WHERE q.id IN (SELECT value FROM json_each(:ids))
"""
_ROWS = "WHERE id IN (SELECT value FROM json_each(:ids))"
_FREE = "owner = NULL, lease_until = 0"
_CHANGED_SINCE = "(SELECT revision FROM posts WHERE posts.id = post_id) > :revision"
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


async def settle_all(connection: aiosqlite.Connection, settlements: Sequence[Settlement]) -> None:
    """Record outcomes inside the caller's transaction, with one `executemany` for each statement."""
    ids = json.dumps([settlement.claim.delivery_ids[0] for settlement in settlements])
    rows = {row["id"]: row for row in await connection.execute_fetchall(_HELD, {"ids": ids})}
    batches: dict[str, list[dict[str, object]]] = {}
    for settlement in settlements:
        row = rows.get(settlement.claim.delivery_ids[0])
        if row is None or not _counts(settlement, row):
            continue
        for statement, parameters in _writes(settlement, row):
            batches.setdefault(statement, []).append(parameters)
        if isinstance(settlement, Parked) and not row["parked"]:
            await add_notices(connection, settlement.notices, settlement.at)
    for statement, each in batches.items():
        await connection.executemany(statement, each)


def _counts(settlement: Settlement, row: sqlite3.Row) -> bool:
    """Whether an outcome is recorded: not if its claim was taken or ended since, e.g. by another owner.

    Sent is recorded nevertheless, once. No outcome is recorded if its row has joined a digest since.
    """
    claim = settlement.claim
    several = isinstance(claim.message, Digest)
    if isinstance(settlement, Sent) and several and row["state"] == "held":
        return True  # it has arrived after all, and its posts must not come again
    if (row["bundle"] is None) == several:
        return False
    if claim.action is Action.EDIT:
        held = row["lease_until"] > 0 and row["edit_attempts"] == claim.attempts + 1
        return held or isinstance(settlement, Sent)
    if isinstance(settlement, Sent):
        return bool(row["state"] != "sent")
    return bool(row["state"] == "sending" and row["attempts"] == claim.attempts + 1)


def _writes(settlement: Settlement, row: sqlite3.Row) -> list[Write]:
    """Return the statements that record an outcome."""
    claim = settlement.claim
    base: dict[str, object] = {
        "ids": json.dumps(claim.delivery_ids),
        "destination_id": row["destination_id"],
        "revision": claim.revision,
        "state": "parked" if row["parked"] else "pending",
    }
    edit = claim.action is Action.EDIT
    match settlement:
        case Sent(reference=reference, at=at):
            values = base | {"reference": reference, "now": to_ms(at)}
            return [(_EDITED, values)] if edit else [(_SENT, values), *_resume(row, values)]
        case Failed(error=error, at=at):  # the destination was reached, only the message was refused
            values = base | {"error": error, "now": to_ms(at)}
            return [(_EDIT_FAILED, values)] if edit else [(_FAILED, values), *_resume(row, values)]
        case Retry():
            return _again(settlement, row, base)
        case Requeued(due_at=due_at):
            due = None if due_at is None else to_ms(due_at) - _set_back(settlement.at, row)
            values = base | {"due": row["due_at"] if due is None else due, "edit_due": due}
            return [(_EDIT_RELEASED, values)] if edit else [(_RELEASED, values), *_probe_later(row, values)]
        case Parked():
            return _park(settlement, row, base)
        case _:
            assert_never(settlement)


def _set_back(at: datetime | None, row: sqlite3.Row) -> int:
    """Return the milliseconds by which the clock was set back since an outcome was decided; see the port.

    The lease was shifted with the clock, and no outcome is decided after its lease ended. The time by which
    `at` lies after the lease is therefore (at least part of) the shift.
    """
    if at is None or not row["lease_until"]:
        return 0
    return max(0, to_ms(at) - int(row["lease_until"]))


def _again(again: Retry, row: sqlite3.Row, base: Mapping[str, object]) -> list[Write]:
    values = {
        **base,
        "due": to_ms(again.due_at) - _set_back(again.at, row),
        "error": again.error,
        "uncertain": int(again.uncertain),
        "plain": int(again.plain),
    }
    if again.claim.action is Action.EDIT:
        return [(_EDIT_AGAIN, values | {"now": to_ms(again.due_at)})]
    return [(_AGAIN, values), *_probe_later(row, values)]


def _park(parked: Parked, row: sqlite3.Row, base: Mapping[str, object]) -> list[Write]:
    set_back = _set_back(parked.at, row)
    values = {
        **base,
        "error": parked.reason,
        "now": to_ms(parked.at) - set_back,
        "probe": to_ms(parked.probe_at) - set_back,
        "edit_due": None,
    }
    own = _EDIT_RELEASED if parked.claim.action is Action.EDIT else _PARK_OWN
    return [(_PARK, values), (own, values), (PARK_QUEUE, values)]


def _probe_later(row: sqlite3.Row, values: dict[str, object]) -> list[Write]:
    """Return the statement that plans the next probe of a parked destination; nothing for other ones."""
    return [(_PROBE_LATER, values)] if row["parked"] else []


def _resume(row: sqlite3.Row, values: dict[str, object]) -> list[Write]:
    return [(statement, values) for statement in RESUME] if row["parked"] else []
