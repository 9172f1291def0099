"""Rate limits: buckets, the global limit, the ban, and how the real client meets them."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import discord
import pytest

from tests.fakes.discord.clients import Bot, running
from tests.fakes.discord.faults import too_many
from tests.fakes.discord.server import FakeDiscord

_SEND = "POST /channels/{channel_id}/messages"


async def test_the_client_paces_itself_by_the_headers_of_a_bucket() -> None:
    server = FakeDiscord()
    server.limits.set(_SEND, 3, 0.4)
    news = server.add_guild().add_text()
    async with server, running(server, Bot()) as bot:
        channel = bot.get_partial_messageable(news.id)
        began = time.monotonic()
        for number in range(7):
            await channel.send(f"{number}")

        assert time.monotonic() - began >= 0.8  # the third window has to open
        assert len(server.messages(news)) == 7
        assert server.limits.refused == {}


async def test_a_full_bucket_answers_429_with_what_the_client_needs() -> None:
    async with FakeDiscord() as server, _rest(server) as session:
        server.limits.set(_SEND, 1, 30.0)
        one, two = server.add_guild().add_text(), server.add_guild().add_text()

        statuses = [await _send(session, channel.id) for channel in (one, one, two)]

        assert statuses == [200, 429, 200]  # each channel has its own bucket
        refused = server.requests[1]
        assert refused.answer["global"] is False
        assert 29 < refused.answer["retry_after"] <= 30
        assert server.limits.refused == {"user": 1}
        assert server.limits.invalid_requests == 1
        server.clock.advance(30)
        assert await _send(session, one.id) == 200


async def test_the_client_waits_out_a_429_and_delivers() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    server.faults.next(too_many(0.05), "POST /channels/")
    async with server, running(server, Bot()) as bot:
        await bot.get_partial_messageable(news.id).send("Tariffs")

        assert [each.status for each in server.requests_to("POST /channels/")] == [429, 200]


async def test_the_global_limit_counts_all_routes_but_not_interactions() -> None:
    async with FakeDiscord() as server, _rest(server) as session:
        server.limits.set_global(3, 60.0)
        for _ in range(3):
            assert (await session.get("users/@me")).status == 200

        answer = await session.get("users/@me")
        assert answer.status == 429
        assert answer.headers["X-RateLimit-Global"] == "true"
        assert answer.headers["X-RateLimit-Scope"] == "global"
        assert answer.headers["Via"]
        assert (await answer.json())["global"] is True
        late = await session.post("interactions/1/token/callback", json={"type": 5})
        assert late.status == 404


async def test_a_crowd_against_the_global_limit_is_counted() -> None:
    server = FakeDiscord()
    server.limits.set_global(5, 1.5)
    guild = server.add_guild()
    places = [guild.add_text(f"news-{number}") for number in range(8)]
    async with server, running(server, Bot()) as bot:
        await asyncio.gather(*(bot.get_partial_messageable(place.id).send("Tariffs") for place in places))

        assert all(len(server.messages(place)) == 1 for place in places)
        assert server.limits.refused["global"] > 0


async def test_publishing_has_ten_an_hour() -> None:
    async with FakeDiscord() as server, _rest(server) as session:
        server.limits.set(_SEND, 100, 1.0)
        news = server.add_guild().add_announcement()
        statuses = []
        for _ in range(11):
            sent = await (await session.post(f"channels/{news.id}/messages", json={"content": "1"})).json()
            answer = await session.post(f"channels/{news.id}/messages/{sent['id']}/crosspost")
            statuses.append(answer.status)

        assert statuses == [200] * 10 + [429]
        assert 3500 < float((await answer.json())["retry_after"]) <= 3600


async def test_too_many_invalid_requests_are_a_ban() -> None:
    async with FakeDiscord() as server, _rest(server, token="wrong") as session:
        server.limits.invalid_limit = 5
        statuses = [(await session.get("users/@me")).status for _ in range(6)]

        assert statuses == [401] * 5 + [429]
        answer = await session.get("users/@me")
        assert "Via" not in answer.headers
        assert "1015" in await answer.text()
        server.clock.advance(601)
        assert server.limits.invalid_requests == 0


async def test_the_client_takes_a_429_without_via_for_a_ban() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    server.faults.always(too_many(0.01, scope="ban"), "POST /channels/")
    async with server, running(server, Bot()) as bot:
        with pytest.raises(discord.HTTPException) as refused:
            await bot.get_partial_messageable(news.id).send("Tariffs")

        assert refused.value.status == 429
        assert len(server.requests_to("POST /channels/")) == 1


async def test_a_shared_429_is_no_invalid_request() -> None:
    async with FakeDiscord() as server, _rest(server) as session:
        news = server.add_guild().add_text()
        server.faults.next(too_many(1.0, scope="shared"))
        assert await _send(session, news.id) == 429

        assert server.limits.invalid_requests == 0


def _rest(server: FakeDiscord, *, token: str = "") -> aiohttp.ClientSession:
    headers = {"Authorization": f"Bot {token or server.token}"}
    return aiohttp.ClientSession(f"{server.api_base}/", headers=headers)


async def _send(session: aiohttp.ClientSession, channel_id: int) -> int:
    async with session.post(f"channels/{channel_id}/messages", json={"content": "Tariffs"}) as answer:
        return answer.status
