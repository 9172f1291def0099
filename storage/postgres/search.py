"""Full-text search with bounded cost: the matches of a rare word are ranked, those of a common one are not.

More than RANKED matches would not differ in rank anyway, so the newest are returned. They are searched among
the newest posts; only if those contain too few, other matches are added.

The words are made here and not by the server: its parser sees host names, paths and numbers where people see
words, and needs an extension to ignore accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from storage.postgres.connection import Database
from storage.shared.search import SEARCH, typed_words


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How much is searched, and how much of a post PostgreSQL can hold."""

    window: int = 20_000  # how many of the newest posts are searched for a common word
    word: int = 200  # letters of a word that count; PostgreSQL admits 2,046 bytes
    letters: int = 150_000  # of the words of a post together; PostgreSQL admits a megabyte
    last_place: int = 16_383  # the highest that PostgreSQL tells apart


_LIMITS = SearchLimits()
_WORDS = re.compile(r"[^\W_]+")

MATCHES = "SELECT post_id FROM archive WHERE words @@ %(query)s::tsquery LIMIT %(most)s"
# A word in the title counts for four in the text, one in a category or tag for two.
BEST = """
SELECT p.id FROM archive AS a JOIN posts AS p ON p.id = a.post_id
WHERE a.words @@ %(query)s::tsquery AND p.id = p.canonical_id
ORDER BY ts_rank('{0.25, 0.25, 0.5, 1}', a.words, %(query)s::tsquery) DESC, p.published_at DESC, p.id DESC
LIMIT %(limit)s
"""
AMONG_NEWEST = """
SELECT newest.id FROM (
    SELECT id, published_at, canonical_id FROM posts WHERE id = canonical_id
    ORDER BY published_at DESC, canonical_id DESC LIMIT %(window)s
) AS newest JOIN archive AS a ON a.post_id = newest.id
WHERE a.words @@ %(query)s::tsquery
ORDER BY newest.published_at DESC, newest.canonical_id DESC LIMIT %(limit)s
"""
BY_DATE = """
SELECT id FROM posts WHERE id = ANY(%(ids)s::bigint[]) AND id = canonical_id
ORDER BY published_at DESC, id DESC LIMIT %(limit)s
"""


class _Bare(dict[int, str]):
    """For `str.translate`: each character without its accents. It fills itself as texts are read."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFD", chr(code))
        marked = any(map(unicodedata.combining, parts))
        bare = "".join(each for each in parts if not unicodedata.combining(each)) if marked else chr(code)
        self[code] = bare
        return bare


_BARE = _Bare()


def _words(text: str) -> list[str]:
    """Return the words of a text without case and accents."""
    return [word[: _LIMITS.word] for word in _WORDS.findall(text.lower().translate(_BARE))]


def words_of(title: str, names: Iterable[str], text: str) -> str:
    """Return the words of a post with their places and weights, as PostgreSQL reads them for its archive.

    `names`: its categories and then its tags.
    """
    parts = (("A", [title]), ("B", names), ("C", [text]))
    places: dict[str, list[str]] = {}
    letters = place = 0
    for weight, texts in parts:
        for word in (word for text in texts for word in _words(text)):
            place = min(place + 1, _LIMITS.last_place)
            if word not in places:
                letters += len(word)
                if letters > _LIMITS.letters:
                    break
            places.setdefault(word, []).append(f"{place}{weight}")
    return " ".join(f"'{word}':{','.join(where[:255])}" for word, where in places.items())


def query_of(words: str) -> str:
    """Return a full-text query for all typed words, "" for none. The last word may be a prefix."""
    typed = typed_words(words)
    found = [word for each in typed.words for word in _words(each)]
    return " & ".join(f"'{word}'" for word in found) + (":*" if typed.begins and found else "")


async def search(database: Database, query: str, limit: int) -> tuple[list[int], bool]:
    """Return the ids of matching posts, and True if these are the best matches, False if the newest."""
    rows = await database.ask(MATCHES, {"query": query, "most": SEARCH.ranked + 1})
    if len(rows) <= SEARCH.ranked:
        best = await database.ask(BEST, {"query": query, "limit": limit})
        return [row["id"] for row in best], True
    recent = await database.ask(AMONG_NEWEST, {"query": query, "window": _LIMITS.window, "limit": limit})
    if len(recent) >= limit:
        return [row["id"] for row in recent], False
    ids = sorted({*(row["id"] for row in recent), *(row["post_id"] for row in rows)})
    newest = await database.ask(BY_DATE, {"ids": ids, "limit": limit})
    return [row["id"] for row in newest], False
