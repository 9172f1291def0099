"""What is remembered of documents, and what a poll parses of the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.model import Entry, FeedWindow, Kind, ParsedFeed
from bot.pipeline.detect.changes import Candidate, Identity
from bot.pipeline.detect.identity import text_hash, without_text
from bot.pipeline.fetch.client import Answer
from bot.pipeline.windows import ReadFeed, Remembered, Windows, WindowSettings, _packed
from bot.sandbox.remote import Answer as Result
from bot.sandbox.remote import Arguments, Remote, Runner
from bot.sandbox.sandbox import Sandbox
from tests.contracts.store_samples import T0
from tests.databases import Database
from tests.fakes.blog import body
from tests.pipeline.newsroom import Newsroom, open_newsroom
from tests.pipeline.parse.test_window import XML, item, rss


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom that watches nothing yet."""
    async with open_newsroom(database) as opened:
        yield opened


def answer(body: bytes) -> Answer:
    """Return a server's answer with a body."""
    return Answer(200, "https://blog.example/feed/", body, XML, "", "", None, None, None, "", "")


def with_text(number: int) -> str:
    return item(number, f"<description>The text of post {number}.</description>")


class Recorder:
    """A sandbox that notes how many items of each document it parsed."""

    def __init__(self, sandbox: Runner) -> None:
        self._sandbox = sandbox
        self.parsed: list[int] = []

    async def run(self, call: Remote[Result, *Arguments], *arguments: *Arguments) -> Result:
        """Run a call."""
        found = await self._sandbox.run(call, *arguments)
        if isinstance(found, FeedWindow):
            self.parsed.append(len(found.feed.entries))
        return found


async def test_only_new_items_are_parsed_and_known_ones_come_without_their_texts() -> None:
    windows = Windows()
    async with Sandbox(seconds=60) as sandbox:
        first = await windows.read(sandbox, 1, answer(rss(*map(with_text, (2, 1)))))
        windows.keep(1, first)
        second = await windows.read(sandbox, 1, answer(rss(*map(with_text, (3, 2)))))
        whole = await windows.read_whole(sandbox, second)

    new, known = second.parsed.entries
    assert (new.html, known.html) == ("The text of post 3.", "")
    assert known == without_text(first.parsed.entries[0])
    assert text_hash(known) == text_hash(first.parsed.entries[0])
    assert whole.parsed.entries[1] == first.parsed.entries[0]
    assert second.lacks([Candidate(known, Identity("2"), T0)])
    assert not second.lacks([Candidate(new, Identity("3"), T0)])
    assert not whole.lacks([Candidate(known, Identity("2"), T0)])


async def test_items_that_share_a_key_are_parsed_each_time() -> None:
    windows = Windows()
    again = with_text(2).replace("08:02", "08:03")
    async with Sandbox(seconds=60) as sandbox:
        windows.keep(1, await windows.read(sandbox, 1, answer(rss(*map(with_text, (2, 1))))))
        second = await windows.read(sandbox, 1, answer(rss(again, *map(with_text, (2, 1)))))

    assert all(each.html for each in second.parsed.entries)
    assert second.next == Remembered(second.next.context, {})


def remembered(*names: str) -> ReadFeed:
    entry = Entry(
        *("g", "l", "Ein Titel ✓"),
        published=T0,
        labels=("China-U.S.",),
        kinds=(Kind.CATEGORY, None),
        text_hash="h",
        characters=3,
    )
    return ReadFeed(ParsedFeed("", "", ()), None, Remembered("c", dict.fromkeys(names, entry)))


def test_what_is_remembered_is_bounded_and_the_oldest_is_forgotten_first() -> None:
    size = len(_packed(remembered("a", "b").next))
    windows = Windows(WindowSettings(memory=2 * size + size // 2))
    for feed in (1, 2, 1, 3):
        windows.keep(feed, remembered("a", "b"))
    assert [len(windows.recall(feed).entries) for feed in (1, 2, 3)] == [2, 0, 2]
    windows.keep(4, remembered(*(f"mark {number}" for number in range(200))))
    assert [len(windows.recall(feed).entries) for feed in (1, 3, 4)] == [2, 2, 0]  # too large by itself
    windows.keep(5, remembered("a", "b"))
    assert windows.recall(5) == remembered("a", "b").next


def test_a_feed_of_ten_posts_takes_less_than_a_kilobyte() -> None:
    posts = {
        f"{number:032x}": Entry(
            guid=f"https://blog.example/?p={number}",
            link=f"https://blog.example/2026/11/post-{number}/",
            title=f"What happened on day {number}",
            author="Ann",
            published=T0 + timedelta(hours=number),
            date_text="Mon, 02 Nov 2026 08:00:00 +0000",
            excerpt="A first sentence of the text, as the feed prints it, which ends in the mid [...]",
            labels=("China-U.S.", "Technology", "Trade"),
            text_hash=f"{number * 7919:032x}",
            characters=4_000 + number,
        )
        for number in range(10)
    }
    assert len(_packed(Remembered("c" * 32, posts))) < 1000


async def test_a_poll_parses_only_what_is_new_and_sees_edits(room: Newsroom) -> None:
    recorder = Recorder(room.sandbox)
    room.restart(sandbox=recorder)
    await room.begin()
    room.publish(4)
    await room.poll()
    room.blog.blog.edit(3, room.clock.now(), title="Post 3 anew")
    await room.poll()

    assert recorder.parsed == [3, 1, 1]
    assert await room.alerts() == ["Post 4"]
    assert (await room.post(3)).title == "Post 3 anew"


@pytest.mark.parametrize("again", [False, True])
async def test_without_memory_the_outcome_is_the_same(room: Newsroom, *, again: bool) -> None:
    await room.begin()
    for number in (4, 5):
        room.publish(number)
        if again:
            room.restart()
        await room.poll()

    assert await room.alerts() == ["Post 4", "Post 5"]
    assert (await room.post(5)).summary == "The text of post 5 is short."


async def test_what_is_left_out_makes_no_category_and_no_hub_look_gone(room: Newsroom) -> None:
    def page(*numbers: int) -> bytes:
        head = '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/feed/"/>'
        filed = (item(each, f"<category>Topic {each}</category>") for each in numbers)
        return rss(*filed, head=head, top=' xmlns:atom="http://www.w3.org/2005/Atom"')

    recorder = Recorder(room.sandbox)
    room.restart(sandbox=recorder)
    room.blog.fail_next(body(page(2, 1), XML), body(page(3, 2, 1), XML))
    await room.begin()
    before = await room.feed()
    await room.poll()
    after = await room.feed()

    assert recorder.parsed == [2, 1]
    assert (after.state.hub, after.state.topic) == (before.state.hub, before.state.topic)
    assert after.state.hub == "https://hub.example/"
    assert [post.filing.categories for _, post in sorted((await room.posts()).items())] == [
        ("Topic 1",),
        ("Topic 2",),
        ("Topic 3",),
    ]
