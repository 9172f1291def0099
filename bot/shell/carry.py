"""Carries all rows of one database into another, and compares what arrived with what was sent."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from bot.errors import StoreError, UnstorableError
from bot.ports import Batch, MovedTable, MoveSource, MoveTarget

_DIGEST = 16  # bytes
_Show = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """How many rows of a table there were, and a checksum of all, whatever their order.

    Each row has a digest, and the checksum is their sum: a row that is missing, doubled or changed shows.
    """

    rows: int = 0
    checksum: int = 0

    def add(self, batch: Batch) -> None:
        """Count some more rows."""
        self.rows += len(batch)
        for row in batch:
            written = repr(tuple(row)).encode("utf-8", "surrogatepass")
            self.checksum += int.from_bytes(hashlib.blake2b(written, digest_size=_DIGEST).digest())


async def carry(source: MoveSource, target: MoveTarget, show: _Show) -> dict[str, int]:
    """Store all rows in the target, which is not committed, and return how many each table has.

    `show`: is told how far it is. Raises StoreError if anything cannot be read, stored, or did not arrive.
    """
    tables = await source.tables()
    sent = {table.name: await _store(source, target, table, show) for table in tables}
    show("Making the indexes ...")
    await target.complete()
    for table in tables:
        arrived = Tally()
        compared = _tallied(target.batches(table), arrived, f"Comparing {table.name}", table, show)
        async with aclosing(compared) as batches:
            async for _ in batches:
                pass
        if arrived != sent[table.name]:
            raise StoreError(
                f"The table {table.name} is not the same in {target.name} as in {source.name}; nothing "
                "was moved."
            )
    return {name: tally.rows for name, tally in sent.items()}


async def _store(source: MoveSource, target: MoveTarget, table: MovedTable, show: _Show) -> Tally:
    sent = Tally()
    rows = _tallied(source.batches(table), sent, f"Moving {table.name}", table, show)
    try:
        async with aclosing(rows) as batches:
            await target.store(table, batches)
    except UnstorableError as error:
        raise StoreError(
            f"{error} It is in the table {table.name} of {source.name}; nothing was moved."
        ) from error
    return sent


async def _tallied(
    rows: AsyncGenerator[Batch, None], tally: Tally, doing: str, table: MovedTable, show: _Show
) -> AsyncGenerator[Batch, None]:
    """Yield the batches of a table, add them to a tally, and show how far it is."""
    async with aclosing(rows) as batches:
        async for batch in batches:
            tally.add(batch)
            show(f"{doing}: {tally.rows:,} of {table.rows:,} ...")
            yield batch
