"""The query for the next wake-up of the outbox costs the same, however much is held."""

from __future__ import annotations

import re

import psycopg

from storage.postgres import claim

HELD = """
INSERT INTO destinations (id, address, platform, created_at)
SELECT n, 'slack:' || n, 'slack', 0 FROM generate_series(1, 5000) AS n;
INSERT INTO deliveries (destination_id, state, due_at, created_at, held_for)
SELECT id, 'held', 1000 + id, 0, 'daily' FROM destinations;
ANALYZE;
"""
EXPLAINED = f"EXPLAIN (ANALYZE, TIMING OFF) {claim.CLAIMABLE_AT}"


def test_it_passes_over_no_rows_that_are_held_for_another_platform(url: str) -> None:
    values = {"platforms": ["console"]}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(HELD)
        assert connection.execute(claim.CLAIMABLE_AT, values).fetchone() == (1001,)
        lines = [row[0] for row in connection.execute(EXPLAINED, values)]
    (held,) = [each for each in lines if "deliveries_held" in each]

    assert re.search(r"actual rows=1(\.00)? ", held), held
