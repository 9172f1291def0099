"""The categories of a blog by their numbers, and what they were called before."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.model import Rename
from bot.ports import CategoryChange, KnownCategories, NumberedBlog
from storage.shared.refiling import blogs_from, category_parameters, known_from, still_as_expected
from storage.shared.renaming import moves_of
from storage.sqlite.common import Queries, add_notices, in_transaction
from storage.sqlite.inline import Statements
from storage.sqlite.moves import begin, move_on, under_way

_KNOWN = "SELECT * FROM blog_categories WHERE feed_id = :feed ORDER BY number"
_STORE = """
INSERT INTO blog_categories (feed_id, number, source, name, parent)
VALUES (:feed_id, :number, :source, :name, :parent)
ON CONFLICT (feed_id, number) DO UPDATE SET source = excluded.source, name = excluded.name,
    parent = excluded.parent, missing = 0
"""
_MISSING = """
UPDATE blog_categories SET missing = number IN (SELECT value FROM json_each(:missing)) WHERE feed_id = :feed
"""
_FORGET = """
DELETE FROM blog_categories
WHERE feed_id = :feed AND (source <> :source OR number IN (SELECT value FROM json_each(:forgotten)))
"""
_FORMERLY = """
SELECT n.term, n.name, n.now_name FROM json_each(:keys) AS typed
CROSS JOIN former_names AS n INDEXED BY former_names_term ON n.term = typed.value
CROSS JOIN feeds ON feeds.id = n.feed_id
WHERE feeds.retired_at IS NULL AND (:feed IS NULL OR feeds.id = :feed) ORDER BY n.feed_id DESC
"""


# Those whose categories have numbers, the blog with the most posts under the name first.
_WITH = """
SELECT feeds.* FROM terms AS t INDEXED BY terms_term CROSS JOIN feeds ON feeds.id = t.feed_id
WHERE t.term = :key AND feeds.retired_at IS NULL AND (:feed IS NULL OR feeds.id = :feed)
    AND EXISTS (SELECT 1 FROM blog_categories AS b WHERE b.feed_id = feeds.id)
ORDER BY t.posts DESC, feeds.id LIMIT :limit
"""
_NUMBERED = """
SELECT * FROM blog_categories WHERE feed_id IN (SELECT value FROM json_each(:feeds)) ORDER BY feed_id, number
"""


class CategoryQueries(Queries):
    """`bot.ports.CategoryStore` and `bot.ports.CategoryNames`."""

    async def blog_categories(self, feed_id: int, source: str) -> KnownCategories:
        rows = await self._database.read(_KNOWN, {"feed": feed_id})
        return known_from(row for row in rows if row["source"] == source)

    @in_transaction
    async def change_categories(self, connection: Statements, change: CategoryChange) -> bool:
        rows = await connection.execute_fetchall(_KNOWN, {"feed": change.feed_id})
        if not still_as_expected(change, rows) or await under_way(connection, change.feed_id):
            return False
        if moves := moves_of(change.renames):
            await begin(connection, change.feed_id, moves, change.at)
        await connection.execute(
            _FORGET,
            {
                "feed": change.feed_id,
                "source": change.source,
                "forgotten": json.dumps(sorted(change.forgotten)),
            },
        )
        await connection.executemany(_STORE, category_parameters(change))
        missing = json.dumps(sorted(change.missing))
        await connection.execute(_MISSING, {"feed": change.feed_id, "missing": missing})
        await add_notices(connection, change.notices, change.at)
        return True

    @in_transaction
    async def move_on(self, connection: Statements, feed_id: int) -> bool:
        return await move_on(connection, feed_id)

    async def former_names(self, keys: Sequence[str], feed_id: int | None = None) -> dict[str, Rename]:
        rows = await self._database.ask(_FORMERLY, {"keys": json.dumps(list(keys)), "feed": feed_id})
        return {row["term"]: Rename(row["name"], row["now_name"]) for row in rows}

    async def blogs_with(self, key: str, limit: int, feed_id: int | None = None) -> list[NumberedBlog]:
        asked = {"key": key, "limit": limit, "feed": feed_id}
        feeds = await self._database.ask(_WITH, asked)
        numbered: dict[str, object] = {"feeds": json.dumps([row["id"] for row in feeds])}
        return blogs_from(feeds, await self._database.ask(_NUMBERED, numbered))
