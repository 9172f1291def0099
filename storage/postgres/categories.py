"""The categories of a blog by their numbers, and what they were called before."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Rename
from bot.ports import CategoryChange, KnownCategories, NumberedBlog
from storage.postgres.common import Queries, add_notices
from storage.postgres.errors import retried
from storage.postgres.locks import ALONE, TOGETHER
from storage.postgres.moves import PLAN, begin, move_on, under_way
from storage.shared.moves import plan_from
from storage.shared.refiling import blogs_from, category_parameters, known_from, still_as_expected
from storage.shared.renaming import moves_of

_KNOWN = "SELECT * FROM blog_categories WHERE feed_id = %(feed)s ORDER BY number"
_STORE = """
INSERT INTO blog_categories (feed_id, number, source, name, parent)
VALUES (%(feed_id)s, %(number)s, %(source)s, %(name)s, %(parent)s)
ON CONFLICT (feed_id, number) DO UPDATE SET source = excluded.source, name = excluded.name,
    parent = excluded.parent, missing = 0
"""
_MISSING = """
UPDATE blog_categories SET missing = (number = ANY(%(missing)s::bigint[]))::integer
WHERE feed_id = %(feed)s
"""
_FORGET = """
DELETE FROM blog_categories
WHERE feed_id = %(feed)s AND (source <> %(source)s OR number = ANY(%(forgotten)s::bigint[]))
"""
_FORMERLY = """
SELECT n.term, n.name, n.now_name FROM former_names AS n JOIN feeds ON feeds.id = n.feed_id
WHERE n.term = ANY(%(keys)s) AND feeds.retired_at IS NULL
    AND (%(feed)s::bigint IS NULL OR feeds.id = %(feed)s) ORDER BY n.feed_id DESC
"""


# Those whose categories have numbers, the blog with the most posts under the name first.
_WITH = """
SELECT feeds.* FROM terms AS t JOIN feeds ON feeds.id = t.feed_id
WHERE t.term = %(key)s AND feeds.retired_at IS NULL AND (%(feed)s::bigint IS NULL OR feeds.id = %(feed)s)
    AND EXISTS (SELECT 1 FROM blog_categories AS b WHERE b.feed_id = feeds.id)
ORDER BY t.posts DESC, feeds.id LIMIT %(limit)s
"""
_NUMBERED = "SELECT * FROM blog_categories WHERE feed_id = ANY(%(feeds)s::bigint[]) ORDER BY feed_id, number"


class CategoryQueries(Queries):
    """`bot.ports.CategoryStore` and `bot.ports.CategoryNames`."""

    async def blog_categories(self, feed_id: int, source: str) -> KnownCategories:
        rows = await self._database.read(_KNOWN, {"feed": feed_id})
        return known_from(row for row in rows if row["source"] == source)

    @retried
    async def change_categories(self, change: CategoryChange) -> bool:
        moves, feed = moves_of(change.renames), {"feed": change.feed_id}
        async with self._database.transaction() as connection:
            if await under_way(connection, change.feed_id):
                return False
            if not still_as_expected(change, await connection.rows(_KNOWN, feed)):
                return False
            if moves:
                await begin(connection, change.feed_id, moves, change.at)
            forgotten = sorted(change.forgotten)
            await connection.run(_FORGET, {**feed, "source": change.source, "forgotten": forgotten})
            await connection.run_many(_STORE, category_parameters(change))
            await connection.run(_MISSING, {**feed, "missing": sorted(change.missing)})
            await add_notices(connection, change.notices, change.at)
            return True

    @retried
    async def move_on(self, feed_id: int) -> bool:
        (row,) = await self._database.read(PLAN, {"feed": feed_id})
        plan = plan_from(row["renames"])
        alone = plan is not None and plan.filed  # posts are moved beside what others write
        async with self._database.transaction(ALONE if alone else TOGETHER) as connection:
            return await move_on(connection, feed_id, alone=alone)

    async def former_names(self, keys: Sequence[str], feed_id: int | None = None) -> dict[str, Rename]:
        rows = await self._database.ask(_FORMERLY, {"keys": list(keys), "feed": feed_id})
        return {row["term"]: Rename(row["name"], row["now_name"]) for row in rows}

    async def blogs_with(self, key: str, limit: int, feed_id: int | None = None) -> list[NumberedBlog]:
        feeds = await self._database.ask(_WITH, {"key": key, "limit": limit, "feed": feed_id})
        return blogs_from(feeds, await self._database.ask(_NUMBERED, {"feeds": [row["id"] for row in feeds]}))
