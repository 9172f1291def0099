"""Rate limits, and many channels at once: all arrives once and in order, and Discord is left in peace."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.acceptance.discord_place import CATEGORY, Place
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import Bot
from tests.fakes.discord.faults import Hang, Storm, too_many
from tests.fakes.discord.world import Channel

pytestmark = pytest.mark.slow  # the pauses that Discord asks for

TITLES = ["One", "Two", "Three"]
SEND = "POST /channels/"


async def channels_with_alerts(place: Place, bot: Bot, number: int) -> list[Channel]:
    """Return so many new channels that get the posts of CATEGORY."""
    await place.connected(bot)
    channels = [place.guild.add_text(f"news-{each}") for each in range(number)]
    await place.add_alerts(*channels)
    return channels


def publish_titles(place: Place, titles: Sequence[str] = TITLES) -> None:
    for number, title in enumerate(titles):
        publish(place.blog, draft(number, title, CATEGORY))


def arrived(place: Place, channels: Sequence[Channel]) -> list[str]:
    """Return the titles of all alerts in all channels."""
    return [title for channel in channels for title in place.titles(channel)]


async def everything_sent(place: Place, bot: Bot, channels: Sequence[Channel]) -> None:
    """Wait until every channel has every post by the bot's record, and expect just that to be there."""
    await bot.until(lambda: place.all_sent(len(channels) * len(TITLES)))
    assert [place.titles(channel) for channel in channels] == [TITLES] * len(channels)


async def test_a_storm_of_429_for_the_whole_bot_is_waited_out(place: Place) -> None:
    storm = Storm(2.0, scope="global")
    async with place.running() as bot:
        channels = await channels_with_alerts(place, bot, 60)
        place.discord.faults.always(storm, SEND)
        publish_titles(place)
        await everything_sent(place, bot, channels)

    assert 0 < storm.refused < len(channels) / 2, "what was under way, and not one more for each channel"


@pytest.mark.parametrize("scope", ["user", "shared"])
async def test_a_storm_of_429_for_each_channel_is_waited_out(place: Place, scope: str) -> None:
    storm = Storm(2.0, scope=scope)
    async with place.running() as bot:
        channels = await channels_with_alerts(place, bot, 12)
        place.discord.faults.always(storm, SEND)
        publish_titles(place)
        await everything_sent(place, bot, channels)

    assert 0 < storm.refused <= 2 * len(channels), "one for each, or two where a wait was rounded down"


async def test_more_429_in_a_row_than_any_library_bears_lose_nothing(place: Place) -> None:
    async with place.running() as bot:
        channels = await channels_with_alerts(place, bot, 3)
        for channel in channels:
            place.discord.faults.next(too_many(0.05), f"{SEND}{channel.id}/messages", times=12)
        publish_titles(place)
        await everything_sent(place, bot, channels)

    assert place.discord.faults.pending == 0


async def test_what_a_channel_takes_at_a_time_is_known_before_discord_refuses(place: Place) -> None:
    place.discord.limits.set("POST /channels/{channel_id}/messages", 1, 0.3)
    async with place.running() as bot:
        channels = await channels_with_alerts(place, bot, 10)
        publish_titles(place)
        await everything_sent(place, bot, channels)

    assert "user" not in place.discord.limits.refused


async def test_commands_are_answered_while_alerts_wait_for_a_storm_to_end(place: Place) -> None:
    async with place.running() as bot:
        channels = await channels_with_alerts(place, bot, 3)
        # Longer than anybody waits for an answer.
        place.discord.faults.always(too_many(4.0, scope="global"), SEND)
        publish_titles(place)
        await bot.until(lambda: place.discord.limits.invalid_requests)
        answer = await place.say(place.alice, place.news, "categories")
        place.discord.faults.heal()
        await everything_sent(place, bot, channels)

    assert CATEGORY in answer


async def test_a_stop_in_a_fan_out_records_what_went_out_and_the_next_start_sends_the_rest(
    place: Place,
) -> None:
    place.home.settings["delivery"]["grace"] = "30s"
    async with place.running() as bot:
        channels = await channels_with_alerts(place, bot, 40)
        publish_titles(place)
        await bot.until(lambda: len(arrived(place, channels)) >= 10)
        assert await bot.stop() == 0
    before, states = len(arrived(place, channels)), place.home.states()
    place.discord.clock.advance(600)  # no nonce is remembered any more
    async with place.running() as bot:
        await everything_sent(place, bot, channels)

    assert states.count("sent") == before, "what went out is recorded"
    assert states.count("pending") == len(states) - before > 0, "what did not was not begun"


async def test_a_stop_does_not_wait_for_an_answer_that_never_comes(place: Place) -> None:
    hang = Hang(done=True)
    place.home.settings["delivery"]["grace"] = "0.5s"
    async with place.running() as bot:
        channels = await channels_with_alerts(place, bot, 2)
        place.discord.faults.next(hang, f"{SEND}{channels[0].id}/messages")
        publish_titles(place)
        await bot.until(hang.arrived.is_set)
        await bot.until(lambda: place.titles(channels[1]) == TITLES)
        assert await bot.stop() == 0
    assert place.home.states().count("sending") == 1, "it was cut off, not waited for"
    hang.release()
    place.discord.clock.advance(600)
    async with place.running() as bot:
        await everything_sent(place, bot, channels)
