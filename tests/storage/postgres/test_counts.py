"""What is counted as it is stored is what counting afresh would give, whatever happens to posts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import psycopg
from hypothesis import given, settings

from storage import open_store
from tests.fakes import postgres
from tests.storage.lives import Change, changes, live

KEPT_TERMS = "SELECT feed_id, term, posts, last_used_at FROM terms ORDER BY feed_id, term"
COUNTED_TERMS = """
SELECT t.feed_id, t.term, count(p.id), max(p.published_at) FROM terms AS t
LEFT JOIN (post_terms AS pt JOIN posts AS p ON p.id = pt.post_id)
    ON pt.term = t.term AND p.feed_id = t.feed_id
GROUP BY t.feed_id, t.term ORDER BY t.feed_id, t.term
"""
KEPT_STATES = """
SELECT platform, sum(sent), sum(failed), sum(waiting), sum(held), sum(parked) FROM delivery_counts
GROUP BY platform HAVING sum(sent + failed + waiting + held + parked) <> 0 ORDER BY platform
"""
# When two destinations become one, only one of two sent rows about a post is kept, but both count as sent.
COUNTED_STATES = """
SELECT platform, count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state = 'failed'),
    count(*) FILTER (WHERE state IN ('pending', 'sending')), count(*) FILTER (WHERE state = 'held'),
    count(*) FILTER (WHERE state = 'parked')
FROM (
    SELECT d.platform, q.state FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
    UNION ALL SELECT platform, state FROM merged) AS every
GROUP BY platform ORDER BY platform
"""
WATCH = """
CREATE TABLE merged (platform TEXT, state TEXT);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO merged SELECT platform, old.state FROM destinations WHERE id = old.destination_id;
    RETURN NULL;
END $$;
CREATE TRIGGER merging AFTER DELETE ON deliveries FOR EACH ROW WHEN (old.state IN ('sent', 'failed'))
EXECUTE FUNCTION watch();
"""
# Each post's terms hold what they are sorted by as the post has it, and each post its words.
STRAYS = """
SELECT count(*) FILTER (
    WHERE (pt.feed_id, pt.canonical_id, pt.published_at) <> (p.feed_id, p.canonical_id, p.published_at)
    OR a.post_id IS NULL)
FROM posts AS p LEFT JOIN post_terms AS pt ON p.id = pt.post_id LEFT JOIN archive AS a ON a.post_id = p.id
"""
SENT_TO_NOBODY = """
key = %(key)s AND NOT EXISTS (
    SELECT 1 FROM deliveries AS q JOIN posts AS same ON same.id = q.post_id WHERE same.key = %(key)s)
"""


@settings(max_examples=30, deadline=None)
@given(steps=changes)
def test_counts_are_what_counting_afresh_gives(steps: Sequence[Change]) -> None:
    async def run() -> None:
        async with (
            postgres.server().database() as url,
            await psycopg.AsyncConnection.connect(url, autocommit=True) as connection,
        ):
            await connection.execute(WATCH)
            store = await open_store(url)

            async def delete(post: str) -> None:
                which = f"SELECT id FROM posts WHERE {SENT_TO_NOBODY}"
                for table in ("post_terms", "post_aliases"):
                    await connection.execute(f"DELETE FROM {table} WHERE post_id IN ({which})", {"key": post})
                await connection.execute(f"DELETE FROM posts WHERE {SENT_TO_NOBODY}", {"key": post})

            async def rows(sql: str) -> list[tuple[object, ...]]:
                return await (await connection.execute(sql)).fetchall()

            await live(store, steps, delete)
            await store.aclose()
            assert await rows(KEPT_TERMS) == await rows(COUNTED_TERMS)
            assert await rows(KEPT_STATES) == await rows(COUNTED_STATES)
            assert await rows(STRAYS) == [(0,)]

    asyncio.run(run())
