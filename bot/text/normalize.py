"""Normalises names, so that a category, tag or feed is recognised in any spelling."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from bot.model import EVERYTHING, Filing, Kind
from bot.text.sanitize import visible
from bot.text.tokens import tokens

FOLDING = "2"  # version of the rules of `fold`; stores recompute their keys when it changes
_SILENT = re.compile(r"[.\u00b7'\u2018\u2019\u02bc\"\u201c\u201d]")  # dots and quotes vanish: U.S. = US
_GAP = re.compile(r"[\s_/\\,;:|\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u00ad\u200b-\u200d\u2060\ufeff]+")
_AND = re.compile(r"\s*&\s*")
_SIGNS = {Kind.CATEGORY: "c", Kind.TAG: "t", Kind.WORDS: "w", Kind.AUTHOR: "a"}
_KINDS = {sign: kind for kind, sign in _SIGNS.items()}


@lru_cache(maxsize=500)  # a poll asks several times about each name and title
def fold(name: str) -> str:
    """Return the form in which names are compared: `China-U.S.`, `china us` and `CHINA\u2013US` are equal.

    Case, spaces, dots, quotes, dashes of any kind and invisible characters are ignored; `&` becomes "and".
    Never empty for a name with a letter, digit or symbol; a name of separators alone folds to "".
    """
    text = unicodedata.normalize("NFKC", visible(name)).casefold()
    text = _AND.sub("and", text)
    text = _SILENT.sub("", text)
    return unicodedata.normalize("NFKC", _GAP.sub("", text))


def link_key(link: str) -> str:
    """Return the form in which links are compared.

    Scheme, `www.`, fragment and a trailing slash are ignored; the query counts only if there is no path.
    """
    parts = urlsplit(link.strip())
    path = parts.path.rstrip("/")
    query = "" if path or not parts.query else f"?{parts.query}"
    return f"{parts.netloc.lower().removeprefix('www.')}{path}{query}"


def term_key(kind: Kind, name: str) -> str:
    """Return the key of a term, as used in filters and in the store.

    "c:chinaus" is a category, "t:chinaus" a tag, "w:export controls" words, "a:janedoe" an author.
    """
    return f"{_SIGNS[kind]}:{' '.join(tokens(name)) if kind is Kind.WORDS else fold(name)}"


def kind_of(key: str) -> Kind:
    """Return the kind of a term key other than EVERYTHING."""
    return _KINDS[key[0]]


def filing_keys(filing: Filing) -> frozenset[str]:
    """Return every key under which a post with this filing can be followed, including EVERYTHING."""
    categories = {term_key(Kind.CATEGORY, name) for name in filing.categories}
    tags = {term_key(Kind.TAG, name) for name in filing.tags}
    return frozenset(categories | tags | {EVERYTHING})


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return at most `limit` known names most similar to `name`, best first; [] if none is similar."""
    return nearest_folded(name, {item: fold(item) for item in known}, limit)


def nearest_folded(name: str, known: Mapping[str, str], limit: int) -> list[str]:
    """As `nearest`, where each known name comes with its folded form."""
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 -- 3 MB, needed only for unknown names

    found = process.extract(
        fold(name),
        known,
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=limit,
        score_cutoff=55,
    )
    return [key for _, _, key in found]


def similar(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three known names that a mistyped one may mean, best first; [] if none is similar."""
    from rapidfuzz import fuzz  # noqa: PLC0415 -- as in `nearest`

    names = nearest(name, known)
    likeness = {each: fuzz.WRatio(fold(name), fold(each)) for each in names}
    best = max(likeness.values(), default=0)
    return [each for each in names if likeness[each] >= best - 15]  # of 100 points


def attempt_key(address: str, what: str) -> str:
    """Return a key by which a platform recognises a message to one destination that is sent again.

    24 hexadecimal digits (every platform accepts 25 characters); it survives retries and restarts.
    """
    return hashlib.blake2b(f"{address}\n{what}".encode(), digest_size=12).hexdigest()
