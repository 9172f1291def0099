"""What goes wrong between the real bot and Discord: every alert is there once, and recorded as sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.acceptance.discord_place import Place, Spot
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import Bot
from tests.fakes.discord import faults
from tests.fakes.discord.faults import Fault

pytestmark = pytest.mark.slow  # the bot's own pauses between two tries

KINDS = ("text", "thread", "forum", "person")
SEND_MESSAGES, READ_MESSAGE_HISTORY = 1 << 11, 1 << 16


async def sent_in_spite_of(place: Place, bot: Bot, met: Mapping[str, Fault]) -> list[Spot]:
    """Publish a post whose alerts meet a fault each, by kind of place; return the places when all is sent."""
    await place.connected(bot)
    spots = await place.everywhere()
    for spot in spots:
        place.discord.faults.next(met[spot.name], spot.sends)
    publish(place.blog, draft(1, "Soy Is Back", "Trade"))
    await bot.until(lambda: place.all_sent(len(spots)))
    assert place.discord.faults.pending == 0
    return spots


def check_once(place: Place, spots: Sequence[Spot]) -> None:
    """Every place has the alert once, and it is that very message of which the bot keeps the reference."""
    found = {spot.name: place.titles(spot) for spot in spots}
    references = {reference for (reference,) in place.home.rows("SELECT reference FROM deliveries")}
    cards = [message for spot in spots for message in place.cards(spot.channel)]

    assert found == {spot.name: ["Soy Is Back"] for spot in spots}
    assert {f"{message.channel.id}/{message.id}" for message in cards} == references


@pytest.mark.parametrize("fault", [faults.drop_after, faults.drop_before], ids=["answer", "request"])
async def test_a_message_whose_answer_or_request_was_lost_comes_once(
    place: Place, fault: Callable[[], Fault]
) -> None:
    async with place.running() as bot:
        spots = await sent_in_spite_of(place, bot, dict.fromkeys(KINDS, fault()))

    check_once(place, spots)


async def test_a_lost_message_is_looked_for_until_the_search_was_answered(place: Place) -> None:
    place.discord.core.book.nonce_window = -1.0  # nothing but the search can tell
    async with place.running() as bot:
        for search in (f"GET /channels/{place.news.id}/messages", "GET /guilds/"):
            place.discord.faults.next(faults.status(503), search)
        spots = await sent_in_spite_of(place, bot, dict.fromkeys(KINDS, faults.drop_after()))

    check_once(place, spots)


async def test_where_the_bot_may_not_read_a_lost_message_is_known_by_its_nonce(place: Place) -> None:
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        place.news.deny(READ_MESSAGE_HISTORY)
        place.discord.faults.next(faults.drop_after(), f"POST /channels/{place.news.id}/messages")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(1))

    assert place.discord.faults.pending == 0
    assert place.titles(place.news) == ["Soy Is Back"]


async def test_a_fault_of_discord_is_tried_again(place: Place) -> None:
    met = {"text": 500, "thread": 502, "person": 503, "forum": 500}
    async with place.running() as bot:
        spots = await sent_in_spite_of(place, bot, {name: faults.status(met[name]) for name in KINDS})

    check_once(place, spots)


async def test_a_message_that_was_made_although_discord_answered_with_a_fault_comes_once(
    place: Place,
) -> None:
    met = {"text": 500, "thread": 504, "person": 503, "forum": 502}
    async with place.running() as bot:
        lost = {name: faults.status(met[name], done=True) for name in KINDS}
        spots = await sent_in_spite_of(place, bot, lost)

    check_once(place, spots)


async def test_such_a_message_is_looked_for_before_it_is_sent_again(place: Place) -> None:
    place.discord.core.book.nonce_window = -1.0
    async with place.running() as bot:
        fault = faults.status(503, done=True)  # discord.py does not repeat this one by itself
        spots = await sent_in_spite_of(place, bot, dict.fromkeys(KINDS, fault))

    check_once(place, spots)


async def test_one_place_in_trouble_holds_up_no_other_and_keeps_its_order(place: Place) -> None:
    calm = place.guild.add_text("calm")
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news, calm)
        place.discord.faults.always(faults.status(503), f"POST /channels/{place.news.id}/messages")
        titles = ["One", "Two", "Three"]
        for number, title in enumerate(titles):
            publish(place.blog, draft(number, title, "Trade"))
        await place.alerts(bot, calm, len(titles))
        before = place.titles(place.news)
        place.discord.faults.heal()
        await bot.until(lambda: place.all_sent(2 * len(titles)))

    assert before == []
    assert place.titles(place.news) == place.titles(calm) == titles


async def test_a_channel_that_shuts_the_bot_out_keeps_its_alerts_until_it_may_write_again(
    place: Place,
) -> None:
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        place.news.deny(SEND_MESSAGES)
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.home.states() == ["parked"])
        await bot.polls(place.blog)
        tries = place.discord.requests_to("POST /channels/")
        place.news.allow(SEND_MESSAGES)
        await bot.until(lambda: place.home.rows("SELECT max(parked_at) FROM destinations") == [(None,)])
        publish(place.blog, draft(2, "Grain Too", "Trade"))
        await bot.until(lambda: place.all_sent(2))

    assert len(tries) <= 1, "it is polled"
    assert place.titles(place.news) == ["Soy Is Back", "Grain Too"]
