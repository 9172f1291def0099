"""Code that the parts of the SQLite store share."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.model import platform_of
from bot.ports import AdminNotice
from storage.shared.mapping import to_ms
from storage.sqlite.connection import Database
from storage.sqlite.inline import Statements

Part = TypeVar("Part", bound="Queries")
Values = ParamSpec("Values")
Result = TypeVar("Result")


class Queries:
    """Base class of the store's parts. Each part has the queries of one topic."""

    def __init__(self, database: Database) -> None:
        self._database = database


def in_transaction(
    method: Callable[Concatenate[Part, Statements, Values], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Part, Values], Coroutine[Any, Any, Result]]:
    """Run a method as one transaction, whose connection it gets first; see `Database.at_once`."""

    @wraps(method)
    async def run(self: Part, /, *args: Values.args, **kwargs: Values.kwargs) -> Result:
        async def job(connection: Statements) -> Result:
            return await method(self, connection, *args, **kwargs)

        return await self._database.at_once(job)

    return run


async def destination_id(connection: Statements, address: str, now: datetime) -> int:
    """Return the id of an address; a new address becomes a destination."""
    await connection.execute(
        "INSERT INTO destinations (address, platform, created_at) VALUES (:address, :platform, :now) "
        "ON CONFLICT (address) DO NOTHING",
        {"address": address, "platform": platform_of(address), "now": to_ms(now)},
    )
    return await first_int(connection, "SELECT id FROM destinations WHERE address = ?", [address])


async def first_int(
    connection: Statements, sql: str, parameters: Sequence[object] | dict[str, object]
) -> int:
    """Return the first column of the only row of a query."""
    rows = list(await connection.execute_fetchall(sql, parameters))
    return int(rows[0][0])


async def add_notices(connection: Statements, notices: Iterable[AdminNotice], now: datetime) -> None:
    """Put notices into the outbox, inside the caller's transaction."""
    for notice in notices:
        target = await destination_id(connection, notice.address, now)
        await connection.execute(
            "INSERT INTO deliveries (destination_id, notice, state, due_at, created_at) "
            "SELECT id, :text, iif(parked_at IS NULL, 'pending', 'parked'), :now, :now "
            "FROM destinations WHERE id = :target",
            {"target": target, "text": notice.text, "now": to_ms(now)},
        )


async def learn_terms(connection: Statements, feed_id: int, names: Mapping[str, str]) -> None:
    """Store terms (key to name) of a feed. The latest spelling of a name replaces the former one."""
    await learn_all(connection, [(feed_id, term, name) for term, name in names.items()])


async def learn_all(connection: Statements, terms: Sequence[tuple[int, str, str]]) -> None:
    """Store terms (feed id, key, name) of many feeds; see `learn_terms`."""
    await connection.executemany(
        "INSERT INTO terms (feed_id, term, name) VALUES (?, ?, ?) "
        "ON CONFLICT (feed_id, term) DO UPDATE SET name = excluded.name",
        terms,
    )
