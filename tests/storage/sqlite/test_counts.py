"""What is counted as it is stored is what counting afresh would give, whatever happens to posts."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from hypothesis import example, given, settings

from storage.sqlite import migrate
from storage.sqlite.store import open_sqlite
from tests.storage.lives import Change, changes, live

KEPT_TERMS = "SELECT feed_id, term, posts, last_used_at FROM terms ORDER BY feed_id, term"
COUNTED_TERMS = """
SELECT t.feed_id, t.term, count(p.id), max(p.published_at) FROM terms AS t
LEFT JOIN (post_terms AS pt JOIN posts AS p ON p.id = pt.post_id)
    ON pt.term = t.term AND p.feed_id = t.feed_id
GROUP BY t.feed_id, t.term ORDER BY t.feed_id, t.term
"""
KEPT_STATES = "SELECT platform, state, deliveries FROM delivery_counts ORDER BY platform, state"
COUNTED_STATES = """
SELECT kept.platform, kept.state, (
    SELECT count(*) FROM (
        SELECT d.platform, e.state FROM deliveries AS e JOIN destinations AS d ON d.id = e.destination_id
        UNION ALL SELECT * FROM merged) AS q
    WHERE q.platform = kept.platform
        AND (q.state = kept.state OR (kept.state = 'waiting' AND q.state IN ('pending', 'sending'))))
FROM delivery_counts AS kept ORDER BY kept.platform, kept.state
"""
# When two destinations become one, only one of two sent rows about a post is kept, but both count as sent.
WATCH = """
CREATE TABLE merged (platform TEXT, state TEXT);
CREATE TRIGGER merging AFTER DELETE ON deliveries WHEN old.state IN ('sent', 'failed') BEGIN
    INSERT INTO merged SELECT platform, old.state FROM destinations WHERE id = old.destination_id;
END;
"""
# Each post's terms hold what they are sorted by as the post has it.
STRAYS = """
SELECT count(*) FROM post_terms AS pt JOIN posts AS p ON p.id = pt.post_id
WHERE (pt.feed_id, pt.canonical_id, pt.published_at) <> (p.feed_id, p.canonical_id, p.published_at)
"""


def delete(path: str, post: str) -> None:
    """Take a post that was sent to nobody out of the archive, in all feeds."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        found = "SELECT id FROM posts WHERE key = ?"
        if connection.execute(f"SELECT 1 FROM deliveries WHERE post_id IN ({found})", [post]).fetchone():
            return
        for table in ("post_terms", "post_aliases"):
            connection.execute(f"DELETE FROM {table} WHERE post_id IN ({found})", [post])
        connection.execute("DELETE FROM posts WHERE key = ?", [post])


def post(number: int) -> Change:
    return ("new", 0, number, ["Trade"], [], 0)


def deed(what: str) -> Change:
    return (what, 0, 0, [], [], 0)


@settings(max_examples=60, deadline=None)
@given(steps=changes)
@example(steps=[post(1), deed("send"), post(2), post(3), deed("claim only"), deed("send")])
@example(steps=[*map(post, range(8)), deed("send")])  # several rows in one message
@example(steps=[*map(post, range(8)), deed("park"), deed("probe"), deed("send")])
def test_counts_are_what_counting_afresh_gives(steps: Sequence[Change]) -> None:
    async def run(path: str) -> None:
        store = await open_sqlite(f"sqlite:///{path}")
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(WATCH)
        await live(store, steps, lambda post: asyncio.to_thread(delete, path, post))
        await store.aclose()

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "counted.db")
        asyncio.run(run(path))
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute(KEPT_TERMS).fetchall() == connection.execute(COUNTED_TERMS).fetchall()
            assert connection.execute(KEPT_STATES).fetchall() == connection.execute(COUNTED_STATES).fetchall()
            assert connection.execute(STRAYS).fetchone() == (0,)


def test_an_older_database_is_counted_when_it_is_brought_up_to_date() -> None:
    steps = migrate.steps()
    counting = next(number for number, step in enumerate(steps) if "CREATE TABLE delivery_counts" in step)
    with closing(sqlite3.connect(":memory:")) as connection:
        for step in steps[:counting]:
            connection.executescript(step)
        connection.executescript(OLD_POSTS)
        for step in steps[counting:]:
            connection.executescript(step)

        assert connection.execute(KEPT_TERMS).fetchall() == [
            (1, "c:arts", 0, None),
            (1, "c:trade", 2, 20),
            (1, "t:steel", 1, 10),
        ]
        assert connection.execute(KEPT_STATES).fetchall() == [
            ("console", "failed", 1),
            ("console", "held", 0),
            ("console", "parked", 1),
            ("console", "sent", 2),
            ("console", "waiting", 1),
            ("slack", "failed", 0),
            ("slack", "held", 0),
            ("slack", "parked", 0),
            ("slack", "sent", 1),
            ("slack", "waiting", 0),
        ]
        assert connection.execute(STRAYS).fetchone() == (0,)


OLD_POSTS = """
INSERT INTO feeds (id, name, name_fold, settings_url, url, every, announce_latest, categories, aliases,
    api_base, origin, next_poll_at)
VALUES (1, 'Blog', 'blog', 'u', 'u', 900, 0, '[]', '{}', 'off', 'chat', 0);
INSERT INTO posts (id, feed_id, key, canonical_id, wordpress_id, guid, link, link_path, title, author,
    published_at, first_seen_at, summary, text, text_hash, image, update_text, labels, categories, tags, rank,
    evidence, ambiguous, silent, edits, refile_attempts)
SELECT value, 1, 'p' || value, value, 0, '', '', '', '', '', value * 10, 0, '', '', '', '', '', '[]', '[]',
    '[]', 0, '', 0, 0, 0, 0 FROM json_each('[1, 2]');
INSERT INTO terms (feed_id, term, name)
VALUES (1, 'c:trade', 'Trade'), (1, 't:steel', 'Steel'), (1, 'c:arts', 'Arts');
INSERT INTO post_terms (post_id, term) VALUES (1, 'c:trade'), (2, 'c:trade'), (1, 't:steel');
INSERT INTO destinations (id, address, platform, created_at)
SELECT value, 'x:' || value, iif(value = 6, 'slack', 'console'), 0 FROM json_each('[1, 2, 3, 4, 5, 6]');
INSERT INTO deliveries (destination_id, post_id, state, due_at, created_at)
SELECT value, 1, CASE value WHEN 3 THEN 'failed' WHEN 4 THEN 'pending' WHEN 5 THEN 'parked' ELSE 'sent' END,
    0, 0 FROM json_each('[1, 2, 3, 4, 5, 6]');
"""
