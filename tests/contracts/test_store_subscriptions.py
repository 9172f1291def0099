"""What every store must show of following: what is added, moved, left out and taken off."""

from __future__ import annotations

import pytest

from bot.model import EVERYTHING, Cadence, Subscription
from bot.ports import Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    T0,
    add_feed,
    claim,
    claim_one,
    follow,
    later,
    publish,
    row,
    seen,
    terms,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def only(store: Store, address: str = ALICE) -> Subscription:
    (found,) = await store.subscriptions(address)
    return found


def wants(each: Subscription) -> tuple[set[str], set[str]]:
    """Return the names that are let in and left out."""
    labels = each.filter.labels
    return {labels[key] for key in each.filter.include}, {labels[key] for key in each.filter.exclude}


async def test_what_is_followed_is_remembered_whole(store: Store) -> None:
    feed = await add_feed(store)
    await follow(
        store,
        ALICE,
        "China-U.S.",
        "#TikTok",
        "-Taiwan",
        feed=feed,
        cadence=Cadence.DAILY,
        channel=True,
        mention="@x",
    )
    each = await only(store)

    assert each.destination.address == ALICE
    assert (each.feed_id, each.feed) == (feed.id, "Blog")
    assert each.filter.include == {"c:chinaus", "t:tiktok"}
    assert each.filter.exclude == {"c:taiwan"}
    assert wants(each) == ({"China-U.S.", "TikTok"}, {"Taiwan"})
    assert (each.cadence, each.channel, each.paused) == (Cadence.DAILY, True, False)
    assert set(each.mentions.values()) == {"@x"}


async def test_following_more_adds_to_what_is_followed(store: Store) -> None:
    await follow(store, ALICE, "Trade")
    await follow(store, ALICE, "Military", "-Taiwan")
    await follow(store, ALICE, "-Arts")

    assert wants(await only(store)) == ({"Trade", "Military"}, {"Taiwan", "Arts"})


async def test_following_the_same_twice_changes_nothing_but_the_spelling(store: Store) -> None:
    await follow(store, ALICE, "china us", "-trade")
    await follow(store, ALICE, "China-U.S.", "-Trade")

    assert wants(await only(store)) == ({"China-U.S."}, {"Trade"})


async def test_every_feed_and_one_feed_are_followed_apart(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await follow(store, ALICE, "Trade", "Military", feed=feed)
    every, one = await store.subscriptions(ALICE)

    assert (every.feed_id, every.feed, wants(every)) == (None, "", ({"Trade"}, set()))
    assert (one.feed_id, one.feed, wants(one)) == (feed.id, "Blog", ({"Trade", "Military"}, set()))


async def test_a_term_is_followed_in_one_cadence_only(store: Store) -> None:
    await follow(store, ALICE, "Trade", "Military")
    await follow(store, ALICE, "Trade", cadence=Cadence.DAILY)
    now, daily = await store.subscriptions(ALICE)

    assert (now.cadence, wants(now)) == (Cadence.NOW, ({"Military"}, set()))
    assert (daily.cadence, wants(daily)) == (Cadence.DAILY, ({"Trade"}, set()))


async def test_a_subscription_whose_last_term_moved_is_gone_and_its_mention_moves_along(store: Store) -> None:
    await follow(store, ALICE, "Trade", channel=True, mention="@here")
    await follow(store, ALICE, "Trade", channel=True, cadence=Cadence.WEEKLY)
    each = await only(store)

    assert (each.cadence, each.mentions) == (Cadence.WEEKLY, {"c:trade": "@here"})


async def test_a_mention_belongs_to_what_was_followed_with_it(store: Store) -> None:
    await follow(store, ALICE, "Trade", channel=True, mention="@here")
    await follow(store, ALICE, "Military", channel=True)
    await follow(store, ALICE, "Trade", "Arts", channel=True, mention=None)
    kept = (await only(store)).mentions
    await follow(store, ALICE, "Trade", "Arts", channel=True, mention="@team")
    replaced = (await only(store)).mentions
    await follow(store, ALICE, "Trade", channel=True, mention="")

    assert kept == {"c:trade": "@here"}
    assert replaced == {"c:trade": "@team", "c:arts": "@team"}
    assert (await only(store)).mentions == {"c:arts": "@team"}


async def test_a_mention_goes_with_what_it_belongs_to(store: Store) -> None:
    await follow(store, ALICE, "Trade", "Arts", channel=True, mention="@here")
    await store.unfollow(ALICE, keys=["c:trade"], channel=True, by=BOB, now=T0)
    await follow(store, ALICE, "Trade", channel=True)

    assert (await only(store)).mentions == {"c:arts": "@here"}


async def test_including_a_term_takes_it_off_the_exclusions_and_the_reverse(store: Store) -> None:
    await follow(store, ALICE, EVERYTHING, "-Taiwan")
    await follow(store, ALICE, "Taiwan")
    included = wants(await only(store))
    await follow(store, ALICE, "-Taiwan")

    assert included == ({"everything", "Taiwan"}, set())
    assert wants(await only(store)) == ({"everything"}, {"Taiwan"})


async def test_a_term_can_be_left_out_of_each_cadence(store: Store) -> None:
    await follow(store, ALICE, "Trade")
    await follow(store, ALICE, "Military", cadence=Cadence.DAILY)
    await follow(store, ALICE, "-Taiwan")
    await follow(store, ALICE, "-Taiwan", cadence=Cadence.DAILY)

    assert [wants(each) for each in await store.subscriptions(ALICE)] == [
        ({"Trade"}, {"Taiwan"}),
        ({"Military"}, {"Taiwan"}),
    ]


async def test_exclusions_alone_are_no_subscription(store: Store) -> None:
    await follow(store, ALICE, "-Taiwan")

    assert await store.subscriptions(ALICE) == []


async def test_a_channel_and_a_person_at_one_address_are_apart(store: Store) -> None:
    await follow(store, ALICE, "Trade")
    await follow(store, ALICE, "Military", channel=True)

    assert [wants(each) for each in await store.subscriptions(ALICE, channel=True)] == [({"Military"}, set())]
    assert [wants(each) for each in await store.subscriptions(ALICE, channel=False)] == [({"Trade"}, set())]
    assert await store.unfollow(ALICE, keys=None, channel=True, by=BOB, now=T0) == 1
    assert len(await store.subscriptions(ALICE)) == 1


async def test_unfollowing_takes_terms_off_wherever_they_are(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", "Military", "-Taiwan")
    await follow(store, ALICE, "Trade", feed=feed)
    await follow(store, BOB, "Trade")

    assert (
        await store.unfollow(
            ALICE, keys=list(terms("Trade", "Taiwan", "Unknown")), channel=False, by=BOB, now=T0
        )
        == 3
    )
    assert wants(await only(store)) == ({"Military"}, set())
    assert wants(await only(store, BOB)) == ({"Trade"}, set())


async def test_unfollowing_of_one_feed_leaves_the_others(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await follow(store, ALICE, "Trade", feed=feed)

    assert (
        await store.unfollow(ALICE, keys=list(terms("Trade")), channel=False, feed_id=feed.id, by=BOB, now=T0)
        == 1
    )
    assert (await only(store)).feed_id is None


async def test_unfollowing_all_leaves_nothing(store: Store) -> None:
    await follow(store, ALICE, "Trade", "#Steel", "-Taiwan")
    await follow(store, ALICE, "Arts", cadence=Cadence.DAILY)

    assert await store.unfollow(ALICE, keys=None, channel=False, by=BOB, now=T0) == 4
    assert await store.subscriptions(ALICE) == []
    assert await store.unfollow(ALICE, keys=None, channel=False, by=BOB, now=T0) == 0
    assert await store.unfollow("console:unknown", keys=None, channel=False, by=BOB, now=T0) == 0


async def test_unfollowing_nothing_takes_nothing_off(store: Store) -> None:
    await follow(store, ALICE, "Trade")

    assert await store.unfollow(ALICE, keys=[], channel=False, by=BOB, now=T0) == 0
    assert wants(await only(store)) == ({"Trade"}, set())


async def test_an_alert_that_was_made_still_goes_out_after_unfollowing(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    await store.unfollow(ALICE, keys=None, channel=False, by=BOB, now=T0)

    assert seen(await claim(store)) == [(ALICE, "p1")]


async def test_taking_the_last_exclusion_off_lets_posts_in_again(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", "-Taiwan")
    left_out = await publish(store, feed, row("p1", "Trade", "Taiwan"))
    await store.unfollow(ALICE, keys=list(terms("Taiwan")), channel=False, by=BOB, now=T0)

    assert left_out == 0
    assert await publish(store, feed, row("p2", "Trade", "Taiwan")) == 1


async def test_pausing_concerns_channels_and_says_how_many(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", channel=True)
    await follow(store, ALICE, "Trade", channel=True, feed=feed)
    await follow(store, ALICE, "Trade")

    assert await store.pause(ALICE, paused=True, by=BOB, now=T0) == 2
    assert [each.paused for each in await store.subscriptions(ALICE)] == [True, True, False]
    assert await store.pause(ALICE, paused=False, by=BOB, now=T0) == 2
    assert await store.pause("console:unknown", paused=True, by=BOB, now=T0) == 0


async def test_subscriptions_are_listed_oldest_first(store: Store) -> None:
    for address in ("console:z", ALICE, "console:m"):
        await follow(store, address, "Trade")
    await follow(store, "console:z", "Military")

    found = [each.destination.address for each in await store.subscriptions()]
    assert found == ["console:z", ALICE, "console:m"]
    assert await store.subscriptions("console:unknown") == []


@pytest.mark.parametrize(
    "text", ["Hello, <@everyone>", "'; DROP TABLE deliveries; --", "😀\0\n" + "x" * 9999]
)
async def test_a_notice_goes_to_each_address_as_it_is(store: Store, text: str) -> None:
    await store.notify([ALICE, BOB], text, later(1))
    await store.notify([], "To nobody.", later(1))

    assert seen(await claim(store, later(1))) == [(ALICE, text), (BOB, text)]


async def test_hostile_names_and_addresses_are_only_text(store: Store) -> None:
    feed = await add_feed(store)
    hostile = "console:'); DROP TABLE filters; --\"%_*\0é😀"
    await follow(store, hostile, "a'b\"c%", "-x_*;--")
    await publish(store, feed, row("p1", "A'b\"C%"))

    assert wants(await only(store, hostile)) == ({"a'b\"c%"}, {"x_*;--"})
    assert (await claim_one(store)).destination.address == hostile
    assert await store.unfollow(hostile, keys=None, channel=False, by=BOB, now=T0) == 2
    assert await claim(store, T0) == []
