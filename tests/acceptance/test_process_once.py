"""`bystander once`, `check`, `preview` and `command`: calls that end by themselves."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from storage.sqlite import migrate
from tests.acceptance.process import FEED, Home
from tests.acceptance.publishing import draft, publish, publish_all
from tests.acceptance.running import Event
from tests.fakes.blog import FaultyBlog, status


def events_of(out: str) -> list[Event]:
    return [json.loads(line) for line in out.splitlines()]


async def test_once_polls_delivers_and_ends(home: Home, blog: FaultyBlog) -> None:
    first = await home.call("once")
    followed = await home.call("command", "--as", "console:alice", "/follow Trade")
    titles = publish_all(blog, ["One", "Two"], "Trade")
    second = await home.call("once")
    third = await home.call("once")

    assert [first.code, followed.code, second.code, third.code] == [0, 0, 0, 0]
    assert (first.out, third.out) == ("", "")
    assert followed.out.startswith("You now get: Trade; at once, on the console.\n")
    assert [event["post"]["title"] for event in events_of(second.out)] == titles
    assert [event["destination"] for event in events_of(second.out)] == ["console:alice"] * 2


async def test_once_fails_when_a_poll_failed_and_delivers_all_the_same(home: Home, blog: FaultyBlog) -> None:
    await home.call("once")
    await home.call("command", "--as", "console:alice", "/follow Trade")
    home.settings["feeds"].append({"name": "Gone", "url": f"{blog.url}/gone/", "every": "0.2s"})
    publish(blog, draft(1, "One", "Trade"))
    ended = await home.call("once")

    assert ended.code == 1
    assert [event["post"]["title"] for event in events_of(ended.out)] == ["One"]
    assert "WARNING Gone: the server answered 404; check the address\n" in ended.err
    assert ended.err.endswith("ERROR   1 of the polls and deliveries failed; see above.\n")


async def test_the_log_can_be_json(home: Home, blog: FaultyBlog) -> None:
    blog.fail_always(status(503))
    ended = await home.call("once", "--log-format", "json")
    lines = [json.loads(line) for line in ended.err.splitlines()]

    assert ended.code == 1
    assert {"time", "level", "logger", "message"} <= set(lines[0])
    assert any(line["message"].startswith(f"{FEED}: the server answered 503;") for line in lines)


async def test_check_of_a_bot_that_is_well(home: Home, blog: FaultyBlog) -> None:
    await home.call("once")
    home.config.chmod(0o600)
    ended = await home.call("check")

    assert ended.code == 0, ended.out
    assert ended.err == ""
    assert ended.out.splitlines() == [
        "ok  config: every key can be used",
        "ok  chats: console",
        "ok  database: up to date; 0 messages waiting, 0 sent",
        *(["ok  bots: 0 bots at work; 0 jobs waiting"] if home.database.shared else []),
        f"ok  feed {FEED}: 8 posts, the newest is “{blog.blog.posts[0].title}”",
        "All well.",
    ]


@pytest.mark.skipif(os.name != "posix", reason="files have no such modes there")
@pytest.mark.sqlite("a server's files are not ours to look at")
async def test_check_warns_of_files_that_others_can_read_and_changes_nothing(home: Home) -> None:
    await home.call("once")
    home.config.chmod(0o644)
    home.file.chmod(0o640)
    ended = await home.call("check")
    warned = [line.partition(": others")[0] for line in ended.out.splitlines() if line.startswith("warn ")]

    assert warned == ["warn config", "warn database"]
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "All well.")
    assert home.file.stat().st_mode & 0o777 == 0o640


@pytest.mark.sqlite
async def test_check_leaves_a_database_of_an_older_version_to_the_next_start(home: Home) -> None:
    with closing(sqlite3.connect(home.file)) as old:
        old.executescript(migrate.steps()[0])
        old.execute(f"PRAGMA application_id = {migrate.APPLICATION_ID}")
        old.execute("PRAGMA user_version = 1")
    before, feeds = home.database.content(), home.settings.pop("feeds")
    looked = await home.call("check")
    after = home.database.content()
    home.settings["feeds"] = feeds
    started = await home.call("once")

    assert (looked.code, after) == (0, before)
    assert "is of an older version; the next start brings it up to date" in looked.out
    assert "feeds:" not in looked.out, "as those that were added in chat are not known"
    assert started.code == 0
    assert home.database.rows("PRAGMA user_version") == [(len(migrate.steps()),)]


async def test_a_running_bot_picks_up_what_command_changed(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        followed = await home.call("command", "--as", "console:alice", "/follow Trade")
        publish(blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1, "alice")
        why = await home.call("command", "--as", "console:alice", "/why")

    assert followed.code == 0
    assert "because of Trade" in why.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--as", "alice", "/health"], 2, "--as alice: write"),
        (["--as", "console:alice", "/feeds list"], 1, "Only admins may use /feeds list."),
        (["--as", "console:alice", "/follow Trades"], 1, "No category is called “Trades”"),
        (["--as", "console:alice", "--admin", "/feeds list"], 0, "No feed is watched"),
        (["--as", "console:alice", "/health"], 0, "No feed is watched yet. An admin can add one"),
    ],
)
async def test_command_takes_the_right_callers_and_answers_all(
    home: Home, arguments: Sequence[str], code: int, says: str
) -> None:
    home.settings["feeds"] = []
    ended = await home.call("command", *arguments)

    assert ended.code == code, ended
    assert says in (ended.err if code == 2 else ended.out)
    assert "None" not in ended.out + ended.err
    assert "not connected" not in ended.out  # no bot runs, so no chat can be in trouble


async def test_preview_shows_a_url_and_the_feeds_of_the_config_alike(home: Home, blog: FaultyBlog) -> None:
    of_config = await home.call("preview", "--json", "--posts", "2")
    of_url = await home.call("preview", "--json", "--posts", "2", blog.feed_url)
    of_blog = await home.call("preview", "--json", "--posts", "2", f"{blog.url}/")
    [newest, _] = json.loads(of_config.out)["posts"]

    assert [of_config.code, of_url.code, of_blog.code] == [0, 0, 0], (of_config, of_url, of_blog)
    assert json.loads(of_config.out) == json.loads(of_url.out) == json.loads(of_blog.out)
    assert set(newest) == {
        "id", "title", "link", "published", "categories", "tags", "evidence", "summary", "discord", "slack"
    }  # fmt: skip
    assert newest["title"] == blog.blog.posts[0].title
    assert newest["categories"] == ["China-U.S.", "Technology"]
    assert newest["tags"] == ["export controls", "Hong Kong", "rare earths", "Trade"]
    assert newest["evidence"]["rank"] == "api"
    assert newest["summary"]
    assert home.database.untouched()


@pytest.mark.parametrize("switch", ["auto", "off"])
async def test_preview_reads_pages_where_the_bot_would(home: Home, blog: FaultyBlog, switch: str) -> None:
    feed, page = cut_short(blog)
    blog.serve("/feed/", feed)
    blog.serve("/ferry-9", page, "text/html; charset=utf-8")
    home.settings["fetch"] = {**home.settings["fetch"], "full_text": True}
    home.settings["feeds"][0]["full_text"] = switch
    shown = await home.call("preview", "--json", "--posts", "2")
    asked = [each.path for each in blog.requests if each.path.startswith("/ferry-")]

    summaries = [each["summary"] for each in json.loads(shown.out)["posts"]]
    if switch == "auto":
        assert sorted(asked) == ["/ferry-8", "/ferry-9"]  # of those that are shown
        assert "last trip on 31 March" in summaries[0]
        assert shown.err == f"{FEED}: the summaries of 1 post are made from their pages (full_text).\n"
    else:
        assert (asked, shown.err) == ([], "")
        assert "last trip" not in summaries[0]


def cut_short(blog: FaultyBlog) -> tuple[bytes, bytes]:
    """Return a feed of nine old posts that it cuts short, and the page of the newest."""
    beginning = (
        "The harbour council has voted to close the old ferry line between Aldmouth and Kirk Island in spring"
    )
    items = "".join(
        f"<item><title>Ferry {number}</title><link>{blog.url}/ferry-{number}</link><guid>{number}</guid>"
        f"<pubDate>Mon, 0{number} Jan 2024 12:00:00 GMT</pubDate>"
        f"<description>{beginning} […]</description></item>"
        for number in range(9, 0, -1)
    )
    rest = (
        "The council decided on Monday that the ferry makes its last trip on 31 March. Some 400 people on "
        "Kirk Island depend on the boat for school and for work. A bus over the new bridge will replace the "
        "ferry, at twice the price of a ticket."
    )
    page = f"<article><p>{beginning}, after a debate of four hours.</p><p>{rest}</p></article>"
    feed = f"<rss version='2.0'><channel><title>Herald</title>{items}</channel></rss>"
    return feed.encode(), page.encode()


async def test_preview_shows_of_posts_with_one_date_those_first_that_the_feed_has_first(
    home: Home, blog: FaultyBlog
) -> None:
    items = "".join(
        f"<item><title>Ferry {number}</title><guid>{number}</guid>"
        "<pubDate>Mon, 01 Jan 2024 12:00:00 GMT</pubDate></item>"
        for number in (3, 2, 1)
    )
    blog.serve("/feed/", f"<rss version='2.0'><channel><title>Herald</title>{items}</channel></rss>".encode())
    shown = await home.call("preview", "--json", "--posts", "2")

    assert [each["title"] for each in json.loads(shown.out)["posts"]] == ["Ferry 3", "Ferry 2"]


async def test_preview_needs_no_config_for_a_url(tmp_path: Path, home: Home, blog: FaultyBlog) -> None:
    home.config = tmp_path / "other.toml"
    refused = await home.call("preview", blog.feed_url)
    shown = await home.call("preview", "-c", "other.toml", blog.feed_url)

    assert refused.code == 1
    assert "127.0.0.1" in refused.err
    assert "private" in refused.err
    assert shown.code == 0
    assert blog.blog.posts[0].title in shown.out
    assert "Filed under China-U.S., Technology" in shown.out


async def test_preview_says_what_cannot_be_read(home: Home, blog: FaultyBlog) -> None:
    blog.fail_always(status(404))
    of_config = await home.call("preview", "--json")
    of_url = await home.call("preview", blog.feed_url)

    assert (of_config.code, of_url.code) == (1, 1)
    assert json.loads(of_config.out) == {"posts": []}
    assert of_config.err == f"{FEED}: the server answered 404; check the address\n"
    assert of_url.err == f"{blog.feed_url}: The server answered 404; check the address\n"
