"""A bot that is forked does what one does that a person starts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import psutil
import pytest

from tests.acceptance import forking
from tests.acceptance.forking import BOT, NUMBER, STREAMS
from tests.acceptance.process import ROOT, Home
from tests.acceptance.running import until
from tests.databases import SqliteFile
from tests.fakes.blog import FaultyBlog

# Starts a bot and tells of it, and then waits.
A_TESTER = """
import asyncio, sys
from pathlib import Path
from tests.acceptance.process import Home
from tests.databases import SqliteFile

async def main():
    folder, feed_url = Path(sys.argv[1]), sys.argv[2]
    home = Home(folder, feed_url, "off", SqliteFile(folder / "bystander.db"))
    async with home.running() as bot:
        await bot.until(lambda: "silent" in bot.log)
        print(bot.process.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("export",),
        ("no-such-call",),
        ("once",),
        ("command", "--as", "nobody", "/help"),
        ("import", "-"),
    ],
    ids=lambda each: each[0],
)
async def test_a_forked_call_ends_as_one_that_was_started(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = []
    for cold in (True, False):
        file = SqliteFile(tmp_path / "bystander.db")
        file.file.unlink(missing_ok=True)
        home = Home(tmp_path, "http://127.0.0.1:9/feed/", "off", file)
        home.cold = cold
        ended.append(await home.call(*arguments, stdin="not TOML, \u00fc".encode()))

    assert ended[0].code == ended[1].code
    assert [without_times(each.out) for each in ended] == [without_times(ended[0].out)] * 2
    assert [without_times(each.err) for each in ended] == [without_times(ended[0].err)] * 2


def without_times(text: str) -> list[str]:
    return [line.partition("Z ")[2] or line for line in text.splitlines()]


async def test_what_one_bot_is_given_the_next_one_does_not_get(lonely: Home) -> None:
    other = SqliteFile(lonely.folder / "other.db")
    await lonely.call("migrate", env={"BYSTANDER_DATABASE": other.url})
    first = sorted(each.name for each in lonely.folder.glob("*.db"))
    await lonely.call("migrate")

    assert first == ["other.db"]
    assert sorted(each.name for each in lonely.folder.glob("*.db")) == ["bystander.db", "other.db"]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 0)])
async def test_the_end_of_a_forked_bot_is_told(lonely: Home, sent: signal.Signals, code: int) -> None:
    async with lonely.running() as bot:
        await bot.ready()

        assert await bot.stop(sent) == code


async def test_what_reads_hostile_input_is_a_process_of_its_own_that_is_forked_too(home: Home) -> None:
    async with home.running() as bot:
        await bot.until(lambda: "8 silent" in bot.log)
        itself = psutil.Process(bot.process.pid)
        nursery = itself.parent()
        assert nursery is not None
        assert itself.children() == []
        [reader] = [
            each
            for each in nursery.children()
            if each != itself and each.create_time() >= itself.create_time()
        ]

    await until(lambda: not reader.is_running())


async def test_nothing_that_was_forked_outlives_the_tests_however_they_end(
    tmp_path: Path, blog: FaultyBlog
) -> None:
    tester = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", A_TESTER, str(tmp_path), blog.feed_url),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert tester.stdout is not None
    bot = psutil.Process(int(await tester.stdout.readline()))
    nursery = bot.parent()
    assert nursery is not None
    forked = nursery.children()
    assert bot in forked
    tester.kill()
    await tester.communicate()

    await until(lambda: not any(each.is_running() for each in (nursery, *forked)))


async def test_who_is_killed_while_asking_takes_nobody_along(lonely: Home) -> None:
    assert (await lonely.call("--help")).code == 0
    requests, _ = forking._started[-1]
    reading, writing = os.pipe()
    os.close(reading)
    request = {"program": BOT, "arguments": ["--help"], "folder": str(lonely.folder), "environment": {}}
    text = json.dumps(request).encode()
    nothing = os.open(os.devnull, os.O_RDWR)
    socket.send_fds(requests, [NUMBER.pack(len(text))], [*[nothing] * STREAMS, writing])
    requests.sendall(text)
    os.close(nothing)
    os.close(writing)

    assert (await lonely.call("--help")).code == 0
