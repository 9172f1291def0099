"""What every store must show of the log of changes: who changed a channel's alerts or a feed, and when."""

from __future__ import annotations

import pytest

from bot.errors import StoreError, UsageError
from bot.model import BYSTANDER, CONFIG, EVERYTHING, Cadence, Change
from bot.ports import Store
from tests.contracts.store_samples import ALICE, BOB, T0, add_feed, follow, later, settings, terms

pytest_plugins = ["tests.contracts.store_fixtures"]

NEWS, OTHER = "console:news", "console:other"


async def added(store: Store, *names: str, place: str = NEWS, by: str = ALICE, at: float = 0.0) -> None:
    """Add names to what a channel gets; "-Taiwan" leaves Taiwan out."""
    await store.follow(
        place,
        feed_id=None,
        include=terms(*(name for name in names if not name.startswith("-"))),
        exclude=terms(*(name.removeprefix("-") for name in names if name.startswith("-"))),
        cadence=Cadence.NOW,
        channel=True,
        mention=None,
        by=by,
        now=later(at),
    )


async def log(store: Store, place: str = NEWS) -> list[str]:
    return [each.what for each in await store.changes(place, 100)]


async def test_each_change_of_a_channel_tells_who_when_and_what_newest_first(store: Store) -> None:
    await added(store, "Trade", "#TikTok", "-Taiwan")
    await added(store, EVERYTHING, by=BOB, at=60)
    await store.pause(NEWS, paused=True, by=ALICE, now=later(120))
    await store.pause(NEWS, paused=False, by=BOB, now=later(180))
    await store.unfollow(NEWS, keys=["c:trade", "c:taiwan"], channel=True, by=ALICE, now=later(240))
    await store.unfollow(NEWS, keys=None, channel=True, by=BYSTANDER, now=later(300))

    assert await store.changes(NEWS, 100) == [
        Change(later(300), BYSTANDER, "took off every post, #TikTok"),
        Change(later(240), ALICE, "took off Trade; no longer left out Taiwan"),
        Change(later(180), BOB, "resumed"),
        Change(later(120), ALICE, "paused"),
        Change(later(60), BOB, "added every post"),
        Change(T0, ALICE, "added #TikTok, Trade; left out Taiwan"),
    ]
    assert [each.at for each in await store.changes(NEWS, 2)] == [later(300), later(240)]


async def test_what_changes_nothing_is_not_logged(store: Store) -> None:
    await added(store, "Trade")
    await added(store, "trade")
    await store.pause(NEWS, paused=False, by=ALICE, now=T0)
    await store.unfollow(NEWS, keys=["c:arts"], channel=True, by=ALICE, now=T0)
    await store.pause(OTHER, paused=True, by=ALICE, now=T0)
    await store.unfollow(OTHER, keys=None, channel=True, by=ALICE, now=T0)

    assert await log(store) == ["added Trade"]
    assert await log(store, OTHER) == []


async def test_a_second_pause_is_no_change(store: Store) -> None:
    await added(store, "Trade")
    for _ in range(2):
        assert await store.pause(NEWS, paused=True, by=ALICE, now=T0) == 1

    assert await log(store) == ["paused", "added Trade"]


async def test_a_new_mention_a_new_cadence_and_a_name_let_in_again_are_changes(store: Store) -> None:
    await follow(store, NEWS, "Trade", "Media", "-Arts", channel=True, mention="@here")
    await follow(store, NEWS, "Trade", channel=True, mention="@team")
    await follow(store, NEWS, "Trade", channel=True, mention="")
    await follow(store, NEWS, "Trade", channel=True, cadence=Cadence.DAILY)
    await follow(store, NEWS, "Arts", channel=True)
    await follow(store, NEWS, "Taiwan", channel=True, cadence=Cadence.WEEKLY, mention="@x")

    assert await log(store) == [
        "added Taiwan, weekly, mentioning @x",
        "added Arts",
        "set Trade to daily",
        "changed Trade, mentioning nobody",
        "changed Trade, mentioning @team",
        "added Media, Trade, mentioning @here; left out Arts",
    ]


async def test_a_change_for_one_feed_names_it(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, NEWS, "Trade", channel=True, feed=feed)
    await follow(store, NEWS, "Trade", channel=True)
    await store.unfollow(NEWS, keys=None, channel=True, feed_id=feed.id, by=ALICE, now=T0)

    assert [(each.what, each.feed) for each in await store.changes(NEWS, 9)] == [
        ("took off Trade", "Blog"),
        ("added Trade", ""),
        ("added Trade", "Blog"),
    ]


async def test_what_a_person_follows_is_not_logged(store: Store) -> None:
    await follow(store, NEWS, "Trade")
    await store.unfollow(NEWS, keys=None, channel=False, by=NEWS, now=T0)

    assert await log(store) == []


async def test_a_change_that_fails_is_not_logged(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.follow(
            NEWS,
            feed_id=None,
            include={"c:trade": "Trade", "c:bad": "\ud800"},
            exclude={},
            cadence=Cadence.NOW,
            channel=True,
            mention=None,
            by=ALICE,
            now=T0,
        )

    assert await log(store) == []


async def test_the_log_outlives_what_it_tells_of(store: Store) -> None:
    await added(store, "Trade")
    await store.unfollow(NEWS, keys=None, channel=True, by=ALICE, now=later(1))
    await store.give_up(NEWS, "The channel is gone.", later(2))

    assert await log(store) == ["took off Trade", "added Trade"]
    assert await store.subscriptions(NEWS) == []


async def test_what_a_departed_member_made_stays_the_channels(store: Store) -> None:
    await added(store, "Trade", by=ALICE)
    await follow(store, ALICE, "Trade")
    await store.unfollow(ALICE, keys=None, channel=False, by=BYSTANDER, now=later(1))
    await store.give_up(ALICE, "The person left.", later(1))

    assert [each.filter.include for each in await store.subscriptions(NEWS)] == [{"c:trade"}]
    assert [(each.by, each.what) for each in await store.changes(NEWS, 9)] == [(ALICE, "added Trade")]


@pytest.mark.parametrize("there", [[], ["Media"]], ids=["to a new address", "to a known one"])
async def test_a_channel_that_moves_keeps_its_log(store: Store, there: list[str]) -> None:
    await added(store, "Trade")
    for name in there:
        await added(store, name, place=OTHER, by=BOB, at=60)
    await store.move(NEWS, OTHER, later(120))
    await store.pause(OTHER, paused=True, by=BOB, now=later(180))

    assert await log(store) == []
    assert await log(store, OTHER) == ["paused", *(f"added {name}" for name in there), "added Trade"]


async def test_long_lists_of_names_are_cut_short(store: Store) -> None:
    await added(store, *(f"Name{number:02}" for number in range(30)))
    (what,) = await log(store)

    assert what.endswith("Name18, Name19, 10 more")


@pytest.mark.parametrize("hostile", ["'; DROP TABLE changes; --", "\u202egnp.exe", "Tab\tand\nline"])
async def test_hostile_names_are_logged_as_they_are_shown(store: Store, hostile: str) -> None:
    await store.follow(
        NEWS,
        feed_id=None,
        include={"c:hostile": hostile},
        exclude={},
        cadence=Cadence.NOW,
        channel=True,
        mention=hostile,
        by=hostile,
        now=T0,
    )
    ((_, by, what),) = [(each.at, each.by, each.what) for each in await store.changes(NEWS, 9)]

    assert by == hostile
    assert what.startswith("added ")
    assert what.isprintable()


# --- feeds -----------------------------------------------------------------------------------------------


async def test_who_added_a_feed_is_known_also_when_it_comes_back(store: Store) -> None:
    feed = await store.add_feed(settings("Blog"), T0, by=ALICE)
    first = await store.feeds_added()
    await store.retire_feed(feed.id, later(60), by=BOB)
    gone = await store.feeds_added()
    await store.add_feed(settings("Blog"), later(120), by=BOB)

    assert first == {feed.id: Change(T0, ALICE, "added the feed")}
    assert gone == {}
    assert await store.feeds_added() == {feed.id: Change(later(120), BOB, "added the feed")}
    assert [(each.at, each.by, each.what, each.feed) for each in await store.changes("", 9)] == [
        (later(120), BOB, "added the feed", "Blog"),
        (later(60), BOB, "removed the feed", "Blog"),
        (T0, ALICE, "added the feed", "Blog"),
    ]


async def test_from_which_server_a_feed_was_changed_is_known(store: Store) -> None:
    feed = await store.add_feed(settings("Blog"), T0, by=ALICE, server="console:1")
    await store.retire_feed(feed.id, later(60), by=BOB, server="console:2")
    await store.add_feed(settings("Blog"), later(120), by=BOB, server="console:3")

    assert [each.server for each in await store.changes("", 9)] == ["console:3", "console:2", "console:1"]
    assert [each.server for each in (await store.feeds_added()).values()] == ["console:3"]


async def test_changes_are_listed_without_those_of_one_kind(store: Store) -> None:
    removed = await store.add_feed(settings("Blog"), T0, by=ALICE)
    await store.retire_feed(removed.id, T0, by=BOB)
    for number in range(5):
        await store.add_feed(settings(f"Blog {number}"), T0, by=ALICE)

    (only,) = await store.changes("", 3, without="added the feed")
    assert (only.by, only.what, only.feed) == (BOB, "removed the feed", "Blog")


async def test_a_feed_that_is_refused_or_retired_twice_is_not_logged_again(store: Store) -> None:
    feed = await store.add_feed(settings("Blog"), T0, by=ALICE)
    with pytest.raises(UsageError):
        await store.add_feed(settings("Blog"), T0, by=BOB)
    for _ in range(2):
        await store.retire_feed(feed.id, T0, by=BOB)

    assert await log(store, "") == ["removed the feed", "added the feed"]


async def test_what_the_config_changes_is_logged_once(store: Store) -> None:
    blog = settings("Blog", origin="config")
    slower = settings("Blog", origin="config", every=3600.0)
    for wanted in ([blog], [blog], [slower], [slower], [], [], [slower]):
        await store.sync_feeds(wanted, T0)

    assert await log(store, "") == [
        "added the feed",
        "removed the feed",
        "changed the feed",
        "added the feed",
    ]
    assert {each.by for each in await store.changes("", 9)} == {CONFIG}


async def test_a_feed_from_chat_that_the_config_takes_over_is_changed(store: Store) -> None:
    feed = await store.add_feed(settings("Blog"), T0, by=ALICE)
    await store.sync_feeds([settings("Blog", origin="config")], later(60))

    assert [(each.by, each.what) for each in await store.changes("", 9)] == [
        (CONFIG, "changed the feed"),
        (ALICE, "added the feed"),
    ]
    assert (await store.feeds_added())[feed.id].by == ALICE
