"""What every store must show of destinations that a platform says something about by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.ports import Sent, Store
from tests.contracts.store_samples import ALICE, BOB, T0, claim, claim_one, follow, later, states, with_posts

pytest_plugins = ["tests.contracts.store_fixtures"]

PROBE = T0 + timedelta(hours=1)


async def test_a_destination_is_parked_at_a_word_and_keeps_its_queue(store: Store) -> None:
    await with_posts(store, "p1", "p2")

    assert await store.park([ALICE, "console:nobody"], "The server is gone.", T0, PROBE) == [ALICE]
    assert await claim(store) == []
    assert await states(store) == ["parked", "parked"]
    (parked,) = (await store.queue_health()).parked
    assert (parked.address, parked.parked_reason) == (ALICE, "The server is gone.")


async def test_it_is_told_once_that_a_destination_is_parked(store: Store) -> None:
    await with_posts(store, "p1")
    await store.park([ALICE], "First.", T0, PROBE)

    assert await store.park([ALICE], "Second.", T0, PROBE) == []
    assert (await store.queue_health()).parked[0].parked_reason == "First."


async def test_it_is_probed_and_resumes_like_any_other(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    await store.park([ALICE], "Gone.", T0, PROBE)

    assert await store.probe_parked(T0) == 0
    assert await store.probe_parked(PROBE) == 1
    probe = await claim_one(store, PROBE)
    await store.settle([Sent(probe, "r1", PROBE)])
    assert await states(store) == ["sent", "pending"]


async def test_what_is_under_way_when_it_is_parked_still_counts(store: Store) -> None:
    await with_posts(store, "p1")
    under_way = await claim_one(store)
    await store.park([ALICE], "Gone.", T0, PROBE)
    await store.settle([Sent(under_way, "r1", T0)])

    assert await states(store) == ["sent"]
    assert (await store.queue_health()).parked == ()


@pytest.mark.parametrize("parked", [False, True])
async def test_all_that_waits_is_given_up_and_nothing_of_anybody_else(store: Store, *, parked: bool) -> None:
    await with_posts(store, "p1", "p2", followers=(ALICE, BOB))
    if parked:
        await store.park([ALICE], "Gone.", T0, PROBE)

    assert await store.give_up(ALICE, "The channel was deleted.", T0) == 2
    assert await states(store) == ["failed", "failed"]
    assert await states(store, BOB) == ["pending", "pending"]
    assert (await store.delivery_log(ALICE, 1))[0].error == "The channel was deleted."


async def test_what_is_under_way_is_given_up_too_unless_it_arrived(store: Store) -> None:
    await with_posts(store, "p1")
    under_way = await claim_one(store)
    await store.give_up(ALICE, "Gone.", T0)
    assert await states(store) == ["failed"]
    assert await claim(store, later(3600)) == []
    await store.settle([Sent(under_way, "r1", T0)])

    assert await states(store) == ["sent"]


async def test_nothing_is_given_up_where_nothing_is(store: Store) -> None:
    assert await store.give_up("console:nobody", "Gone.", T0) == 0


async def test_destinations_are_told_by_how_they_begin(store: Store) -> None:
    for address in ("slack:T2/C1", "slack:T2/C0", "slack:T20/C1", "slack:C1", "slack:T2/%"):
        await follow(store, address, "Trade")

    await store.notify(["slack:T2/C2", "slack:T2/C3"], "Hello.", T0)
    await store.give_up("slack:T2/C3", "Gone.", T0)
    await follow(store, "slack:T2/C4", "Trade")
    await store.unfollow("slack:T2/C4", keys=None, channel=False, by=BOB, now=T0)

    assert await store.addresses("slack:T2/") == ["slack:T2/%", "slack:T2/C0", "slack:T2/C1", "slack:T2/C2"]
    assert await store.addresses("discord:") == []
