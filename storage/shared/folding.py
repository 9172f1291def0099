"""The keys of stored names after the rules of `bot.text.normalize.fold` changed."""

from __future__ import annotations

import json

from bot.model import EVERYTHING, Kind
from bot.text.normalize import kind_of, term_key
from storage.shared.rows import Row

MARK = "store:folding"  # the key of the value that names the rules of the stored keys


def new_key(old: str, name: str) -> str:
    """Return the new key of a name, of the same kind; the old key if the name folds to nothing."""
    new = old if old == EVERYTHING else term_key(kind_of(old), name)
    return new if new[2:] else old


def filed_names(row: Row) -> dict[str, str]:
    """Return the names of a stored post's filing by their keys. `row` has `categories` and `tags`."""
    names = {term_key(Kind.TAG, each): each for each in json.loads(row["tags"])}
    return names | {term_key(Kind.CATEGORY, each): each for each in json.loads(row["categories"])}
