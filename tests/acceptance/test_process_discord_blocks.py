"""The real bot while Cloudflare, or wild numbers, stand between it and Discord: it goes on by itself."""

from __future__ import annotations

import pytest

from tests.acceptance.discord_place import Place
from tests.acceptance.publishing import draft, publish
from tests.fakes.discord import faults

pytestmark = pytest.mark.slow  # the bot's own pauses before it connects again
PAGE = faults.answer(403, "error code: 1015", Content_Type="text/plain", Retry_After="1")


async def test_a_block_at_login_and_one_on_sends_are_over_by_themselves(place: Place) -> None:
    place.discord.faults.next(PAGE, "GET /users/@me")
    async with place.running() as bot:
        await bot.until(lambda: place.discord.sent_identifies)
        await place.connected(bot)
        await place.add_alerts(place.news)
        place.discord.faults.next(PAGE, "POST /channels/")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(1))

    assert place.titles(place.news) == ["Soy Is Back"]
    assert "left out" not in bot.log
    assert "Traceback" not in bot.log
    assert place.home.rows("SELECT max(parked_at) FROM destinations") == [(None,)]


@pytest.mark.parametrize("told", ["nan", "inf", "1e309", "-1", "soon"])
async def test_a_wait_that_is_no_number_stops_neither_the_bot_nor_the_other_channels(
    place: Place, told: str
) -> None:
    calm = place.guild.add_text("calm")
    limited = faults.answer(
        429, {"message": "slow", "retry_after": told}, Via="1.1", Retry_After=told, X_RateLimit_Scope="user"
    )
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news, calm)
        place.discord.faults.always(limited, f"POST /channels/{place.news.id}/messages")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await place.alerts(bot, calm, 1)
        await bot.until(lambda: place.discord.requests_to(f"POST /channels/{place.news.id}/messages"))
        publish(place.blog, draft(2, "Grain Too", "Trade"))
        await place.alerts(bot, calm, 2)

    assert "Traceback" not in bot.log
