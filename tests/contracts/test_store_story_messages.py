"""What every store must show of messages about a story of several feeds: all feeds and categories of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Alert, Cadence, Claim, Digest
from bot.ports import Sent, Store
from tests.contracts.renaming import ROOM
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    CAROL,
    T0,
    add_feed,
    change,
    claim,
    claim_one,
    follow,
    later,
    publish,
    send_all,
    states,
)
from tests.contracts.test_store_stories import copy, posts, two_feeds

pytest_plugins = ["tests.contracts.store_fixtures"]


def told(claims: Sequence[Claim]) -> list[tuple[str, str, str, tuple[str, ...], tuple[str, ...]]]:
    """Return who gets what, of which feed, under which categories, and where else it is."""
    return [
        (each.destination.address, each.action, post.id, post.filing.categories, post.also)
        for each, post in zip(claims, posts(claims), strict=True)
    ]


async def test_the_second_copy_alerts_nobody_and_is_named_in_the_message_that_was_sent(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    assert await publish(store, one, copy("a", "Trade")) == 1
    assert told(await send_all(store)) == [(ALICE, "send", "a", ("Trade",), ())]

    assert await publish(store, two, copy("b", "Ports", "trade"), at=later(600)) == 0
    assert told(await send_all(store, later(600))) == [(ALICE, "edit", "a", ("Trade", "Ports"), ("Two",))]
    assert await states(store) == ["sent"]


async def test_a_story_that_is_not_sent_yet_is_told_with_both_feeds(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a", "Trade"))
    await publish(store, two, copy("b", "Ports"))

    assert told(await send_all(store)) == [(ALICE, "send", "a", ("Trade", "Ports"), ("Two",))]


async def test_a_copy_that_comes_while_the_first_is_sent_is_named_afterwards(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a", "Trade"))
    under_way = await claim_one(store)
    await publish(store, two, copy("b", "Ports"))
    assert await claim(store) == []
    await store.settle([Sent(under_way, "r", T0)])

    assert told(await send_all(store)) == [(ALICE, "edit", "a", ("Trade", "Ports"), ("Two",))]
    assert await claim(store) == []


async def test_a_copy_goes_to_those_whom_the_first_did_not_reach_as_their_feed_tells_it(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "Trade")
    await follow(store, BOB, "*", feed=two)
    await follow(store, CAROL, "Ports")
    await publish(store, one, copy("a", "Trade"))
    await send_all(store)

    assert await publish(store, two, copy("b", "Ports")) == 2
    assert sorted(told(await send_all(store))) == [
        (ALICE, "edit", "a", ("Trade", "Ports"), ("Two",)),
        (BOB, "send", "b", ("Ports",), ()),  # the other feed is not followed, so nothing of it is shown
        (CAROL, "send", "b", ("Ports", "Trade"), ("One",)),
    ]


async def test_a_category_that_only_a_later_copy_has_is_shown_and_calls_nobody(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ROOM, "Trade", channel=True, mention="@trade")
    await follow(store, ROOM, "Ports", channel=True, mention="@ports")
    await publish(store, one, copy("a", "Trade"))
    (first,) = await send_all(store)
    await publish(store, two, copy("b", "Ports"), at=later(600))
    (then,) = await send_all(store, later(600))

    assert told([first, then]) == [
        (ROOM, "send", "a", ("Trade",), ()),
        (ROOM, "edit", "a", ("Trade", "Ports"), ("Two",)),
    ]
    assert [each.message.mention for each in (first, then) if isinstance(each.message, Alert)] == [
        "@trade"
    ] * 2
    assert await send_all(store, later(1200)) == []


async def test_who_follows_only_the_category_of_a_later_copy_gets_the_story_once(store: Store) -> None:
    one, two = await two_feeds(store)
    three = await add_feed(store, "Three")
    await follow(store, ROOM, "Ports", channel=True, mention="@ports")
    await follow(store, ALICE, "Ports", cadence=Cadence.DAILY)
    await publish(store, one, copy("a", "Trade"))
    assert await send_all(store) == []
    assert await publish(store, two, copy("b", "Ports"), at=later(600)) == 2
    (alert,) = await send_all(store, later(600))
    assert await publish(store, three, copy("c", "Ports", "Sea"), at=later(1200)) == 0
    (edit,) = await send_all(store, later(1200))

    assert told([alert, edit]) == [
        (ROOM, "send", "b", ("Ports", "Trade"), ("One",)),
        (ROOM, "edit", "b", ("Ports", "Trade", "Sea"), ("One", "Three")),
    ]
    assert isinstance(alert.message, Alert)
    assert alert.message.mention == "@ports"
    (digest,) = await send_all(store, later(2 * 86_400))
    assert isinstance(digest.message, Digest)
    assert [(post.id, post.also) for post in digest.message.posts] == [("b", ("One", "Three"))]
    assert await send_all(store, later(4 * 86_400)) == []


async def test_who_leaves_out_the_category_of_a_later_copy_keeps_what_came_before(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*", "-Ports")
    await publish(store, one, copy("a", "Trade"))
    await send_all(store)

    assert await publish(store, two, copy("b", "Ports"), at=later(600)) == 0
    assert told(await send_all(store, later(600))) == [(ALICE, "edit", "a", ("Trade", "Ports"), ("Two",))]


async def test_the_overview_names_the_other_feeds_of_a_story(store: Store) -> None:
    one, two = await two_feeds(store)
    await publish(store, one, copy("a", "Trade"))
    await publish(store, two, copy("b", "Ports"))

    assert [(each.post.id, each.post.also) for each in await store.newest_stories(5, 5)] == [("a", ("Two",))]


async def test_who_follows_one_feed_hears_nothing_of_the_other(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*", feed=one)
    await publish(store, one, copy("a", "Trade"))
    await send_all(store)
    await publish(store, two, copy("b", "Ports"))

    assert await claim(store) == []


async def test_a_copy_that_was_there_when_its_feed_was_added_changes_no_message(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a"))
    await send_all(store)
    await publish(store, two, copy("b", silent=True))

    assert await claim(store) == []
    assert [(post.id, post.also) for post in await store.latest(9)] == [("a", ("Two",))]


async def test_an_edited_copy_edits_the_messages_that_show_it(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*", feed=one)
    await follow(store, BOB, "*", feed=two)
    await publish(store, one, copy("a", "Trade"))
    await publish(store, two, copy("b", "Ports"))
    await send_all(store)
    await change(store, two, copy("b", "Ports", title="Better"))

    assert [
        (each.destination.address, post.title) for each in await claim(store) for post in posts([each])
    ] == [(BOB, "Better")]


async def test_a_new_category_of_one_copy_is_shown_in_the_messages_of_the_other(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a", "Trade"))
    await publish(store, two, copy("b", "Ports"))
    await send_all(store)
    await change(store, two, copy("b", "Ports", "Sea"))
    assert told(await send_all(store)) == [(ALICE, "edit", "a", ("Trade", "Ports", "Sea"), ("Two",))]
    await change(store, two, copy("b", "Ports", "Sea", title="Better"))

    assert await claim(store) == []


async def test_a_new_filing_of_a_copy_alerts_only_who_has_not_got_the_story(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "Trade", "Sea")
    await follow(store, BOB, "Sea")
    await publish(store, one, copy("a", "Trade"))
    await publish(store, two, copy("b", "Ports"))
    await send_all(store)

    assert await change(store, two, copy("b", "Sea")) == 1
    assert sorted(told(await send_all(store))) == [
        (ALICE, "edit", "a", ("Trade", "Sea"), ("Two",)),
        (BOB, "send", "b", ("Sea", "Trade"), ("One",)),
    ]


async def test_readers_of_a_copy_are_told_where_the_story_was_sent(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a"))
    await publish(store, two, copy("b"))
    await send_all(store)
    known = await store.post_by_link("https://b.example/pier")
    (sent,) = await store.deliveries_of("b", ALICE)
    (logged,) = await store.delivery_log(ALICE, 9)

    assert known is not None
    assert (known.id, known.feed, known.also) == ("b", "Two", ("One",))
    assert sent.post is not None
    assert (sent.state, sent.post.id, sent.post.also) == ("sent", "a", ("Two",))
    assert logged == sent
    assert [(post.id, post.also) for post in await store.latest(9)] == [("a", ("Two",))]
    assert [post.id for post in await store.latest(9, feed_id=two.id)] == ["b"]


async def test_a_story_is_listed_once_under_the_category_of_any_copy(store: Store) -> None:
    one, two = await two_feeds(store)
    three = await add_feed(store, "Three")
    await publish(store, one, copy("a", "Trade"))
    await publish(store, two, copy("b", "Trade", "Ports"))
    await publish(store, three, copy("c", "Trade", "Ports"))

    listed = {name: [post.id for post in await store.latest(9, f"c:{name}")] for name in ("trade", "ports")}
    assert listed == {"trade": ["a"], "ports": ["b"]}
