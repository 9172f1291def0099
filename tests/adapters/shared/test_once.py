"""What a platform sends twice is done once, by all processes together."""

from __future__ import annotations

import asyncio

import pytest

from adapters.shared.once import KEPT, Once
from bot.in_process import InProcessState
from storage import open_store
from tests.contracts.stores import opened
from tests.fakes import postgres

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_what_was_done_is_known_for_some_minutes_and_what_has_no_id_is_always_new() -> None:
    now = 0.0
    once = Once(InProcessState(lambda: now), "here:")
    seen = [await once.first(each) for each in ("1.2", "1.2", "3.4", "x" * 3000, "x" * 3000)]
    now = KEPT + 1

    assert seen == [True, False, True, True, False]
    assert await once.first("1.2")
    assert [await once.first(""), await once.first("")] == [True, True]


async def test_what_was_forgotten_may_come_again() -> None:
    once = Once(InProcessState(), "here:")
    await once.first("1.2")
    await once.forget("1.2")
    await once.forget("")

    assert await once.first("1.2")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_of_several_processes_one_does_it(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        processes = [Once(store, "here:") for store in (one, other, one)]
        first = await asyncio.gather(*(each.first("1.2") for each in processes))

    assert sorted(first) == [False, False, True]


async def test_without_a_database_this_process_remembers_alone() -> None:
    """A command that cannot be marked is answered all the same: with what is wrong, and not twice."""
    async with postgres.server().database() as url:
        store = await open_store(url)
    once = Once(store, "here:")
    try:
        first = [await once.first("1.2"), await once.first("1.2")]
    finally:
        await store.aclose()

    assert first == [True, False]


class Hanging(InProcessState):
    """What processes share, in a database that does not answer."""

    async def mark(self, key: str, seconds: float) -> float | None:  # noqa: ARG002
        await asyncio.Event().wait()
        return None

    async def unmark(self, key: str) -> None:  # noqa: ARG002
        await asyncio.Event().wait()


async def test_a_database_that_hangs_is_not_waited_for() -> None:
    """A platform gives a command up after three seconds without an answer."""
    once = Once(Hanging(), "here:", patience=0.01)
    first = [await once.first("1.2"), await once.first("1.2")]
    await once.forget("1.2")

    assert first == [True, False]
