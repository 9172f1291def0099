"""Takes held posts out of the queue of a destination that does not follow them any more."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Subscription
from storage.shared.holding import unfollowed
from storage.sqlite.inline import Statements

# The held rows of a destination with each copy of their posts: a post may be in several feeds.
HELD = """
SELECT q.id AS delivery_id, coalesce(q.shown_id, q.post_id) AS shown, p.*, '' AS feed_name
FROM deliveries AS q INDEXED BY deliveries_held_there CROSS JOIN posts AS p ON p.canonical_id = q.post_id
WHERE q.destination_id = :destination_id AND q.state = 'held'
"""


async def drop_unfollowed(
    connection: Statements, destination_id: int, subscriptions: Sequence[Subscription]
) -> None:
    """Delete the held rows of a destination whose posts none of its subscriptions lets through."""
    rows = await connection.execute_fetchall(HELD, {"destination_id": destination_id})
    found = unfollowed(rows, subscriptions)
    await connection.executemany("DELETE FROM deliveries WHERE id = ?", [(each,) for each in found.deleted])
    await connection.executemany("UPDATE deliveries SET shown_id = :shown_id WHERE id = :id", found.shown)
