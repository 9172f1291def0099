from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import EvidenceRank, Filing, Silence
from bot.ports import Failed, Parked, Retry, Sent
from tests.commands.room import NOW, Room, post_row

NEWS = post_row(30, "New tariffs", ("Trade",), ("Boeing", "Technology"))


async def publish(room: Room) -> None:
    await room.publish((await room.store.feeds())[0], NEWS)


# --- which post, and how it is filed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " https://blog.example/2022/30/a-post/",
        " http://www.blog.example/2022/30/a-post?utm_source=x",
        " <https://blog.example/2022/30/a-post/>",
        " <https://blog.example/2022/30/a-post/|New tariffs>",
        " blog.example/2022/30/a-post",
        " new tariffs",
        ' "New Tariffs"',
        " tariffs new",
    ],
)
async def test_a_post_is_found_by_link_by_title_or_as_the_newest(room: Room, typed: str) -> None:
    await publish(room)

    reply = await room.say(f"/why{typed}")

    assert reply.ok
    assert reply.text.splitlines()[:4] == [
        "\u201cNew tariffs\u201d (China Bystander, 16 Nov 2022, 23:41 UTC)",
        "https://blog.example/2022/30/a-post/",
        "Filed under Trade; tagged #Boeing and #Technology.",
        "Evidence: certain, from the blog's own API. The API lists them apart.",
    ]


async def test_the_title_that_has_the_very_words_is_meant(room: Room) -> None:
    await publish(room)

    assert "\u201cTariffs stay in place\u201d" in (await room.say("/why tariffs stay in place")).text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/why https://blog.example/2030/01/none/", "No post with that link is known. /latest"),
        ("/why http://[", "No post with that link is known."),
        ("/why [//[", "No post matches"),
        ("/why qqqzzz", "No post matches \u201cqqqzzz\u201d. /latest"),
        ("/why ---", "No post matches"),
    ],
)
async def test_an_unknown_post_is_answered_with_where_to_look(room: Room, line: str, answer: str) -> None:
    assert answer in await room.refused(line)


async def test_why_without_posts(empty_room: Room) -> None:
    assert "No posts are known yet" in await empty_room.refused("/why")


@pytest.mark.parametrize(
    ("filing", "words"),
    [
        (
            Filing(("A",), (), EvidenceRank.PAGE),
            "Filed under A.\nEvidence: certain, from the post's own page.",
        ),
        (
            Filing(("A",), ("b",), EvidenceRank.ORDER, "One descent"),
            "Evidence: likely, from the order of the names in the feed. One descent.",
        ),
        (
            Filing((), ("b",), EvidenceRank.KNOWN),
            "Filed under no category; tagged #b.\nEvidence: a reading, by the names",
        ),
        (
            Filing(("China-U.S.",), (), EvidenceRank.GIVEN),
            "Filed under China-U.S.\nEvidence: certain, this feed prints",
        ),
        (Filing(), "Filed under no category.\nEvidence: none"),
        (
            Filing(("A",), (), EvidenceRank.NONE, ambiguous=True),
            "Filed under A; whether under others too could not be told yet.",
        ),
        (
            Filing((), (), EvidenceRank.ORDER, ambiguous=True),
            "could not be told for certain, so for now only those who follow all",
        ),
    ],
)
async def test_the_filing_and_its_evidence_are_told(room: Room, filing: Filing, words: str) -> None:
    await room.publish((await room.store.feeds())[0], post_row(31, "Odd one", filing=filing))

    assert words in (await room.say("/why odd one")).text


# --- what became of it -------------------------------------------------------------------------------------


async def test_a_sent_alert_is_told_with_its_reason(room: Room) -> None:
    await room.say("/follow Trade")
    await publish(room)
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW + timedelta(minutes=1)))

    assert (await room.say("/why")).text.splitlines()[4:] == [
        "It was sent to you on 26 Nov 2022, 23:42 UTC, because of Trade."
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/follow #Boeing", "of #Boeing."),
        ("/follow all", "every post is followed."),
    ],
)
async def test_the_reason_may_be_a_tag_or_everything(room: Room, line: str, reason: str) -> None:
    await room.say(line)
    await publish(room)
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW))

    assert f"because {reason}" in (await room.say("/why")).text


async def test_a_name_that_ends_in_a_full_stop_gets_no_second_one(room: Room) -> None:
    await room.say("/follow China-U.S.")
    await room.publish((await room.store.feeds())[0], post_row(31, "Tariffs", ("China-U.S.",)))
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW))

    assert (await room.say("/why")).text.endswith("because of China-U.S.")


async def test_an_edited_alert_is_told(room: Room) -> None:
    await room.say("/follow Trade")
    await publish(room)
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW))
    changed = post_row(30, "New tariffs, corrected", ("Trade",), ("Boeing",))
    feed = (await room.store.feeds())[0]
    await room.edit(feed, changed)
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "1", NOW))

    assert "The message was edited 1 time since." in (await room.say("/why")).text


async def test_a_waiting_alert_is_told_with_its_last_error(room: Room) -> None:
    await room.say("/follow Trade")
    await publish(room)
    assert "It waits to be sent to you since 26 Nov 2022, 23:41 UTC." in (await room.say("/why")).text

    (claim,) = await room.claim()
    await room.settle(Retry(claim, NOW + timedelta(minutes=5), "The server answers 503"))

    assert "Tried 1 time. Last error: The server answers 503." in (await room.say("/why")).text


async def test_a_parked_alert_is_told_with_what_to_mend(room: Room) -> None:
    await room.say("/follow Trade")
    await publish(room)
    (claim,) = await room.claim()
    await room.settle(Parked(claim, "DMs are closed", NOW, NOW + timedelta(hours=1)))

    assert (
        "It is on hold for you: DMs are closed. Tried 1 time. It is kept, and goes out by itself."
        in (await room.say("/why")).text
    )
    assert (
        "Alerts are on hold: DMs are closed. They resume by themselves."
        in (await room.say("/following")).text
    )


async def test_a_failed_alert_is_told_with_its_error(room: Room) -> None:
    await room.say("/follow Trade")
    await publish(room)
    (claim,) = await room.claim()
    await room.settle(Failed(claim, "Refused as too odd", NOW))

    text = (await room.say("/why")).text

    assert "It could not be sent to you; given up on 26 Nov 2022, 23:41 UTC." in text
    assert "Last error: Refused as too odd." in text


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


async def test_a_paused_channel_is_told(room: Room) -> None:
    await room.say("/alerts add Trade", "root", admin=True, place="news")
    await room.say("/alerts pause", "root", admin=True, place="news")
    await publish(room)

    assert (
        "It matches what this channel gets now (Trade), but alerts are paused there."
        in (await room.say("/why", place="news")).text
    )
