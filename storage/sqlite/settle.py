"""What each outcome of a claim does to the rows it settles."""

from __future__ import annotations

import json
from typing import assert_never

import aiosqlite

from bot.model import Action
from bot.ports import Again, Failed, Parked, Released, Sent, Settlement
from storage.sqlite.base import add_notices
from storage.sqlite.rows import to_ms

_ROWS = "WHERE id IN (SELECT value FROM json_each(:ids))"
_FREE = "owner = NULL, lease_until = 0"
# A post that changed while its alert was under way is edited at once.
_SENT = f"""
UPDATE deliveries SET state = 'sent', {_FREE}, error = '', uncertain = 0, reference = :reference,
    settled_at = :now, revision = :revision,
    edit_due_at = iif(bundle IS NULL AND :reference <> ''
        AND (SELECT revision FROM posts WHERE posts.id = post_id) > :revision, :now, NULL)
{_ROWS}
"""
_EDITED = f"""
UPDATE deliveries SET {_FREE}, reference = :reference, revision = :revision, edited = edited + 1,
    edit_due_at = iif((SELECT revision FROM posts WHERE posts.id = post_id) > :revision, :now, NULL)
{_ROWS}
"""
_AGAIN = f"""
UPDATE deliveries SET state = 'pending', {_FREE}, due_at = :due, error = :error, uncertain = :uncertain,
    plain = max(plain, :plain)
{_ROWS}
"""
_EDIT_AGAIN = f"UPDATE deliveries SET {_FREE}, edit_due_at = :due, error = :error {_ROWS}"
_FAILED = f"UPDATE deliveries SET state = 'failed', {_FREE}, error = :error, settled_at = :now {_ROWS}"
_EDIT_FAILED = f"UPDATE deliveries SET {_FREE}, error = :error, edit_due_at = NULL {_ROWS}"
_RELEASED = f"UPDATE deliveries SET state = 'pending', {_FREE}, attempts = attempts - 1 {_ROWS}"
_EDIT_RELEASED = f"UPDATE deliveries SET {_FREE} {_ROWS}"
_PARK = """
UPDATE destinations SET parked_at = coalesce(parked_at, :now), parked_reason = :error, probe_at = :probe
WHERE id = :destination_id
"""
_PARK_OWN = f"UPDATE deliveries SET state = 'parked', {_FREE}, error = :error, uncertain = 0 {_ROWS}"
PARK_QUEUE = (
    "UPDATE deliveries SET state = 'parked' WHERE destination_id = :destination_id AND state = 'pending'"
)
_RESUME_DESTINATION = """
UPDATE destinations SET parked_at = NULL, parked_reason = '', probe_at = NULL WHERE id = :destination_id
"""
_RESUME_QUEUE = """
UPDATE deliveries SET state = 'pending', due_at = :now
WHERE destination_id = :destination_id AND state = 'parked'
"""
RESUME = (_RESUME_DESTINATION, _RESUME_QUEUE)


async def settle_one(connection: aiosqlite.Connection, settlement: Settlement) -> None:
    """Record one outcome, inside the caller's transaction."""
    claim = settlement.claim
    ids = json.dumps(claim.delivery_ids)
    edit = claim.action is Action.EDIT
    match settlement:
        case Sent(reference=reference, at=at):
            parameters = {"ids": ids, "reference": reference, "now": to_ms(at), "revision": claim.revision}
            await connection.execute(_EDITED if edit else _SENT, parameters)
            if claim.destination.parked:
                await _resume(connection, claim.destination.id, to_ms(at))
        case Again():
            parameters = {
                "ids": ids,
                "due": to_ms(settlement.due_at),
                "error": settlement.error,
                "uncertain": int(settlement.uncertain),
                "plain": int(settlement.plain),
            }
            await connection.execute(_EDIT_AGAIN if edit else _AGAIN, parameters)
        case Failed(error=error, at=at):
            parameters = {"ids": ids, "error": error, "now": to_ms(at)}
            await connection.execute(_EDIT_FAILED if edit else _FAILED, parameters)
            if not edit and claim.destination.parked:  # it was reached: only the message was refused
                await _resume(connection, claim.destination.id, to_ms(at))
        case Released():
            await connection.execute(_EDIT_RELEASED if edit else _RELEASED, {"ids": ids})
        case Parked():
            await _park(connection, settlement, ids, edit=edit)
        case _:
            assert_never(settlement)


async def _resume(connection: aiosqlite.Connection, destination_id: int, now: int) -> None:
    for statement in RESUME:
        await connection.execute(statement, {"destination_id": destination_id, "now": now})


async def _park(connection: aiosqlite.Connection, parked: Parked, ids: str, *, edit: bool) -> None:
    parameters = {
        "ids": ids,
        "destination_id": parked.claim.destination.id,
        "error": parked.reason,
        "now": to_ms(parked.at),
        "probe": to_ms(parked.probe_at),
    }
    known = await connection.execute_fetchall(
        "SELECT 1 FROM destinations WHERE id = :destination_id AND parked_at IS NOT NULL", parameters
    )
    if not list(known):
        await add_notices(connection, parked.notices, parked.at)
    await connection.execute(_PARK, parameters)
    await connection.execute(_EDIT_RELEASED if edit else _PARK_OWN, parameters)
    await connection.execute(PARK_QUEUE, parameters)
