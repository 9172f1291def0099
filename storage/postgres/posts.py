"""Posts: queries for known posts, and the transaction that stores a poll's posts and their deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.model import Kind, Post
from bot.ports import Lexicon, PollCommit, PostRow
from bot.text.normalize import term_key
from storage.postgres.common import Queries, add_notices, learn_terms
from storage.postgres.connection import Connection
from storage.postgres.errors import retried
from storage.postgres.feeds import RECORD
from storage.postgres.holding import plan_new
from storage.postgres.hubs import name_hub
from storage.postgres.locks import with_posts
from storage.postgres.matching import COUNTED, MADE, Matched, match_refiled, matched_by
from storage.postgres.phrases import ANY, has_phrases, text_keys
from storage.postgres.search import words_of
from storage.postgres.stories import REMEMBERED, find_story, plan_edits, remembered_by
from storage.shared.feeds import record_parameters
from storage.shared.mapping import filing_names, post_from, post_parameters, post_row_from, to_ms
from storage.shared.stories import MOST_COPIES, Copied, shown

SELECT_POSTS = "SELECT p.*, feeds.name AS feed_name FROM posts AS p JOIN feeds ON feeds.id = p.feed_id "
# The same with the names of other feeds that tell the story of a post.
SELECT_STORIES = f"""
SELECT p.*, feeds.name AS feed_name, (
    SELECT json_agg(others.name)::text FROM (
        SELECT f.name FROM posts AS c JOIN feeds AS f ON f.id = c.feed_id
        WHERE c.canonical_id = p.canonical_id AND c.feed_id <> p.feed_id AND c.joins = 1 AND p.joins = 1
        ORDER BY c.id LIMIT {MOST_COPIES}) AS others) AS also
FROM posts AS p JOIN feeds ON feeds.id = p.feed_id
"""
# A blog may print the same text in thousands of posts; only the newest 50 of them are read.
KNOWN_POSTS = (
    SELECT_POSTS
    + """WHERE p.id IN (
    SELECT id FROM posts WHERE feed_id = %(feed)s AND key = ANY(%(ids)s)
    UNION SELECT post_id FROM post_aliases WHERE feed_id = %(feed)s AND alias = ANY(%(aliases)s)
    UNION SELECT alike.id FROM unnest(%(texts)s::text[]) AS given(hash) CROSS JOIN LATERAL (
        SELECT id FROM posts WHERE feed_id = %(feed)s AND text_hash = given.hash
        ORDER BY id DESC LIMIT 50) AS alike)"""
)
_COLUMNS = (
    *("key", "wordpress_id", "guid", "link", "link_path", "title", "author"),
    *("published_at", "printed_at", "first_seen_at", "summary", "text", "text_hash", "image"),
    *("update_text", "labels", "categories", "tags", "rank", "evidence", "ambiguous"),
    *("silent", "silence", "date_text", "edits", "refile_at", "refile_attempts", "moved_at", "joins"),
)
# What belongs to a post: its aliases, its terms (counted by triggers), its words, and the keys of its story.
# `post` has one row.
_BELONGINGS = f"""
aliased AS (
    INSERT INTO post_aliases (feed_id, alias, post_id)
    SELECT DISTINCT post.feed_id, alias, post.id FROM post, unnest(%(aliases)s::text[]) AS alias
    ON CONFLICT DO NOTHING
), learned AS (
    INSERT INTO terms (feed_id, term, name)
    SELECT post.feed_id, term, name
    FROM post, unnest(%(filed)s::text[], %(names)s::text[]) AS given(term, name)
    ON CONFLICT (feed_id, term) DO UPDATE SET name = excluded.name WHERE terms.name <> excluded.name
), filed AS (
    INSERT INTO post_terms (term, post_id, feed_id, canonical_id, published_at)
    SELECT term, post.id, post.feed_id, post.canonical_id, post.published_at
    FROM post, unnest(%(filed)s::text[]) AS term
), searched AS (
    INSERT INTO archive (post_id, words) SELECT id, %(words)s::tsvector FROM post
    ON CONFLICT (post_id) DO UPDATE SET words = excluded.words
),
{REMEMBERED}
"""
# What has to be known of a new post before it is stored: whether it was stored meanwhile, and its canonical
# post, which is that of the oldest row with the same key in any feed, if there is one. A key that is a URL or
# URI identifies a post across feeds. One such as "12" does not, so the links must be equal too.
_PLACE = f"""
SELECT nextval(pg_get_serial_sequence('posts', 'id')) AS id,
    EXISTS (SELECT 1 FROM posts WHERE feed_id = %(feed_id)s AND key = %(key)s) AS known,
    (SELECT same.canonical_id FROM posts AS same WHERE same.key = %(key)s
        AND (%(key)s::text ~ ':.*[/:]' OR same.link <> '' AND same.link = %(link)s)
        ORDER BY same.id LIMIT 1) AS same,
    {ANY} AS phrases
"""
_STORE = f"""
WITH post AS (
    INSERT INTO posts (id, feed_id, canonical_id, {", ".join(_COLUMNS)})
    VALUES (%(id)s, %(feed_id)s, %(post_id)s, {", ".join(f"%({name})s" for name in _COLUMNS)})
    RETURNING id, canonical_id, feed_id, published_at
),
{_BELONGINGS}
"""
STORE_SILENT = f"{_STORE} SELECT 0 AS made, false AS unplanned"
STORE = f"{_STORE}, {MADE} {COUNTED}"
# The plans of these statements are good for any post, and to make one takes as long as to run it.
_PLANNED_ONCE = "SET LOCAL plan_cache_mode = force_generic_plan"
_FIXED = ("key", "first_seen_at", "silent", "silence", "date_text", "joins")  # since the post came
_UPDATED = [name for name in _COLUMNS if name not in _FIXED]
UPDATE = f"""
WITH post AS (
    UPDATE posts SET {", ".join(f"{name} = %({name})s" for name in _UPDATED)},
        revision = revision + %(revised)s
    WHERE id = %(id)s RETURNING id, canonical_id, feed_id, published_at, revision
),
{_BELONGINGS}
SELECT revision FROM post
"""
_TAGGED = """
SELECT EXISTS (SELECT 1 FROM posts WHERE feed_id = %(feed)s AND rank <= 3 AND tags <> '[]') AS tagged
"""
_REFILED = """
WHERE p.feed_id = %(feed)s AND p.refile_at <= %(now)s ORDER BY p.refile_at, p.id LIMIT %(limit)s
"""
_CATEGORIES = "SELECT name FROM terms WHERE feed_id = %(feed)s AND term LIKE 'c:%%' ORDER BY term"


class PostQueries(Queries):
    """The methods of `bot.ports.FeedStore` for posts."""

    async def known_posts(
        self, feed_id: int, ids: Sequence[str], aliases: Sequence[str], text_hashes: Sequence[str] = ()
    ) -> list[PostRow]:
        lists = {"ids": list(ids), "aliases": list(aliases), "texts": list(text_hashes)}
        rows = await self._database.read(KNOWN_POSTS, {"feed": feed_id, **lists})
        return [post_row_from(row) for row in rows]

    async def posts_to_refile(self, feed_id: int, now: datetime, limit: int) -> list[PostRow]:
        rows = await self._database.read(
            SELECT_POSTS + _REFILED, {"feed": feed_id, "now": to_ms(now), "limit": limit}
        )
        return [post_row_from(row) for row in rows]

    async def vocabulary(self, feed_id: int) -> Lexicon:
        rows = await self._database.read(_CATEGORIES, {"feed": feed_id})
        (tagged,) = await self._database.read(_TAGGED, {"feed": feed_id})
        return Lexicon(tuple(row["name"] for row in rows), bool(tagged["tagged"]))

    @retried
    async def commit_poll(self, commit: PollCommit) -> int:
        feed_id, matched = commit.record.feed_id, Matched()
        keys = [row.post.id for row in (*commit.new, *commit.changed)]
        keys += [key for row in commit.new for key in row.story or ()]
        async with self._database.transaction(f"{with_posts(keys)}; {_PLANNED_ONCE}") as connection:
            await connection.run(RECORD, record_parameters(commit.record, commit.at))
            for row in commit.new:
                matched += await _insert_and_match(connection, feed_id, row, commit.at)
            for row in commit.changed:
                matched += await _change(connection, feed_id, row, commit.at)
            for row in commit.quiet_changed:
                await _store_change(connection, feed_id, row, commit.at)
            await learn_terms(
                connection, feed_id, {term_key(Kind.CATEGORY, name): name for name in commit.vocabulary}
            )
            await add_notices(connection, commit.record.notices, commit.at)
            if commit.hub is not None:
                await name_hub(connection, feed_id, commit.hub, commit.at)
            if matched.unplanned:
                await plan_new(connection, commit.at, self._database.zone)
        return matched.made


def _parameters(row: PostRow, at: datetime, keys: Iterable[str]) -> dict[str, object]:
    """Return the parameters of a post and of what belongs to it. `keys`: those of its story to remember."""
    filing = row.post.filing
    names = filing_names(filing)
    return post_parameters(row) | {
        "aliases": list(row.aliases),
        "filed": list(names),
        "names": list(names.values()),
        "words": words_of(row.post.title, [*filing.categories, *filing.tags], row.text),
        **remembered_by(keys, at),
    }


async def _insert_and_match(connection: Connection, feed_id: int, row: PostRow, at: datetime) -> Matched:
    """Store a new post and alert its followers, in one statement once all is known that it depends on."""
    values = _parameters(row, at, row.story or ()) | {"feed_id": feed_id}
    (place,) = await connection.rows(_PLACE, values)
    if place["known"]:  # inserted meanwhile
        return Matched()
    first = place["same"]
    if first is None:
        first = await find_story(connection, feed_id, row)
    copy, now = Copied(feed_id, place["id"], place["id"] if first is None else first), to_ms(at)
    if row.silent:
        await connection.rows(STORE_SILENT, values | copy.parameters() | {"id": copy.id})
        return Matched()
    keys = await text_keys(connection, row, followed=place["phrases"])
    wanted = matched_by(copy, terms=[*filing_names(row.post.filing), *keys], now=now)
    (made,) = await connection.rows(STORE, values | wanted | {"id": copy.id})
    if copy.shown_id and row.story is not None:
        await plan_edits(connection, copy, now, beside=True)
    return Matched(**made)


async def _store_change(
    connection: Connection, feed_id: int, row: PostRow, at: datetime, keys: Iterable[str] = ()
) -> tuple[Copied, Post, bool] | None:
    """Replace a known post; None if it is not known. `keys`: those of its story to remember.

    Return it as it was, and whether messages that show another copy of its story tell of its categories.
    """
    found = await connection.rows(
        SELECT_POSTS + "WHERE p.feed_id = %(feed)s AND p.key = %(key)s FOR UPDATE OF p",
        {"feed": feed_id, "key": row.post.id},
    )
    if not found:
        return None
    old, post_id = post_from(found[0]), found[0]["id"]
    await connection.run("DELETE FROM post_terms WHERE post_id = %(id)s", {"id": post_id})
    parameters = _parameters(row, at, keys) | {"id": post_id, "revised": int(shown(old) != shown(row.post))}
    await connection.rows(UPDATE, parameters)
    return Copied(feed_id, post_id, found[0]["canonical_id"]), old, bool(found[0]["joins"])


async def _change(connection: Connection, feed_id: int, row: PostRow, at: datetime) -> Matched:
    """Replace a known post, plan edits, alert newly matching followers."""
    stored = await _store_change(connection, feed_id, row, at, row.story or ())
    if stored is None:
        return Matched()
    (copy, old, joins), now = stored, to_ms(at)
    refiled = old.filing.categories != row.post.filing.categories
    await plan_edits(connection, copy, now, beside=joins and refiled)
    followed = await has_phrases(connection)
    # On both sides, so that an edit of the text alerts nobody.
    same = await text_keys(connection, row, followed=followed)
    return await match_refiled(
        connection,
        copy,
        old_terms=[*filing_names(old.filing), *same],
        terms=[*filing_names(row.post.filing), *same],
        now=now,
    )
