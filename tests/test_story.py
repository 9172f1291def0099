"""Two stories are never taken for one, and the copies of a story are recognised, also where it is hard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.model import Entry, EvidenceRank, Feed, FeedSettings, FeedState, Filing, Post
from bot.pipeline.story_keys import story_keys
from bot.story import STORY, Copy, Told, story_of, together
from tests.story_pairs import ONE_STORY
from tests.story_pairs_apart import TWO_STORIES
from tests.story_texts import BUDGET, HARBOUR, MONDAY, ONE, PIER, RULES, TWO, Pair, Printed, after

PAIRS = [*ONE_STORY, *TWO_STORIES]
NOW = MONDAY + timedelta(hours=1)
CLUSTERS = ("off", "same", "near")


def copy_of(printed: Printed, feed: int, cluster: str = "near", now: datetime = NOW) -> Copy:
    """Return a post as the poll of a feed would have it."""
    settings = FeedSettings(f"Feed {feed}", f"{printed.site}feed/", cluster=cluster)  # type: ignore[arg-type]
    entry = Entry(
        "", printed.link, printed.title, published=printed.at, html=printed.text, image=printed.image
    )
    published = min(printed.at or now, now)
    keys = story_keys(
        entry,
        printed.text,
        published,
        feed=Feed(feed, settings, settings.url, FeedState(), now),
        site=printed.site,
        now=now,
    )
    return Copy(
        feed,
        frozenset(keys or ()),
        printed.title,
        printed.link,
        printed.text,
        published,
        printed.at,
        printed.image,
    )


def told(copy: Copy, story: int, **rest: bool) -> Told:
    return Told(copy, story, copy.date, **rest)


def is_one(first: Printed, second: Printed, cluster: str = "near") -> bool:
    one, two = copy_of(first, 1, cluster), copy_of(second, 2, cluster)
    found = [told(one, 7)] if one.keys & two.keys else []
    return story_of(two, found) == 7


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.why)
@pytest.mark.parametrize("cluster", CLUSTERS)
def test_a_pair_is_one_story_exactly_where_it_should_be(pair: Pair, cluster: str) -> None:
    expected = pair.verdict != "off" and CLUSTERS.index(cluster) >= CLUSTERS.index(pair.verdict)

    assert is_one(pair.first, pair.second, cluster) == expected
    assert is_one(pair.second, pair.first, cluster) == expected


def test_there_are_pairs_of_every_kind() -> None:
    verdicts = [pair.verdict for pair in PAIRS]

    assert len(PAIRS) >= 45
    assert min(verdicts.count(each) for each in CLUSTERS) >= 4
    assert len({pair.why for pair in PAIRS}) == len(PAIRS)


def test_a_feed_that_already_has_a_post_of_the_story_tells_another_one() -> None:
    first, second = copy_of(PAIRS[0].first, 1), copy_of(PAIRS[0].second, 2)

    assert story_of(second, [told(first, 7)]) == 7
    assert story_of(second, [told(first, 7, ours=True)]) is None
    assert story_of(second, [told(replace(first, feed=2), 7)]) is None


@pytest.mark.parametrize("again", [1, 2])
def test_a_text_that_comes_again_in_either_feed_says_nothing(again: int) -> None:
    thread = Printed("Open thread", RULES, f"{ONE}thread-48")
    mirror = copy_of(Printed("Open thread", RULES, f"{TWO}thread-48", TWO, after(1)), 2)
    before = copy_of(Printed("Open thread", RULES, f"{ONE}thread-47", at=after(-24 * 7)), again)

    assert story_of(mirror, [told(copy_of(thread, 1), 7)]) == 7
    assert story_of(mirror, [told(copy_of(thread, 1), 7), told(before, 3)]) is None


@pytest.mark.parametrize("again", [1, 2])
def test_a_link_that_comes_again_in_either_feed_says_nothing(again: int) -> None:
    page = f"{ONE}2026/notices"
    first, second = (copy_of(Printed("Pier closed", "", page), feed) for feed in (1, 2))
    before = copy_of(Printed("Pier open", "", page, at=after(-24 * 7)), again)

    assert story_of(second, [told(first, 7)]) == 7
    assert story_of(second, [told(first, 7), told(before, 3)]) is None


def test_a_third_feed_joins_the_oldest_story_and_no_chain_of_days() -> None:
    first, second = copy_of(PAIRS[0].first, 1), copy_of(replace(PAIRS[0].second, at=after(20)), 2)
    link = "https://three.example/pier-old"
    third = copy_of(Printed(PIER, HARBOUR, link, "https://three.example/", after(23)), 3)
    late = copy_of(Printed(PIER, HARBOUR, link, "https://three.example/", after(30)), 3)
    found = [Told(second, 7, first.date, first=False), told(first, 7)]

    assert story_of(third, found) == 7
    assert story_of(late, found) is None


def test_a_nearly_equal_text_is_compared_with_the_first_copy_only() -> None:
    pair = next(each for each in PAIRS if each.verdict == "near")
    first, second = copy_of(pair.first, 1), copy_of(pair.second, 2)

    assert story_of(second, [told(first, 7)]) == 7
    assert story_of(second, [told(first, 7, first=False)]) is None


def test_both_feeds_must_be_set_to_near_texts() -> None:
    pair = next(each for each in PAIRS if each.verdict == "near")

    assert not copy_of(pair.first, 1, "same").keys & copy_of(pair.second, 2, "near").keys
    assert copy_of(pair.first, 1, "near").keys & copy_of(pair.second, 2, "near").keys


def test_an_old_post_is_not_looked_for() -> None:
    late = MONDAY + STORY.keep + timedelta(days=1)

    assert copy_of(PAIRS[0].first, 1, now=late).keys == frozenset()
    assert copy_of(PAIRS[0].first, 1).keys


def test_a_post_is_shown_with_the_feeds_and_the_categories_of_the_other_copies() -> None:
    def post(feed: str, *categories: str) -> Post:
        filing = Filing(categories, (), EvidenceRank.API)
        return Post(feed, "", "Title", "", datetime(2026, 1, 1, tzinfo=UTC), "", filing, feed=feed)

    made = together(post("A", "Trade", "Ports"), [post("B", "trade", "Sea"), post("C", "Ferries", "sea")])

    assert made.filing.categories == ("Trade", "Ports", "Sea", "Ferries")
    assert made.also == ("B", "C")
    assert together(post("A", "Trade"), []) == post("A", "Trade")


texts = some.lists(some.sampled_from(BUDGET.split()), max_size=150).map(" ".join)
printings = some.builds(
    Printed,
    some.sampled_from([PIER, "Open thread", "", "\u0e01\u0e35\u0e48"]),
    texts | some.text(max_size=80),
    some.sampled_from([f"{ONE}2026/pier", ONE, "", "//[", "mailto:x@y.example"]),
    some.sampled_from([ONE, TWO, "", "http://["]),
    some.none() | some.integers(-2000, 2000).map(after),
)


@given(first=printings, second=printings)
def test_whatever_feeds_print_the_answer_is_the_same_in_either_order(first: Printed, second: Printed) -> None:
    assert is_one(first, second) == is_one(second, first)
