"""Stories that several feeds tell: finds the other copies of a new post, and plans edits of their messages.

All of it happens in the transaction that stores the post, so that it is known as a copy from its beginning.
That transaction holds the locks of the post's keys (`locks.with_posts`): of two copies that come at the same
time, one is the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.ports import PostRow
from storage.postgres.connection import Connection
from storage.shared.stories import COLUMNS, Copied, chosen, looked_for, oldest

CANDIDATES = f"""
SELECT {COLUMNS}, k.key AS story_key, left(p.text, %(characters)s) AS text,
    EXISTS (SELECT 1 FROM posts AS own
        WHERE own.canonical_id = p.canonical_id AND own.feed_id = %(feed)s) AS ours
FROM unnest(%(keys)s::text[]) AS asked(key) CROSS JOIN LATERAL (
    SELECT key, post_id FROM story_keys WHERE story_keys.key = asked.key
    ORDER BY post_id DESC LIMIT %(found)s) AS k
JOIN posts AS p ON p.id = k.post_id JOIN posts AS began ON began.id = p.canonical_id
ORDER BY p.id
"""
# By their places in the table, which are found once and cannot change as the rows are locked.
FORGET = """
DELETE FROM story_keys WHERE ctid = ANY(array(
    SELECT ctid FROM story_keys WHERE published_at < %(oldest)s
    ORDER BY published_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
"""
# Parts of a statement that stores `post`: the keys by which its copies are found; some too old ones go.
REMEMBERED = f"""
remembered AS (
    INSERT INTO story_keys (key, post_id, published_at)
    SELECT DISTINCT key, post.id, post.published_at FROM post, unnest(%(story_keys)s::text[]) AS key
    ON CONFLICT DO NOTHING
), forgotten AS ({FORGET})
"""
# What all other copies show changes with one of them: they name its feed and its categories.
REVISE = """
UPDATE posts SET revision = revision + 1
WHERE canonical_id = %(post_id)s AND id <> %(copy_id)s AND joins = 1
"""
# The sent messages that show a changed post, or a copy beside one that changes what its readers see of both.
# "OFFSET 0" makes the planner look up the subscriptions of each destination, and never read all of them.
EDIT = """
UPDATE deliveries AS q SET edit_due_at = %(now)s,
    edit_attempts = CASE WHEN lease_until > 0 THEN edit_attempts ELSE 0 END
WHERE q.post_id = %(post_id)s AND q.state = 'sent' AND q.reference <> '' AND q.bundle IS NULL
    AND (coalesce(q.shown_id, q.post_id) = %(copy_id)s OR %(beside)s::boolean AND EXISTS (
        SELECT 1 FROM subscriptions AS s
        WHERE s.destination_id = q.destination_id AND s.feed_id IN (0, %(feed_id)s) OFFSET 0))
    AND q.revision < (SELECT p.revision FROM posts AS p WHERE p.id = coalesce(q.shown_id, q.post_id))
"""


async def find_story(connection: Connection, feed_id: int, row: PostRow) -> int | None:
    """Return the id of the first copy of the story that a new post tells; None if no other feed has it."""
    if not row.story:
        return None
    values = {**looked_for(feed_id), "keys": list(row.story)}
    return chosen(row, feed_id, await connection.rows(CANDIDATES, values))


def remembered_by(keys: Iterable[str], now: datetime) -> dict[str, object]:
    """Return the parameters of REMEMBERED. `keys`: by which copies of the post are found."""
    return {"story_keys": list(keys), **oldest(now)}


async def plan_edits(connection: Connection, copy: Copied, now: int, *, beside: bool) -> None:
    """Plan edits of the messages that show a post; `beside`: and of those that show another copy of it."""
    values = copy.parameters() | {"copy_id": copy.id, "now": now, "beside": beside}
    if beside:
        await connection.run(REVISE, values)
    await connection.run(EDIT, values)
