"""What every store must show of categories and tags: their names, counts and last use."""

from __future__ import annotations

from bot.model import Kind, Term
from bot.ports import PollCommit, Store
from tests.contracts.store_samples import BOB, T0, add_feed, change, later, publish, record, row

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_terms_are_counted_for_each_feed_those_with_most_posts_first(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, feed, row("p1", "Trade", tags=["Steel"]), row("p2", "Trade", "Arts"))
    await store.commit_poll(PollCommit(record(feed), vocabulary=("Military",), at=T0))
    await publish(store, other, row("o1", "Trade"))

    assert [(term.kind, term.name, term.posts, term.feed) for term in await store.terms(feed.id)] == [
        (Kind.CATEGORY, "Trade", 2, "Blog"),
        (Kind.CATEGORY, "Arts", 1, "Blog"),
        (Kind.TAG, "Steel", 1, "Blog"),
        (Kind.CATEGORY, "Military", 0, "Blog"),
    ]
    assert [(term.name, term.posts, term.feed) for term in await store.terms()][:2] == [
        ("Trade", 2, "Blog"),
        ("Arts", 1, "Blog"),
    ]
    assert len(await store.terms()) == 5


async def test_a_term_has_the_spelling_seen_last_and_the_folded_form(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", "CHINA-US"), row("p2", "China\u2013U.S."))
    (term,) = await store.terms(feed.id)

    assert (term.name, term.fold, term.posts) == ("China\u2013U.S.", "chinaus", 2)


async def test_terms_follow_a_new_filing(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", "Trade"))
    await change(store, feed, row("p1", "Military"))

    assert {term.name: term.posts for term in await store.terms(feed.id)} == {"Military": 1, "Trade": 0}


async def test_terms_of_retired_feeds_are_not_offered(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", "Trade"))
    await store.retire_feed(feed.id, T0, by=BOB)

    assert await store.terms() == []


async def test_a_terms_last_use_is_its_newest_post_of_the_feed(store: Store) -> None:
    feed = await add_feed(store)
    await store.commit_poll(PollCommit(record(feed), vocabulary=("Military",), at=T0))
    await publish(store, feed, row("new", "Trade", minutes=9), row("old", "Trade", minutes=1))
    before = {term.name: term.last_used for term in await store.terms(feed.id)}
    await change(store, feed, row("new", "Arts", minutes=9))

    assert before == {"Trade": later(540), "Military": None}
    assert {term.name: term.last_used for term in await store.terms(feed.id)} == {
        "Arts": later(540),
        "Trade": later(60),
        "Military": None,
    }


async def test_terms_are_asked_for_by_kind_by_beginning_and_by_name(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, feed, row("p1", "Trade", "Travel", tags=["Trade"]), row("p2", "Trade"))
    await publish(store, other, row("o1", "TRADE", "Arts"))

    def named(terms: list[Term]) -> list[tuple[str, str]]:
        return [(term.name, term.feed) for term in terms]

    assert named(await store.terms(kind=Kind.TAG)) == [("Trade", "Blog")]
    assert named(await store.terms(kind=Kind.CATEGORY, each=1)) == [("Trade", "Blog"), ("Arts", "Other")]
    assert await store.term_counts(Kind.CATEGORY) == {"Blog": 2, "Other": 2}
    assert named(await store.term_names("c:tra", 9)) == [("Trade", "Blog"), ("Travel", "Blog")]
    assert named(await store.term_names("c:", 1)) == [("Trade", "Blog")]
    assert named(await store.term_names("c:tra", 9, other.id)) == [("TRADE", "Other")]
    assert named(await store.terms_named(["c:trade", "c:none"])) == [("Trade", "Blog"), ("TRADE", "Other")]
    assert named(await store.terms_named(["t:trade"], other.id)) == []
