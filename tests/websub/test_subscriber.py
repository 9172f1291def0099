"""How hubs are asked: once, again before the lease ends, ever less often if they fail, and politely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.websub.rules import HUBS
from bot.websub.subscriber import Subscriber
from tests.contracts.store_samples import BOB, later
from tests.fakes.hub import FakeHub
from tests.websub.listener import T0, TOPIC, Listener

DAY = 86_400.0


async def test_a_hub_is_asked_once_and_agrees(listener: Listener) -> None:
    feed = await listener.names()
    asked, again = await listener.ask(), await listener.ask(3600)
    known = await listener.known(feed)

    assert (asked, again) == (1, 0)
    assert known is not None
    assert known.verified_until == later(HUBS.lease)
    assert (known.failures, known.error, known.next_at) == (0, "", later(HUBS.lease / 2))
    assert listener.hub.asked == [
        {
            "hub.mode": "subscribe",
            "hub.topic": TOPIC,
            "hub.callback": f"{listener.base}/websub/{known.callback}",
            "hub.verify": "sync",
            "hub.secret": known.key,
            "hub.lease_seconds": "864000",
        }
    ]


@pytest.mark.parametrize(
    ("granted", "renewed", "until"),
    [
        (10 * DAY, 5 * DAY, 10 * DAY),
        (315_360_000, 15 * DAY, 30 * DAY),
        (7200, 3600, 7200),
        (60, 900, 60),  # a hub is asked no more often than its feed
    ],
)
async def test_a_lease_is_renewed_at_its_half_with_the_same_secrets(
    listener: Listener, granted: float, renewed: float, until: float
) -> None:
    listener.hub.lease = int(granted)
    feed = await listener.names()
    await listener.ask()
    first = await listener.known(feed)
    early, due = await listener.ask(renewed - 1), await listener.ask(1)
    known = await listener.known(feed)

    assert (early, due) == (0, 1)
    assert first is not None
    assert known is not None
    assert first.verified_until == later(until)
    assert known.verified_until == later(renewed + until)
    assert (known.callback, known.key) == (first.callback, first.key)
    assert known.verified_at == (T0 if renewed < until else later(renewed))


async def test_a_hub_that_fails_is_asked_ever_less_often_and_what_holds_goes_on_to(
    listener: Listener,
) -> None:
    feed = await listener.names()
    await listener.ask()
    listener.hub.refuses = 500
    assert await listener.ask(5 * DAY) == 1
    waits = []
    for _ in range(8):
        known = await listener.known(feed)
        assert known is not None
        waits.append((known.next_at - listener.clock.now()).total_seconds())
        assert await listener.ask(waits[-1] - 1) == 0
        assert await listener.ask(1) == 1
    found = await listener.feed()

    assert waits == [900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 28_800.0, 57_600.0, 86_400.0]
    assert known is not None
    assert known.error == "it answered 500"
    assert found.hub_until == later(10 * DAY), "the hub still pushes until then"


async def test_a_hub_that_never_verifies_is_asked_again(listener: Listener) -> None:
    listener.hub.denies = "x"  # it says so to nobody that we know
    feed = await listener.names()
    listener.hub.sync = False
    known = await listener.known(feed)
    assert known is not None
    await listener.ask()
    asked = await listener.known(feed)
    assert asked is not None

    assert (asked.failures, asked.verified_until) == (1, None)
    assert asked.next_at >= later(900)


async def test_of_many_hubs_ten_are_asked_in_a_minute(listener: Listener) -> None:
    for number in range(15):
        await listener.names(f"Blog {number}")
    asked = [await listener.ask() for _ in range(5)]

    assert sum(asked) == 10
    assert max(asked) == HUBS.at_once
    assert (await listener.store.hub_counts(listener.clock.now())).verified == 10


async def test_a_feed_that_is_removed_leaves_its_hub(listener: Listener) -> None:
    feed = await listener.names()
    await listener.ask()
    await listener.store.retire_feed(feed.id, listener.clock.now(), by=BOB)
    (callback,) = listener.hub.callbacks
    status = await listener.hub.push(callback, b"", "")
    asked = await listener.ask(1)

    assert asked == 1
    assert listener.hub.asked[-1] == {
        "hub.mode": "unsubscribe",
        "hub.topic": TOPIC,
        "hub.callback": callback,
        "hub.verify": "sync",
    }
    assert listener.hub.callbacks == []
    assert await listener.store.hub_called(callback.rpartition("/")[2]) is None
    assert status == 410


async def test_a_hub_that_lets_nobody_go_is_asked_three_times(listener: Listener) -> None:
    feed = await listener.names()
    await listener.ask()
    (callback,) = listener.hub.callbacks
    listener.hub.refuses = 500
    await listener.store.retire_feed(feed.id, listener.clock.now(), by=BOB)
    asked = [await listener.ask(DAY) for _ in range(6)]

    assert asked == [1, 1, 1, 0, 0, 0]
    assert await listener.store.hub_called(callback.rpartition("/")[2]) is None


async def test_a_hub_that_was_never_asked_is_not_asked_to_let_go(listener: Listener) -> None:
    feed = await listener.names()
    await listener.store.retire_feed(feed.id, T0, by=BOB)

    assert await listener.ask(1) == 0
    assert await listener.store.claim_hubs(later(DAY), later(DAY), 9) == []


async def test_another_public_address_gets_new_secrets(listener: Listener) -> None:
    feed = await listener.names()
    await listener.ask()
    old = await listener.known(feed)
    assert old is not None
    assert await listener.store.save_hub(replace(old, base="https://old.example"), T0)
    await listener.store.begin_hubs(listener.base, T0)
    asked, known = await listener.ask(), await listener.known(feed)

    assert asked == 1
    assert known is not None
    assert known.callback != old.callback
    assert known.key != old.key
    assert known.holds(listener.clock.now())


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://192.168.7.7/", "192.168.7.7"),
        ("http://127.0.0.1:1/", "127.0.0.1"),
        ("http://localhost:1/", "localhost"),
        ("http://169.254.169.254/latest/", "169.254.169.254"),
        ("http://[::1]:1/", "::1"),
    ],
)
async def test_a_hub_where_feeds_may_not_live_is_never_asked(
    listener: Listener, address: str, why: str
) -> None:
    feed = await listener.names(hub=address)
    async with Fetcher(FetchSettings()) as fetcher:
        await Subscriber(listener.store, fetcher, listener.clock, listener.base).ask_due()
    known = await listener.known(feed)

    assert known is not None
    assert why in known.error
    assert known.verified_until is None


async def test_two_processes_ask_a_hub_once(listener: Listener, hub: FakeHub) -> None:
    await listener.names()
    async with Fetcher(FetchSettings()) as fetcher:
        other = Subscriber(listener.store, fetcher, listener.clock, listener.base)
        await listener.subscriber.ask_due()
        await other.ask_due()

    assert len(hub.asked) == 1
