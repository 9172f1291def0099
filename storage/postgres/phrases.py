"""Finds which followed words and authors a post has, so that one statement can find their followers.

Only phrases that begin with a word of the post are looked at, so the cost grows with the words of the post
and not with the number of filters. Triggers keep the table `phrases` (schema.sql).
"""

from __future__ import annotations

from bot.match import Subject, author_keys, hits, subject_of
from bot.ports import PostRow
from storage.postgres.connection import Connection

_ANY = "SELECT EXISTS (SELECT 1 FROM phrases) AS found"
PHRASES = "SELECT term FROM phrases WHERE first_word = ANY(%(words)s)"


async def text_keys(connection: Connection, row: PostRow) -> list[str]:
    """Return the term keys of a post beside those of its filing: of its authors, and of words that it has."""
    authors = list(author_keys(row.post.author))
    if not await connection.number(_ANY):
        return authors
    return [*authors, *await _phrases(connection, subject_of(row.post, row.text))]


async def _phrases(connection: Connection, subject: Subject) -> list[str]:
    words = {*subject.title.split(" "), *subject.text.split(" ")}
    rows = await connection.rows(PHRASES, {"words": list(words)})
    return hits((row["term"] for row in rows), subject)
