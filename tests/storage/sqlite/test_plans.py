"""Each statement that runs often is led by an index: it costs what it concerns, whatever the history."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from storage.sqlite import archive, migrate, outbox
from tests.storage.sqlite.plans import PLANS

# What may be walked through: what was handed in, few by nature, in the wanted order up to a limit, or the
# rows of an index that holds only what is under way.
WALKED = re.compile(
    r"SCAN (CONSTANT ROW|asked|(named|filed|json_each|days|typed|match|seen|archive) VIRTUAL|\(subquery|q$"
    r"|feeds|delivery_counts|destinations USING INDEX destinations_parked"
    r"|posts USING COVERING INDEX posts_newest|s USING INDEX subscriptions_channels"
    r"|(q|deliveries) USING INDEX deliveries_(due|sending|edits|queue|held))"
)

AWAY = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
INSERT INTO destinations (address, platform, created_at) SELECT 'away:' || i, 'away', 0 FROM n;
INSERT INTO deliveries (destination_id, notice, state, due_at, created_at)
SELECT id, 'text', 'pending', 1, 1 FROM destinations;
"""


@pytest.fixture(params=["new", "analyzed"])
def connection(request: pytest.FixtureRequest) -> Iterator[sqlite3.Connection]:
    """A database without statistics, and one whose statistics are as misleading as they can be."""
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.executescript(migrate.schema())
        if request.param == "analyzed":
            opened.execute("ANALYZE")
            opened.executemany(
                "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)",
                [
                    ("filters", "filters_followers", "1000000 1000000 1000000 1"),
                    ("subscriptions", None, "10"),
                    ("destinations", None, "10"),
                    ("deliveries", "deliveries_queue", "1000000 1000000 1"),
                    ("deliveries", "deliveries_post", "1000000 2 1"),
                ],
            )
            opened.execute("ANALYZE sqlite_master")  # makes SQLite read them
        yield opened


@pytest.mark.parametrize("name", PLANS)
def test_a_statement_is_led_by_its_index(connection: sqlite3.Connection, name: str) -> None:
    statement, expected = PLANS[name]
    parameters = dict.fromkeys(re.findall(r":(\w+)", statement), "[]")
    plan = [line for *_, line in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    walked = [line for line in plan if line.startswith("SCAN") and not WALKED.match(line)]

    assert walked == [], plan
    for part in expected:
        assert any(part in line for line in plan), (part, plan)


def test_the_log_of_all_is_read_from_its_end(connection: sqlite3.Connection) -> None:
    plan = [
        line
        for *_, line in connection.execute(
            f"EXPLAIN QUERY PLAN {archive.LOG_OF_ALL}", {"limit": 9, "skip": 0}
        )
    ]

    assert plan[0] == "SCAN q"  # by its id, which is the order that is wanted
    assert not any("TEMP B-TREE" in line for line in plan), plan


@pytest.mark.parametrize("statement", outbox._END_LEASES)
def test_taking_over_touches_only_what_is_under_way(connection: sqlite3.Connection, statement: str) -> None:
    plan = [line for *_, line in connection.execute(f"EXPLAIN QUERY PLAN {statement}", {"owner": "x"})]

    assert re.search(r"USING INDEX (feeds_due|deliveries_sending|deliveries_edits)", plan[0]), plan


def test_a_row_of_a_platform_that_is_away_costs_one_look(connection: sqlite3.Connection) -> None:
    connection.executescript(AWAY)
    steps: list[int] = []  # of SQLite's own machine, which a look into each other index makes many more of
    connection.set_progress_handler(lambda: steps.append(1), 1)
    values = {"now": 9, "limit": 9, "platforms": '["here"]'}

    assert connection.execute(PLANS["heads"][0], values).fetchall() == []
    assert len(steps) < 1_000 * 25
