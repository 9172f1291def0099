"""Socket Mode frame by frame: what the real client never does, and whether the fake would notice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse

from tests.fakes.slack.clients import web_client
from tests.fakes.slack.server import FakeSlack

Json = dict[str, Any]


async def _address(slack: FakeSlack) -> str:
    client = web_client(slack, slack.add_team("another"))
    return str((await client.apps_connections_open(app_token=slack.app_token))["url"])


@asynccontextmanager
async def _socket(slack: FakeSlack) -> AsyncIterator[ClientWebSocketResponse]:
    async with aiohttp.ClientSession() as session, session.ws_connect(await _address(slack)) as socket:
        hello = await socket.receive_json()
        assert (hello["type"], hello["connection_info"]["app_id"]) == ("hello", slack.app_id)
        yield socket


async def test_a_ticket_is_good_for_one_connection() -> None:
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        address = await _address(slack)
        async with session.ws_connect(address):
            for wrong in (address, address.replace("ticket=", "ticket=0")):
                with pytest.raises(aiohttp.WSServerHandshakeError):
                    await session.ws_connect(wrong)

        assert slack.take_violations() == ["a ticket was used for a second connection"]


async def test_an_old_ticket_is_worth_nothing() -> None:
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        address = await _address(slack)
        slack.clock.advance(31)

        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)


async def test_the_eleventh_connection_is_one_too_many() -> None:
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await _address(slack)) for _ in range(11)]

        frames = [await socket.receive_json() for socket in sockets]
        assert [frame["type"] for frame in frames] == [*["hello"] * 10, "disconnect"]
        assert [frame.get("num_connections") for frame in frames[:10]] == list(range(1, 11))
        assert (frames[10]["reason"], slack.sockets.refused, slack.sockets.opened) == (
            "too_many_websockets",
            1,
            10,
        )
        for socket in sockets:
            await socket.close()


async def test_envelopes_take_turns_on_the_connections() -> None:
    async with FakeSlack() as slack:
        alice = slack.add_team().add_user("alice")
        async with _socket(slack) as one, _socket(slack) as two:
            sent = [await slack.command(alice, alice, "/follow", str(number)) for number in range(4)]
            texts = []
            for socket in (one, two):
                for _ in range(2):
                    frame = await socket.receive_json()
                    assert (frame["type"], frame["accepts_response_payload"]) == ("slash_commands", True)
                    texts.append(frame["payload"]["text"])
                    await socket.send_json({"envelope_id": frame["envelope_id"]})
            for deed in sent:
                assert await deed.acked() == {}

        assert sorted(texts) == ["0", "1", "2", "3"]


async def test_frames_that_are_no_single_acknowledgement_of_a_known_envelope_are_violations() -> None:
    async with FakeSlack() as slack:
        alice = slack.add_team().add_user("alice")
        async with _socket(slack) as socket:
            deed = await slack.command(alice, alice, "/follow")
            ack = {"envelope_id": (await socket.receive_json())["envelope_id"]}
            for frame in (ack, ack, {"envelope_id": "nobody's"}, {"type": "hello"}, {**ack, "ok": True}):
                await socket.send_json(frame)
            await socket.send_str("not JSON")
            await slack.wait_until(lambda: len(slack.violations) >= 6)
            assert await deed.acked() == {}

        assert [each.split(":")[0] for each in slack.take_violations()] == [
            "a second acknowledgement of /follow",
            "an acknowledgement of an unknown envelope",
            "a frame that is no acknowledgement",
            "an acknowledgement with unknown keys",
            "a second acknowledgement of /follow",
            "a frame that is no acknowledgement",
        ]


async def test_an_acknowledgement_carries_something_only_where_that_is_taken() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        async with _socket(slack) as socket:
            deed = await slack.event(team, {"type": "channel_archive", "channel": "C1", "user": "U1"})
            frame = await socket.receive_json()
            assert frame["accepts_response_payload"] is False
            await socket.send_json({"envelope_id": frame["envelope_id"], "payload": {"text": "a"}})
            assert await deed.acked() == {}

        assert slack.take_violations()[0].startswith(
            "the acknowledgement of channel_archive may carry nothing"
        )


async def test_an_event_that_nobody_acknowledges_comes_again_with_a_retry_number() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        slack.core.ack_within = 0.1
        async with _socket(slack) as socket:
            deed = await slack.event(team, {"type": "channel_archive", "channel": "C1", "user": "U1"})
            first, second = await socket.receive_json(), await socket.receive_json()
            await socket.send_json({"envelope_id": second["envelope_id"]})
            await deed.acked()

        keys = ("envelope_id", "retry_attempt", "retry_reason")
        assert [first[key] for key in keys] == [first["envelope_id"], 0, ""]
        assert [second[key] for key in keys] == [first["envelope_id"], 1, "timeout"]
        assert slack.take_violations()[0] == "late ack: channel_archive was not acknowledged in time"


async def test_a_command_that_dies_with_its_connection_goes_to_the_other() -> None:
    async with FakeSlack() as slack:
        alice = slack.add_team().add_user("alice")
        async with _socket(slack) as one, _socket(slack) as two:
            deeds = [await slack.command(alice, alice, "/follow") for _ in range(2)]
            await one.close()
            seen = [await two.receive_json() for _ in range(2)]
            for frame in seen:
                await two.send_json({"envelope_id": frame["envelope_id"]})
            for deed in deeds:
                await deed.acked()

        assert len({frame["envelope_id"] for frame in seen}) == 2


async def test_nothing_is_held_against_an_app_that_has_died() -> None:
    async with FakeSlack() as slack:
        alice = slack.add_team().add_user("alice")
        slack.core.ack_within = 0.1
        async with _socket(slack):
            deed = await slack.command(alice, alice, "/follow")
        with pytest.raises(AssertionError, match="operation_timeout"):
            await deed.acked()


async def test_the_servers_pings_and_the_clients_are_answered() -> None:
    async with FakeSlack() as slack:
        slack.sockets.ping_every = 0.01
        address, kinds = await _address(slack), set[aiohttp.WSMsgType]()
        async with aiohttp.ClientSession() as session, session.ws_connect(address, autoping=False) as socket:
            await socket.ping(b"sdk-ping-pong:1")
            while {aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG} - kinds:
                kinds.add((await socket.receive()).type)
