"""Stories that several feeds tell: finds the other copies of a new post, and plans edits of their messages.

All of it happens in the transaction that stores the post, so that it is known as a copy from its beginning.
"""

from __future__ import annotations

import json
from datetime import datetime

from bot.ports import PostRow
from storage.shared.mapping import to_ms
from storage.shared.stories import COLUMNS, Copied, chosen, looked_for, oldest
from storage.sqlite.inline import Statements

CANDIDATES = f"""
SELECT {COLUMNS}, k.key AS story_key, substr(p.text, 1, :characters) AS text,
    EXISTS (SELECT 1 FROM posts AS own INDEXED BY posts_canonical
        WHERE own.canonical_id = p.canonical_id AND own.feed_id = :feed) AS ours
FROM json_each(:keys) AS asked
CROSS JOIN story_keys AS k ON k.key = asked.value AND k.post_id IN (
    SELECT post_id FROM story_keys WHERE key = asked.value ORDER BY post_id DESC LIMIT :found)
CROSS JOIN posts AS p ON p.id = k.post_id
CROSS JOIN posts AS began ON began.id = p.canonical_id
ORDER BY p.id
"""
_REMEMBER = """
INSERT INTO story_keys (key, post_id, published_at) VALUES (:key, :post_id, :published)
ON CONFLICT DO NOTHING
"""
FORGET = """
DELETE FROM story_keys WHERE (key, post_id) IN (
    SELECT key, post_id FROM story_keys WHERE published_at < :oldest ORDER BY published_at LIMIT :limit)
"""
# What all other copies show changes with one of them: they name its feed and its categories.
REVISE = """
UPDATE posts SET revision = revision + 1 WHERE canonical_id = :post_id AND id <> :copy_id AND joins = 1
"""
# The sent messages that show a changed post, or a copy beside one that changes what its readers see of both.
EDIT = """
UPDATE deliveries SET edit_due_at = :now, edit_attempts = iif(lease_until > 0, edit_attempts, 0)
WHERE post_id = :post_id AND state = 'sent' AND reference <> '' AND bundle IS NULL
    AND (coalesce(shown_id, post_id) = :copy_id OR :beside AND EXISTS (
        SELECT 1 FROM subscriptions AS s
        WHERE s.destination_id = deliveries.destination_id AND s.feed_id IN (0, :feed_id)))
    AND revision < (SELECT revision FROM posts WHERE id = coalesce(shown_id, post_id))
"""


async def find_story(connection: Statements, feed_id: int, row: PostRow) -> int | None:
    """Return the id of the first copy of the story that a new post tells; None if no other feed has it."""
    if not row.story:
        return None
    values = {**looked_for(feed_id), "keys": json.dumps(row.story)}
    return chosen(row, feed_id, await connection.execute_fetchall(CANDIDATES, values))


async def remember_story(connection: Statements, post_id: int, row: PostRow, now: datetime) -> None:
    """Store the keys by which copies of a post are found, and delete some that are too old."""
    published = to_ms(row.post.published)
    values = [{"key": key, "post_id": post_id, "published": published} for key in row.story or ()]
    await connection.executemany(_REMEMBER, values)
    await connection.execute(FORGET, oldest(now))


async def plan_edits(connection: Statements, copy: Copied, now: int, *, beside: bool) -> None:
    """Plan edits of the messages that show a post; `beside`: and of those that show another copy of it."""
    values = copy.parameters() | {"copy_id": copy.id, "now": now, "beside": beside}
    if beside:
        await connection.execute(REVISE, values)
    await connection.execute(EDIT, values)
