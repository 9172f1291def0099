"""The query for the next wake-up of the outbox costs the same, however much is held."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from storage.sqlite import claim, migrate

HELD = """
INSERT INTO destinations (id, address, platform, created_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
SELECT i, 'slack:' || i, 'slack', 0 FROM n;
INSERT INTO deliveries (destination_id, state, due_at, created_at, held_for)
SELECT id, 'held', 1000 + id, 0, 'daily' FROM destinations;
"""


def test_it_passes_over_no_rows_that_are_held_for_another_platform() -> None:
    steps: list[int] = []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(migrate.schema())
        connection.executescript(HELD)
        connection.set_progress_handler(lambda: steps.append(1), 100)  # after so many steps of SQLite
        (due,) = connection.execute(claim.CLAIMABLE_AT, {"platforms": '["console"]'}).fetchone()

    assert due == 1001
    assert len(steps) < 10
