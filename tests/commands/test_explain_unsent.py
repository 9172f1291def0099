"""Why a post did not come: /why of what was not sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Silence
from bot.ports import Sent
from tests.commands.news import NEWS, publish
from tests.commands.room import NOW, Room, post_row


async def test_who_follows_nothing_is_told_so(room: Room) -> None:
    await publish(room)

    assert (await room.say("/why")).text.splitlines()[4:] == ["You follow nothing."]


async def test_another_category_is_told(room: Room) -> None:
    await room.say("/follow Media, China-U.S.")
    await publish(room)

    assert (await room.say("/why")).text.splitlines()[4:] == ["Not for you: you get China-U.S. and Media."]


async def test_a_tag_that_bears_the_categorys_name_is_told(room: Room) -> None:
    await room.say("/follow Technology")
    await publish(room)

    assert (await room.say("/why")).text.splitlines()[5:] == [
        "Technology is only a tag of it, not a category. To follow the tag: /follow #Technology"
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/follow Trade, -#Boeing", "You leave out #Boeing, which it is tagged with."),
        ("/follow all, -Trade", "You leave out Trade, which it is filed under."),
    ],
)
async def test_an_exclusion_is_told(room: Room, line: str, words: str) -> None:
    await room.say(line)
    await publish(room)

    assert (await room.say("/why")).text.splitlines()[4:] == [words]


async def test_following_too_late_is_told(room: Room) -> None:
    await publish(room)
    await room.say("/follow Trade")

    assert (await room.say("/why")).text.splitlines()[4:] == [
        "It matches what you get now (Trade), but that was not followed yet when it came."
    ]


async def test_a_post_from_before_the_bot_is_told(room: Room) -> None:
    await room.say("/follow Trade")

    lines = (await room.say("/why tariffs stay")).text.splitlines()

    assert lines[4].startswith("Nobody was alerted: it was there before the bot watched the blog")
    assert lines[5] == "It matches what you get now (Trade), so the next one like it is sent."


async def test_a_post_that_came_again_under_another_address_is_told(room: Room) -> None:
    await room.say("/follow Trade")
    await publish(room)
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW))
    moved = replace(NEWS, post=replace(NEWS.post, link="https://blog.example/moved/"), moved_at=NOW)
    await room.edit((await room.store.feeds())[0], moved)

    lines = (await room.say("/why https://blog.example/moved/")).text.splitlines()

    assert lines[4].startswith("On 26 Nov 2022, 23:41 UTC the blog listed it under another address or id.")
    assert lines[5] == "It was sent to you on 26 Nov 2022, 23:41 UTC, because of Trade."


@pytest.mark.parametrize(
    ("silence", "words"),
    [
        (Silence.FIRST, "it was there when the bot began to watch the blog."),
        (Silence.ARCHIVED, "it was read back from the blog's older posts."),
        (
            Silence.OLD,
            (
                "its date, 17 Nov 2022, 23:41 UTC (printed as \u201c2022/11/17\u201d), "
                "is more than two days before the bot began to watch the blog."
            ),
        ),
    ],
)
async def test_why_a_post_alerted_nobody_is_told(room: Room, silence: Silence, words: str) -> None:
    row = replace(post_row(31, "Odd one"), silence=silence, date_text="2022/11/17")
    await room.publish((await room.store.feeds())[0], silent=(row,))

    assert f"Nobody was alerted: {words}" in (await room.say("/why odd one")).text.splitlines()


async def test_another_feed_is_told(two_blogs: Room) -> None:
    await two_blogs.say("/follow Trade feed:'Second Blog'")
    await publish(two_blogs)

    assert (await two_blogs.say("/why new tariffs")).text.splitlines()[4:] == [
        "Trade: followed only from Second Blog."
    ]


async def test_the_channel_it_is_asked_in_is_told_too(room: Room) -> None:
    await room.say("/alerts add Media, Trade", "root", admin=True, place="news")
    await publish(room)
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW))

    assert (await room.say("/why", place="news")).text.splitlines()[4:] == [
        "You follow nothing.",
        "It was sent to this channel on 26 Nov 2022, 23:41 UTC, because of Trade.",
    ]
    assert (await room.say("/why", place="quiet")).text.splitlines()[4:] == ["You follow nothing."]


async def test_what_holds_for_the_person_and_the_channel_is_said_once(room: Room) -> None:
    await room.say("/follow Trade")
    await room.say("/follow Taiwan when:daily")
    await room.say("/alerts add Trade", "root", admin=True, place="news")
    lines = (await room.say("/why tariffs stay", place="news")).text.splitlines()

    assert len([each for each in lines if each.startswith("Nobody was alerted")]) == 1
    assert len(lines) == len(set(lines))


async def test_a_post_for_a_paused_channel_is_held(room: Room) -> None:
    await room.say("/alerts add Trade", "root", admin=True, place="news")
    await room.say("/alerts pause", "root", admin=True, place="news")
    await publish(room)

    assert (
        "It is held for this channel until /alerts resume, because of Trade."
        in (await room.say("/why", place="news")).text
    )


async def test_a_post_for_a_digest_is_held_until_it_comes(room: Room) -> None:
    await room.say("/follow Trade when:daily")
    await room.say("/settings digest:9:30")
    await publish(room)

    assert (
        "It is held for you until 27 Nov 2022, 09:30 UTC, for the daily digest, because of Trade."
        in (await room.say("/why")).text
    )
