"""What every store must show of hubs: one subscription of a feed, no change lost, every push heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import Feed, FeedState, HubCounts, HubSubscription, NamedHub
from bot.ports import PollCommit, PollRecord, Store
from tests.contracts.store_samples import BOB, T0, add_feed, later, record, settings

pytest_plugins = ["tests.contracts.store_fixtures"]

HUB = NamedHub("https://hub.example/", "https://blog.example/feed/")
OTHER = NamedHub("https://other.example/", "https://blog.example/feed/")
NONE = NamedHub("", "")
BASE = "https://bot.example"


async def named(store: Store, feed: Feed, hub: NamedHub | None = HUB, at: datetime = T0) -> None:
    """Poll a feed that names a hub."""
    await store.commit_poll(PollCommit(record(feed), hub=hub, at=at))


async def claimed(store: Store, at: datetime = T0, limit: int = 9) -> list[HubSubscription]:
    return await store.claim_hubs(at, at + timedelta(seconds=60), limit)


async def agreed(store: Store, feed: Feed) -> HubSubscription:
    """Let the hub of a feed agree to push for a day; return the subscription."""
    await named(store, feed)
    (known,) = await claimed(store)
    until = replace(known, base=BASE, verified_at=T0, verified_until=later(86_400), next_at=later(43_200))
    assert await store.save_hub(until, T0)
    found = await store.hub_called(known.callback)
    assert found is not None
    return found[0]


async def of(store: Store, name: str = "Blog") -> Feed:
    feed = await store.feed_called(name)
    assert feed is not None
    return feed


async def test_a_hub_that_a_feed_names_is_to_be_asked_once(store: Store) -> None:
    feed = await add_feed(store)
    await named(store, feed)
    await named(store, feed)
    (first,) = await claimed(store)

    assert (first.feed_id, first.hub, first.topic) == (feed.id, HUB.url, HUB.topic)
    assert (first.base, first.failures, first.leaving) == ("", 0, False)
    assert len(first.callback) >= 40
    assert len(first.key) >= 40
    assert first.callback != first.key
    assert await claimed(store, later(59)) == []
    assert [each.id for each in await claimed(store, later(60))] == [first.id]


async def test_a_poll_that_did_not_look_for_a_hub_changes_nothing(store: Store) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    await named(store, feed, None)
    await store.record_polls([record(feed)], T0)

    assert await store.hub_called(known.callback) == (known, await of(store))


@pytest.mark.parametrize("hub", [OTHER, NONE, replace(HUB, topic="https://blog.example/other/")])
async def test_a_feed_that_names_another_hub_leaves_the_first_and_both_have_secrets(
    store: Store, hub: NamedHub
) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    await named(store, feed, hub)
    found = {each.leaving: each for each in await claimed(store, later(1))}

    assert found[True].callback == known.callback
    assert (False in found) == (hub != NONE)
    if hub != NONE:
        assert found[False].callback != known.callback
        assert found[False].hub == hub.url
    assert (await of(store)).hub_until is None
    assert set(await store.hubs_of([feed.id])) == ({feed.id} if hub != NONE else set())


async def test_each_caller_gets_other_subscriptions(store: Store) -> None:
    for name in ("A", "B", "C"):
        await named(store, await add_feed(store, name))
    first, second = await claimed(store, limit=2), await claimed(store, limit=2)

    assert (len(first), len(second)) == (2, 1)
    assert len({each.id for each in first + second}) == 3


async def test_of_two_changes_at_once_one_is_stored(store: Store) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)

    assert await store.save_hub(replace(known, failures=1, error="no \U0001f600 answer"), T0)
    assert not await store.save_hub(replace(known, failures=7), T0)
    found = await store.hub_called(known.callback)
    assert found is not None
    assert (found[0].failures, found[0].error, found[0].version) == (
        1,
        "no \U0001f600 answer",
        known.version + 1,
    )


async def test_new_secrets_replace_the_old_ones(store: Store) -> None:
    known = await agreed(store, await add_feed(store))

    assert await store.save_hub(replace(known, callback="c" * 40, key="k" * 40), T0)
    assert await store.hub_called(known.callback) is None
    found = await store.hub_called("c" * 40)
    assert found is not None
    assert found[0].key == "k" * 40


async def test_a_feed_knows_until_when_its_hub_pushes(store: Store) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    during = await of(store)
    await store.record_polls([replace(record(feed), next_poll_at=later(3600))], T0)
    await store.save_hub(replace(known, verified_at=None, verified_until=None), later(10))
    after = await of(store)

    assert (during.hub_since, during.hub_until) == (T0, later(86_400))
    assert (after.hub_since, after.hub_until) == (None, None)
    assert after.next_poll_at == later(10 + feed.settings.every)


async def test_an_end_never_makes_a_poll_later(store: Store) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    await store.record_polls([replace(record(feed), next_poll_at=later(30))], T0)
    await store.save_hub(replace(known, verified_at=None, verified_until=None), later(10))

    assert (await of(store)).next_poll_at == later(30)


async def test_a_push_makes_its_feed_due_and_never_later(store: Store) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    await store.record_polls([record(feed)], T0)
    await store.note_push(known.feed_id, later(20), later(10))
    first = await of(store)
    await store.note_push(known.feed_id, later(40), later(11))
    second = await of(store)

    assert (first.push_due, first.next_poll_at) == (later(20), later(20))
    assert (second.push_due, second.next_poll_at) == (later(40), later(20))
    (polled,) = await store.claim_feeds("one", later(20), 300, 9)
    assert polled.push_due == later(40)


async def test_a_push_while_a_poll_is_under_way_wants_another_one(store: Store) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    (polled,) = await store.claim_feeds("one", later(900), 300, 9)
    await store.note_push(known.feed_id, later(905), later(905))
    after = replace(record(polled), next_poll_at=later(9000))
    await store.record_polls([replace(after, push_due=polled.push_due)], later(906))
    (again,) = await store.claim_feeds("one", later(906), 300, 9)
    await store.record_polls([replace(after, push_due=again.push_due)], later(907))

    assert again.push_due == later(905)
    assert await store.claim_feeds("one", later(907), 300, 9) == []


@pytest.mark.parametrize(
    ("state", "due"), [(FeedState(not_before=later(600)), later(600)), (FeedState(stopped=True), None)]
)
async def test_what_a_server_says_during_a_poll_outranks_a_push(
    store: Store, state: FeedState, due: datetime | None
) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    await store.note_push(known.feed_id, later(5), later(5))
    await store.record_polls([PollRecord(feed.id, feed.url, state, later(9000))], later(6))

    assert (await of(store)).next_poll_at == (due or later(9000))


async def test_a_feed_that_is_removed_leaves_its_hub_and_one_that_comes_back_asks_anew(store: Store) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    state = FeedState(etag="x", hub=HUB.url, topic=HUB.topic)
    await store.record_polls([replace(record(feed), state=state)], T0)
    await store.note_push(known.feed_id, T0, T0)
    await store.retire_feed(feed.id, later(1), by=BOB)
    (leaving,) = await claimed(store, later(1))
    gone = await store.hubs_of([feed.id])
    await store.note_push(leaving.feed_id, later(2), later(2))
    back = await store.add_feed(settings("Blog"), later(3), by=BOB)
    found = {each.leaving: each for each in await claimed(store, later(99))}

    assert (leaving.leaving, leaving.callback, leaving.failures) == (True, known.callback, 0)
    assert gone == {}
    assert (back.id, back.push_due, back.hub_until) == (feed.id, None, None)
    assert (found[False].hub, found[False].topic) == (HUB.url, HUB.topic)
    assert found[False].callback != known.callback
    await store.drop_hub(leaving.id)
    assert [each.leaving for each in await claimed(store, later(199))] == [False]


async def test_a_feed_without_a_hub_comes_back_without_one(store: Store) -> None:
    feed = await add_feed(store)
    await store.retire_feed(feed.id, later(1), by=BOB)
    await store.add_feed(settings("Blog"), later(3), by=BOB)

    assert await claimed(store, later(99)) == []


async def test_only_what_was_ended_can_be_forgotten(store: Store) -> None:
    known = await agreed(store, await add_feed(store))
    await store.drop_hub(known.id)

    assert await store.hub_called(known.callback) is not None


async def test_a_feed_that_the_config_lost_leaves_its_hub(store: Store) -> None:
    await store.sync_feeds([settings("Blog", origin="config")], T0)
    known = await agreed(store, await of(store))
    await store.sync_feeds([], later(1))
    found = await store.hub_called(known.callback)

    assert found is not None
    assert found[0].leaving


async def test_another_public_address_makes_what_was_agreed_for_the_old_one_due(store: Store) -> None:
    known = await agreed(store, await add_feed(store))
    await store.begin_hubs(BASE, later(1))
    same = await claimed(store, later(1))
    await store.begin_hubs("https://new.example", later(2))
    (due,) = await claimed(store, later(2))

    assert same == []
    assert (due.id, due.base) == (known.id, BASE)


async def test_without_a_public_address_nothing_holds_any_more(store: Store) -> None:
    feed = await add_feed(store)
    await agreed(store, feed)
    await store.record_polls([replace(record(feed), next_poll_at=later(9000))], T0)
    await store.begin_hubs("", later(1))
    found, known = await of(store), (await store.hubs_of([feed.id]))[feed.id]

    assert (found.hub_since, found.hub_until) == (None, None)
    assert found.next_poll_at == later(1 + feed.settings.every)
    assert (known.base, known.verified_until, known.next_at) == ("", None, later(1))


async def test_hubs_are_counted_by_what_they_said(store: Store) -> None:
    empty = await store.hub_counts(T0)
    await agreed(store, await add_feed(store, "A"))
    await named(store, await add_feed(store, "B"))
    (asked,) = await claimed(store)
    before = await store.hub_counts(T0)
    await store.save_hub(replace(asked, base=BASE, failures=1), T0)

    assert empty == HubCounts(0, 0)
    assert before == HubCounts(1, 0), "the other was not asked yet"
    assert await store.hub_counts(T0) == HubCounts(1, 1)
    assert await store.hub_counts(later(86_400)) == HubCounts(0, 2)


@pytest.mark.parametrize("by", [timedelta(days=1), timedelta(days=-400)])
async def test_what_is_agreed_moves_with_the_clock(store: Store, by: timedelta) -> None:
    feed = await add_feed(store)
    known = await agreed(store, feed)
    await store.note_push(known.feed_id, T0, T0)
    await store.shift_times(by)
    moved, found = await of(store), (await store.hubs_of([feed.id]))[feed.id]

    assert (moved.push_due, moved.hub_since, moved.hub_until) == (T0 + by, T0 + by, later(86_400) + by)
    assert (found.next_at, found.verified_until) == (later(43_200) + by, later(86_400) + by)


async def test_a_hub_that_would_be_asked_too_late_is_asked_now(store: Store) -> None:
    known = await agreed(store, await add_feed(store))
    await store.save_hub(replace(known, next_at=T0 + timedelta(days=4000)), T0)
    await store.bound_times(T0)

    assert len(await claimed(store)) == 1
