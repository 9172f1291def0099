"""What a store knows of the names of a feed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import EvidenceRank, Kind
from bot.ports import PollCommit, Store
from tests.contracts.store_samples import (
    BOB,
    T0,
    add_feed,
    publish,
    record,
    row,
    settings,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_the_vocabulary_is_what_posts_were_filed_under_and_what_was_learned(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, other, row("o1", "Elsewhere"))
    filed = row("p1", "U.S. Trade", tags=("Steel",))
    await store.commit_poll(
        PollCommit(record(feed), new=(filed,), vocabulary=("Military", "US-Trade"), at=T0)
    )

    assert list((await store.vocabulary(feed.id)).categories) == ["Military", "US-Trade"]


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (EvidenceRank.API, [True]),
        (EvidenceRank.PAGE, [True]),
        (EvidenceRank.ORDER, [True]),
        (EvidenceRank.KNOWN, [False]),
    ],
)
async def test_a_feed_is_tagged_once_good_evidence_showed_a_tag(
    store: Store, rank: EvidenceRank, expected: list[bool]
) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, other, row("o1", "Trade", tags=("Steel",)))
    await publish(store, feed, row("p0", "Trade"))
    assert not (await store.vocabulary(feed.id)).tagged

    post = row("p1", "Trade", tags=("Steel",))
    filing = replace(post.post.filing, rank=rank)
    await publish(store, feed, replace(post, post=replace(post.post, filing=filing)))

    assert [(await store.vocabulary(feed.id)).tagged] == expected


async def test_the_categories_of_the_settings_are_known_before_any_post(store: Store) -> None:
    wanted = settings("Blog", categories=("China-U.S.", "Mil", "--"), aliases={"Mil": "Military"})
    feed = await store.add_feed(wanted, T0, by=BOB)

    assert list((await store.vocabulary(feed.id)).categories) == ["China-U.S.", "Military"]
    assert [(term.name, term.posts) for term in await store.terms()] == [("China-U.S.", 0), ("Military", 0)]


async def test_categories_named_in_the_config_are_known_before_the_first_post(store: Store) -> None:
    await store.sync_feeds([settings("Blog", origin="config", categories=("Trade", "China-U.S."))], T0)

    known = [(term.kind, term.name, term.posts) for term in await store.terms()]
    assert sorted(known) == [(Kind.CATEGORY, "China-U.S.", 0), (Kind.CATEGORY, "Trade", 0)]
