"""What goes wrong on the way: lost answers, broken servers, requests that hang."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from tests.fakes.discord.clients import Bot, running
from tests.fakes.discord.faults import Hang, Storm, drop_after, drop_before, refuse, status
from tests.fakes.discord.server import FakeDiscord

_SEND = "POST /channels/"


async def test_a_lost_answer_leaves_the_message_and_the_nonce_finds_it() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    server.faults.next(drop_after(), _SEND)
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await channel.send("Tariffs", nonce="delivery-1")
        assert server.requests_to(_SEND)[0].lost

        again = await channel.send("Tariffs", nonce="delivery-1")

        assert [message.id for message in server.messages(news)] == [again.id]


async def test_a_request_dropped_before_it_was_heard_leaves_nothing() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    server.faults.next(drop_before(), _SEND)
    async with server, running(server, Bot()) as bot:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await bot.get_partial_messageable(news.id).send("Tariffs")

        assert server.messages(news) == []


async def test_the_client_retries_a_502_and_gives_up_a_503() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)
        server.faults.next(status(502), _SEND)
        await channel.send("Tariffs")
        server.faults.next(status(503), _SEND)
        with pytest.raises(discord.DiscordServerError):
            await channel.send("Trade")

        assert [each.status for each in server.requests_to(_SEND)] == [502, 200, 503]
        assert server.faults.pending == 0


async def test_a_fault_may_come_after_the_work_was_done() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        server.faults.next(status(503, done=True), _SEND)
        with pytest.raises(discord.DiscordServerError):
            await bot.get_partial_messageable(news.id).send("Tariffs")

        assert [message.content for message in server.messages(news)] == ["Tariffs"]


async def test_a_storm_refuses_everything_until_it_is_over() -> None:
    server, storm = FakeDiscord(), Storm(0.3)
    news = server.add_guild().add_text()
    server.faults.always(storm, _SEND)
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)
        await channel.send("Tariffs")
        await channel.send("Trade")

        assert [message.content for message in server.messages(news)] == ["Tariffs", "Trade"]
        assert storm.refused == server.limits.invalid_requests >= 1
        assert [each.status for each in server.requests_to(_SEND)][-2:] == [200, 200]


async def test_a_hanging_request_waits_until_it_is_released() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    hang = Hang()
    server.faults.next(hang, _SEND)
    async with server, running(server, Bot()) as bot:
        sending = asyncio.create_task(bot.get_partial_messageable(news.id).send("Tariffs"))
        await hang.arrived.wait()
        assert server.messages(news) == []
        assert not sending.done()

        hang.release()
        await sending
        assert len(server.messages(news)) == 1


async def test_a_hang_can_come_after_the_work() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    hang = Hang(done=True)
    server.faults.next(hang, _SEND)
    async with server, running(server, Bot()) as bot:
        sending = asyncio.create_task(bot.get_partial_messageable(news.id).send("Tariffs"))
        await hang.arrived.wait()

        assert len(server.messages(news)) == 1
        hang.release()
        await sending


async def test_any_error_of_discord_can_be_planned() -> None:
    server = FakeDiscord()
    one, two = (server.add_guild().add_text() for _ in range(2))
    server.faults.always(refuse(200000, status=400, message="blocked by AutoMod"), f"{_SEND}{one.id}/")
    async with server, running(server, Bot()) as bot:
        with pytest.raises(discord.HTTPException) as refused:
            await bot.get_partial_messageable(one.id).send("Tariffs")
        assert refused.value.code == 200000
        await bot.get_partial_messageable(two.id).send("Tariffs")

        server.faults.heal()
        await bot.get_partial_messageable(one.id).send("Tariffs")


async def test_a_token_that_is_revoked_while_running_meets_401() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        server.faults.always(refuse(0))
        with pytest.raises(discord.HTTPException) as refused:
            await bot.get_partial_messageable(news.id).send("Tariffs")

        assert refused.value.status == 401
        server.revoke_token()
        await server.wait_until(bot.is_closed)
        assert server.limits.invalid_requests == 1
