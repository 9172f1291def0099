"""Takes held posts out of the queue of a destination that does not follow them any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import aiosqlite

from bot.match import matches, subject_of
from bot.model import Subscription
from storage.sqlite.mapping import post_from

# The held rows of a destination with each copy of their posts: a post may be in several feeds.
HELD = """
SELECT q.id AS delivery_id, p.*, '' AS feed_name
FROM deliveries AS q INDEXED BY deliveries_held_there CROSS JOIN posts AS p ON p.canonical_id = q.post_id
WHERE q.destination_id = :destination_id AND q.state = 'held'
"""


async def drop_unfollowed(
    connection: aiosqlite.Connection, destination_id: int, subscriptions: Sequence[Subscription]
) -> None:
    """Delete the held rows of a destination whose posts none of its subscriptions lets through."""
    rows = await connection.execute_fetchall(HELD, {"destination_id": destination_id})
    has_words = any(key.startswith("w:") for each in subscriptions for key in _keys(each))
    held: dict[int, bool] = {}
    for row in rows:
        subject = subject_of(post_from(row), row["text"] if has_words else "")
        held[row["delivery_id"]] = held.get(row["delivery_id"], False) or any(
            each.feed_id in (None, row["feed_id"]) and matches(each.filter, subject) for each in subscriptions
        )
    await connection.executemany(
        "DELETE FROM deliveries WHERE id = ?", [(each,) for each, wanted in held.items() if not wanted]
    )


def _keys(subscription: Subscription) -> Iterable[str]:
    return subscription.filter.include | subscription.filter.exclude
