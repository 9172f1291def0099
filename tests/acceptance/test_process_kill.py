"""`kill -9` at any moment: every post reaches every follower, and what comes twice has the same key."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish, publish_all
from tests.acceptance.running import Bot, Event
from tests.fakes.blog import FaultyBlog, Hang, status

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")

NAMES = ("alice", "bob", "carol", "dave")
FOLLOWS = tuple(f"{name} Trade" for name in NAMES)
Moment = Callable[[Home, Bot], bool]

# After what the bot is killed in the middle of a burst.
MOMENTS: dict[str, Moment] = {
    "the posts are committed": lambda _home, _bot: True,
    "the first is being sent": lambda home, _: "sending" in home.states(),
    "the first is printed": lambda _, bot: bool(bot.of("alert")),
    "half is printed": lambda _, bot: len(bot.of("alert")) >= len(NAMES) * 2,
}


def check_once_each(events: Sequence[Event], titles: Sequence[str], kills: int) -> None:
    """Each follower has each post; a double has the same key, and there are no more than kills explain."""
    printed = Counter((event["destination"], event["post"]["title"]) for event in events)
    keys = {(event["destination"], event["post"]["title"], event["key"]) for event in events}
    doubles: Counter[str] = Counter()
    for (destination, _), times in printed.items():
        doubles[destination] += times - 1

    assert set(printed) == {(f"console:{name}", title) for name in NAMES for title in titles}
    assert len(keys) == len(printed), "a double came under another key"
    assert max(doubles.values()) <= kills


async def prepared(home: Home, blog: FaultyBlog) -> None:
    """Let a bot see the blog, and everybody follow."""
    home.settings["delivery"]["catch_up_after"] = 100
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow(*FOLLOWS)


def burst_reached(moment: Moment, home: Home, bot: Bot, posts: int) -> bool:
    """Whether all posts are committed and the moment has come, or gone by unseen."""
    states = home.states()
    return len(states) == posts * len(NAMES) and (moment(home, bot) or set(states) == {"sent"})


async def test_kills_at_chosen_moments_of_a_burst_lose_nothing(home: Home, blog: FaultyBlog) -> None:
    await prepared(home, blog)
    events, titles = list[Event](), list[str]()
    for kill, moment in enumerate(MOMENTS.values()):
        titles += publish_all(blog, [f"{number} of {kill}" for number in range(4)], "Trade", first=kill * 10)
        async with home.running() as bot:
            await bot.until(partial(burst_reached, moment, home, bot, len(titles)))
            await bot.kill()
        events += bot.of("alert")
    async with home.running() as bot:
        await bot.until(lambda: set(home.states()) == {"sent"})
        await bot.polls(blog)
        events += bot.of("alert")

    check_once_each(events, titles, kills=len(MOMENTS))


async def test_a_kill_between_commit_and_print_loses_nothing(home: Home, blog: FaultyBlog) -> None:
    await prepared(home, blog)
    events: list[Event] = []
    titles = publish_all(blog, [f"Number {number}" for number in range(8)], "Trade")
    for _ in range(2):
        async with home.running() as bot:
            bot.output.pause_reading()
            await bot.until(lambda: "sending" in home.states())
            await bot.stall()
            await bot.kill()
        events += bot.of("alert")
        assert len(events) < len(titles) * len(NAMES)
    async with home.running() as bot:
        await bot.until(lambda: set(home.states()) == {"sent"})
    events += bot.of("alert")

    check_once_each(events, titles, kills=2)


async def test_kills_at_random_moments_lose_nothing(home: Home, blog: FaultyBlog) -> None:
    await prepared(home, blog)
    chance, events, titles = random.Random(), list[Event](), list[str]()
    for kill in range(4):
        bot = await Bot.start(home.spawn)
        await asyncio.sleep(chance.uniform(0.1, 0.5))
        titles += publish_all(blog, [f"{kill}, {n}" for n in range(2)], "Trade", first=kill * 10)
        await asyncio.sleep(chance.uniform(0.2, 0.9))
        await bot.kill()
        await bot.aclose()
        events += bot.of("alert")
    async with home.running() as bot:
        await bot.until(lambda: len(home.states()) == len(titles) * len(NAMES))
        await bot.until(lambda: set(home.states()) == {"sent"})
        events += bot.of("alert")

    check_once_each(events, titles, kills=4)


async def test_a_catch_up_message_that_was_cut_off_comes_again_under_its_key(
    home: Home, blog: FaultyBlog
) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade", "bob Trade")
    titles = publish_all(blog, [f"Day {number}" for number in range(9)], "Trade")
    async with home.running() as first:
        first.output.pause_reading()
        await first.until(lambda: "sending" in home.states())
        await first.stall()
        await first.kill()
    publish(blog, draft(50, "Afterwards", "Trade"))
    async with home.running() as second:
        await second.alerted(2)
        await second.polls(blog)
    digests = [*first.of("digest"), *second.of("digest")]

    assert {event["destination"] for event in digests} == {"console:alice", "console:bob"}
    assert len({event["key"] for event in digests}) == 2
    assert all([post["title"] for post in event["posts"]] == titles[::-1] for event in digests)
    assert [event["post"]["title"] for event in second.of("alert")] == ["Afterwards"] * 2


async def test_a_kill_during_the_first_poll_leaves_it_silent(home: Home, blog: FaultyBlog) -> None:
    hang = Hang()
    blog.fail_next(hang)
    async with home.running() as bot:
        await bot.until(hang.arrived.is_set)
        await bot.follow("alice all")
        await bot.kill()
    hang.release()
    async with home.running() as bot:
        await bot.polls(blog, 3)
        publish(blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1)

        assert bot.titles() == ["Soy Is Back"]


@pytest.mark.parametrize("fault", [status(429, retry_after="3600"), Hang()], ids=["429", "silence"])
async def test_what_waits_goes_out_whatever_the_blog_answers(
    home: Home, blog: FaultyBlog, fault: Any
) -> None:
    await prepared(home, blog)
    titles = publish_all(blog, ["One", "Two", "Three", "Four", "Five"], "Trade")
    async with home.running() as first:
        first.output.pause_reading()
        await first.until(lambda: "sending" in home.states())
        await first.stall()
        await first.kill()
    blog.fail_always(fault)
    home.settings["fetch"]["timeout"] = "2s"
    async with home.running() as second:
        await second.until(lambda: set(home.states()) == {"sent"})

    check_once_each(first.of("alert") + second.of("alert"), titles, kills=1)
