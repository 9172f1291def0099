"""Every store finds the same followers as `bot.match`, whatever they follow and however a post is filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.match import Subject, matched_name, matches, mentions, subject_of
from bot.model import EVERYTHING, FILING_KINDS, Alert, Cadence, Feed, Kind, Subscription
from bot.ports import PostRow, Store
from bot.text.normalize import fold, term_key
from tests.contracts.fresh import Fresh
from tests.contracts.store_samples import BOB, T0, add_feed, change, claim, publish, row, terms

pytest_plugins = ["tests.contracts.store_fixtures"]

NAMES = ["Trade", "Military", "China-U.S.", "china us", "TAIWAN"]
# Phrases and texts are made of the same few words, so that they often meet.
WORDS = [
    "Export",
    "controls",
    "China\u2019s",
    "U.S.",
    "us",
    "Caf\u00e9",
    "cafe\u0301",
    "\u51fa\u53e3",
    "\u53e3",
    "\u0e01\u0e35\u0e48",
    "\u0939\u093f\u0928",
    "--",
]
AUTHORS = ["Ann", "Jane Doe", "jane doe, Ann", ""]
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


KEYS = [EVERYTHING, *(term_key(kind, name) for kind in FILING_KINDS for name in NAMES)]
FREE = terms("author:ann", "author:Jane-Doe", "author:Jane Doe, Ann")
texts = some.lists(some.sampled_from(WORDS), max_size=6).map(" ".join)
phrases = some.lists(some.sampled_from(WORDS[:-1]), min_size=1, max_size=5).map(
    lambda words: term_key(Kind.WORDS, " ".join(words))
)
keys = some.frozensets(some.sampled_from(KEYS) | some.sampled_from(list(FREE)) | phrases, max_size=3)
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
rows = some.builds(
    lambda categories, tags, title, text, author: row(
        "p1", *categories, tags=tags, title=title, text=text, author=author
    ),
    labels,
    labels,
    texts,
    texts,
    some.sampled_from(AUTHORS),
)


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


def seen(post: PostRow) -> Subject:
    """Return what a filter sees of a post."""
    return subject_of(post.post, post.text)


async def followers(store: Store, feed: Feed, subject: Subject) -> set[str]:
    """Return who follows a post, as `bot.match` says."""
    return {
        each.destination.address
        for each in await store.subscriptions()
        if each.feed_id in (None, feed.id) and matches(each.filter, subject)
    }


async def mentioned(store: Store, feed: Feed, subject: Subject) -> dict[str, str]:
    """Return whom the alert that comes at once to a destination mentions, as `bot.match` says."""
    found: dict[str, list[Subscription]] = {}
    for each in await store.subscriptions():
        at_once = each.cadence is Cadence.NOW and not each.paused
        if at_once and each.feed_id in (None, feed.id) and matches(each.filter, subject):
            found.setdefault(each.destination.address, []).append(each)
    return {address: " ".join(mentions(several, subject)) for address, several in found.items()}


async def reached(store: Store) -> set[str]:
    return {info.destination.address for info in await store.delivery_log(None, 99)}


async def two_feeds(store: Store) -> Sequence[Feed]:
    return [await add_feed(store, "One"), await add_feed(store, "Two")]


@settings(max_examples=60, deadline=None)
@given(wanted=follows, post=rows)
def test_a_new_post_reaches_exactly_those_who_match(
    fresh: Fresh, wanted: list[Follow], post: PostRow
) -> None:
    async def check(store: Store) -> None:
        feeds = await two_feeds(store)
        await apply(store, feeds, wanted)
        expected = await followers(store, feeds[0], seen(post))

        assert await publish(store, feeds[0], post) == len(expected)
        assert await reached(store) == expected
        due = await mentioned(store, feeds[0], seen(post))
        told = {each.destination.address: each.message for each in await claim(store)}
        assert {address: each.mention for address, each in told.items() if isinstance(each, Alert)} == due
        for info in await store.delivery_log(None, 99):
            names = {
                fold(matched_name(each.filter, seen(post)))
                for each in await store.subscriptions(info.destination.address)
                if each.feed_id in (None, feeds[0].id)
            }
            bare = info.matched.removeprefix("#").removeprefix("text:").removeprefix("author:")
            assert fold(bare) in names - {""}

    fresh(check)


@settings(max_examples=60, deadline=None)
@given(early=follows, late=follows, filings=some.lists(rows, min_size=2, max_size=4))
def test_a_new_filing_reaches_exactly_those_who_match_it_newly(
    fresh: Fresh, early: list[Follow], late: list[Follow], filings: list[PostRow]
) -> None:
    async def check(store: Store) -> None:
        feeds = await two_feeds(store)
        await apply(store, feeds, early)
        await publish(store, feeds[0], filings[0])
        await apply(store, feeds, late)
        for old, new in pairwise(filings):
            already = await reached(store)
            # With the new words on both sides: an edit of the text alone alerts nobody.
            before = replace(new, post=replace(new.post, filing=old.post.filing))
            matched = await followers(store, feeds[0], seen(before))
            expected = await followers(store, feeds[0], seen(new)) - matched - already

            assert await change(store, feeds[0], new) == len(expected)
            assert await reached(store) == already | expected

    fresh(check)
