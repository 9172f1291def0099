"""Frames of the gateway that cannot be used cost one line of log and a reconnect, and never all shards."""

from __future__ import annotations

import logging

import pytest

from adapters.discord.gateway.frames import FrameError, check_hello
from tests.adapters.discord.rig import Rig


def hello(interval: str) -> str:
    return f'{{"op":10,"d":{{"heartbeat_interval":{interval}}},"s":null,"t":null}}'


@pytest.mark.parametrize(
    "interval",
    ["NaN", "-41250", "0", "1", "Infinity", "1e300", '"41250"', "null", "true", "9" * 400, "[]", "{}"],
)
def test_an_interval_between_heartbeats_that_is_no_usable_number_is_refused(interval: str) -> None:
    with pytest.raises(FrameError):
        check_hello(hello(interval))


@pytest.mark.parametrize(
    "frame",
    [
        hello("41250"),
        hello("41250.5"),
        '{"op":0,"d":{"name":"heartbeat_interval"},"s":1,"t":"X"}',
        '["heartbeat_interval"]',
        "no JSON",
    ],
)
def test_other_frames_pass(frame: str) -> None:
    check_hello(frame)


@pytest.mark.slow  # discord.py's back-off before it connects again
@pytest.mark.parametrize("frame", ["no JSON", "[1]", "null", '{"op":9', "[" * 100_000, '{"op":10,"d":null}'])
async def test_a_frame_that_cannot_be_read_is_a_line_and_a_reconnect(
    rig: Rig, frame: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = rig.client
    ((connection, _),) = rig.server.sockets.live()
    await connection.socket.send_str(frame)
    await rig.until(lambda: len(rig.server.sent_identifies) == 2 and rig.adapter.connected)
    asked = await rig.server.interact(rig.alice, rig.news, "health")
    told = [each for each in caplog.records if each.levelno >= logging.WARNING]

    assert (await asked.answer()).content == "/health {}"
    assert rig.client is client, "all shards ended"
    assert [each for each in told if each.exc_info] == []
    assert len(told) == 2  # that the connection does not work, and that it works again


@pytest.mark.slow  # as above
async def test_a_hello_with_a_negative_interval_sends_no_flood_of_heartbeats(rig: Rig) -> None:
    sockets = rig.server.sockets
    sockets.heartbeat_interval = -41.25
    sockets.drop()
    await rig.until(lambda: not rig.adapter.connected)
    await rig.until(lambda: rig.adapter.trouble)
    sockets.heartbeat_interval = 41.25
    await rig.until(lambda: rig.adapter.connected)

    assert all(connection.beats < 10 for connection, _ in sockets.live())
