"""Posts: queries for known posts, and the transaction that stores a poll's posts and their deliveries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import partial

from bot.model import Kind
from bot.ports import Lexicon, PollCommit, PostRow
from bot.text.normalize import term_key
from storage.shared.feeds import record_parameters
from storage.shared.mapping import filing_names, post_from, post_parameters, post_row_from, shown, to_ms
from storage.sqlite.common import Queries, add_notices, learn_terms
from storage.sqlite.feeds import COUNT_POLL, RECORD
from storage.sqlite.holding import plan_new
from storage.sqlite.hubs import name_hub
from storage.sqlite.inline import Statements
from storage.sqlite.matching import match_new, match_refiled
from storage.sqlite.phrases import text_keys

SELECT_POSTS = "SELECT p.*, feeds.name AS feed_name FROM posts AS p JOIN feeds ON feeds.id = p.feed_id "
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
    *("silent", "silence", "date_text", "edits", "refile_at", "refile_attempts", "moved_at"),
)
# The canonical post is the oldest row with the same key in any feed, or the row itself. A key that is a URL
# or URI identifies a post across feeds. One such as "12" does not, so the links must be equal too.
_INSERT = (
    f"INSERT INTO posts (feed_id, canonical_id, {', '.join(_COLUMNS)}) "
    f"SELECT :feed_id, coalesce((SELECT min(id) FROM posts WHERE key = :key "
    "AND (key GLOB '*:*[/:]*' OR link <> '' AND link = :link)), "
    f"(SELECT coalesce(max(id), 0) + 1 FROM posts)), {', '.join(f':{name}' for name in _COLUMNS)} "
    "WHERE true ON CONFLICT (feed_id, key) DO NOTHING RETURNING id, canonical_id"
)
_UPDATED = [
    name for name in _COLUMNS if name not in ("key", "first_seen_at", "silent", "silence", "date_text")
]
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
_EDIT = (
    "UPDATE deliveries SET edit_due_at = :now, edit_attempts = iif(lease_until > 0, edit_attempts, 0) "
    "WHERE post_id = :post_id AND state = 'sent' AND reference <> '' AND bundle IS NULL "
    "AND revision < :revision"
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

    async def commit_poll(self, commit: PollCommit) -> int:
        return await self._database.at_once(partial(_commit, commit, self._database.zone))


async def _commit(commit: PollCommit, zone: tzinfo, connection: Statements) -> int:
    """Store an outcome with posts, inside the caller's transaction; return the number of deliveries."""
    feed_id, now, made = commit.record.feed_id, to_ms(commit.at), 0
    for statement in (RECORD, COUNT_POLL):
        await connection.execute(statement, record_parameters(commit.record, commit.at))
    for row in commit.new:
        made += await _insert_and_match(connection, feed_id, row, now)
    for row in commit.changed:
        made += await _change(connection, feed_id, row, now)
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
    rows = list(await connection.execute_fetchall(_INSERT, post_parameters(row) | {"feed_id": feed_id}))
    if not rows:
        return None
    post_id, canonical_id = rows[0]
    await _add_terms(connection, feed_id, post_id, row)
    return post_id, canonical_id


async def _insert_and_match(connection: Statements, feed_id: int, row: PostRow, now: int) -> int:
    ids = await _insert(connection, feed_id, row)
    if ids is None or row.silent:
        return 0
    terms = [*filing_names(row.post.filing), *await text_keys(connection, row)]
    return await match_new(connection, post_id=ids[1], feed_id=feed_id, terms=terms, now=now)


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
) -> tuple[int, int, dict[str, str]] | None:
    """Replace a known post; None if it is not known.

    Return its canonical id, the revision that messages should show (0 if they show another feed's copy), and
    its former terms.
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
    revision = next(iter(await connection.execute_fetchall(_UPDATE, parameters)))["revision"]
    await connection.execute("DELETE FROM post_terms WHERE post_id = ?", [post_id])
    await _add_terms(connection, feed_id, post_id, row)
    canonical_id = found[0]["canonical_id"]
    return canonical_id, revision if canonical_id == post_id else 0, filing_names(old.filing)


async def _change(connection: Statements, feed_id: int, row: PostRow, now: int) -> int:
    """Replace a known post, plan edits, alert newly matching followers; return the new deliveries."""
    stored = await _store_change(connection, feed_id, row)
    if stored is None:
        return 0
    canonical_id, revision, old_terms = stored
    await connection.execute(_EDIT, {"now": now, "post_id": canonical_id, "revision": revision})
    same = await text_keys(connection, row)  # on both sides, so that an edit of the text alerts nobody
    return await match_refiled(
        connection,
        post_id=canonical_id,
        feed_id=feed_id,
        old_terms=[*old_terms, *same],
        terms=[*filing_names(row.post.filing), *same],
        now=now,
    )
