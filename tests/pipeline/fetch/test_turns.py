"""How many requests run at a time, and who waits."""

from __future__ import annotations

import asyncio

import pytest

from bot.pipeline.fetch.turns import Turns


async def settled() -> None:
    """Let all tasks run until they wait."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_host_has_its_own_limit_and_leaves_the_others_theirs() -> None:
    turns = Turns(at_once=10, per_host=2)
    for host in ("a", "a", "b"):
        await turns.take(host)
    third = asyncio.create_task(turns.take("a"))
    await settled()
    assert not third.done()
    turns.give_back("a")
    await third


async def test_all_hosts_together_have_a_limit_and_the_first_come_is_first_served() -> None:
    turns = Turns(at_once=1, per_host=2)
    await turns.take("a")
    order: list[str] = []

    async def wait(host: str) -> None:
        await turns.take(host)
        order.append(host)

    tasks = [asyncio.create_task(wait(host)) for host in ("b", "c", "d")]
    await settled()
    assert order == []
    for host in ("a", "b", "c"):
        turns.give_back(host)
        await settled()
    assert order == ["b", "c", "d"]
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("given", [False, True])
async def test_who_gives_up_while_waiting_leaves_the_turn_to_the_next(*, given: bool) -> None:
    turns = Turns(at_once=5, per_host=1)
    await turns.take("a")
    first, second = (asyncio.create_task(turns.take("a")) for _ in range(2))
    await settled()
    if given:
        turns.give_back("a")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert first.cancelled()
    if not given:
        turns.give_back("a")
    await second
    turns.give_back("a")
    assert turns._hosts == {}


async def test_who_gives_up_waiting_for_the_turn_of_all_gives_the_turn_of_its_host_back() -> None:
    turns = Turns(at_once=1, per_host=1)
    await turns.take("a")
    waiting = asyncio.create_task(turns.take("b"))
    await settled()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    turns.give_back("a")
    await turns.take("b")
    turns.give_back("b")
    assert turns._hosts == {}
