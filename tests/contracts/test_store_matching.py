"""Every store finds the same followers as `bot.match`, whatever they follow and however a post is filed."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.match import matched_name, matches, mentions
from bot.model import EVERYTHING, Alert, Cadence, Feed, Filing, Kind, Subscription
from bot.ports import PostRow, Store
from bot.text.normalize import fold, term_key
from tests.contracts.store_samples import BOB, T0, add_feed, change, claim, publish, row
from tests.contracts.stores import STORES, opened

NAMES = ["Trade", "Military", "China-U.S.", "china us", "TAIWAN"]
ADDRESSES = [f"console:{name}" for name in "abcd"]


@dataclass(frozen=True)
class Follow:
    """One `follow`; `feed` 0 and 1 are two feeds, None is every feed. `paused`: of channels."""

    address: str
    feed: int | None
    include: frozenset[str]
    exclude: frozenset[str]
    cadence: Cadence
    channel: bool
    paused: bool
    mention: str | None


KEYS = [EVERYTHING, *(term_key(kind, name) for kind in Kind for name in NAMES)]
keys = some.frozensets(some.sampled_from(KEYS), max_size=3)
follows = some.lists(
    some.builds(
        Follow,
        some.sampled_from(ADDRESSES),
        some.sampled_from([None, 0, 1]),
        keys,
        keys,
        some.sampled_from(Cadence),
        some.booleans(),
        some.booleans(),
        some.sampled_from([None, "", "@here", "@desk", "@team"]),
    ),
    max_size=6,
)
labels = some.lists(some.sampled_from(NAMES), max_size=3)
rows = some.builds(lambda categories, tags: row("p1", *categories, tags=tags), labels, labels)


async def apply(store: Store, feeds: Sequence[Feed], wanted: Iterable[Follow]) -> None:
    for each in wanted:
        await store.follow(
            each.address,
            feed_id=None if each.feed is None else feeds[each.feed].id,
            include={key: key[2:] for key in each.include},
            exclude={key: key[2:] for key in each.exclude - each.include},
            cadence=each.cadence,
            channel=each.channel,
            mention=each.mention if each.channel else None,
            by=each.address,
            now=T0,
        )
        if each.channel:
            await store.pause(each.address, paused=each.paused, by=BOB, now=T0)


async def followers(store: Store, feed: Feed, filing: Filing) -> set[str]:
    """Return who follows a post with this filing, as `bot.match` says."""
    return {
        each.destination.address
        for each in await store.subscriptions()
        if each.feed_id in (None, feed.id) and not each.paused and matches(each.filter, filing)
    }


async def mentioned(store: Store, feed: Feed, filing: Filing) -> dict[str, str]:
    """Return whom the alert for each destination mentions, as `bot.match` says."""
    found: dict[str, list[Subscription]] = {}
    for each in await store.subscriptions():
        if each.feed_id in (None, feed.id) and not each.paused and matches(each.filter, filing):
            found.setdefault(each.destination.address, []).append(each)
    return {address: " ".join(mentions(several, filing)) for address, several in found.items()}


async def reached(store: Store) -> set[str]:
    return {info.destination.address for info in await store.delivery_log(None, 99)}


def in_a_fresh_store(name: str, work: Callable[[Store, Sequence[Feed]], Awaitable[None]]) -> None:
    """Run `work` in a store of its own with two feeds."""

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with STORES[name](Path(folder)) as url, opened(url) as store:
                feeds = [await add_feed(store, "One"), await add_feed(store, "Two")]
                await work(store, feeds)

    asyncio.run(run())


@pytest.mark.parametrize("name", STORES)
@settings(max_examples=60, deadline=None)
@given(wanted=follows, post=rows)
def test_a_new_post_reaches_exactly_those_who_match(name: str, wanted: list[Follow], post: PostRow) -> None:
    async def check(store: Store, feeds: Sequence[Feed]) -> None:
        await apply(store, feeds, wanted)
        expected = await followers(store, feeds[0], post.post.filing)

        assert await publish(store, feeds[0], post) == len(expected)
        assert await reached(store) == expected
        due = await mentioned(store, feeds[0], post.post.filing)
        told = {each.destination.address: each.message for each in await claim(store)}
        assert {address: each.mention for address, each in told.items() if isinstance(each, Alert)} == due
        for info in await store.delivery_log(None, 99):
            names = {
                fold(matched_name(each.filter, post.post.filing))
                for each in await store.subscriptions(info.destination.address)
                if each.feed_id in (None, feeds[0].id) and not each.paused
            }
            assert fold(info.matched.removeprefix("#")) in names - {""}

    in_a_fresh_store(name, check)


@pytest.mark.parametrize("name", STORES)
@settings(max_examples=60, deadline=None)
@given(early=follows, late=follows, filings=some.lists(rows, min_size=2, max_size=4))
def test_a_new_filing_reaches_exactly_those_who_match_it_newly(
    name: str, early: list[Follow], late: list[Follow], filings: list[PostRow]
) -> None:
    async def check(store: Store, feeds: Sequence[Feed]) -> None:
        await apply(store, feeds, early)
        await publish(store, feeds[0], filings[0])
        await apply(store, feeds, late)
        for old, new in pairwise(filings):
            already = await reached(store)
            matched = await followers(store, feeds[0], old.post.filing)
            expected = await followers(store, feeds[0], new.post.filing) - matched - already

            assert await change(store, feeds[0], new) == len(expected)
            assert await reached(store) == already | expected

    in_a_fresh_store(name, check)
