"""Reads categories and tags from rows, and says between which keys they lie."""

from __future__ import annotations

from bot.model import Kind, Term
from storage.shared.mapping import maybe_from_ms
from storage.shared.rows import Row

LAST = "\U0010ffff"  # sorts after every character of a key or an address
_KINDS = {"c": Kind.CATEGORY, "t": Kind.TAG}
_PREFIXES = {kind: f"{sign}:" for sign, kind in _KINDS.items()}


def of_kind(kind: Kind | None) -> dict[str, object]:
    """Return the bounds of the keys of a kind, or of all, as parameters `low` and `high`."""
    return beginning_with(_PREFIXES[kind] if kind else "")


def beginning_with(prefix: str) -> dict[str, object]:
    """Return the bounds of the keys that begin so, as parameters `low` and `high`."""
    return {"low": prefix, "high": prefix + LAST}


def term_from(row: Row) -> Term:
    """Return a term from a row with `term`, `name`, `posts`, `last_used_at` and `feed_name`."""
    key: str = row["term"]
    return Term(
        kind=_KINDS[key[0]],
        name=row["name"],
        fold=key[2:],
        posts=row["posts"],
        feed=row["feed_name"],
        last_used=maybe_from_ms(row["last_used_at"]),
    )
