from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import EvidenceRank, Filing
from bot.ports import Failed, Parked, Retry, Sent
from tests.commands.news import publish
from tests.commands.room import NOW, Room, post_row

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
