"""Which keys a poll stores with a post, by which a story of another feed is found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from bot.model import Entry, Feed, FeedSettings, FeedState
from bot.pipeline.story_keys import story_keys
from bot.story import LINK, MARK, STORY, TEXT
from tests.story_texts import BUDGET, COUNCIL, HARBOUR, PIER

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SITE = "https://one.example/"


def keys(
    link: str = f"{SITE}2026/pier/",
    title: str = PIER,
    text: str = HARBOUR,
    *,
    cluster: Literal["off", "same", "near"] = "same",
    url: str = f"{SITE}feed/",
    site: str = SITE,
    age: timedelta = timedelta(),
) -> tuple[str, ...] | None:
    settings = FeedSettings("One", url, cluster=cluster)
    feed = Feed(1, settings, url, FeedState(), NOW)
    return story_keys(Entry("", link, title), text, NOW - age, feed=feed, site=site, now=NOW)


def kinds(made: tuple[str, ...] | None) -> list[str]:
    return [key[:2] for key in made or ()]


def test_a_feed_that_is_off_has_none_and_says_so() -> None:
    assert keys(cluster="off") is None
    assert keys("", "", "") == ()


@pytest.mark.parametrize(
    ("link", "url", "site", "own"),
    [
        (f"{SITE}2026/pier/", f"{SITE}feed/", SITE, 1),
        ("http://www.one.example:80/2026/pier", f"{SITE}feed/", "", 1),
        (f"{SITE}?p=12", f"{SITE}feed/", "", 1),
        (f"{SITE}2026/pier/", "https://feeds.example/one", SITE, 1),
        (f"{SITE}2026/pier/", "https://planet.example/feed/", "https://planet.example/", 0),
        (f"{SITE}2026/pier/", "https://planet.example/feed/", "", 0),
        (SITE, f"{SITE}feed/", SITE, 0),
        ("https://one.example", f"{SITE}feed/", SITE, 0),
        ("", f"{SITE}feed/", SITE, 0),
        ("tag:one.example,2026:1", f"{SITE}feed/", SITE, 0),
        ("https://[", f"{SITE}feed/", SITE, 0),
    ],
)
def test_a_link_is_a_key_only_if_it_leads_to_a_page_of_the_feeds_own_site(
    link: str, url: str, site: str, own: int
) -> None:
    assert kinds(keys(link, url=url, site=site)).count(LINK) == own


def test_spellings_of_a_link_and_of_a_text_make_one_key() -> None:
    assert keys("http://WWW.one.example/2026/pier?utm_source=x&fbclid=1") == keys()
    assert keys(title=f" {PIER.upper()}!"[:-1], text=HARBOUR.replace(" ", " \u00a0\n").upper()) == keys()
    assert keys(f"{SITE}2026/other/") != keys()
    assert keys(text=f"{HARBOUR} More.") != keys()


@pytest.mark.parametrize(
    ("title", "text", "enough"),
    [
        (PIER, HARBOUR, 1),
        (PIER, HARBOUR[:150], 0),
        ("Open thread", HARBOUR, 0),
        ("Open thread", BUDGET, 1),
        ("v4.1", HARBOUR, 0),
        ("", BUDGET, 0),
        (PIER, "x" * 900, 0),
        ("\u6e2f\u53e3\u59d4\u5458\u4f1a\u5173\u95ed\u65e7\u7801\u5934", "\u6e2f\u53e3" * 150, 1),
        ("\u6e2f\u53e3", "\u6e2f\u53e3" * 150, 0),
    ],
)
def test_a_text_is_a_key_only_with_its_title_and_if_it_is_long(title: str, text: str, enough: int) -> None:
    assert kinds(keys(title=title, text=text)).count(TEXT) == enough


def test_marks_are_made_only_where_near_texts_count_and_of_texts_of_some_length() -> None:
    assert kinds(keys(title=COUNCIL, text=BUDGET)) == [LINK, TEXT]
    assert kinds(keys(title=COUNCIL, text=BUDGET, cluster="near")) == [LINK, TEXT, *[MARK] * STORY.marks]
    assert MARK not in kinds(keys(cluster="near"))
    assert MARK not in kinds(keys(text=f"{BUDGET} " * 20, cluster="near"))


def test_an_old_post_has_none() -> None:
    assert keys(age=STORY.keep) != ()
    assert keys(age=STORY.keep + timedelta(seconds=1)) == ()


def test_a_text_with_half_a_character_has_keys() -> None:
    assert keys(text=f"{BUDGET} \ud800", title="\ud800 half of a sign is left", cluster="near")
