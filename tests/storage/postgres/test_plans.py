"""Each statement that runs often is led by an index, among the rows of some years.

PostgreSQL plans by statistics, which it gathers by itself about a minute after many rows have come. What the
outbox asks for again and again is led by its index before that too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import psycopg
import pytest
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer

from storage.postgres import outbox
from tests.fakes import postgres
from tests.storage.postgres.plans import ALWAYS, FILL, OWN, PLANNED_ONCE, PLANS, SOME

LARGE = re.compile(
    r"Seq Scan on (deliveries|posts|archive|filters|subscriptions|destinations|post_aliases|post_terms|terms"
    r"|changes|phrases|story_keys)\b.*"
)


@pytest.fixture(scope="module")
def connection() -> Iterator[psycopg.Connection]:
    with asyncio.Runner() as runner:
        database = postgres.server().database()
        url = runner.run(database.__aenter__())
        with psycopg.connect(url, autocommit=True) as opened:
            opened.execute(FILL)
            yield opened
        runner.run(database.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def analyzed(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute("VACUUM ANALYZE")
    return connection


def plan_of(connection: psycopg.Connection, statement: str, values: dict[str, object]) -> str:
    return "\n".join(row[0] for row in connection.execute(f"EXPLAIN {statement}", values))


@pytest.mark.parametrize("name", ALWAYS)
def test_what_the_outbox_asks_needs_no_statistics(connection: psycopg.Connection, name: str) -> None:
    plan = plan_of(connection, PLANS[name][0], SOME | OWN.get(name, {}))

    assert not LARGE.search(plan), plan


@pytest.mark.parametrize("name", PLANS)
def test_a_statement_is_led_by_its_index(analyzed: psycopg.Connection, name: str) -> None:
    statement, indexes = PLANS[name]
    plan = plan_of(analyzed, statement, SOME | OWN.get(name, {}))

    assert not LARGE.search(plan), plan
    for index in indexes:
        assert re.search(rf"\b{index}\b", plan), (index, plan)


@pytest.mark.parametrize("name", PLANNED_ONCE)
def test_a_plan_for_any_post_is_led_by_the_same_indexes(analyzed: psycopg.Connection, name: str) -> None:
    statement, indexes = PLANS[name]
    query = PostgresQuery(Transformer(analyzed))
    query.convert(statement, SOME | OWN.get(name, {}))
    plan = "\n".join(
        line for (line,) in analyzed.execute(b"EXPLAIN (GENERIC_PLAN) " + query.query, prepare=False)
    )

    assert not LARGE.search(plan), plan
    for index in indexes:
        assert re.search(rf"\b{index}\b", plan), (index, plan)


@pytest.mark.parametrize("name", ["heads", "heads of a lane", "claimable", "next"])
def test_a_row_of_a_platform_that_is_away_costs_one_look(analyzed: psycopg.Connection, name: str) -> None:
    values = SOME | {"platforms": ["away"], "now": 10**14}
    plan = plan_of(analyzed, f"(ANALYZE, TIMING OFF) {PLANS[name][0]}", values)
    others = [line for line in plan.splitlines() if re.search(r"Scan.* on deliveries e\b", line)]

    assert others
    assert all("never executed" in line for line in others), plan


@pytest.mark.parametrize("statement", [outbox.OWNERS, *outbox.END_LEASES, *outbox.RELEASE])
def test_taking_over_touches_only_what_is_under_way(analyzed: psycopg.Connection, statement: str) -> None:
    plan = plan_of(analyzed, statement, SOME)
    assert re.search(r"\bdeliveries_(sending|edits|editing|queue|oldest)\b|on feeds", plan), plan
