"""Finds which followed words and authors a post has, so that one statement can find their followers.

The cost grows with the words of the post and not with the number of filters (storage/shared/phrases.py).
Triggers keep the table `phrases` (schema.sql), whose index is sorted.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.match import author_keys, subject_of
from bot.ports import PostRow
from storage.postgres.connection import Connection
from storage.shared.phrases import Beginning, phrases_of

ANY = "EXISTS (SELECT 1 FROM phrases)"
_FROM = "FROM phrases AS p WHERE p.first_word = split_part(seen.words, ' ', 1)"
# "!" is the sign after the space: between the two are the phrases that go on with another word. "OFFSET 0"
# keeps each condition a look into the index.
BEGINNINGS = f"""
SELECT * FROM (
    SELECT seen.words, EXISTS (SELECT 1 {_FROM} AND p.term = 'w:' || seen.words OFFSET 0) AS whole,
        EXISTS (
            SELECT 1 {_FROM} AND p.term > 'w:' || seen.words || ' ' AND p.term < 'w:' || seen.words || '!'
            OFFSET 0
        ) AS longer
    FROM unnest(%(words)s::text[]) AS seen(words)) AS found
WHERE whole OR longer
"""


async def has_phrases(connection: Connection) -> bool:
    """Return whether anybody follows or leaves out phrases."""
    (row,) = await connection.rows(f"SELECT {ANY} AS found")
    return bool(row["found"])


async def text_keys(connection: Connection, row: PostRow, *, followed: bool) -> list[str]:
    """Return the term keys of a post beside those of its filing: of its authors, and of words that it has.

    `followed`: whether there are phrases at all.
    """
    authors = list(author_keys(row.post.author))
    if not followed:
        return authors

    async def look(words: Sequence[str]) -> list[Beginning]:
        return [Beginning(**row) for row in await connection.rows(BEGINNINGS, {"words": list(words)})]

    return [*authors, *await phrases_of(subject_of(row.post, row.text), look)]
