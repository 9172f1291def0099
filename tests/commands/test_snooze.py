"""/snooze, digests and quiet hours: what is held, and what is said of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import Cadence, Digest, Preferences
from bot.ports import Sent
from tests.commands.admins import admin
from tests.commands.room import NOW, Room, post_row


async def posted(room: Room, *titles: str) -> None:
    """Let posts under Trade come."""
    (feed,) = await room.store.feeds()
    rows = [post_row(50 + number, title, ("Trade",)) for number, title in enumerate(titles)]
    await room.publish(feed, *rows)


async def test_a_snooze_says_until_when_and_holds_what_comes(room: Room) -> None:
    await room.say("/follow Trade")
    await room.say("/settings Asia/Shanghai")

    assert (await room.say("/snooze until monday")).text == (
        "Snoozed until Mon, 28 Nov 2022, 08:00 Asia/Shanghai. "
        "What comes meanwhile comes then, as one message. /snooze off ends it."
    )
    await posted(room, "One", "Two")
    assert await room.claim() == []
    held = "2 posts are held until 28 Nov 2022, 08:00 Asia/Shanghai, for the end of the snooze."
    for line in ("/snooze", "/following", "/settings"):
        assert held in (await room.say(line)).text
    assert "Snoozed until 28 Nov 2022, 08:00 Asia/Shanghai" in (await room.say("/following")).text


async def test_a_day_begins_at_the_time_of_the_digest(room: Room) -> None:
    await room.say("/settings digest:9:30")

    assert "Snoozed until Mon, 28 Nov 2022, 09:30 UTC." in (await room.say("/snooze until monday")).text


async def test_the_end_of_a_snooze_sends_what_was_held_as_one_message(room: Room) -> None:
    await room.say("/follow Trade")
    await room.say("/snooze 3d")
    await posted(room, "One", "Two")
    assert await room.claim() == []

    assert (await room.say("/snooze off")).text == (
        "The snooze is over. 2 posts that were held come now, as one message."
    )
    (claim,) = await room.claim()
    assert isinstance(claim.message, Digest)
    assert [post.title for post in claim.message.posts] == ["Two", "One"]
    assert (await room.store.preferences("console:alice")) == Preferences()
    assert "You are not snoozed." in (await room.say("/snooze off")).text


async def test_the_end_of_a_snooze_in_quiet_hours_says_when_the_rest_comes(room: Room) -> None:
    await room.say("/follow Trade")
    await room.say("/settings quiet:22-7")
    text = (await room.say("/snooze 2h")).text
    await posted(room, "One")
    assert await room.claim() == []

    assert "It is quiet then, so what comes meanwhile comes on Sun, 27 Nov 2022, 07:00 UTC" in text
    assert (await room.say("/snooze off")).text == (
        "The snooze is over.\n1 post is held until 27 Nov 2022, 07:00 UTC, for the end of the snooze."
    )


@pytest.mark.parametrize("line", ["/snooze 1h30", "/mute 1h30", "/snooze for 1h30m"])
async def test_hours_with_minutes_are_a_length(room: Room, line: str) -> None:
    assert (await room.say(line)).text.startswith("Snoozed until Sun, 27 Nov 2022, 01:11 UTC.")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/snooze 5", "write 5m, 5h or until 05:00."),
        ("/snooze tonight", "write one such as 2h, 3d, 1w, until monday"),
        ("/snooze 0d", "Nearest: 1m"),
        ("/snooze 2 years", "at most 90 days. Nearest: 90d"),
        ("/snooze until 25:00", "Nearest: 23:00"),
    ],
)
async def test_what_is_no_snooze_changes_nothing(room: Room, line: str, answer: str) -> None:
    text = await room.refused(line)

    assert answer in text
    assert text.endswith("Nothing was changed.")
    assert await room.store.preferences("console:alice") == Preferences()


async def test_a_snooze_that_is_over_is_none(room: Room) -> None:
    await room.say("/snooze 2h")
    room.clock.time = NOW + timedelta(hours=3)

    assert "You are not snoozed." in (await room.say("/snooze")).text


# --- digests -----------------------------------------------------------------------------------------------


async def test_a_daily_follow_says_when_the_digest_comes(room: Room) -> None:
    first = (await room.say("/follow Trade when:daily")).text.splitlines()[0]

    assert first == (
        "You now get: Trade; once a day, on the console. The next digest comes on 27 Nov 2022, 08:00 UTC."
    )
    (stored,) = await room.store.subscriptions()
    assert stored.cadence is Cadence.DAILY


async def test_two_cadences_have_a_time_each(room: Room) -> None:
    await room.say("/follow Trade when:daily")

    text = (await room.say("/follow Media when:weekly")).text

    daily, weekly = "27 Nov 2022, 08:00 UTC", "28 Nov 2022, 08:00 UTC"
    assert f"The next daily digest comes on {daily}, the next weekly one on {weekly}." in text


async def test_what_is_held_for_a_digest_is_told(room: Room) -> None:
    await room.say("/follow Trade when:daily")
    await posted(room, "One")

    held = "1 post is held until 27 Nov 2022, 08:00 UTC, for the daily digest."
    assert held in (await room.say("/following")).text
    assert held in (await room.say("/settings")).text


async def test_following_in_another_cadence_moves_and_without_one_leaves(room: Room) -> None:
    await room.say("/follow Trade")
    await room.say("/follow Trade when:daily")

    assert "You already follow Trade." in (await room.say("/follow Trade")).text
    assert [each.cadence for each in await room.store.subscriptions()] == [Cadence.DAILY]
    assert "You now get: Trade; at once" in (await room.say("/follow Trade when:now")).text


async def digest_of(room: Room, posts: int) -> int:
    """Let a digest of so many posts be sent to alice; return its number."""
    await room.say("/follow Trade when:daily")
    await posted(room, *(f"Post {number}" for number in range(1, posts + 1)))
    room.clock.time = NOW + timedelta(hours=12)
    (claim,) = await room.claim()
    assert isinstance(claim.message, Digest)
    await room.settle(Sent(claim, "r", room.clock.time))
    return claim.message.number


async def test_digest_shows_the_posts_of_the_newest_message_page_by_page(room: Room) -> None:
    number = await digest_of(room, 12)

    first = await room.say("/digest")
    (more,) = first.offers
    second = await room.dispatcher.execute(room.caller(), more.path, dict(more.values))

    assert first.text.startswith("Posts 1 to 10 of 12 in that message, newest first:\n1. Post 12\n")
    assert more.values == (("number", str(number)), ("page", "2"))
    assert second.text.startswith("Posts 11 to 12 of 12 in that message, newest first:\n11. Post 2\n")
    assert [each.label for each in second.offers] == ["Previous page"]
    assert [post.title for post in second.posts] == ["Post 2", "Post 1"]
    assert second.first == 11
    assert "has 12 posts. Nearest: page:2." in await room.refused("/digest page:3")
    assert [each.label for each in (await room.say("/digest page:3")).offers] == ["First page"]


async def test_a_message_of_somebody_else_is_none(room: Room) -> None:
    number = await digest_of(room, 2)

    assert (await room.say(f"/digest {number}", "alice")).ok
    assert await room.refused(f"/digest {number}", "bob") == "There is no such message here."
    assert await room.refused(f"/digest {number + 50}") == "There is no such message here."
    assert await room.refused("/digest", "bob") == "No message with several posts was sent here yet."


async def test_the_digest_of_a_channel_is_shown_where_it_stands(room: Room) -> None:
    await admin(room, "/alerts add Trade when:daily")
    await posted(room, "One", "Two")
    room.clock.time = NOW + timedelta(hours=12)
    (claim,) = await room.claim()
    await room.settle(Sent(claim, "r", room.clock.time))

    assert "2. One" in (await room.say("/digest", "bob", place="ops")).text
    assert "is no such" in await room.refused(f"/digest {claim.delivery_ids[0]}", "bob", place="elsewhere")
    assert "sent after it was held for the daily digest, “Two” (Trade)" in await admin(room, "/alerts log")


async def test_health_tells_what_is_held_and_that_nothing_is_stuck(room: Room) -> None:
    await room.say("/follow Trade when:daily")
    await admin(room, "/alerts add Trade when:weekly")
    await posted(room, "One", "Two")
    (feed,) = await room.store.feeds()
    room.clock.time = NOW + timedelta(minutes=14)

    text, for_admins = (await room.say("/health")).text, await admin(room, "/health")

    held = (
        "Held for digests, quiet hours, snoozes and pauses, so not stuck: 4, "
        "the first until 27 Nov 2022, 08:00 UTC."
    )
    place = "console:ops: 2 posts are held until 28 Nov 2022, 08:00 UTC, for the weekly digest."
    assert feed.settings.name in text
    assert text.startswith("All well.")
    assert text.endswith(held)
    assert for_admins.endswith(f"{held}\n{place}")
