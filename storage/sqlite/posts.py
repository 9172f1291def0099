"""Posts: queries for known posts, and the transaction that stores a poll's posts and their deliveries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.model import Kind, Post
from bot.ports import Lexicon, PollCommit, PostRow
from bot.text.normalize import term_key
from storage.shared.feeds import record_parameters
from storage.shared.mapping import filing_names, post_from, post_parameters, post_row_from, to_ms
from storage.shared.stories import MOST_COPIES, Copied, shown
from storage.sqlite.common import Queries, add_notices, in_transaction, learn_terms
from storage.sqlite.feeds import COUNT_POLL, RECORD
from storage.sqlite.holding import plan_new
from storage.sqlite.hubs import name_hub
from storage.sqlite.inline import Statements
from storage.sqlite.matching import match_new, match_refiled
from storage.sqlite.phrases import text_keys
from storage.sqlite.stories import find_story, plan_edits, remember_story

SELECT_POSTS = "SELECT p.*, feeds.name AS feed_name FROM posts AS p JOIN feeds ON feeds.id = p.feed_id "
# The same with the names of other feeds that tell the story of a post.
SELECT_STORIES = f"""
SELECT p.*, feeds.name AS feed_name, (
    SELECT json_group_array(f.name) FROM posts AS copy CROSS JOIN feeds AS f ON f.id = copy.feed_id
    WHERE copy.id IN (
        SELECT id FROM posts INDEXED BY posts_canonical
        WHERE canonical_id = p.canonical_id AND feed_id <> p.feed_id AND joins = 1 AND p.joins = 1
        ORDER BY id LIMIT {MOST_COPIES})) AS also
FROM posts AS p JOIN feeds ON feeds.id = p.feed_id
"""
# A blog may print the same text in thousands of posts; only the newest 50 of them are read.
KNOWN_POSTS = (
    SELECT_POSTS
    + """WHERE p.id IN (
    SELECT id FROM posts WHERE feed_id = :feed AND key IN (SELECT value FROM json_each(:ids))
    UNION SELECT post_id FROM post_aliases
    WHERE feed_id = :feed AND alias IN (SELECT value FROM json_each(:aliases))
    UNION SELECT alike.id FROM json_each(:texts) CROSS JOIN posts AS alike ON alike.id IN (
        SELECT id FROM posts INDEXED BY posts_text
        WHERE feed_id = :feed AND text_hash = json_each.value ORDER BY id DESC LIMIT 50))"""
)
_COLUMNS = (
    *("key", "wordpress_id", "guid", "link", "link_path", "title", "author"),
    *("published_at", "printed_at", "first_seen_at", "summary", "text", "text_hash", "image"),
    *("update_text", "labels", "categories", "tags", "rank", "evidence", "ambiguous"),
    *("silent", "silence", "date_text", "edits", "refile_at", "refile_attempts", "moved_at", "joins"),
)
# The canonical post is that of the oldest row with the same key in any feed, else that of the story that was
# found, or the row itself. A key that is a URL or URI identifies a post across feeds. One such as "12" does
# not, so the links must be equal too.
_INSERT = (
    f"INSERT INTO posts (feed_id, canonical_id, {', '.join(_COLUMNS)}) "
    f"SELECT :feed_id, coalesce((SELECT canonical_id FROM posts WHERE key = :key "
    "AND (key GLOB '*:*[/:]*' OR link <> '' AND link = :link) ORDER BY id LIMIT 1), :story, "
    f"(SELECT coalesce(max(id), 0) + 1 FROM posts)), {', '.join(f':{name}' for name in _COLUMNS)} "
    "WHERE true ON CONFLICT (feed_id, key) DO NOTHING RETURNING id, canonical_id"
)
_FIXED = ("key", "first_seen_at", "silent", "silence", "date_text", "joins")  # since the post came
_UPDATED = [name for name in _COLUMNS if name not in _FIXED]
_UPDATE = (
    f"UPDATE posts SET {', '.join(f'{name} = :{name}' for name in _UPDATED)}, "
    "revision = revision + :revised WHERE id = :id RETURNING revision"
)
_TAGGED = (
    "SELECT EXISTS (SELECT 1 FROM posts INDEXED BY posts_tagged "
    "WHERE feed_id = :feed AND rank <= 3 AND tags <> '[]') AS tagged"
)
_FILE = (
    "INSERT INTO post_terms (term, post_id, feed_id, canonical_id, published_at) "
    "SELECT :term, id, feed_id, canonical_id, published_at FROM posts WHERE id = :post_id"
)


class PostQueries(Queries):
    """The methods of `bot.ports.FeedStore` for posts."""

    async def known_posts(
        self, feed_id: int, ids: Sequence[str], aliases: Sequence[str], text_hashes: Sequence[str] = ()
    ) -> list[PostRow]:
        rows = await self._database.read(
            KNOWN_POSTS,
            {
                "feed": feed_id,
                "ids": json.dumps(list(ids)),
                "aliases": json.dumps(list(aliases)),
                "texts": json.dumps(list(text_hashes)),
            },
        )
        return [post_row_from(row) for row in rows]

    async def posts_to_refile(self, feed_id: int, now: datetime, limit: int) -> list[PostRow]:
        rows = await self._database.read(
            SELECT_POSTS + "WHERE p.feed_id = :feed AND p.refile_at <= :now "
            "ORDER BY p.refile_at, p.id LIMIT :limit",
            {"feed": feed_id, "now": to_ms(now), "limit": limit},
        )
        return [post_row_from(row) for row in rows]

    async def vocabulary(self, feed_id: int) -> Lexicon:
        rows = await self._database.read(
            "SELECT name FROM terms WHERE feed_id = :feed AND term GLOB 'c:*' ORDER BY term",
            {"feed": feed_id},
        )
        tagged = await self._database.read(_TAGGED, {"feed": feed_id})
        return Lexicon(tuple(row["name"] for row in rows), bool(tagged[0]["tagged"]))

    @in_transaction
    async def commit_poll(self, connection: Statements, commit: PollCommit) -> int:
        return await _commit(connection, commit, self._database.zone)


async def _commit(connection: Statements, commit: PollCommit, zone: tzinfo) -> int:
    """Store an outcome with posts, inside the caller's transaction; return the number of deliveries."""
    feed_id, made = commit.record.feed_id, 0
    for statement in (RECORD, COUNT_POLL):
        await connection.execute(statement, record_parameters(commit.record, commit.at))
    for row in commit.new:
        made += await _insert_and_match(connection, feed_id, row, commit.at)
    for row in commit.changed:
        made += await _change(connection, feed_id, row, commit.at)
    for row in commit.quiet_changed:
        await _store_change(connection, feed_id, row)
    await learn_terms(
        connection, feed_id, {term_key(Kind.CATEGORY, name): name for name in commit.vocabulary}
    )
    await add_notices(connection, commit.record.notices, commit.at)
    if commit.hub is not None:
        await name_hub(connection, feed_id, commit.hub, commit.at)
    await plan_new(connection, commit.at, zone)
    return made


async def _insert(connection: Statements, feed_id: int, row: PostRow) -> tuple[int, int] | None:
    """Insert a post; return its id and its canonical id, or None if it was inserted meanwhile."""
    values = {"feed_id": feed_id, "story": await find_story(connection, feed_id, row)}
    rows = list(await connection.execute_fetchall(_INSERT, post_parameters(row) | values))
    if not rows:
        return None
    post_id, canonical_id = rows[0]
    await _add_terms(connection, feed_id, post_id, row)
    return post_id, canonical_id


async def _insert_and_match(connection: Statements, feed_id: int, row: PostRow, at: datetime) -> int:
    ids = await _insert(connection, feed_id, row)
    if ids is None:
        return 0
    await remember_story(connection, ids[0], row, at)
    if row.silent:
        return 0
    copy, now = Copied(feed_id, *ids), to_ms(at)
    if copy.shown_id and row.story is not None:
        await plan_edits(connection, copy, now, beside=True)
    terms = [*filing_names(row.post.filing), *await text_keys(connection, row)]
    return await match_new(connection, copy, terms=terms, now=now)


async def _add_terms(connection: Statements, feed_id: int, post_id: int, row: PostRow) -> None:
    names = filing_names(row.post.filing)
    await connection.executemany(
        "INSERT INTO post_aliases (feed_id, alias, post_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(feed_id, alias, post_id) for alias in row.aliases],
    )
    await learn_terms(connection, feed_id, names)
    await connection.executemany(
        _FILE, [{"post_id": post_id, "term": term} for term in names]
    )  # counted by triggers


async def _store_change(
    connection: Statements, feed_id: int, row: PostRow
) -> tuple[Copied, Post, bool] | None:
    """Replace a known post; None if it is not known.

    Return it as it was, and whether messages that show another copy of its story tell of its categories.
    """
    found = list(
        await connection.execute_fetchall(
            SELECT_POSTS + "WHERE p.feed_id = ? AND p.key = ?", (feed_id, row.post.id)
        )
    )
    if not found:
        return None
    old, post_id = post_from(found[0]), found[0]["id"]
    parameters = post_parameters(row) | {"id": post_id, "revised": int(shown(old) != shown(row.post))}
    await connection.execute(_UPDATE, parameters)
    await connection.execute("DELETE FROM post_terms WHERE post_id = ?", [post_id])
    await _add_terms(connection, feed_id, post_id, row)
    return Copied(feed_id, post_id, found[0]["canonical_id"]), old, bool(found[0]["joins"])


async def _change(connection: Statements, feed_id: int, row: PostRow, at: datetime) -> int:
    """Replace a known post, plan edits, alert newly matching followers; return the new deliveries."""
    stored = await _store_change(connection, feed_id, row)
    if stored is None:
        return 0
    (copy, old, joins), now = stored, to_ms(at)
    await remember_story(connection, copy.id, row, at)
    refiled = old.filing.categories != row.post.filing.categories
    await plan_edits(connection, copy, now, beside=joins and refiled)
    same = await text_keys(connection, row)  # on both sides, so that an edit of the text alerts nobody
    return await match_refiled(
        connection,
        copy,
        old_terms=[*filing_names(old.filing), *same],
        terms=[*filing_names(row.post.filing), *same],
        now=now,
    )
