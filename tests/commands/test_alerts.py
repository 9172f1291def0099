from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import EVERYTHING, Alert, Caller, Digest, Notice
from bot.ports import Parked, Sent
from tests.commands.admins import admin, refused
from tests.commands.room import NOW, Room, post_row


async def gets(room: Room, address: str) -> set[str]:
    subscriptions = await room.store.subscriptions(address, channel=True)
    return {key for each in subscriptions for key in each.filter.include}


ADMINS_ONLY = [
    "/alerts",
    "/alerts add Trade",
    "/alerts remove all",
    "/alerts list",
    "/alerts test",
    "/alerts pause",
    "/alerts resume",
    "/alerts log",
    "/alerts settings",
    "/alerts style compact",
    "/feeds",
    "/feeds add https://blog.example",
    "/feeds remove Second Blog",
    "/feeds list",
    "/feeds check",
]


@pytest.mark.parametrize("line", ADMINS_ONLY)
async def test_only_admins_may_use_admin_commands(two_blogs: Room, line: str) -> None:
    assert "Only admins may use /" in await two_blogs.refused(line)


async def test_add_sends_to_the_channel_it_is_typed_in(room: Room) -> None:
    text = await admin(room, "/alerts add China-U.S., -Taiwan mention:@here")

    assert text == (
        "This channel now gets: China-U.S., but not Taiwan; at once, mentioning @here.\n"
        "4 of the last 10 posts would have reached this channel: \u201cTariffs stay in place\u201d, "
        "\u201cExport controls again\u201d, \u201cChip rules widen\u201d and 1 more."
    )
    (stored,) = await room.store.subscriptions("console:ops")
    assert stored.channel
    assert stored.mentions == {"c:chinaus": "@here"}
    assert await room.store.subscriptions("console:root") == []


async def test_add_takes_another_channel_everything_and_a_feed(two_blogs: Room) -> None:
    assert "Channel news now gets: every post; at once." in await admin(
        two_blogs, "/alerts add all channel:#news"
    )
    text = await admin(two_blogs, '/alerts add Gardening channel:garden feed:"Second Blog"')

    assert "Channel garden now gets: Gardening (from Second Blog); at once." in text
    assert await gets(two_blogs, "console:news") == {EVERYTHING}
    assert await gets(two_blogs, "console:garden") == {"c:gardening"}


async def test_add_again_says_so_unless_the_mention_changes(room: Room) -> None:
    await admin(room, "/alerts add Trade mention:@here")

    assert "This channel already follows Trade." in await admin(room, "/alerts add Trade")
    assert "already follows Trade" in await admin(room, "/alerts add Trade mention:@here")
    assert "mentioning @team" in await admin(room, "/alerts add Trade mention:@team")
    assert "mentioning" not in await admin(room, "/alerts add Trade mention:none")


async def test_a_mention_belongs_to_what_was_asked_for_with_it(room: Room) -> None:
    await admin(room, "/alerts add Economy mention:@here")

    assert "gets: Economy (mentioning @here) and Trade; at once." in await admin(room, "/alerts add Trade")
    assert "Economy (mentioning @here), Media (mentioning @desk) and Trade; at once." in await admin(
        room, "/alerts add Media mention:@desk"
    )
    assert "gets: Economy (mentioning @here), Media (mentioning @desk)" in await admin(room, "/alerts list")
    await admin(room, "/alerts add Media mention:none")
    (blog,) = await room.store.feeds()
    told = {}
    for number, filed in enumerate((("Trade",), ("Economy", "Trade"), ("Media",)), 50):
        await room.publish(blog, post_row(number, "News", filed))
        (claim,) = await room.claim()
        assert isinstance(claim.message, Alert)
        told[filed] = claim.message.mention
        await room.settle(Sent(claim, "1", NOW))

    assert told == {("Trade",): "", ("Economy", "Trade"): "@here", ("Media",): ""}


async def test_what_does_not_match_mentions_nobody_though_the_same_place_asked_for_it(room: Room) -> None:
    await admin(room, "/alerts add Economy mention:@here")
    await admin(room, "/alerts add Media mention:@desk")
    (blog,) = await room.store.feeds()
    await room.publish(blog, post_row(50, "One", ("Economy",)))
    (claim,) = await room.claim()

    assert isinstance(claim.message, Alert)
    assert claim.message.mention == "@here"


async def test_alerts_that_match_twice_mention_both_once(room: Room) -> None:
    await admin(room, "/alerts add all mention:@all")
    assert "every post (mentioning @all) and Economy (mentioning @here)" in await admin(
        room, "/alerts add Economy mention:@here"
    )
    await admin(room, "/alerts add Trade mention:@here")
    (blog,) = await room.store.feeds()
    await room.publish(blog, post_row(50, "Both", ("Economy", "Trade")))
    (claim,) = await room.claim()

    assert isinstance(claim.message, Alert)
    assert claim.message.mention == "@all @here"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/alerts add", "/alerts add needs CATEGORIES. Usage: /alerts add CATEGORIES"),
        ("/alerts add Trde", "Nearest: Trade."),
        ("/alerts add Trade channel:'not a channel'", "cannot be a channel"),
        ("/alerts add Trade feed:Other", "No feed is called"),
        (f"/alerts add Trade mention:{'x' * 81}", "80 characters are the limit"),
        ("/alerts add -Taiwan", "This channel follows nothing, so there is nothing to leave Taiwan out of."),
        ("/alerts remove", "needs CATEGORIES"),
        ("/alerts remove Trde", "Nearest: Trade."),
        ("/alerts pause", "This channel gets no alerts"),
        ("/alerts pause #news", "Channel news gets no alerts"),
        ("/alerts resume", "This channel gets no alerts"),
        ("/alerts pause two words", "cannot be a channel"),
        ("/alerts xyzzy", "is no command. There are /alerts add"),
    ],
)
async def test_what_cannot_be_done_changes_nothing(room: Room, line: str, answer: str) -> None:
    assert answer in await refused(room, line)


async def test_the_group_alone_explains_its_commands(room: Room) -> None:
    text = await refused(room, "/alerts")

    for name in ("add", "remove", "list", "test", "pause", "resume", "log", "settings", "style"):
        assert f"- /alerts {name}" in text


async def test_remove_takes_off_and_tells_the_state(room: Room) -> None:
    await admin(room, "/alerts add Trade, Media")

    assert await admin(room, "/alerts remove media") == "This channel now gets: Trade; at once."
    assert await admin(room, "/alerts remove Media") == (
        "This channel does not follow Media.\nThis channel gets: Trade; at once."
    )
    assert await admin(room, "/alerts remove all") == "This channel follows nothing now."
    assert await room.store.subscriptions() == []


async def test_a_channel_and_a_person_of_one_address_are_kept_apart(room: Room) -> None:
    await room.say("/follow Media", "root")
    await room.say("/alerts add Trade", "root", admin=True)

    await room.say("/alerts remove all", "root", admin=True)

    assert "You get: Media; at once" in (await room.say("/following", "root")).text


async def test_list_tells_of_all_channels_of_the_platform(room: Room) -> None:
    assert "No channel gets alerts yet." in await admin(room, "/alerts list")
    await admin(room, "/alerts add Trade")
    await admin(room, "/alerts add all, -Taiwan channel:news")
    await room.say("/follow Media", "alice")
    await room.dispatcher.run(Caller("discord:1", "discord:2", admin=True), "/alerts add Media")

    assert await admin(room, "/alerts list") == (
        "This channel gets: Trade; at once.\nChannel news gets: every post, but not Taiwan; at once."
    )


async def test_test_puts_a_notice_into_the_outbox(room: Room) -> None:
    assert "A test alert is on its way to channel news." in await admin(room, "/alerts test #news")

    (claim,) = await room.claim()
    assert claim.destination.address == "console:news"
    assert isinstance(claim.message, Notice)
    assert claim.message.text.startswith("Test alert from Bystander")


async def park(room: Room) -> None:
    """Let the channel "ops" get a post that cannot be delivered."""
    await admin(room, "/alerts add Trade")
    await room.publish((await room.store.feeds())[0], post_row(30, "New tariffs", ("Trade",)))
    (claim,) = await room.claim()
    await room.settle(Parked(claim, "The bot was removed", NOW, NOW + timedelta(hours=1)))


async def test_test_of_a_channel_on_hold_tells_what_to_mend(room: Room) -> None:
    await park(room)

    assert "This channel is on hold: The bot was removed. The test alert waits" in await admin(
        room, "/alerts test"
    )


async def test_pause_and_resume(room: Room) -> None:
    await admin(room, "/alerts add Trade")

    assert await admin(room, "/alerts pause") == (
        "Paused: posts that come from now on are kept, and come as one message at /alerts resume.\n"
        "This channel gets: Trade; at once (paused)."
    )
    assert await admin(room, "/alerts resume") == "Resumed.\nThis channel gets: Trade; at once."
    await admin(room, "/alerts pause")
    (feed,) = await room.store.feeds()
    await room.publish(feed, post_row(30, "One", ("Trade",)), post_row(31, "Two", ("Trade",)))
    assert await room.claim() == []
    assert "(paused). 2 posts are held until /alerts resume." in await admin(room, "/alerts list")
    assert await admin(room, "/alerts resume") == (
        "Resumed. The 2 posts that were kept come now, as one message.\nThis channel gets: Trade; at once."
    )
    (claim,) = await room.claim()
    assert isinstance(claim.message, Digest)
    assert [post.title for post in claim.message.posts] == ["Two", "One"]


async def test_resume_in_quiet_hours_says_when_what_was_kept_comes(room: Room) -> None:
    await admin(room, "/alerts add Trade")
    await admin(room, "/alerts pause")
    await room.publish((await room.store.feeds())[0], post_row(30, "One", ("Trade",)))
    await admin(room, "/alerts settings quiet:22-7")

    assert (
        "The post that was kept comes on 27 Nov 2022, 07:00 UTC, when it is no longer quiet."
        in await admin(room, "/alerts resume")
    )
    assert await room.claim() == []


async def test_resume_ends_the_hold_on_a_channel(room: Room) -> None:
    await park(room)
    assert await room.claim() == []

    assert await admin(room, "/alerts resume") == (
        "Resumed. What waited for it is sent now.\nThis channel gets: Trade; at once."
    )
    assert len(await room.claim()) == 1
