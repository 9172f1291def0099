"""What both stores know of `bystander move`: the tables, and the mark of a database that was moved."""

from __future__ import annotations

import json
from datetime import datetime

from bot.errors import MovedError, NoDatabaseError, StoreError
from storage.shared.folding import MARK as FOLDED

BATCH = 500  # rows that are read at a time

# Each table after those that its rows point to. Its columns are those of the database that is read. A table
# that is missing here, or a column that only one store has, is found by tests/storage/test_move_tables.py.
TABLES = (
    "feeds",
    "hubs",
    "posts",
    "post_aliases",
    "post_terms",
    "story_keys",
    "terms",
    "blog_categories",
    "former_names",
    "moving",
    "destinations",
    "subscriptions",
    "filters",
    "phrases",
    "changes",
    "deliveries",
    "delivery_counts",  # not the number of rows: what was sent once stays counted
    "poll_days",
    "memory",
)
MOVED = "store:moved"  # the key of the mark
# Whether a table has anything in it that a new database does not have.
HAS_CONTENT = {
    **{name: f"SELECT EXISTS (SELECT 1 FROM {name})" for name in TABLES if name != "delivery_counts"},
    "memory": f"SELECT EXISTS (SELECT 1 FROM memory WHERE key <> '{FOLDED}')",
}


def mark(target: str, at: datetime) -> str:
    """Return the value of the mark. `target`: the name of the new database."""
    return json.dumps({"target": target, "at": at.isoformat()}, ensure_ascii=False)


def refuse_moved(marked: str) -> None:
    """Raise MovedError for a database with a mark. `marked`: the value of the mark, "" for none."""
    if marked:
        told = json.loads(marked)
        raise MovedError(
            f"All of this database was moved to {told['target']} on {told['at'][:10]}; set `database` to "
            "that one. To use this one again as it was left, take its mark away: `bystander move --unmark`."
        )


def with_content(name: str) -> StoreError:
    """Return the error for a database to be filled that has something in it."""
    return StoreError(
        f"The database {name} has something in it already; move into a new or an empty one. Nothing was "
        "changed in it."
    )


def nothing_there(name: str) -> StoreError:
    """Return the error for a database to be read that is missing or empty."""
    return NoDatabaseError(f"The database {name} does not exist or is empty; there is nothing to move.")


def older(name: str, version: int, known: int) -> StoreError:
    """Return the error for a database to be read that has not the current schema."""
    return StoreError(
        f"The database {name} was last used by an older Bystander (schema {version}, this one has {known}); "
        "run `bystander migrate` for it first. Nothing was changed in it."
    )


def rows_without_aim() -> StoreError:
    """Return the error for rows that point to rows which are not there."""
    return StoreError(
        "The database to be moved has rows that point nowhere, which Bystander never makes; restore a backup "
        "of it. Nothing was moved."
    )
