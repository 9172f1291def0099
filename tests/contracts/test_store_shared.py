"""What every store must show of what all processes share: paces, quotas and marks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.in_process import InProcessState
from bot.ports import Quota, Rate, Store

pytest_plugins = ["tests.contracts.store_fixtures"]

RATE = Rate(0.1, burst=3.0)  # so slow that a busy machine changes nothing
FOR_EVER = 1e6  # seconds
SOON = 4.0  # seconds by which an answer may differ, since time goes on


async def waits(store: Store, count: int, rate: Rate = RATE, key: str = "test:pace") -> list[float]:
    """Reserve turns, as many at once as the store gives, and return when they are, in seconds from now."""
    loop, found = asyncio.get_running_loop(), list[float]()
    began = loop.time()
    while len(found) < count:
        turns = await store.reserve(key, rate, count - len(found), within=FOR_EVER)
        found += [loop.time() - began + each for each in turns.waits]
    return found


async def marks(store: Store, key: str) -> bool:
    return await store.mark(key, 60.0) is None


async def until(works: Callable[[], Awaitable[bool]]) -> None:
    """Try something until it works."""
    async with asyncio.timeout(5):
        while not await works():  # noqa: ASYNC110 -- time goes on in the store, which sends no event
            await asyncio.sleep(0.01)


async def test_turns_go_in_a_burst_and_then_one_by_one(store: Store) -> None:
    found = await waits(store, 8)

    assert found == pytest.approx([0, 0, 0, 10, 20, 30, 40, 50], abs=SOON)


async def test_many_turns_at_once_are_not_sooner_than_one_by_one(store: Store) -> None:
    rate = Rate(40.0)
    found = await waits(store, 400, rate)

    assert len(found) == 400
    assert found[-1] == pytest.approx(399 / 40, abs=SOON)
    assert all(later - sooner > -SOON for sooner, later in pairwise(found))


async def test_who_would_wait_too_long_gets_no_turn_and_takes_none_from_others(store: Store) -> None:
    await waits(store, 5)
    refused = [await store.reserve("test:pace", RATE, within=8.0) for _ in range(10)]
    (after,) = await waits(store, 1)

    assert {each.waits for each in refused} == {()}
    assert refused[0].wait == pytest.approx(30.0, abs=SOON)
    assert after == pytest.approx(30.0, abs=SOON)


async def test_what_is_urgent_goes_at_once_and_the_others_wait_for_it(store: Store) -> None:
    await waits(store, 5)
    urgent = await store.reserve("test:pace", RATE, within=0.0, urgent=True)
    (after,) = await waits(store, 1)

    assert urgent.waits == pytest.approx([0.0], abs=SOON)
    assert after == pytest.approx(40.0, abs=SOON)


async def test_a_hold_stops_everybody_and_tells_why(store: Store) -> None:
    await store.hold("test:pace", 600.0, "They said so.")
    await store.hold("test:pace", 300.0, "A shorter one.")
    refused = await store.reserve("test:pace", RATE, 2, within=10.0)
    urgent = await store.reserve("test:pace", RATE, within=10.0, urgent=True)
    patient = await waits(store, 3)

    assert (refused.waits, urgent.waits) == ((), ())
    assert refused.wait == pytest.approx(600.0, abs=SOON)
    assert refused.why == urgent.why == "They said so."
    assert patient == pytest.approx([600.0, 610.0, 620.0], abs=SOON)
    assert await waits(store, 1, key="test:other") == pytest.approx([0.0], abs=SOON)


async def test_a_longer_hold_replaces_a_shorter_one(store: Store) -> None:
    await store.hold("test:pace", 300.0, "A shorter one.")
    await store.hold("test:pace", 600.0)
    refused = await store.reserve("test:pace", RATE, within=10.0)

    assert (refused.waits, refused.why) == ((), "")
    assert refused.wait == pytest.approx(600.0, abs=SOON)


async def test_a_hold_that_is_over_holds_nothing(store: Store) -> None:
    await store.hold("test:pace", 0.0, "It was said.")
    turns = await store.reserve("test:pace", RATE, within=10.0)

    assert turns.waits == pytest.approx([0.0], abs=SOON)
    assert turns.why == ""


async def test_turns_asked_for_at_once_are_given_to_one_each(store: Store) -> None:
    asked = [store.reserve("test:pace", RATE, within=FOR_EVER) for _ in range(20)]
    found = sorted(wait for turns in await asyncio.gather(*asked) for wait in turns.waits)

    assert found == pytest.approx([0, 0, 0, *range(10, 180, 10)], abs=SOON)


async def test_a_quota_has_room_for_its_number_of_events(store: Store) -> None:
    quota = Quota(3, 60.0)
    spent = await asyncio.gather(*(store.spend("test:quota", quota) for _ in range(10)))

    assert sorted(spent) == [False] * 7 + [True] * 3
    assert await store.spend("test:other", quota)


async def test_events_that_have_happened_count_also_beyond_a_quota(store: Store) -> None:
    quota = Quota(3, 60.0)
    left = [await store.count("test:quota", quota) for _ in range(5)]

    assert left == pytest.approx([0.0, 0.0, 60.0, 60.0, 60.0], abs=SOON)
    assert not await store.spend("test:quota", quota)


async def test_a_quota_has_room_again_when_its_events_are_old(store: Store) -> None:
    quota = Quota(2, 0.05)
    assert [await store.spend("test:quota", quota) for _ in range(2)] == [True, True]
    await until(lambda: store.spend("test:quota", quota))


async def test_a_mark_is_made_once_by_all_who_want_it_and_has_an_age(store: Store) -> None:
    made = await asyncio.gather(*(store.mark("test:mark", 60.0) for _ in range(10)))
    age = await store.mark("test:mark", 60.0)

    assert made.count(None) == 1
    assert all(0 <= each < SOON for each in made if each is not None)
    assert age is not None
    assert await store.mark("test:other", 60.0) is None


async def test_a_mark_can_be_made_again_when_it_is_removed_or_over(store: Store) -> None:
    await store.mark("test:removed", 60.0)
    await store.unmark("test:removed")
    await store.unmark("test:never")
    await store.mark("test:over", 0.01)

    assert await store.mark("test:removed", 60.0) is None
    await until(lambda: marks(store, "test:over"))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 400), st.integers(1, 2)), max_size=60))
def test_a_quota_is_never_exceeded_in_any_window(events: list[tuple[float, int]]) -> None:
    async def run() -> list[tuple[float, int]]:
        now = 0.0
        state = InProcessState(lambda: now)
        taken: list[tuple[float, int]] = []
        for gap, key in events:
            now += gap
            if await state.spend(f"test:{key}", Quota(3, 1000.0)):
                taken.append((now, key))
        return taken

    taken = asyncio.run(run())

    for start, key in taken:
        assert sum(start <= at < start + 1000 and each == key for at, each in taken) <= 3


async def test_a_mark_does_not_last_longer_when_others_want_it(store: Store) -> None:
    await store.mark("test:mark", 0.3)
    await until(lambda: marks(store, "test:mark"))
