"""Finds which followed words and authors a post has, so that one statement can find their followers.

Only phrases that begin with a word of the post are looked at, so the cost grows with the words of the post
and not with the number of filters. Triggers keep the table `phrases` (schema.sql).
"""

from __future__ import annotations

import json

from bot.match import Subject, author_keys, hits, subject_of
from bot.ports import PostRow
from storage.sqlite.inline import Statements

_ANY = "SELECT EXISTS (SELECT 1 FROM phrases)"
PHRASES = """
SELECT p.term FROM json_each(:words) AS seen CROSS JOIN phrases AS p ON p.first_word = seen.value
"""


async def text_keys(connection: Statements, row: PostRow) -> list[str]:
    """Return the term keys of a post beside those of its filing: of its authors, and of words that it has."""
    authors = list(author_keys(row.post.author))
    any_phrases = next(iter(await connection.execute_fetchall(_ANY)))[0]
    if not any_phrases:
        return authors
    return [*authors, *await _phrases(connection, subject_of(row.post, row.text))]


async def _phrases(connection: Statements, subject: Subject) -> list[str]:
    words = {*subject.title.split(" "), *subject.text.split(" ")}
    rows = await connection.execute_fetchall(PHRASES, {"words": json.dumps(list(words), ensure_ascii=False)})
    return hits((row[0] for row in rows), subject)
