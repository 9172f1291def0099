"""Commands tell that a post is a copy of a story that came from another feed, and where it was told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.ports import Sent
from tests.commands.admins import admin
from tests.commands.room import NOW, Room, post_row

SITES = ("blog.example", "second.example")
BLOGS = ("China Bystander", "Second Blog")
FERRY = "The old ferry pier is closed"


@pytest.fixture
async def told(two_blogs: Room) -> Room:
    """A bot whose second blog prints a story of the first again, under another category."""
    room = two_blogs
    await room.say("/follow Trade", "alice")
    await room.say('/follow Gardening feed:"Second Blog"', "bob")
    await admin(room, "/alerts add all")
    feeds = {feed.settings.name: feed for feed in await room.store.feeds()}
    for site, name, category in zip(SITES, BLOGS, ("Trade", "Gardening"), strict=True):
        copy = post_row(38, FERRY, (category,), site=site)
        await room.publish(feeds[name], replace(copy, story=("x:pier",)))
        while claims := await room.claim():
            await room.settle(*(Sent(each, "1", NOW) for each in claims))
    return room


async def why(room: Room, site: str, who: str) -> list[str]:
    return (await room.say(f"/why {site}/2022/38/a-post/", who)).text.splitlines()


async def test_why_says_of_a_copy_which_post_was_sent_in_its_place(told: Room) -> None:
    answer = await why(told, "second.example", "alice")

    assert "(Second Blog, " in answer[0]
    assert any(
        line.startswith(f"{BLOGS[0]} told the same story, so each place gets it once") for line in answer
    )
    assert answer[-1].startswith("It was sent to you on ")
    assert answer[-1].endswith(" That is the post of China Bystander: https://blog.example/2022/38/a-post/")


async def test_why_says_nothing_more_of_the_post_that_was_sent(told: Room) -> None:
    for who, site, other in (("alice", SITES[0], "Second Blog"), ("bob", SITES[1], "China Bystander")):
        answer = await why(told, site, who)
        assert any(line.startswith(f"{other} told the same story") for line in answer)
        assert "That is the post of" not in answer[-1]


async def test_why_tells_whoever_got_neither_what_they_follow(told: Room) -> None:
    await told.say("/follow Taiwan", "carol")
    answer = await why(told, SITES[1], "carol")

    assert "China Bystander told the same story" in "\n".join(answer)
    assert answer[-1] == "Not for you: you get Taiwan."


async def test_the_log_of_a_channel_names_the_other_feed(told: Room) -> None:
    lines = (await admin(told, "/alerts log")).splitlines()

    assert [line.partition(" UTC: ")[2] for line in lines if FERRY in line] == [
        f"sent, \u201c{FERRY}\u201d, also in Second Blog (everything), no. 2"
    ]


async def test_latest_lists_a_story_once_under_the_category_of_either_post(told: Room) -> None:
    for line in ("/latest", "/latest Trade", "/latest Gardening"):
        text = (await told.say(line)).text
        assert text.count(FERRY) == 1, line
        assert "also in " in text, line
