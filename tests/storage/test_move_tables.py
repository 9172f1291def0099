"""No table and no column is forgotten by `bystander move`: what it carries is compared with both schemas."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from storage.shared.moving import HAS_CONTENT, TABLES
from storage.sqlite import migrate
from tests.fakes import postgres

# What is not carried, and why.
DERIVED = {
    "archive": "the words of the posts; made anew, as each database has its own form of them",
    "archive_config": "a part of archive in SQLite",
    "archive_data": "a part of archive in SQLite",
    "archive_docsize": "a part of archive in SQLite",
    "archive_idx": "a part of archive in SQLite",
    "engine": "the version of the tables of the job engine",
    "processes": "who works on the database at present",
    "doors": "who listens at present",
    "paces": "turns and pauses of the next seconds",
    "quotas": "what was used up in the last minutes",
    "marks": "what was done a moment ago",
    "procrastinate_events": "jobs; what is due gets one from the database that it is moved to",
    "procrastinate_jobs": "likewise",
    "procrastinate_periodic_defers": "likewise",
    "procrastinate_workers": "likewise",
    "bystander": "the version of PostgreSQL's schema; SQLite has it in the header of the file",
}
# These have columns of their own in each store, and are read under the same ones.
SHAPED = {"delivery_counts"}
# How a column is declared -> what it holds.
HELD = {
    "INTEGER": "number",
    "TEXT": "text",
    "REAL": "fraction",
    "bigint": "number",
    "integer": "number",
    "text": "text",
    "double precision": "fraction",
}
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
    AND NOT a.attisdropped ORDER BY c.relname, a.attnum
"""
Columns = dict[str, list[tuple[str, str, bool]]]  # table -> name, what it holds, whether it always does


def of_sqlite() -> Columns:
    found: Columns = {}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(migrate.schema())
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            found[table] = [
                (name, HELD.get(kind, ""), bool(needed or key))
                for _, name, kind, needed, _, key in connection.execute(f"PRAGMA table_info({table})")
            ]
    return found


async def of_postgres() -> Columns:
    found: Columns = {}
    async with postgres.server().database() as url:
        with psycopg.connect(url) as connection:
            for table, name, kind, needed in connection.execute(_COLUMNS):
                found.setdefault(table, []).append((name, HELD.get(kind, ""), needed))
    return found


async def test_every_table_of_both_stores_is_moved_or_made_anew() -> None:
    there = of_sqlite().keys() | (await of_postgres()).keys()

    assert sorted(there) == sorted({*TABLES, *DERIVED})
    assert HAS_CONTENT.keys() == {*TABLES} - {"delivery_counts"}


async def test_every_column_is_in_both_stores_under_the_same_name_and_for_the_same_kind_of_value() -> None:
    ours, theirs = of_sqlite(), await of_postgres()

    for table in TABLES:
        if table not in SHAPED:
            assert sorted(ours[table]) == sorted(theirs[table]), table
            assert all(kind for _, kind, _ in ours[table]), table


def test_tables_come_after_those_that_their_rows_point_to(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.executescript(migrate.schema())
        for place, table in enumerate(TABLES):
            aims = {row[2] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
            assert aims <= set(TABLES[:place]), table
