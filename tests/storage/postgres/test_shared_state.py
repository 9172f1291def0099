"""What several processes share in PostgreSQL, whatever becomes of its clock and of connections."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import Quota, Rate
from storage.postgres.server_clock import ServerClock
from storage.postgres.store import PostgresStore

RATE = Rate(0.1)
MINUTE, HOUR = 60_000_000, 3_600_000_000  # microseconds
SOON = 4.0  # seconds by which an answer may differ on a busy machine
KEY = "test:pace"


async def statement(url: str, sql: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        cursor = await connection.execute(sql)
        return await cursor.fetchall() if cursor.description else []


async def first(store: PostgresStore) -> float:
    """Reserve a turn and return when it is."""
    return (await store.reserve(KEY, RATE, within=1000.0)).waits[0]


async def test_two_processes_never_get_the_same_turn(store: PostgresStore, other: PostgresStore) -> None:
    asked = [each.reserve(KEY, RATE, within=4000.0) for each in (store, other) * 200]
    found = sorted(wait for turns in await asyncio.gather(*asked) for wait in turns.waits)

    assert found == pytest.approx([10.0 * number for number in range(400)], abs=SOON)


async def test_a_process_gets_the_turns_of_a_quarter_of_a_second_at_most(store: PostgresStore) -> None:
    found = [len((await store.reserve(KEY, Rate(rate), 1000, within=1000.0)).waits) for rate in (40, 4, 0.1)]

    assert found == [10, 1, 1]


async def test_a_server_whose_clock_is_set_back_makes_nobody_wait_for_it(
    url: str, store: PostgresStore
) -> None:
    """The row is as it would be if all so far had happened while the clock was a minute ahead."""
    for _ in range(5):
        await first(store)
    await store.hold("test:held", 600.0)
    await statement(
        url,
        f"UPDATE paces SET next_at = next_at + {MINUTE}, held_until = held_until + {MINUTE},"
        f" seen_at = seen_at + {MINUTE}",
    )
    held = await store.reserve("test:held", RATE, within=10.0)

    assert await first(store) == pytest.approx(50.0, abs=SOON)
    assert held.waits == ()
    assert held.wait == pytest.approx(600.0, abs=SOON)


async def test_events_of_a_clock_that_was_ahead_are_forgotten_in_time(url: str, store: PostgresStore) -> None:
    quota = Quota(2, 60.0)
    for _ in range(2):
        await store.count("test:quota", quota)
    await statement(url, f"UPDATE quotas SET times = ARRAY[times[1] + {HOUR}, times[2] + {HOUR}]")

    assert await store.count("test:quota", quota) <= 60.0 + SOON


async def test_what_has_expired_is_deleted_and_what_has_not_is_not(url: str, store: PostgresStore) -> None:
    await store.mark("test:old", 0.0)
    await store.mark("test:new", 60.0)
    for name in ("old", "new"):
        await store.reserve(f"test:{name}", RATE, within=0.0)
        await store.spend(f"test:{name}", Quota(1, 60.0))
    await statement(url, "UPDATE paces SET next_at = 0, seen_at = 0 WHERE key = 'test:old'")
    await statement(url, "UPDATE quotas SET times = '{1}' WHERE key = 'test:old'")
    store._tidy_at = 0.0
    await store.reserve("test:new", RATE, within=0.0)
    left = [await statement(url, f"SELECT key FROM {table}") for table in ("marks", "paces", "quotas")]

    assert left == [[("test:new",)]] * 3


async def test_a_lost_connection_costs_a_turn_at_most(url: str, store: PostgresStore) -> None:
    await first(store)
    await statement(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )

    assert 0.0 < await first(store) <= 20.0 + SOON
    assert await store.mark("test:mark", 60.0) is None


async def test_a_crash_of_the_server_leaves_no_pace_behind_but_keeps_what_counts(url: str) -> None:
    """After a crash, and on a server that takes over, tables without a log are empty."""
    kinds = await statement(
        url,
        "SELECT relname, relpersistence FROM pg_class WHERE relname IN ('marks', 'paces', 'quotas')"
        " ORDER BY 1",
    )

    assert kinds == [("marks", "p"), ("paces", "u"), ("quotas", "p")]


@given(
    ahead=st.floats(-1e6, 1e6),
    ways=st.lists(st.tuples(st.floats(0.001, 0.5), st.floats(0.0, 1.0), st.floats(0.0, 60.0)), min_size=1),
)
def test_the_difference_of_the_clocks_is_known_as_well_as_by_the_quickest_answer(
    ahead: float, ways: list[tuple[float, float, float]]
) -> None:
    clock, now, drift = ServerClock(), 1000.0, 0.0
    for seconds, part, pause in ways:
        clock.learn(now, now + part * seconds + ahead, now + seconds)
        now += seconds + pause
        drift += 1e-4 * (seconds + pause)

    quickest = min(seconds for seconds, _, _ in ways)
    assert abs(clock.ahead - ahead) <= quickest + drift + 1e-6


def test_a_clock_that_was_set_is_followed_at_once() -> None:
    clock = ServerClock()
    clock.learn(1000.0, 5000.001, 1000.002)
    clock.learn(1001.0, 65_001.001, 1001.002)

    assert clock.ahead == pytest.approx(64_000.0, abs=0.002)
