"""Finds which followed words and authors a post has, so that one statement can find their followers.

The cost grows with the words of the post and not with the number of filters (storage/shared/phrases.py).
Triggers keep the table `phrases` (schema.sql), which is sorted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.match import author_keys, subject_of
from bot.ports import PostRow
from storage.shared.phrases import Beginning, phrases_of
from storage.sqlite.inline import Statements

_ANY = "SELECT EXISTS (SELECT 1 FROM phrases)"
_FROM = "FROM phrases AS p WHERE p.first_word = substr(seen.value, 1, instr(seen.value || ' ', ' ') - 1)"
# "!" is the sign after the space: between the two are the phrases that go on with another word.
BEGINNINGS = f"""
SELECT * FROM (
    SELECT seen.value AS words, EXISTS (SELECT 1 {_FROM} AND p.term = 'w:' || seen.value) AS whole,
        EXISTS (
            SELECT 1 {_FROM} AND p.term > 'w:' || seen.value || ' ' AND p.term < 'w:' || seen.value || '!'
        ) AS longer
    FROM json_each(:words) AS seen)
WHERE whole OR longer
"""


async def text_keys(connection: Statements, row: PostRow) -> list[str]:
    """Return the term keys of a post beside those of its filing: of its authors, and of words that it has."""
    authors = list(author_keys(row.post.author))
    any_phrases = next(iter(await connection.execute_fetchall(_ANY)))[0]
    if not any_phrases:
        return authors

    async def look(words: Sequence[str]) -> list[Beginning]:
        parameters = {"words": json.dumps(words, ensure_ascii=False)}
        rows = await connection.execute_fetchall(BEGINNINGS, parameters)
        return [Beginning(words, bool(whole), bool(longer)) for words, whole, longer in rows]

    return [*authors, *await phrases_of(subject_of(row.post, row.text), look)]
