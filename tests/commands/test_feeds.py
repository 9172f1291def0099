from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.model import Caller, FeedSettings
from bot.sample.server import SampleServer
from tests.commands.room import BLOG, NOW, SECOND, Room
from tests.databases import Database
from tests.fakes.blog import FaultyBlog, html_page, status


@pytest.fixture
async def server() -> AsyncIterator[FaultyBlog]:
    async with FaultyBlog() as running:
        yield running


async def admin(room: Room, line: str) -> str:
    reply = await room.say(line, "root", admin=True)
    assert reply.ok, reply.text
    return reply.text


async def refused(room: Room, line: str) -> str:
    return await room.refused(line, "root", admin=True)


async def test_add_looks_at_the_feed_and_watches_it(room: Room, server: SampleServer) -> None:
    url = f"{server.url}/feed/"

    lines = (await admin(room, f"/feeds add {url} name:My  Blog")).splitlines()

    assert lines[0] == "Watching \u201cMy Blog\u201d from now on, every 15 minutes."
    assert lines[1].startswith("Found 10 posts, the newest \u201c")
    assert lines[2].startswith("Categories and tags: ")
    assert lines[3:] == [
        "The first poll is silent: what is there already alerts nobody.",
        "Feeds now: China Bystander and My Blog.",
    ]
    added = next(feed for feed in await room.store.feeds() if feed.settings.name == "My Blog")
    assert (added.url, added.settings.every, added.settings.origin) == (url, 900.0, "chat")
    assert added.next_poll_at == room.clock.now()


async def test_add_without_a_name_takes_the_feeds_title(room: Room, server: SampleServer) -> None:
    first = (await admin(room, f"/feeds add <{server.url}/feed/|the blog>")).splitlines()[0]

    names = [feed.settings.name for feed in await room.store.feeds()]
    assert len(names) == 2
    assert any(f"\u201c{name}\u201d" in first for name in names)


async def test_a_feed_without_a_title_is_called_by_its_host(room: Room, server: FaultyBlog) -> None:
    item = "<item><title>One</title><link>https://a.example/1</link><guid>1</guid></item>"
    server.serve("/bare/", f"<rss version='2.0'><channel><title/>{item}</channel></rss>".encode())

    host = server.url.removeprefix("http://")
    assert f"Watching \u201c{host}\u201d from now on" in await admin(room, f"/feeds add {server.url}/bare/")


async def test_a_page_leads_to_its_feed(room: Room, server: SampleServer) -> None:
    text = await admin(room, f"/feeds add {server.url}/ name:Found")

    assert f"The page names its feed: {server.url}/feed/" in text
    assert [feed.url for feed in await room.store.feeds() if feed.settings.name == "Found"] == [
        f"{server.url}/feed/"
    ]


async def test_what_is_no_feed_is_refused_with_the_reason(room: Room, server: FaultyBlog) -> None:
    server.fail_next(status(404))
    assert "The server answered 404; check the address." in await refused(
        room, f"/feeds add {server.url}/feed/"
    )

    server.fail_next(html_page())
    assert "No feed can be read there" in await refused(room, f"/feeds add {server.url}/feed/")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/feed",
        "http://[::ffff:192.168.0.1]/",
        "file:///etc/passwd",
        "ftp://a.example",
        "http://",
        "::",
    ],
)
async def test_an_address_we_never_connect_to_is_refused(room: Room, url: str) -> None:
    assert (await refused(room, f"/feeds add {url}")).endswith("Nothing was changed.")


async def test_a_feed_is_not_watched_twice(room: Room, server: SampleServer) -> None:
    await admin(room, f"/feeds add {server.url}/feed/ One")
    asked = len(server.requests)

    assert "watched already: \u201cOne\u201d" in await refused(room, f"/feeds add {server.url}/feed/ Two")
    assert len(server.requests) == asked
    assert "watched already: \u201cOne\u201d" in await refused(room, f"/feeds add {server.url}/ Two")


async def test_a_name_that_is_taken_is_answered_with_a_free_one(room: Room, server: SampleServer) -> None:
    answer = await refused(room, f"/feeds add {server.url}/feed/ name:china bystander")

    assert "A feed called \u201cchina bystander\u201d is there already." in answer
    assert 'name:"china bystander 2"' in answer


@pytest.mark.parametrize("name", ["---", "..."])
async def test_a_name_needs_a_letter(room: Room, server: SampleServer, name: str) -> None:
    assert "is no name" in await refused(room, f"/feeds add {server.url}/feed/ {name}")


async def test_a_long_or_odd_name_is_clipped_and_cleaned(room: Room, server: SampleServer) -> None:
    await admin(room, f"/feeds add {server.url}/feed/ A\u202e\x07{'b' * 200}")

    name = (await room.store.feeds())[0].settings.name
    assert name == "A " + "b" * 57 + "\u2026"


async def test_add_needs_a_url(room: Room) -> None:
    assert "/feeds add needs URL. Usage: /feeds add URL [NAME]" in await refused(room, "/feeds add")


async def test_remove_stops_watching_and_keeps_followers(two_blogs: Room) -> None:
    await two_blogs.say("/follow Gardening")

    text = await admin(two_blogs, "/feeds remove second blog")

    assert text == (
        "\u201cSecond Blog\u201d is no longer watched. Its posts and followers are kept; "
        f"to bring it back: /feeds add {SECOND.url}\nFeeds now: China Bystander."
    )
    assert [feed.settings.name for feed in await two_blogs.store.feeds()] == ["China Bystander"]
    assert "You get: Gardening" in (await two_blogs.say("/following")).text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/feeds remove", "/feeds remove needs FEED. Usage: /feeds remove FEED"),
        ("/feeds remove Secnd Blog", "Nearest: Second Blog."),
        ("/feeds remove China Bystander", "\u201cChina Bystander\u201d stands in config.toml"),
        ("/feeds check Secnd Blog", "Nearest: Second Blog."),
        ("/feeds xyzzy", "There are /feeds add"),
    ],
)
async def test_what_cannot_be_done_changes_nothing(two_blogs: Room, line: str, answer: str) -> None:
    assert answer in await refused(two_blogs, line)


async def test_list_tells_where_each_feed_comes_from(two_blogs: Room) -> None:
    read = "last read 26 Nov 2022, 23:41 UTC"
    added = "added 26 Nov 2022, 23:41 UTC, by console:owner"

    assert (await admin(two_blogs, "/feeds list")).splitlines() == [
        "2 feeds:",
        f"- China Bystander: https://blog.example/feed/, every 15 minutes, from config.toml; {read}",
        f"- Second Blog: https://second.example/feed/, every 15 minutes, {added}; {read}",
    ]


async def test_list_tells_who_last_removed_or_changed_feeds(two_blogs: Room) -> None:
    await admin(two_blogs, "/feeds remove Second Blog")
    await two_blogs.store.sync_feeds([replace(BLOG, every=3600.0)], NOW)

    assert (await admin(two_blogs, "/feeds list")).splitlines()[2:] == [
        "26 Nov 2022, 23:41 UTC: changed the feed \u201cChina Bystander\u201d, by the config",
        "26 Nov 2022, 23:41 UTC: removed the feed \u201cSecond Blog\u201d, by console:root",
    ]


def of_server(who: str, server: str) -> Caller:
    address = f"console:{who}"
    return Caller(address, address, admin=True, places=frozenset({address}), server=server)


async def test_an_admin_of_one_server_is_not_told_who_administers_another(two_blogs: Room) -> None:
    here, there, nowhere = of_server("ann", "console:1"), of_server("bob", "console:2"), of_server("cy", "")
    others = [FeedSettings(each, f"https://{each}.example/", origin="chat") for each in ("Ours", "Theirs")]
    for settings, who in zip(others, (here, there), strict=True):
        await two_blogs.store.add_feed(settings, NOW, by=who.address, server=who.server)
    await two_blogs.dispatcher.run(nowhere, "/feeds remove Second Blog")
    await two_blogs.dispatcher.run(there, "/feeds remove Ours")
    await two_blogs.dispatcher.run(here, "/feeds remove Theirs")
    await two_blogs.store.add_feed(others[1], NOW, by=there.address, server=there.server)

    async def seen_by(caller: Caller) -> list[str]:
        _, *lines = (await two_blogs.dispatcher.run(caller, "/feeds list")).text.splitlines()
        return [line.partition(", by ")[2].partition(";")[0] for line in lines if ", by " in line]

    elsewhere = "an admin of another server"
    assert await seen_by(there) == ["console:bob", elsewhere, "console:bob", "another admin"]
    assert await seen_by(here) == [elsewhere, "console:ann", elsewhere, "another admin"]
    assert await seen_by(nowhere) == [elsewhere, elsewhere, elsewhere, "console:cy"]
    assert await seen_by(replace(here, places=None)) == [elsewhere, "console:ann", elsewhere, "console:cy"]
    everybody = ["console:bob", "console:ann", "console:bob", "console:cy"]
    assert await seen_by(replace(nowhere, places=None)) == everybody


async def test_many_added_feeds_do_not_hide_who_removed_one(two_blogs: Room) -> None:
    await admin(two_blogs, "/feeds remove Second Blog")
    for number in range(30):
        await two_blogs.watch(FeedSettings(f"Blog {number}", f"https://{number}.example/", origin="chat"))

    assert (
        (await admin(two_blogs, "/feeds list"))
        .splitlines()[-1]
        .endswith("removed the feed \u201cSecond Blog\u201d, by console:root")
    )


async def test_a_feed_from_before_the_log_of_changes_was_added_in_chat(
    two_blogs: Room, database: Database
) -> None:
    database.run("DELETE FROM changes")

    assert "every 15 minutes, added in chat; last read" in await admin(two_blogs, "/feeds list")


async def test_list_tells_the_interval_and_counts_what_is_too_many(empty_room: Room) -> None:
    await empty_room.watch(FeedSettings("A quick one", "http://127.0.0.1:9/feed/", every=0.5))
    for number in range(27):
        await empty_room.watch(FeedSettings(f"Blog {number:02}", f"https://{number}.example/feed"))

    lines = (await admin(empty_room, "/feeds list")).splitlines()

    assert lines[0] == "28 feeds:"
    assert (
        lines[1]
        == "- A quick one: http://127.0.0.1:9/feed/, every 0.5 seconds, from config.toml; not read yet"
    )
    assert lines[-1] == "3 more."


async def test_without_feeds_the_next_step_is_named(empty_room: Room) -> None:
    assert "To begin: /feeds add URL" in await admin(empty_room, "/feeds list")
    assert "No feed is watched yet." in await refused(empty_room, "/feeds check")
    assert "No feed is watched yet." in await refused(empty_room, "/feeds remove x")


async def test_check_looks_now_and_stores_nothing(empty_room: Room, server: FaultyBlog) -> None:
    await admin(empty_room, f"/feeds add {server.url}/feed/ One")
    before = await empty_room.everything()

    assert "One: a good feed with 10 posts, the newest \u201c" in await admin(empty_room, "/feeds check")
    server.fail_next(status(500))
    assert "One: the server answered 500" in await refused(empty_room, "/feeds check one")
    assert await empty_room.everything() == before


async def test_check_of_many_feeds_asks_for_one(room: Room) -> None:
    for number in range(6):
        await room.watch(FeedSettings(f"Blog {number}", f"https://{number}.example/feed"))

    assert "There are 7 feeds; name the one" in await refused(room, "/feeds check")
