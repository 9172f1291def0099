"""/export, /alerts export and /following export: the files that people get."""

from __future__ import annotations

import tomllib

import pytest

from bot.commands.spec import RUNNABLE
from bot.model import Reply
from bot.text.opml import read_opml
from tests.commands.admins import admin, refused
from tests.commands.room import BLOG, SECOND, Room


def toml_of(reply: Reply) -> dict[str, list[dict[str, object]]]:
    assert reply.attachment is not None, reply.text
    assert reply.attachment.name == "bystander.toml"
    return tomllib.loads(reply.attachment.text)


async def test_a_person_gets_what_they_follow_and_their_settings_and_nothing_else(two_blogs: Room) -> None:
    await two_blogs.say('/follow Trade, #TikTok, text:"export controls", -Taiwan feed:"China Bystander"')
    await two_blogs.say("/follow Media when:daily")
    await two_blogs.say("/settings shanghai quiet:22-7")
    await two_blogs.say("/follow all", "bob")
    await admin(two_blogs, "/alerts add Trade channel:news")
    reply = await two_blogs.say("/export")
    document = toml_of(reply)

    assert reply.text == ("bystander.toml has what you follow: 2 subscriptions and the settings.")
    assert document["feeds"] == [
        {"name": BLOG.name, "url": BLOG.url, "every": "15m"},
        {"name": SECOND.name, "url": SECOND.url, "every": "15m"},
    ]
    assert [(each["address"], each["feed"], each["cadence"]) for each in document["subscriptions"]] == [
        ("console:alice", "China Bystander", "now"),
        ("console:alice", "", "daily"),
    ]
    assert document["subscriptions"][0]["include"] == ["#TikTok", "Trade", "text:export controls"]
    assert document["preferences"] == [
        {"address": "console:alice", "timezone": "Asia/Shanghai", "quiet": "22:00-07:00"}
    ]


async def test_a_feed_that_nobody_asked_about_is_not_told(two_blogs: Room) -> None:
    await two_blogs.say('/follow Trade feed:"China Bystander"')

    assert SECOND.url not in str(toml_of(await two_blogs.say("/export")))


async def test_as_opml_it_has_the_feeds_with_the_names_as_categories(two_blogs: Room) -> None:
    await two_blogs.say('/follow Trade, #TikTok feed:"China Bystander"')
    for line in ("/export opml", "/following export:opml"):
        reply = await two_blogs.say(line)
        assert reply.attachment is not None
        assert reply.attachment.name == "bystander.opml"
        (feed,) = read_opml(reply.attachment.text.encode())
        assert (feed.name, feed.url, feed.categories) == (BLOG.name, BLOG.url, ("Trade", "#TikTok"))
        assert 'category="Trade,#TikTok"' in reply.attachment.text


async def test_an_admin_gets_the_alerts_of_a_channel(room: Room) -> None:
    await admin(room, "/alerts add Trade channel:news mention:@here")
    await admin(room, "/alerts style compact channel:news")
    reply = await room.say("/alerts export news", "root", admin=True, place="ops")
    document = toml_of(reply)

    assert reply.text.startswith("bystander.toml has what channel news follows: 1 subscription")
    assert [(each["address"], each["mentions"]) for each in document["subscriptions"]] == [
        ("console:news", {"Trade": "@here"})
    ]
    assert document["preferences"] == [{"address": "console:news", "style": "compact"}]
    assert "There is nothing to export" in await admin(room, "/alerts export opml")


async def test_what_a_direct_message_gets_as_a_channel_is_not_the_persons(room: Room) -> None:
    await room.say("/follow Trade")
    await admin(room, "/alerts add Media channel:alice")

    assert [each["include"] for each in toml_of(await room.say("/export"))["subscriptions"]] == [["Trade"]]
    as_channel = await room.say("/alerts export alice", "root", admin=True, place="ops")
    assert [each["include"] for each in toml_of(as_channel)["subscriptions"]] == [["Media"]]


async def test_only_admins_get_what_channels_have(room: Room) -> None:
    assert "Only admins may use /alerts export." in await room.refused("/alerts export news")
    assert "cannot be a channel" in await refused(room, '/alerts export channel:"two words"')


@pytest.mark.parametrize("line", ["/export", "/export opml", "/following export:toml"])
async def test_there_is_no_empty_file(room: Room, line: str) -> None:
    reply = await room.say(line)

    assert reply.text == "There is nothing to export: you follow nothing."
    assert reply.attachment is None


async def test_a_feed_that_is_no_longer_watched_is_said_to_be_missing(two_blogs: Room) -> None:
    await two_blogs.say('/follow Gardening feed:"Second Blog"')
    await two_blogs.say("/follow Trade")
    await admin(two_blogs, "/feeds remove Second Blog")
    reply = await two_blogs.say("/export")

    assert "1 subscription of feeds that are no longer watched cannot be in it." in reply.text
    assert [each["feed"] for each in toml_of(reply)["subscriptions"]] == [""]


def test_exports_change_nothing_so_that_they_need_no_confirmation() -> None:
    assert [each.path for each in RUNNABLE if "export" in each.path and each.changes] == []
