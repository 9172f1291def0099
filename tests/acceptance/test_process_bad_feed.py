"""Whatever a blog answers: a failed poll with its reason, nothing changed, polled again."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.sample.blog import SampleBlog
from bot.sample.feeds import rss
from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.databases import Database
from tests.fakes.blog import RSS, Fault, FaultyBlog, Hang, body, cut, html_page, status

_BOMB = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">{entities}]>
<rss version="2.0"><channel><title>x</title><item><title>&z;</title></item></channel></rss>"""
_ENTITIES = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefghij", "bcdefghijz", strict=True)
)
_NO_ENTRIES = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Empty</title></channel></rss>'
_KEPT = "SELECT key, title, link, revision FROM posts ORDER BY id"
_GZIP = {"Content-Encoding": "gzip"}

# What the blog does -> a part of the reason that people are told.
REASONS: Mapping[str, str] = {
    "html": "a web page, not a feed",
    "empty": "empty",
    "cut": "incomplete",
    "huge": "larger than 0.1 MB",
    "slow": "no answer within 1 s",
    "bomb": "larger than 0.1 MB",
    "entities": "a bomb",
    "coding": "wrongly encoded",
    "charset": "neither XML nor JSON",
    "none": "no entries",
    "500": "500",
}


def faults() -> dict[str, Fault]:
    return {
        "html": html_page(),
        "empty": body(b""),
        "cut": cut(),
        "huge": body(b"<rss>" + b" " * 200_000),
        "slow": Hang(),
        "bomb": body(gzip.compress(b"<rss>" + b" " * 20_000_000), headers=_GZIP),
        "entities": body(_BOMB.format(entities=_ENTITIES).encode()),
        "coding": body(b"<rss/>", headers=_GZIP),
        "charset": body(b'<?xml version="1.0" encoding="utf-8"?>' + "<rss/>".encode("utf-16")),
        "none": body(_NO_ENTRIES),
        "500": status(500),
    }


def serve(blog: FaultyBlog, name: str, *numbers: int) -> None:
    """Let a feed of its own list the posts of these numbers."""
    place = sorted(REASONS).index(name) * 10
    posts = [draft(place + number, f"{name} {number}", "Trade") for number in numbers]
    other = SampleBlog(posts, site=blog.url)
    blog.serve(f"/bad/{name}/", rss(other, other.posts), RSS)


@pytest.fixture
async def blog() -> AsyncIterator[FaultyBlog]:
    async with FaultyBlog(SampleBlog()) as running:
        yield running


@pytest.fixture
async def home(tmp_path: Path, blog: FaultyBlog, database: Database) -> Home:
    """A bot with one feed for each thing that can go wrong."""
    home = Home.of(tmp_path, blog, database)
    home.settings["fetch"] |= {"timeout": "1s", "max_body": "100kB"}
    home.settings["delivery"]["catch_up_after"] = 100  # all are due at once, each an alert of its own
    home.settings["feeds"] = [
        {"name": f"Feed {name}", "url": f"{blog.url}/bad/{name}/", "every": "0.2s", "api_base": "off"}
        for name in REASONS
    ]
    return home


def misbehave(blog: FaultyBlog) -> None:
    """Let every feed do its worst from now on."""
    for name, fault in faults().items():
        serve(blog, name, 1, 3)  # what is not passed on must not be taken for a 304
        blog.fail_always(fault, path=f"/bad/{name}/")


async def test_a_bad_answer_is_a_failed_poll_that_changes_nothing(home: Home, blog: FaultyBlog) -> None:
    for name in REASONS:
        serve(blog, name, 1)
    async with home.running() as bot:
        await bot.until(lambda: all(len(blog.seen(f"/bad/{name}/")) > 1 for name in REASONS))
        await bot.follow("alice all")
        before = home.rows(_KEPT)
        misbehave(blog)
        start = {name: len(blog.seen(f"/bad/{name}/")) for name in REASONS}
        await bot.until(lambda: all(len(blog.seen(f"/bad/{name}/")) > start[name] + 1 for name in REASONS))
        health = await bot.say("/health")
        after = home.rows(_KEPT)
        blog.heal()
        for name in REASONS:
            serve(blog, name, 1, 2)
        await bot.alerted(len(REASONS))

        assert sorted(bot.titles()) == sorted(f"{name} 2" for name in REASONS)
    assert before == after
    assert health.startswith(f"{len(REASONS)} of {len(REASONS)} feeds are failing.")
    for name, reason in REASONS.items():
        [told] = [line for line in health.splitlines() if line.startswith(f"Feed {name}:")]
        assert reason in told, told


async def test_check_says_what_is_wrong_with_each_feed(home: Home, blog: FaultyBlog) -> None:
    misbehave(blog)
    home.settings["feeds"].append({"name": "Good", "url": f"{blog.url}/feed/", "every": "0.2s"})
    publish(blog, draft(900, "Soy Is Back", "Trade"))
    checked = await home.call("check")
    lines = checked.out.splitlines()

    assert checked.code == 1
    assert checked.err == ""
    for name, reason in REASONS.items():
        [found] = [line for line in lines if f" feed Feed {name}: " in line]
        assert found.startswith("BAD "), found
        assert reason in found, found
    assert "ok  feed Good: 1 post, the newest is “Soy Is Back”" in lines
    assert lines[-1] == f"{len(REASONS)} to mend."
    assert home.database.untouched()


async def test_admins_are_told_once_that_a_feed_fails_and_once_that_it_works_again(
    home: Home, blog: FaultyBlog
) -> None:
    home.settings["feeds"] = [{"name": "Good", "url": f"{blog.url}/feed/", "every": "0.2s"}]
    publish(blog, draft(1, "One", "Trade"))
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice all")
        blog.fail_always(status(500))
        await bot.polls(blog, 4)
    async with home.running() as again:
        blog.heal()
        await again.polls(blog, 2)
        publish(blog, draft(2, "Two", "Trade"))
        await again.alerted(1)
    notices = [event for each in (bot, again) for event in each.of("notice")]

    assert [event["destination"] for event in notices] == ["console:boss"] * 2
    assert notices[0]["text"].startswith(
        "Good cannot be read: the server answered 500; the trouble is on its side"
    )
    assert notices[1]["text"].startswith("Good can be read again;")
    assert len({event["key"] for event in notices}) == 2


async def test_the_address_of_the_blog_is_told_with_that_of_its_feed_wherever_one_looks(
    home: Home, blog: FaultyBlog
) -> None:
    told = f"Blog: the answer is a web page, not a feed; its feed is {blog.feed_url}: put that into url"
    home.settings["feeds"] = [{"name": "Blog", "url": f"{blog.url}/", "every": "0.2s"}]
    first = await home.call("check")
    async with home.running() as bot:
        await bot.until(lambda: bot.of("notice"))
        health = await bot.say("/health")
    after = await home.call("check")

    assert (first.code, after.code) == (1, 1)
    assert f"BAD feed {told}" in first.out
    assert f"BAD feed {told}" in after.out
    assert "polls in a row)" in after.out
    assert told in bot.log
    assert f"its feed is {blog.feed_url}: put that into url, or /feeds add it." in health
    assert blog.feed_url in bot.of("notice")[0]["text"]


async def test_check_tells_that_the_last_polls_failed_of_a_feed_that_works_again(
    home: Home, blog: FaultyBlog
) -> None:
    home.settings["feeds"] = [{"name": "Good", "url": f"{blog.url}/feed/", "every": "0.2s"}]
    publish(blog, draft(1, "One", "Trade"))
    blog.fail_next(status(503))
    await home.call("once")
    checked = await home.call("check")

    assert checked.code == 0
    assert (
        "ok  feed Good: 1 post, the newest is “One” (failed 1 poll in a row: the server answered 503"
        in checked.out
    )
