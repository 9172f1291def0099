"""The gateway: sessions, resumes, shards, refusals, with the real discord.py client."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord.basics import Intents, Json
from tests.fakes.discord.clients import Bot, ShardedBot, pointed_at, running
from tests.fakes.discord.server import FakeDiscord


class _Listener(Bot):
    """Keeps what it hears: new channels, resumes, sessions."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        self.heard.put_nowait(channel.name)

    async def on_resumed(self) -> None:
        self.heard.put_nowait("resumed")

    async def next(self) -> str:
        return await asyncio.wait_for(self.heard.get(), 20)


async def test_what_was_missed_is_replayed_after_op_7() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    async with server, running(server, _Listener()) as bot:
        server.sockets.hold()
        guild.add_text("one")
        guild.add_text("two")
        server.sockets.ask_to_reconnect()

        assert [await bot.next() for _ in range(3)] == ["one", "two", "resumed"]
        assert len(server.sent_identifies) == 1
        assert len(server.sockets.resumes) == 1


async def test_a_cut_connection_is_resumed_with_nothing_lost_and_nothing_twice() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    async with server, running(server, _Listener()) as bot:
        guild.add_text("before")
        assert await bot.next() == "before"
        server.sockets.drop()
        guild.add_text("meanwhile")

        assert [await bot.next(), await bot.next()] == ["meanwhile", "resumed"]
        guild.add_text("after")
        assert await bot.next() == "after"
        assert len(server.sent_identifies) == 1


async def test_held_events_come_when_they_are_released() -> None:
    server = FakeDiscord()
    guild = server.add_guild()
    async with server, running(server, _Listener()) as bot:
        server.sockets.hold()
        guild.add_text("late")
        await asyncio.sleep(0.05)
        assert bot.heard.empty()

        server.sockets.release()
        assert await bot.next() == "late"


async def test_op_9_resumable_resumes_and_otherwise_identifies_anew() -> None:
    server = FakeDiscord()
    server.sockets.identify_every = 0.0
    guild = server.add_guild()
    async with server, running(server, _Listener()) as bot:
        server.sockets.invalidate(resumable=True)
        assert await bot.next() == "resumed"
        assert len(server.sent_identifies) == 1

        server.sockets.invalidate(resumable=False)
        await server.wait_until(lambda: len(server.sent_identifies) == 2)
        await server.wait_until(lambda: bot.get_guild(guild.id))
        guild.add_text("new session")
        assert await bot.next() == "new session"


async def test_a_session_that_timed_out_cannot_be_resumed() -> None:
    server = FakeDiscord()
    server.sockets.identify_every = 0.0
    async with server, running(server, Bot()):
        server.sockets.close(4009)

        await server.wait_until(lambda: len(server.sent_identifies) == 2)
        assert len(server.sockets.resumes) == 1


async def test_a_connection_without_heartbeat_answers_is_given_up_and_resumed() -> None:
    server = FakeDiscord()
    server.sockets.heartbeat_interval = 0.1
    guild = server.add_guild()
    async with server, running(server, _Listener(heartbeat_timeout=1.0)) as bot:
        await server.wait_until(lambda: server.sockets.connections[0].beats >= 2)
        server.sockets.hold(silent=True)
        guild.add_text("missed")

        assert [await bot.next(), await bot.next()] == ["missed", "resumed"]


async def test_who_sends_no_heartbeat_is_closed_with_4009() -> None:
    async with FakeDiscord() as server, aiohttp.ClientSession() as session:
        server.sockets.heartbeat_patience = 0.1
        async with session.ws_connect(f"{server.gateway}?v=10") as socket:
            assert (await socket.receive_json())["op"] == 10
            await socket.receive()

            assert socket.close_code == 4009


async def test_two_shards_get_the_events_of_their_guilds() -> None:
    server = FakeDiscord()
    server.core.shards, server.core.max_concurrency = 2, 16
    guilds = [server.add_guild(f"guild {number}") for number in range(4)]
    async with server, running(server, ShardedBot()) as bot:
        shards = {each["shard"][0]: tuple(each["shard"]) for each in server.sent_identifies}
        assert shards == {0: (0, 2), 1: (1, 2)}
        seen = {guild.id: guild.shard_id for guild in bot.guilds}
        assert seen == {guild.id: (guild.id >> 22) % 2 for guild in guilds}
        assert set(seen.values()) == {0, 1}
        assert server.core.session_starts == 998


async def test_an_event_reaches_only_the_shard_of_its_guild() -> None:
    async with FakeDiscord() as server, aiohttp.ClientSession() as session:
        server.core.max_concurrency = 2
        guilds = [server.add_guild("one"), server.add_guild("two")]
        url = f"{server.gateway}?v=10"
        async with session.ws_connect(url) as first, session.ws_connect(url) as second:
            for index, socket in enumerate((first, second)):
                await socket.send_json({"op": 2, "d": _identity(server, shard=[index, 2])})
            await server.wait_for_sessions(2)
            for guild in guilds:
                guild.add_text(guild.name)

            for index, socket in enumerate((first, second)):
                mine = next(guild for guild in guilds if (guild.id >> 22) % 2 == index)
                frames = [await socket.receive_json(timeout=20) for _ in range(4)]
                assert [frame["t"] for frame in frames] == [None, "READY", "GUILD_CREATE", "CHANNEL_CREATE"]
                assert frames[3]["d"]["name"] == mine.name


async def test_a_session_gets_only_what_its_intents_ask_for() -> None:
    server = FakeDiscord()
    news = server.add_guild().add_text()
    reader = server.add_user("ada")
    async with (
        server,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.gateway}?v=10") as socket,
    ):
        identity = _identity(server, intents=int(Intents.GUILD_MESSAGES))
        await socket.send_json({"op": 2, "d": identity})
        await server.wait_for_sessions()
        news.home.add_text("not asked for")
        server.say(server.dm_of(reader), reader, "not asked for")
        server.say(news, reader, "hello")

        frames = [await socket.receive_json(timeout=20) for _ in range(3)]
        assert [frame["t"] for frame in frames] == [None, "READY", "MESSAGE_CREATE"]


async def test_only_a_session_that_lives_is_resumed_from_an_event_that_was() -> None:
    async with FakeDiscord() as server, aiohttp.ClientSession() as session:
        async with session.ws_connect(f"{server.gateway}?v=10") as socket:
            await socket.send_json({"op": 2, "d": _identity(server)})
            await server.wait_for_sessions()
            name = next(iter(server.sockets.sessions))
            with pytest.raises(_ClosedError) as refused:
                await _resumed(server, session, name, 99)
            server.sockets.invalidate(resumable=False)

            assert (await _resumed(server, session, name, 1))["op"] == 9
        assert (await _resumed(server, session, "unknown", 1))["op"] == 9
        assert refused.value.args == (4007,)


async def test_identifying_too_fast_is_an_invalid_session() -> None:
    async with FakeDiscord() as server, aiohttp.ClientSession() as session:
        first = await _identified(server, session)
        again = await _identified(server, session)
        server.clock.advance(server.sockets.identify_every)
        later = await _identified(server, session)

        assert [answer["op"] for answer in (first, again, later)] == [0, 9, 0]
        assert first["t"] == later["t"] == "READY"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"shard": [2, 2]}, 4010),
        ({"intents": -1}, 4013),
        ({"intents": int(Intents.MESSAGE_CONTENT)}, 4014),
    ],
)
async def test_a_wrong_identify_is_refused_with_its_code(changes: Json, code: int) -> None:
    async with FakeDiscord() as server, aiohttp.ClientSession() as session:
        with pytest.raises(_ClosedError) as refused:
            await _identified(server, session, **changes)

        assert refused.value.args == (code,)


async def test_too_many_guilds_for_a_shard_demand_sharding() -> None:
    async with FakeDiscord() as server, aiohttp.ClientSession() as session:
        server.sockets.shard_limit = 1
        server.add_guild("one")
        server.add_guild("two")

        with pytest.raises(_ClosedError) as refused:
            await _identified(server, session)
        assert refused.value.args == (4011,)
        assert (await _identified(server, session, shard=[0, 2]))["t"] == "READY"


async def test_a_bad_token_is_401_for_the_client() -> None:
    async with FakeDiscord() as server:
        with pointed_at(server):
            client = Bot()
            with pytest.raises(discord.LoginFailure):
                await client.start("wrong")
            await client.close()


async def test_a_token_revoked_later_closes_with_4004() -> None:
    server = FakeDiscord()
    server.sockets.refuse_identify(4004)
    async with server:
        with pytest.raises(discord.ConnectionClosed) as closed:
            async with running(server, Bot()):
                pass

        assert closed.value.code == 4004


async def test_the_client_uses_compression_and_plain_text_works_too() -> None:
    async with FakeDiscord() as server, aiohttp.ClientSession() as session:
        inflate = zlib.decompressobj()
        async with session.ws_connect(f"{server.gateway}?v=10&compress=zlib-stream") as socket:
            packed = await socket.receive_bytes()
            assert packed.endswith(b"\x00\x00\xff\xff")
            assert json.loads(inflate.decompress(packed))["op"] == 10
            await socket.send_json({"op": 1, "d": None})
            # The second frame needs the context of the first.
            assert json.loads(inflate.decompress(await socket.receive_bytes()))["op"] == 11
        assert (await _identified(server, session))["t"] == "READY"


async def test_another_gateway_can_be_told_for_the_resume() -> None:
    server, elsewhere = FakeDiscord(), FakeDiscord()
    async with elsewhere, server:
        server.core.advertised = elsewhere.gateway
        async with running(server, Bot()):
            server.sockets.ask_to_reconnect()
            await server.wait_until(lambda: elsewhere.sockets.connections)


class _ClosedError(Exception):
    """The socket was closed; the argument is the code."""


def _identity(server: FakeDiscord, **changes: Any) -> Json:
    return {"token": server.token, "intents": 1, "properties": {}, **changes}


async def _identified(server: FakeDiscord, session: aiohttp.ClientSession, **changes: Any) -> Json:
    return await _told(server, session, {"op": 2, "d": _identity(server, **changes)})


async def _resumed(server: FakeDiscord, session: aiohttp.ClientSession, name: str, number: int) -> Json:
    data = {"token": server.token, "session_id": name, "seq": number}
    return await _told(server, session, {"op": 6, "d": data})


async def _told(server: FakeDiscord, session: aiohttp.ClientSession, frame: Json) -> Json:
    async with session.ws_connect(f"{server.gateway}?v=10", autoclose=True) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json(frame)
        message = await socket.receive(timeout=20)
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise _ClosedError(socket.close_code)
        answer: Json = json.loads(message.data)
        return answer
