"""How soon what is followed comes: a new name, an exclusion or a mention does not change it unasked."""

from __future__ import annotations

import pytest

from bot.model import Cadence
from tests.commands.admins import admin
from tests.commands.room import Room


async def cadences(room: Room, address: str, *, channel: bool = False) -> dict[str, set[str]]:
    """Return the names that are followed by how soon they come; what is left out has a dash before it."""
    found: dict[str, set[str]] = {}
    for each in await room.store.subscriptions(address, channel=channel):
        names = {key[2:] for key in each.filter.include} | {f"-{key[2:]}" for key in each.filter.exclude}
        found.setdefault(each.cadence.value, set()).update(names)
    return found


async def test_a_name_beside_a_new_one_keeps_its_cadence(room: Room) -> None:
    await room.say("/follow Trade when:daily", "alice")
    answer = await room.say("/follow Trade, Media", "alice")

    assert await cadences(room, "console:alice") == {"daily": {"trade"}, "now": {"media"}}
    assert "Trade; once a day" in answer.text
    assert "Media; at once" in answer.text


async def test_an_exclusion_beside_a_name_does_not_make_its_digest_alerts(room: Room) -> None:
    await room.say("/follow Trade when:weekly", "alice")
    await room.say("/follow Trade -text:sponsored", "alice")

    assert await cadences(room, "console:alice") == {"weekly": {"trade", "-sponsored"}}


async def test_a_mention_does_not_make_a_digest_alerts(room: Room) -> None:
    await admin(room, "/alerts add Trade when:daily")
    answer = await admin(room, "/alerts add Trade mention:@here")

    assert await cadences(room, "console:ops", channel=True) == {"daily": {"trade"}}
    assert "Digests mention nobody." in answer
    assert "mentioning" not in answer


@pytest.mark.parametrize("when", [Cadence.DAILY, Cadence.WEEKLY])
async def test_what_is_left_out_of_a_name_moves_with_it(room: Room, when: Cadence) -> None:
    await room.say("/follow Trade, Media, -Taiwan", "alice")
    answer = await room.say(f"/follow Trade when:{when}", "alice")

    assert await cadences(room, "console:alice") == {
        "now": {"media", "-taiwan"},
        when.value: {"trade", "-taiwan"},
    }
    assert answer.text.count("but not Taiwan") == 2


async def test_what_is_asked_for_is_not_left_out_any_more_when_it_moves(room: Room) -> None:
    await room.say("/follow Trade, -Taiwan", "alice")
    await room.say("/follow Trade, Taiwan when:daily", "alice")

    assert await cadences(room, "console:alice") == {"daily": {"trade", "taiwan"}}


async def test_a_digest_with_a_mention_says_that_it_calls_nobody(room: Room) -> None:
    await admin(room, "/alerts add Trade mention:@here")
    moved = await admin(room, "/alerts add Trade when:daily")
    listed = await admin(room, "/alerts list")
    back = await admin(room, "/alerts add Trade when:now")

    assert "Digests mention nobody." in moved
    assert "mentioning" not in moved + listed
    assert "mentioning @here" in back


async def test_options_that_exclusions_alone_cannot_use_are_named(room: Room) -> None:
    await admin(room, "/alerts add Trade when:daily")
    answer = await admin(room, "/alerts add -Taiwan when:now mention:@here")

    assert "Not used here, as nothing to get is named: when and mention." in answer
    assert await cadences(room, "console:ops", channel=True) == {"daily": {"trade", "-taiwan"}}


@pytest.mark.parametrize("line", ["/alerts settings #newz quiet:22-7", "/alerts style title #newz"])
async def test_what_is_set_for_a_channel_without_alerts_says_so(room: Room, line: str) -> None:
    assert "Channel newz gets no alerts yet: /alerts add CATEGORIES" in await admin(room, line)


async def test_what_is_followed_apart_cannot_be_left_out_of_the_rest(room: Room) -> None:
    await room.say("/follow Trade when:daily")
    await room.say("/follow Taiwan when:weekly")

    told = "Taiwan is followed apart from the rest. To stop that: /unfollow Taiwan"
    assert told in await room.refused("/follow -Taiwan")
    assert (await room.say("/unfollow Taiwan")).ok
    assert (await room.say("/follow -Taiwan")).ok
