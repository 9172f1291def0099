"""What people type who do not know the commands: what is plain is done, else the right command is named."""

from __future__ import annotations

import pytest

from tests.commands.room import Room

BOTH = "Follow Taiwan, Technology"
FOLLOWED = ({"c:trade", "c:media"}, set[str](), None)


@pytest.mark.parametrize(
    ("line", "begin"),
    [
        ("subscribe Trade", "You now get: Trade; at once"),
        ("follow Trade please", "You now get: Trade; at once"),
        ("\uff0ffollow Trade", "You now get: Trade; at once"),
        ("/follow Trade -Taiwan", "You now get: Trade, but not Taiwan; at once"),
        ("/follow all -Trade", "You now get: every post, but not Trade; at once"),
        ("status", "All well."),
        ("hi", "/follow CATEGORIES"),
        ("Hello there", "/follow CATEGORIES"),
        ("help", "/follow CATEGORIES"),
        ("tags", "Tags, with their posts: "),
        ("list", "Categories, with their posts: "),
        ("subscriptions", "You follow nothing."),
        ("/latest 1 Trade", "The newest post under Trade:"),
        ("/latest Trade 3", "The newest 3 posts under Trade:"),
        ("search tariffs", "1 post for"),
        ("mute 2h", "Snoozed until Sun, 27 Nov 2022, 01:41 UTC."),
        ("pause until monday", "Snoozed until Mon, 28 Nov 2022, 08:00 UTC."),
        ("silence off", "You are not snoozed."),
    ],
)
async def test_what_is_plainly_meant_is_done(room: Room, line: str, begin: str) -> None:
    reply = await room.say(line)

    assert reply.text.startswith(begin), reply.text
    assert reply.ok


async def test_unsubscribe_unfollows(room: Room) -> None:
    await room.say("/follow Trade, Media")

    assert "You now get: Media" in (await room.say("unsubscribe Trade")).text
    assert "You get: Media" in (await room.say("unsubscribe")).text
    assert "You follow nothing now." in (await room.say("unsubscribe all")).text


@pytest.mark.parametrize(
    ("line", "named", "offered"),
    [
        ("stop", "/unfollow all", ["Unfollow everything"]),
        ("STOP please", "/unfollow all", ["Unfollow everything"]),
        ("stop Trade", "/unfollow Trade", ["Unfollow Trade"]),
        ("cancel", "/unfollow all", ["Unfollow everything"]),
        ("pause", "/snooze 3d", ["Snooze for a day", "Snooze for a week"]),
        ("mute Trade", "/snooze 3d", ["Snooze for a day", "Snooze for a week"]),
        ("resume", "To end a snooze: /snooze off", ["End the snooze"]),
        (
            "/follow Taiwan & Technology",
            "For both: /follow Taiwan, Technology",
            ["Follow Taiwan, Technology"],
        ),
        (
            "/follow Taiwan daily",
            "Nearest: Taiwan. How soon alerts come is the option when",
            ["Follow Taiwan"],
        ),
        ("Taiwan", "To follow it: /follow Taiwan", ["Follow Taiwan"]),
        ("all -Taiwan", "To follow it: /follow all -Taiwan", ["Follow all -Taiwan"]),
        ("Taiwan and Technology", "For both: /follow Taiwan, Technology", [BOTH]),
        ("Taiwan daily", "Nearest: Taiwan.", ["Follow Taiwan"]),
        ("/latest 50", "count is 1 to 10, not 50. The nearest is 10.", []),
    ],
)
async def test_nothing_is_changed_on_a_guess_and_the_right_command_is_named(
    room: Room, line: str, named: str, offered: list[str]
) -> None:
    await room.say("/follow Trade, Media")

    text = await room.refused(line)

    assert named in text
    assert [each.label for each in (await room.say(line)).offers] == offered
    assert await room.follows() == [FOLLOWED]


async def test_a_category_of_such_a_name_is_followed_by_its_name(room: Room) -> None:
    assert "“xyzzy” is no command" in await room.refused("xyzzy")
    assert "You now get: Stop; at once" in (await room.say("/follow Stop new:yes")).text
