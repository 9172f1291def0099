"""What every store must show of a poll with posts: all or nothing, once for each destination, for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.model import FeedState, Silence
from bot.ports import AdminNotice, PollCommit, PollRecord, SilentPost, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    LEASE,
    T0,
    about,
    add_feed,
    broken,
    change,
    claim,
    follow,
    later,
    publish,
    record,
    row,
    seen,
    send_all,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_a_poll_stores_posts_validators_and_one_delivery_for_each_follower(store: Store) -> None:
    feed = await add_feed(store)
    await store.claim_feeds("one", T0, LEASE, 1)
    for address in (ALICE, BOB):
        await follow(store, address, "Trade", feed=feed)
    taken = PollRecord(feed.id, "https://moved.example/", FeedState(etag='"x"'), later(900))
    made = await store.commit_poll(
        PollCommit(taken, new=(row("p0", "Trade", silent=True), row("p1", "Trade"), row("p2", "Arts")), at=T0)
    )
    (polled,) = await store.feeds()

    assert made == 2
    assert seen(await claim(store)) == [(ALICE, "p1"), (BOB, "p1")]
    assert {each.id for each in await store.latest(9)} == {"p0", "p1", "p2"}
    assert (polled.url, polled.state, polled.next_poll_at) == (taken.url, taken.state, later(900))
    assert await store.next_poll_at() == later(900)  # the lease has ended


@pytest.mark.parametrize("place", ["new", "changed", "quiet_changed"])
async def test_a_poll_that_fails_in_the_middle_changes_nothing(store: Store, place: str) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "*")
    await publish(store, feed, row("p1", "Trade"), row("broken", "Trade"))
    await send_all(store)
    await store.claim_feeds("one", later(900), LEASE, 1)
    before = (await store.feeds(), await store.latest(9), await store.delivery_log(None, 9))
    whole = PollCommit(
        record(feed, etag='"new"', notices=[AdminNotice(ALICE, "It recovered.")]),
        new=(row("p2", "Trade"), row("p3", "Trade", silent=True)),
        changed=(row("p1", "Trade", title="Changed"),),
        vocabulary=("Learned",),
        at=T0,
    )
    bad = {
        "new": replace(whole, new=(*whole.new, broken("p4"))),
        "changed": replace(whole, changed=(*whole.changed, broken("broken"))),
        "quiet_changed": replace(whole, quiet_changed=(broken("broken"),)),
    }[place]

    with pytest.raises(StoreError):
        await store.commit_poll(bad)
    assert (await store.feeds(), await store.latest(9), await store.delivery_log(None, 9)) == before
    assert await claim(store) == []
    assert (await store.find("Changed", 9)).posts == ()
    assert list((await store.vocabulary(feed.id)).categories) == ["Trade"]
    assert await store.next_poll_at() == later(900 + LEASE)  # still leased to the one who polls

    await store.commit_poll(whole)
    assert [about(each) for each in await send_all(store)] == ["p2", "It recovered.", "p1"]


async def test_a_post_reaches_a_destination_once_however_often_it_matches(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", "#Steel", "*")
    await follow(store, ALICE, "Trade", feed=feed)
    await follow(store, ALICE, "Trade", channel=True)

    assert await publish(store, feed, row("p1", "Trade", tags=["Steel"])) == 1
    assert seen(await send_all(store)) == [(ALICE, "p1")]


async def test_a_known_post_in_a_poll_as_new_is_no_news(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "*")
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    await store.unfollow(ALICE, keys=None, channel=False, by=BOB, now=T0)
    await follow(store, ALICE, "Trade")

    assert await publish(store, feed, row("p1", "Trade", title="Retry")) == 0
    assert await send_all(store) == []
    assert [each.title for each in await store.latest(9)] == ["Title of p1"]


async def test_a_post_carried_by_a_second_feed_comes_once(store: Store) -> None:
    one, two = await add_feed(store, "One"), await add_feed(store, "Two")
    await follow(store, ALICE, "*")
    await follow(store, BOB, "Arts", feed=two)
    await publish(store, one, row("p1", "Trade"))
    await send_all(store)

    assert await publish(store, two, row("p1", "Arts")) == 1
    assert seen(await send_all(store)) == [(BOB, "p1")]
    assert [post.id for post in await store.latest(9)] == ["p1"]


@pytest.mark.parametrize(
    ("key", "links", "alerts"),
    [
        ("guid:12", ("https://blog.example/a/", "https://other.example/b/"), 2),
        ("guid:12", ("", ""), 2),
        ("text:0f0f", ("", ""), 2),
        ("guid:12", ("https://blog.example/a/", "https://blog.example/a/"), 1),
        ("guid:tag:blog.example,2026:12", ("https://blog.example/a/", "https://blog.example/a/?x"), 1),
        ("wp:blog.example:12", ("https://blog.example/a/", "https://blog.example/b/"), 1),
    ],
)
async def test_a_bare_guid_of_two_feeds_means_one_post_only_with_the_same_link(
    store: Store, key: str, links: tuple[str, str], alerts: int
) -> None:
    await follow(store, ALICE, "*")
    made = 0
    for name, link in zip(("Blog", "Other"), links, strict=True):
        printed = row(key, "Trade")
        carried = replace(printed, post=replace(printed.post, link=link))
        made += await publish(store, await add_feed(store, name), carried)

    assert made == alerts


async def test_a_silent_post_alerts_nobody(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "*")
    old = replace(row("p0", "Trade"), silent=True, silence=Silence.OLD, date_text="1 Nov 2022")
    made = await store.commit_poll(PollCommit(record(feed), new=(old, row("p1")), at=T0))

    assert made == 1
    assert [about(each) for each in await claim(store)] == ["p1"]
    assert await store.silence_of("p0") == SilentPost(Silence.OLD, "1 Nov 2022")
    assert await store.silence_of("p1") is None
    assert await store.silence_of("unknown") is None


async def test_a_paused_channel_gets_nothing_until_it_resumes(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "*", channel=True)
    await store.pause(ALICE, paused=True, by=BOB, now=T0)
    await publish(store, feed, row("p1"))
    while_paused = await claim(store)
    await store.pause(ALICE, paused=False, by=BOB, now=T0)

    assert while_paused == []
    assert [about(each) for each in await claim(store)] == ["p1"]


async def test_a_follower_of_one_feed_gets_nothing_of_another(store: Store) -> None:
    one, two = await add_feed(store, "One"), await add_feed(store, "Two")
    await follow(store, ALICE, "*", feed=one)
    await follow(store, BOB, "*")
    await publish(store, two, row("p1"))

    assert seen(await claim(store)) == [(BOB, "p1")]


async def test_stored_posts_are_found_by_id_and_by_alias_as_they_were(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    full = row("p1", "Trade", tags=["Steel"], edits=2, refile_at=later(60), refile_attempts=1)
    full = replace(full, post=replace(full.post, image="https://blog.example/i.png", update="Update: no."))
    await publish(store, feed, full, row("p2", aliases=("link:old", "link:p2")))
    await publish(store, other, row("p2"))
    found = await store.known_posts(feed.id, ["p1", "unknown"], ["link:old", "link:unknown"])

    assert {each.post.id for each in found} == {"p1", "p2"}
    (again,) = await store.known_posts(feed.id, ["p1"], [])
    assert again == replace(full, post=replace(full.post, feed="Blog"), aliases=())


async def test_posts_to_refile_are_those_whose_time_has_come(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(
        store,
        feed,
        row("third", refile_at=later(90)),
        row("second", refile_at=later(60)),
        row("first", refile_at=later(30)),
        row("never"),
    )
    await publish(store, other, row("elsewhere", refile_at=later(1)))

    async def due(at: float, limit: int = 9) -> list[str]:
        return [each.post.id for each in await store.posts_to_refile(feed.id, later(at), limit)]

    assert await due(29) == []
    assert await due(60) == ["first", "second"]
    assert await due(99, limit=2) == ["first", "second"]


# --- a post is filed anew -----------------------------------------------------------------------------------


async def test_followers_of_a_new_category_are_alerted_once(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await follow(store, BOB, "Military")
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    refiled = row("p1", "Trade", "Military")

    assert await change(store, feed, refiled) == 1
    assert await change(store, feed, refiled) == 0
    assert [each for each in seen(await send_all(store)) if each[0] == BOB] == [(BOB, "p1")]
