"""What every store must show of feeds: settings, leases, what polling remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, get_type_hints

import pytest

from bot.errors import StoreError, UsageError
from bot.model import CONFIG, BlogApi, Feed, FeedState
from bot.ports import AdminNotice, PollCommit, PollRecord, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    LEASE,
    T0,
    about,
    add_feed,
    claim,
    follow,
    later,
    publish,
    record,
    row,
    settings,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def names(store: Store) -> list[str]:
    return [feed.settings.name for feed in await store.feeds()]


async def only(store: Store) -> Feed:
    (feed,) = await store.feeds()
    return feed


async def test_an_added_feed_has_its_settings_and_is_due_at_once(store: Store) -> None:
    lists: dict[str, Any] = {"categories": ("A",), "aliases": {"b": "B"}}
    wanted = settings("Blog", every=0.25, announce_latest=2, quiet_notice=False, cluster="near", **lists)
    added = await store.add_feed(wanted, T0, by=BOB)

    assert wanted == added.settings
    assert await store.feeds() == [added]
    assert await store.claim_feeds("one", T0, LEASE, 10) == [added]


async def test_feeds_are_listed_by_name(store: Store) -> None:
    for name in ("beta", "Alpha", "gamma"):
        await add_feed(store, name)

    assert await names(store) == ["Alpha", "beta", "gamma"]
    assert await store.feed_names() == ["Alpha", "beta", "gamma"]
    assert [feed.settings.name for feed in await store.feeds(2)] == ["Alpha", "beta"]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("b-l-o-g", "https://other.example/feed/"),
        ("Other", "https://blog.example/feed/"),
        ("Other", "https://moved.example/feed/"),
    ],
)
async def test_a_watched_name_or_url_cannot_be_added_again(store: Store, name: str, url: str) -> None:
    feed = await add_feed(store)
    moved = replace(record(feed), url="https://moved.example/feed/")
    await store.record_polls([moved], T0)

    with pytest.raises(UsageError, match="Blog"):
        await store.add_feed(settings(name, url), T0, by=BOB)
    assert await names(store) == ["Blog"]


async def test_a_retired_feed_is_not_polled_and_keeps_posts_and_followers(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", "Trade"))
    await follow(store, ALICE, "Trade", feed=feed)
    await store.retire_feed(feed.id, T0, by=BOB)

    assert await store.feeds() == []
    assert await store.claim_feeds("one", later(9999), LEASE, 10) == []
    assert await store.next_poll_at() is None
    assert [post.id for post in await store.latest(5)] == ["p1"]
    assert [each.feed for each in await store.subscriptions(ALICE)] == ["Blog"]


async def test_adding_a_retired_url_brings_the_feed_back_due_at_once(store: Store) -> None:
    feed = await add_feed(store)
    state = FeedState(etag='"x"', baseline_at=T0, gone_since=T0, stopped=True)
    await store.record_polls([PollRecord(feed.id, feed.url, state, later(86400))], T0)
    await store.retire_feed(feed.id, T0, by=BOB)
    back = await store.add_feed(settings("New name", feed.url), later(60), by=BOB)

    assert feed.id == back.id
    assert back.settings.name == "New name"
    assert FeedState(etag='"x"', baseline_at=T0) == back.state
    assert later(60) == back.next_poll_at


async def test_another_url_under_a_retired_name_is_another_feed(store: Store) -> None:
    old = await add_feed(store)
    await publish(store, old, row("p1", "Trade"))
    await store.retire_feed(old.id, T0, by=BOB)
    new = await store.add_feed(settings("Blog", "https://other.example/feed/"), T0, by=BOB)

    assert old.id != new.id
    assert FeedState() == new.state  # so its first poll is silent
    assert await store.latest(5, feed_id=new.id) == []
    assert [post.id for post in await store.latest(5, feed_id=old.id)] == ["p1"]


# --- config -------------------------------------------------------------------------------------------------


async def test_sync_adds_retires_and_brings_back_config_feeds_only(store: Store) -> None:
    first, second = settings("First", origin="config"), settings("Second", origin="config")
    await add_feed(store, "Chat")
    await store.sync_feeds([first, second], T0)
    ids = {feed.settings.name: feed.id for feed in await store.feeds()}
    await store.sync_feeds([second], later(60))
    without = await names(store)
    await store.sync_feeds([first, second], later(120))

    assert without == ["Chat", "Second"]
    assert ids == {feed.settings.name: feed.id for feed in await store.feeds()}
    due = {feed.settings.name: feed.next_poll_at for feed in await store.feeds()}
    assert {"Chat": T0, "First": later(120), "Second": T0} == due


async def test_syncing_the_same_config_changes_nothing(store: Store) -> None:
    wanted = [settings("Blog", origin="config")]
    await store.sync_feeds(wanted, T0)
    await store.record_polls([record(await only(store), etag='"x"')], T0)
    before = await store.feeds()
    await store.sync_feeds(wanted, later(60))

    assert before == await store.feeds()


async def test_a_renamed_feed_keeps_everything(store: Store) -> None:
    await store.sync_feeds([settings("Old", "https://blog.example/feed/", origin="config")], T0)
    feed = await only(store)
    await store.record_polls([record(feed, etag='"x"')], T0)
    await store.sync_feeds([settings("New", "https://blog.example/feed/", origin="config")], later(60))
    renamed = await only(store)

    assert (feed.id, "New", later(900)) == (renamed.id, renamed.settings.name, renamed.next_poll_at)
    assert renamed.state.etag == '"x"'


async def test_a_feed_that_moves_keeps_its_posts_and_drops_what_the_old_server_said(store: Store) -> None:
    await store.sync_feeds([settings("Blog", "https://old.example/feed/", origin="config")], T0)
    feed = await only(store)
    state = FeedState(
        etag='"x"',
        last_modified="yesterday",
        body_hash="h",
        baseline_at=T0,
        highest_wordpress_id=9,
        stopped=True,
        api=BlogApi("wpcom", "https://api.example/posts?number=20"),
    )
    taken = PollRecord(feed.id, "https://old.example/moved/", state, later(900))
    await store.commit_poll(PollCommit(taken, new=(row("p1", "Trade"),), at=T0))
    await store.sync_feeds([settings("Blog", "https://new.example/feed/", origin="config")], later(60))
    moved = await only(store)

    assert (feed.id, "https://new.example/feed/") == (moved.id, moved.url)
    assert FeedState(baseline_at=T0, highest_wordpress_id=9) == moved.state
    assert later(60) == moved.next_poll_at
    assert [row("p1", "Trade").guid] == [each.guid for each in await store.known_posts(feed.id, ["p1"], [])]


async def test_two_feeds_can_swap_names(store: Store) -> None:
    one, two = "https://one.example/feed/", "https://two.example/feed/"
    await store.sync_feeds([settings("A", one, origin="config"), settings("B", two, origin="config")], T0)
    ids = {feed.url: feed.id for feed in await store.feeds()}
    await store.sync_feeds([settings("A", two, origin="config"), settings("B", one, origin="config")], T0)

    assert {("A", two), ("B", one)} == {(feed.settings.name, feed.url) for feed in await store.feeds()}
    assert ids == {feed.url: feed.id for feed in await store.feeds()}


async def test_of_many_feeds_only_those_change_that_the_config_changes(store: Store) -> None:
    many = [settings(f"Feed{number}", origin="config", categories=("Trade",)) for number in range(40)]
    await add_feed(store, "Chat")
    await store.sync_feeds(many, T0)
    known = {feed.settings.name: feed for feed in await store.feeds()}
    await store.record_polls([record(feed, etag='"x"') for feed in known.values()], T0)
    before = {feed.id: feed for feed in await store.feeds()}
    swapped = [replace(many[0], name="Feed1"), replace(many[1], name="Feed0")]
    slower, renamed, new = replace(many[2], every=3600.0), replace(many[3], name="Other"), settings("New")
    wanted = [*swapped, slower, renamed, replace(new, origin="config"), *many[5:]]  # many[4] is taken out
    await store.sync_feeds(wanted, later(60))
    after = {feed.id: feed for feed in await store.feeds()}
    added = await store.feeds_added()

    assert sorted(map(repr, wanted)) == sorted(
        repr(feed.settings) for feed in after.values() if feed.settings.origin == "config"
    )
    assert before.keys() - after.keys() == {known["Feed4"].id}
    (fresh,) = after.keys() - before.keys()
    assert (after[fresh].settings.name, after[fresh].next_poll_at) == ("New", later(60))
    assert {number for number in before.keys() & after.keys() if before[number] != after[number]} == {
        known[f"Feed{number}"].id for number in range(4)
    }
    assert {after[number].state.etag for number in after if number != fresh} == {'"x"'}
    assert {(change.by, change.at) for number, change in added.items() if number != known["Chat"].id} == {
        (CONFIG, T0),
        (CONFIG, later(60)),
    }
    assert added[fresh].at == later(60)
    assert added.keys() == after.keys()


async def test_a_name_can_pass_to_the_feed_of_another_url(store: Store) -> None:
    one, two = "https://one.example/feed/", "https://two.example/feed/"
    await store.sync_feeds([settings("A", one, origin="config"), settings("B", two, origin="config")], T0)
    ids = {feed.url: feed.id for feed in await store.feeds()}
    await store.sync_feeds([settings("B", one, origin="config")], T0)
    feed = await only(store)

    assert ("B", ids[one]) == (feed.settings.name, feed.id)


# --- leases and records ---------------------------------------------------------------------------------


async def test_a_leased_feed_is_nobody_elses_until_the_lease_ran_out(store: Store) -> None:
    feed = await add_feed(store)

    assert [feed.id] == [each.id for each in await store.claim_feeds("one", T0, LEASE, 10)]
    assert await store.claim_feeds("two", later(LEASE - 1), LEASE, 10) == []
    assert later(LEASE) == await store.next_poll_at()
    assert [feed.id] == [each.id for each in await store.claim_feeds("two", later(LEASE), LEASE, 10)]


async def test_a_claim_takes_the_longest_due_feeds_up_to_the_limit(store: Store) -> None:
    feeds = [await add_feed(store, name) for name in ("A", "B", "C")]
    due = {feeds[0].id: later(30), feeds[1].id: later(10), feeds[2].id: later(20)}
    await store.record_polls([replace(record(feed), next_poll_at=due[feed.id]) for feed in feeds], T0)

    assert later(10) == await store.next_poll_at()
    assert await store.claim_feeds("one", later(9), LEASE, 2) == []
    taken = await store.claim_feeds("one", later(40), LEASE, 2)
    assert {feeds[1].id, feeds[2].id} == {feed.id for feed in taken}


async def test_a_record_ends_the_lease_and_is_remembered_whole(store: Store) -> None:
    feed = await add_feed(store)
    await store.claim_feeds("one", T0, LEASE, 10)
    samples: dict[object, Any] = {
        str: "é\n\"'",
        int: 3,
        float: 1.5,
        bool: True,
        datetime | None: later(7),
        BlogApi | None: BlogApi("wpjson", "https://blog.example/wp-json/wp/v2/posts"),
    }
    state = FeedState(**{name: samples[kind] for name, kind in get_type_hints(FeedState).items()})
    await store.record_polls([PollRecord(feed.id, "https://moved.example/", state, later(5))], T0)
    kept = await only(store)

    assert (state, "https://moved.example/", later(5)) == (kept.state, kept.url, kept.next_poll_at)
    assert [kept] == await store.claim_feeds("two", later(5), LEASE, 10)


async def test_records_are_stored_all_or_none(store: Store) -> None:
    one, two = await add_feed(store, "One"), await add_feed(store, "Two")
    notice = AdminNotice(ALICE, "One fails.")
    bad = replace(record(two), url=None)  # type: ignore[arg-type]  # no store can hold it
    with pytest.raises(StoreError):
        await store.record_polls([record(one, etag='"x"', notices=[notice]), bad], T0)

    assert [one, two] == await store.feeds()
    assert await claim(store) == []


async def test_notices_are_stored_with_the_record(store: Store) -> None:
    feed = await add_feed(store)
    await store.record_polls([record(feed, notices=[AdminNotice(ALICE, "It fails.")])], T0)

    assert [about(each) for each in await claim(store)] == ["It fails."]


async def test_without_feeds_nothing_is_due(store: Store) -> None:
    assert await store.next_poll_at() is None
    assert await store.claim_feeds("one", later(1e9), LEASE, 10) == []
