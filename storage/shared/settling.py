"""Decides what an outcome of a claim writes, and whether it still counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, assert_never

from bot.model import Action, Digest
from bot.ports import AdminNotice, Failed, Parked, Requeued, Retry, Sent, Settlement
from storage.shared.mapping import to_ms
from storage.shared.rows import Row


class Write(Enum):
    """What an outcome changes. Each store has its statements for each."""

    SENT = auto()
    EDITED = auto()
    AGAIN = auto()
    EDIT_AGAIN = auto()
    FAILED = auto()
    EDIT_FAILED = auto()
    RELEASED = auto()
    EDIT_RELEASED = auto()
    PARK = auto()  # of the destination; the next two: of its rows
    PARK_OWN = auto()
    PARK_QUEUE = auto()
    PROBE_LATER = auto()
    RESUME = auto()


Parameters = dict[str, Any]
_Writes = list[tuple[Write, Parameters]]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a batch of outcomes writes, in order: first the notices, each with its time, then the writes."""

    notices: list[tuple[AdminNotice, datetime]] = field(default_factory=list)
    writes: dict[Write, list[Parameters]] = field(default_factory=dict)


def outcomes(settlements: Sequence[Settlement], rows: Mapping[int, Row]) -> Outcomes:
    """Return what is written. `rows`: the first row of each claim by its id.

    They have `id`, `destination_id`, `bundle`, `state`, `attempts`, `edit_attempts`, `lease_until`, `due_at`
    and `parked` (of the destination). The parameter `ids` is a list.
    """
    found = Outcomes()
    for settlement in settlements:
        row = rows.get(settlement.claim.delivery_ids[0])
        if row is None or not _counts(settlement, row):
            continue
        for write, parameters in _writes(settlement, row):
            found.writes.setdefault(write, []).append(parameters)
        if isinstance(settlement, Parked) and not row["parked"]:
            found.notices.extend((notice, settlement.at) for notice in settlement.notices)
    return found


def _counts(settlement: Settlement, row: Row) -> bool:
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


def _writes(settlement: Settlement, row: Row) -> _Writes:
    """Return the writes that record an outcome."""
    claim = settlement.claim
    base: Parameters = {
        "ids": list(claim.delivery_ids),
        "destination_id": row["destination_id"],
        "revision": claim.revision,
        "state": "parked" if row["parked"] else "pending",
    }
    edit = claim.action is Action.EDIT
    match settlement:
        case Sent(reference=reference, at=at):
            values = base | {"reference": reference, "now": to_ms(at)}
            return [(Write.EDITED, values)] if edit else [(Write.SENT, values), *_resume(row, values)]
        case Failed(error=error, at=at):  # the destination was reached, only the message was refused
            values = base | {"error": error, "now": to_ms(at)}
            return [(Write.EDIT_FAILED, values)] if edit else [(Write.FAILED, values), *_resume(row, values)]
        case Retry():
            return _again(settlement, row, base)
        case Requeued():
            return _released(settlement, row, base)
        case Parked():
            return _park(settlement, row, base)
        case _:
            assert_never(settlement)


def _set_back(at: datetime | None, row: Row) -> int:
    """Return the milliseconds by which the clock was set back since an outcome was decided; see the port.

    The lease was shifted with the clock, and no outcome is decided after its lease ended. The time by which
    `at` lies after the lease is therefore (at least part of) the shift.
    """
    if at is None or not row["lease_until"]:
        return 0
    return max(0, to_ms(at) - int(row["lease_until"]))


def _again(again: Retry, row: Row, base: Parameters) -> _Writes:
    values = {
        **base,
        "due": to_ms(again.due_at) - _set_back(again.at, row),
        "error": again.error,
        "uncertain": int(again.uncertain),
        "plain": int(again.plain),
    }
    if again.claim.action is Action.EDIT:
        return [(Write.EDIT_AGAIN, values)]
    return [(Write.AGAIN, values), *_probe_later(row, values)]


def _released(requeued: Requeued, row: Row, base: Parameters) -> _Writes:
    due = None if requeued.due_at is None else to_ms(requeued.due_at) - _set_back(requeued.at, row)
    values = base | {"due": row["due_at"] if due is None else due, "edit_due": due}
    if requeued.claim.action is Action.EDIT:
        return [(Write.EDIT_RELEASED, values)]
    return [(Write.RELEASED, values), *_probe_later(row, values)]


def _park(parked: Parked, row: Row, base: Parameters) -> _Writes:
    set_back = _set_back(parked.at, row)
    values = {
        **base,
        "error": parked.reason,
        "now": to_ms(parked.at) - set_back,
        "probe": to_ms(parked.probe_at) - set_back,
        "edit_due": None,
    }
    own = Write.EDIT_RELEASED if parked.claim.action is Action.EDIT else Write.PARK_OWN
    return [(Write.PARK, values), (own, values), (Write.PARK_QUEUE, values)]


def _probe_later(row: Row, values: Parameters) -> _Writes:
    """Return the write that plans the next probe of a parked destination; nothing for other ones."""
    return [(Write.PROBE_LATER, values)] if row["parked"] else []


def _resume(row: Row, values: Parameters) -> _Writes:
    return [(Write.RESUME, values)] if row["parked"] else []
