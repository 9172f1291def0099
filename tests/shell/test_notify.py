"""What systemd is told, over the real kind of socket."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.shell.notify import Supervisor, reloading, watched
from tests.acceptance.process import Home
from tests.acceptance.running import until
from tests.databases import Database

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="systemd is of Linux")


class Listener:
    """A supervisor's socket. `heard`: what it was told so far."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.settimeout(0)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        try:
            while told := self._socket.recv(1000):
                self.heard.append(told.decode())
        except BlockingIOError:
            return self.heard
        return self.heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Listener]:
    if request.param == "abstract" and sys.platform != "linux":
        pytest.skip("abstract sockets are of Linux")
    listening = Listener(str(tmp_path / "notify") if request.param == "path" else f"@{tmp_path}/notify")
    yield listening
    listening.close()


def test_a_state_arrives_as_one_datagram(listener: Listener) -> None:
    Supervisor(listener.address).tell("READY=1")

    assert listener.listen() == ["READY=1"]


def test_without_a_supervisor_nothing_happens() -> None:
    Supervisor().tell("READY=1")


def test_a_supervisor_that_is_gone_does_no_harm(tmp_path: Path) -> None:
    Supervisor(str(tmp_path / "nobody")).tell("READY=1")


def test_a_supervisor_that_does_not_listen_holds_nothing_up(listener: Listener) -> None:
    for _ in range(10_000):
        Supervisor(listener.address).tell("WATCHDOG=1")

    assert len(listener.listen()) < 10_000


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, 0.0),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({"WATCHDOG_USEC": "-1"}, 0.0),
        ({"WATCHDOG_USEC": ""}, 0.0),
    ],
)
def test_the_watchdog_is_read_as_systemd_sets_it(environ: dict[str, str], seconds: float) -> None:
    assert Supervisor.of({"NOTIFY_SOCKET": "/x"} | environ, 7) == Supervisor("/x", seconds)


async def test_the_watchdog_hears_nothing_of_a_bot_that_hangs(listener: Listener) -> None:
    alive = True
    async with watched(Supervisor(listener.address, 0.02), lambda: alive):
        await until(lambda: len(listener.listen()) >= 3)
        alive = False
        before = len(listener.listen())
        await asyncio.sleep(0.1)  # ten times what is between two calls

        assert len(listener.listen()) == before
    assert set(listener.heard) == {"WATCHDOG=1"}


async def test_a_reload_is_told_with_its_time_and_its_end_also_when_it_fails(listener: Listener) -> None:
    async def fail() -> None:
        assert len(listener.listen()) == 1
        raise ZeroDivisionError

    before = time.monotonic_ns() // 1000
    with pytest.raises(ZeroDivisionError):
        await reloading(Supervisor(listener.address), fail())
    begun, ended = listener.listen()

    first, _, microseconds = begun.partition("\nMONOTONIC_USEC=")
    assert (first, ended) == ("RELOADING=1", "READY=1")
    assert before <= int(microseconds) <= time.monotonic_ns() // 1000  # the same clock, on Linux


async def test_the_bot_tells_that_it_is_ready_lives_reloads_and_stops(
    listener: Listener, tmp_path: Path, database: Database
) -> None:
    home = Home(tmp_path, "http://127.0.0.1:9/feed/", "off", database)
    env = {"NOTIFY_SOCKET": listener.address, "WATCHDOG_USEC": "100000"}
    async with home.running(env=env) as bot:
        await bot.until(lambda: "READY=1" in listener.listen())
        await bot.until(lambda: listener.listen()[-3:] == ["WATCHDOG=1"] * 3)
        bot.interrupt(signal.SIGHUP)
        await bot.until(lambda: listener.listen().count("READY=1") == 2)
        assert await bot.stop() == 0
    told = [each.partition("\n")[0] for each in listener.listen() if each != "WATCHDOG=1"]

    assert told == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
