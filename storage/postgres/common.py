"""Code that the parts of the PostgreSQL store share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.ports import AdminNotice
from storage.postgres.connection import Connection, Database
from storage.shared.mapping import to_ms

_DESTINATIONS = """
INSERT INTO destinations (address, platform, created_at)
SELECT address, split_part(address, ':', 1), %(now)s
FROM unnest(%(addresses)s::text[]) WITH ORDINALITY AS given(address, place)
WHERE NOT EXISTS (SELECT 1 FROM destinations AS d WHERE d.address = given.address) ORDER BY place
ON CONFLICT (address) DO NOTHING
"""
_NOTICES = """
INSERT INTO deliveries (destination_id, notice, state, due_at, created_at)
SELECT d.id, given.text, CASE WHEN d.parked_at IS NULL THEN 'pending' ELSE 'parked' END, %(now)s, %(now)s
FROM unnest(%(addresses)s::text[], %(texts)s::text[]) WITH ORDINALITY AS given(address, text, place)
JOIN destinations AS d ON d.address = given.address ORDER BY given.place
"""
_LEARN = """
INSERT INTO terms (feed_id, term, name)
SELECT feed, term, name
FROM unnest(%(feeds)s::bigint[], %(terms)s::text[], %(names)s::text[]) AS given(feed, term, name)
ORDER BY feed, term
ON CONFLICT (feed_id, term) DO UPDATE SET name = excluded.name WHERE terms.name <> excluded.name
"""


class Queries:
    """Base class of the store's parts. Each part has the queries of one topic."""

    def __init__(self, database: Database) -> None:
        self._database = database


async def destination_id(connection: Connection, address: str, now: datetime) -> int:
    """Return the id of an address; a new address becomes a destination."""
    await connection.run(_DESTINATIONS, {"addresses": [address], "now": to_ms(now)})
    return await connection.number(
        "SELECT id FROM destinations WHERE address = %(address)s", {"address": address}
    )


async def add_notices(connection: Connection, notices: Iterable[AdminNotice], now: datetime) -> None:
    """Put notices into the outbox, inside the caller's transaction."""
    each = list(notices)
    if not each:
        return
    addresses = [notice.address for notice in each]
    await connection.run(_DESTINATIONS, {"addresses": list(dict.fromkeys(addresses)), "now": to_ms(now)})
    texts = [notice.text for notice in each]
    await connection.run(_NOTICES, {"addresses": addresses, "texts": texts, "now": to_ms(now)})


async def learn_terms(connection: Connection, feed_id: int, names: Mapping[str, str]) -> None:
    """Store terms (key to name) of a feed. The latest spelling of a name replaces the former one."""
    await learn_all(connection, [(feed_id, term, name) for term, name in names.items()])


async def learn_all(connection: Connection, terms: Sequence[tuple[int, str, str]]) -> None:
    """Store terms (feed id, key, name) of many feeds; see `learn_terms`."""
    if terms:
        feeds, keys, names = map(list, zip(*terms, strict=True))
        await connection.run(_LEARN, {"feeds": feeds, "terms": keys, "names": names})
