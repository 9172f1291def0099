from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from bot.model import FeedState
from bot.web.reading import FRESH, SHOWN
from tests.contracts.store_samples import publish
from tests.contracts.test_store_stories import copy
from tests.web.scene import HOSTILE, NOW, SECRET, Ask, Scene, asking


def words(page: str) -> str:
    """Return what a reader of the page sees, on one line."""
    body = page.partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


async def test_the_page_shows_each_feed_and_why_it_fails(scene: Scene, ask: Ask) -> None:
    well = FeedState(last_success_at=NOW - timedelta(minutes=3))
    await scene.watch("Well", well, next_poll=NOW + timedelta(minutes=12))
    broken = well._replace(failures=4, failing_since=NOW - timedelta(hours=5), last_error="HTTP 500 & <b>")
    await scene.watch("Zoo", broken, next_poll=NOW + timedelta(hours=3))
    answer = await ask("/")
    seen = words(answer.text)

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "1 of 2 feeds is failing." in seen
    assert (
        "Well well Posts 0 posts in 14 days, 0 today Polls 1 good one in 14 days, 0 failed "
        "Last success 3 min ago 2022-11-26 23:38 UTC Next check in 12 min 2022-11-26 23:53 UTC" in seen
    )
    assert "Zoo failing" in seen
    assert "HTTP 500 & <b> 4 polls in a row, since 2022-11-26 18:41 UTC" in seen
    assert seen.index("Zoo") < seen.index("Well"), "trouble comes first"


@pytest.mark.parametrize(
    ("state", "late", "expected"),
    [
        (FeedState(), timedelta(), "Last success never Next check due under 1 min ago"),
        (FeedState(last_success_at=NOW), timedelta(hours=1), "1 of 1 feed is overdue."),
        (FeedState(last_success_at=NOW, failures=9, stopped=True), timedelta(), "1 of 1 feed is stopped."),
    ],
)
async def test_the_page_tells_conditions_apart(
    scene: Scene, ask: Ask, state: FeedState, late: timedelta, expected: str
) -> None:
    await scene.watch("Blog", state, next_poll=NOW - late)

    assert expected in words((await ask("/")).text)


async def test_times_are_shown_in_the_zone_of_the_config_which_is_named(scene: Scene) -> None:
    await scene.watch("Blog", FeedState(last_success_at=NOW - timedelta(minutes=3)))
    async with asking(scene.server(zone=ZoneInfo("Asia/Kathmandu"))) as ask:
        page = (await ask("/")).text

    assert '<time datetime="2022-11-26T23:38:00Z">2022-11-27 05:23 Asia/Kathmandu</time>' in page
    assert "As of 2022-11-27 05:26 Asia/Kathmandu" in words(page)
    assert "UTC" not in words(page)


async def test_the_page_says_that_all_is_well(scene: Scene, ask: Ask) -> None:
    await scene.watch("Blog", FeedState(last_success_at=NOW))

    assert words((await ask("/")).text).startswith("Bystander All well: 1 feed watched. Feeds")


async def test_the_page_shows_dead_loops_missing_chats_and_a_stuck_outbox(scene: Scene, ask: Ask) -> None:
    await scene.fill_outbox()
    scene.time += timedelta(hours=2)
    scene.loops["poll"], scene.adapters["discord"] = False, False
    seen = words((await ask("/")).text)

    assert "The poll loop is dead. Discord is not connected. No feed is watched yet." in seen
    assert "1 place cannot be reached. Alerts are stuck: the oldest has waited for 2 h." in seen
    assert "Waiting 1 oldest: 2 h Held for later 0 Sent 1 Out of reach 1 at 1 place Given up 1" in seen
    assert (
        "Console connected Waiting 1 Held 0 Sent 1 Kept 1 Given up 1 Discord not connected Waiting 0" in seen
    )
    assert "Poll dead Outbox running" in seen


async def test_the_page_tells_what_is_held_and_until_when(scene: Scene, ask: Ask) -> None:
    await scene.watch("Blog", FeedState(last_success_at=NOW))
    await scene.hold_a_post()
    seen = words((await ask("/")).text)

    assert seen.startswith("Bystander All well: 1 feed watched.")
    assert "Held for later 1 first: in 23 h" in seen
    assert "Held for later 1 post for daily digests, the first in 23 h 2022-11-27 23:00 UTC" in seen


async def test_the_page_tells_what_else_is_wrong(scene: Scene, ask: Ask) -> None:
    await scene.watch("Blog", FeedState(last_success_at=NOW))
    scene.troubles = ["The database <refuses>."]

    assert words((await ask("/")).text).startswith("Bystander The database <refuses>. Feeds")


class Structure(HTMLParser):
    """Collects the tags of a page with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [name for name, _ in attrs]))


@pytest.mark.parametrize("text", [HOSTILE, "' onload='x", "{style}", "1\u202e\0\n\u2028b"])
async def test_nothing_from_outside_becomes_markup(scene: Scene, ask: Ask, text: str) -> None:
    pages = []
    for each in ("harmless", text):
        await scene.watch(each, FeedState(failures=1, last_error=each))
        scene.loops, scene.adapters = {each: False}, {each: False}
        pages.append((await ask("/")).text)
        [feed] = await scene.store.feeds()
        await scene.store.retire_feed(feed.id, scene.time, by="console:root")
        scene.time += FRESH
    plain = "1 b" if text.startswith("1") else text

    assert Structure(pages[1]).found == Structure(pages[0]).found
    assert unescape(pages[1]).count(plain) >= 4, "as feed, reason, loop and adapter"


async def test_no_address_url_or_text_of_a_message_is_told(scene: Scene, ask: Ask) -> None:
    await scene.watch("Blog")
    await scene.fill_outbox()
    told = "".join([(await ask(path)).text for path in ("/", "/metrics", "/healthz", "/readyz")])

    for private in ("console:", SECRET, "blog.example", "hidden", scene.database.url.partition("://")[2]):
        assert private not in told


async def test_a_story_of_two_feeds_is_one_card_that_names_both(scene: Scene, ask: Ask) -> None:
    for name in ("Blog", "Herald"):
        await scene.watch(name)
    for feed, post_id in zip(sorted(await scene.store.feeds(), key=lambda each: each.id), "ab", strict=True):
        await publish(scene.store, feed, copy(post_id, "Trade"))
    seen = words((await ask("/")).text)

    assert seen.count("Harbour board closes the old ferry pier") == 1
    assert "Harbour board closes the old ferry pier Blog, also in Herald, " in seen


async def test_a_long_list_of_feeds_is_cut_and_keeps_the_trouble(scene: Scene, ask: Ask) -> None:
    for number in range(SHOWN.feeds + 1):
        await scene.watch(f"Blog {number}")
    await scene.watch("Zoo", FeedState(failures=1))
    page = (await ask("/")).text

    assert page.count('<h3 dir="auto">') == SHOWN.feeds
    assert '<h3 dir="auto">Zoo</h3>' in page
    assert "And 2 feeds more." in words(page)
