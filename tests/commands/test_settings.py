"""/settings of a person, /alerts settings and /alerts style of a channel, and the zone of all answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from bot.model import Preferences, QuietHours, Reply, Style, SuggestedAction
from tests.commands.admins import admin, refused
from tests.commands.room import Room, post_row


async def said_in(room: Room, zone: str, line: str) -> Reply:
    """Type a line as somebody whose platform knows their time zone."""
    return await room.dispatcher.run(replace(room.caller(), zone=zone), line)


async def test_settings_without_values_shows_the_state(room: Room) -> None:
    assert (await room.say("/settings")).text == (
        "Your settings:\n"
        "- Time zone: UTC, that of the bot\n"
        "- Quiet hours: none\n"
        "- Digests: daily at 08:00, weekly on Monday at 08:00"
    )
    assert await room.store.preferences("console:alice") == Preferences()


async def test_settings_answers_with_what_resulted(room: Room) -> None:
    await room.say("/follow Trade when:daily")

    reply = await room.say("/settings shanghai quiet:10pm-8am digest:noon weekly:Fri")

    assert reply.text == (
        "Your settings now:\n"
        "- Time zone: Asia/Shanghai\n"
        "- Quiet hours: 22:00-08:00\n"
        "- Digests: daily at 12:00, weekly on Friday at 12:00\n"
        "The next digest comes on 27 Nov 2022, 12:00 Asia/Shanghai.\n"
        "It is quiet now, until 27 Nov 2022, 08:00 Asia/Shanghai."
    )
    assert await room.store.preferences("console:alice") == Preferences(
        "Asia/Shanghai", QuietHours(time(22), time(8)), time(12), 4
    )


async def test_one_setting_leaves_the_others(room: Room) -> None:
    await room.say("/settings timezone:new york quiet:22-7")

    assert "- Quiet hours: 22:00-07:00" in (await room.say("/settings digest:9")).text
    assert "- Quiet hours: none" in (await room.say("/settings quiet:off")).text
    assert "- Time zone: UTC, that of the bot" in (await room.say("/settings default")).text
    assert await room.store.preferences("console:alice") == Preferences(digest=time(9))


async def test_times_may_have_spaces(room: Room) -> None:
    assert "- Digests: daily at 08:00" in (await room.say("/settings digest:8 am")).text
    assert "- Quiet hours: 22:00-07:00" in (await room.say("/settings quiet:10pm - 7am")).text
    assert "- Quiet hours: 21:00-06:00" in (await room.say("/settings quiet: 21:00 - 06:00")).text
    for typed in ('"9 pm"', "\u201c9pm\u201d", "'21:00'"):
        reply = await room.dispatcher.execute(room.caller(), "settings", {"digest": typed})
        assert "- Digests: daily at 21:00" in reply.text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/settings Shanghia", "Nearest: Asia/Shanghai"),
        ("/settings CST", "may mean several zones; name a place. Nearest: America/Chicago or Asia/Shanghai."),
        ("/settings UTC+8", "does not know summer time; name a place. Nearest: Asia/Shanghai"),
        ("/settings digest:25:00", "“25:00” is no time of day. Nearest: 23:00."),
        ("/settings digest:7:60", "“7:60” is no time of day. Nearest: 07:59."),
        ("/settings quiet:22:00-22:00", "they begin and end at the same time"),
        ("/settings quiet:always", "write a start and an end such as 22:00-07:00, or off."),
        ("/settings weekly:munday", "“munday” is no weekday. Nearest: monday."),
        ("/settings Asia/Shanghai weekly:munday", "“munday” is no weekday."),
        ("/settings \u202eUTC\u202d; DROP TABLE", "is no time zone"),
    ],
)
async def test_what_cannot_be_set_changes_nothing(room: Room, line: str, answer: str) -> None:
    text = await room.refused(line)

    assert answer in text
    assert text.endswith("Nothing was changed.")
    assert await room.store.preferences("console:alice") == Preferences()


async def test_a_refused_zone_is_offered_right_with_the_other_values(room: Room) -> None:
    (offer, *_) = (await room.say("/settings UTC+8 quiet:22-7")).offers

    reply = await room.dispatcher.execute(room.caller(), offer.path, dict(offer.values))

    assert offer.label == "Use Asia/Shanghai"
    assert "- Time zone: Asia/Shanghai\n- Quiet hours: 22:00-07:00" in reply.text


@pytest.mark.parametrize("line", ["/settings", "/follow Trade when:daily"])
async def test_the_zone_that_a_platform_knows_is_offered_until_one_is_set(room: Room, line: str) -> None:
    use = SuggestedAction("Use Asia/Shanghai", "settings", (("timezone", "Asia/Shanghai"),))

    assert use in (await said_in(room, "Asia/Shanghai", line)).offers
    for zone in ("", "UTC", "Mars/Olympus", "EST"):
        assert (await said_in(room, zone, line)).offers == ()
    await room.say("/settings Europe/Berlin")
    assert (await said_in(room, "Asia/Shanghai", line)).offers == ()


async def test_every_answer_shows_times_in_the_persons_own_zone(room: Room) -> None:
    await room.say("/settings Asia/Shanghai", "alice")

    assert "30 Oct 2022, 07:41 Asia/Shanghai" in (await room.say("/latest 1", "alice")).text
    assert "29 Oct 2022, 23:41 UTC" in (await room.say("/latest 1", "bob")).text


async def test_a_command_that_needs_no_store_works_without_one(room: Room) -> None:
    await room.store.aclose()

    assert (await room.say("/help follow")).ok
    assert not (await room.say("/latest")).ok


# --- channels ----------------------------------------------------------------------------------------------


async def test_a_channel_has_settings_of_its_own(room: Room) -> None:
    await admin(room, "/alerts add Trade when:weekly")

    text = await admin(room, '/alerts settings timezone:"new york" quiet:22-7 weekly:tuesday')

    assert text == (
        "Settings of this channel now:\n"
        "- Time zone: America/New_York\n"
        "- Quiet hours: 22:00-07:00\n"
        "- Digests: daily at 08:00, weekly on Tuesday at 08:00\n"
        "- Style of alerts: full, with mentions above\n"
        "The next digest comes on 29 Nov 2022, 08:00 America/New_York."
    )
    assert "Settings of channel news:" in await admin(room, "/alerts settings #news")
    assert (await room.store.preferences("console:root")) == Preferences()
    assert (await room.store.preferences("console:news")) == Preferences()


async def test_style_is_kept_and_shown_by_the_newest_post(room: Room) -> None:
    assert await admin(room, "/alerts style compact place:below") == (
        "This channel has the style compact for its alerts: one line, the linked title and its categories. "
        "Mentions stand below them.\n"
        "The next alert looks so: “Tariffs stay in place · China-U.S., Trade”.\n"
        "This channel gets no alerts yet: /alerts add CATEGORIES"
    )
    assert "The next alert looks so: “Tariffs stay in place”." in await admin(room, "/alerts style title")
    preferences = await room.store.preferences("console:ops")
    assert (preferences.style, preferences.mention_last) == (Style.TITLE, True)
    assert "with its summary" in await admin(room, "/alerts style full #news place:above")
    below = await admin(room, "/alerts style full #news place:below")
    assert "or above where the platform shows no text below a card" in below
    assert "- Style of alerts: title, with mentions below" in await admin(room, "/alerts settings")


async def test_the_style_of_a_channel_is_that_of_its_next_alert(room: Room) -> None:
    await admin(room, "/alerts add Trade mention:@here")
    await admin(room, "/alerts style title place:below")
    await room.publish((await room.store.feeds())[0], post_row(50, "New", ("Trade",)))

    (claim,) = await room.claim()

    assert (claim.message.style, claim.message.mention_last) == (Style.TITLE, True)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/alerts style compct", "“compct” is no choice for style. Nearest: compact."),
        ("/alerts style #news fancy", "“#news” is no choice for style."),
        ("/alerts style", "/alerts style needs STYLE. Usage: /alerts style full|compact|title"),
        ("/alerts style style:compct", "Nearest: compact."),
        ("/alerts style full place:under", "is no choice for place. Nearest: above or below."),
        ("/alerts settings timezone:EST", "name a place"),
        ("/alerts settings two words", "cannot be a channel"),
    ],
)
async def test_what_cannot_be_set_for_a_channel_changes_nothing(room: Room, line: str, answer: str) -> None:
    assert answer in await refused(room, line)


async def test_a_usage_is_no_line_that_lacks_options(room: Room) -> None:
    text = await refused(room, "/alerts style place:below")

    assert text.startswith("/alerts style needs STYLE. Usage: /alerts style full|compact|title")
    assert text.endswith("\nNothing was changed.")
    assert "again as well" not in text


async def test_digests_of_a_channel_are_said_to_mention_nobody(room: Room) -> None:
    text = await admin(room, "/alerts add Trade mention:@here when:daily")

    assert "once a day. The next digest comes on 27 Nov 2022, 08:00 UTC." in text
    assert "Digests mention nobody." in text
    assert "Digests mention nobody." not in await admin(room, "/alerts add Media mention:@here")
