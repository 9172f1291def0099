"""What `bystander move` asks of a database that it takes over, and of the one that it fills."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Value = str | int | float | None
Batch = Sequence[tuple[Value, ...]]  # rows of one table


@dataclass(frozen=True, slots=True)
class MovedTable:
    """A table that every store has. `rows`: how many it has where it is read."""

    name: str
    columns: tuple[str, ...]
    rows: int


class MoveSource(Protocol):
    """A database as of one moment, which is only read.

    While it is open, no bot runs on it, and nobody else writes to it. `name`: for people, without secrets.
    """

    name: str

    async def tables(self) -> Sequence[MovedTable]:
        """Return all that is to be moved, in the order in which it can be stored."""
        ...

    def batches(self, table: MovedTable) -> AsyncGenerator[Batch, None]:
        """Yield the rows of a table, a few hundred at a time."""
        ...

    def remarks(self) -> Sequence[str]:
        """Return a sentence for each thing among what was read that could not be kept as it is."""
        ...

    async def mark_moved(self, target: str, at: datetime) -> None:
        """Note where everything is; once this is committed, the database is refused wherever it is opened.

        `target`: the name of the new database. Raises StoreError also if others could have written meanwhile.
        """
        ...

    async def commit(self) -> None:
        """Make the mark last."""
        ...


class MoveTarget(Protocol):
    """A database without any content that is filled in one transaction.

    While it is open, no bot runs on it. Unless `commit` was called it is left as empty as it was.
    `name`: for people, without secrets.
    """

    name: str

    async def store(self, table: MovedTable, batches: AsyncIterator[Batch]) -> None:
        """Store the rows of a table under their ids. Raises UnstorableError for a value it cannot hold."""
        ...

    async def complete(self) -> None:
        """Make what is derived from the rows: indexes, the words of the archive, the ids of new rows."""
        ...

    def batches(self, table: MovedTable) -> AsyncGenerator[Batch, None]:
        """Yield the rows that were stored, in any order, a few hundred at a time."""
        ...

    async def commit(self) -> None:
        """Make all of it last."""
        ...
