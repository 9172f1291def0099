from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bot.errors import ParseError, SandboxError
from bot.pipeline.parse.feed import parse
from bot.sandbox.sandbox import Sandbox
from tests.sandbox.children import ENDLESS, FOLD, GOOD, PARSE, is_gone, until, until_busy

ROOT = Path(__file__).resolve().parents[2]

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(seconds=30) as sandbox:
        yield sandbox


# --- ends -------------------------------------------------------------------------------------------------


@posix
async def test_a_child_killed_at_work_fails_its_poll_alone(sandbox: Sandbox) -> None:
    call = asyncio.create_task(sandbox.run(PARSE, ENDLESS))
    os.kill(await until_busy(sandbox), signal.SIGKILL)

    with pytest.raises(SandboxError, match=r"died \(signal 9\)"):
        await call
    assert await sandbox.run(PARSE, GOOD) == parse(GOOD)


@posix
async def test_a_child_killed_at_rest_fails_no_poll(sandbox: Sandbox) -> None:
    await sandbox.run(PARSE, GOOD)
    first = sandbox.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: sandbox.pid is None)

    assert await sandbox.run(PARSE, GOOD) == parse(GOOD)
    assert sandbox.pid not in (None, first)


async def test_a_cancelled_call_leaves_no_answer_for_the_next_one(sandbox: Sandbox) -> None:
    call = asyncio.create_task(sandbox.run(PARSE, ENDLESS))
    busy = await until_busy(sandbox)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert is_gone(busy)
    assert await sandbox.run(FOLD, "Next") == "next"


async def test_a_call_that_waits_its_turn_can_be_cancelled(sandbox: Sandbox) -> None:
    first = asyncio.create_task(sandbox.run(PARSE, ENDLESS))
    busy = await until_busy(sandbox)
    second = asyncio.create_task(sandbox.run(FOLD, "A"))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second

    assert sandbox.pid == busy  # the first call is not disturbed
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_closing_ends_the_child_and_the_call_that_waits_for_it() -> None:
    sandbox = Sandbox(seconds=30)
    call = asyncio.create_task(sandbox.run(PARSE, ENDLESS))
    busy = await until_busy(sandbox)
    await sandbox.aclose()
    await sandbox.aclose()

    assert is_gone(busy)
    with pytest.raises(SandboxError):
        await call


@posix
async def test_signals_to_the_whole_group_are_the_parents_business(sandbox: Sandbox) -> None:
    await sandbox.run(PARSE, GOOD)
    pid = sandbox.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)

    assert await sandbox.run(PARSE, GOOD) == parse(GOOD)
    assert sandbox.pid == pid


PARENT = """
import asyncio, sys
from bot.sandbox.sandbox import Sandbox
from tests.sandbox.children import FOLD, PARSE

async def main():
    async with Sandbox(seconds=1) as sandbox:
        await sandbox.run(FOLD, "A")
        asyncio.get_running_loop().call_later(1 / 3, lambda: print(sandbox.pid, flush=True))
        if sys.argv[1] == "busy":
            body = "".join(f"<category>{number}</category>" for number in range(100_000))
            body = f"<rss version='2.0'><channel><item>{body}</item></channel></rss>"
            await sandbox.run(PARSE, body.encode())
        await asyncio.sleep(600)

asyncio.run(main())
"""


@contextmanager
def parent(doing: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start a program with a child behind a wall; yield it and the child's pid."""
    command = [sys.executable, "-c", PARENT, doing]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@posix
@pytest.mark.slow
@pytest.mark.parametrize("doing", ["nothing", "busy"])
async def test_a_parent_killed_outright_leaves_no_orphan(doing: str) -> None:
    with parent(doing) as (process, child):
        assert not is_gone(child)
        process.kill()
        process.wait()

        await until(lambda: is_gone(child))


# --- confinement ------------------------------------------------------------------------------------------


@posix
async def test_the_child_is_told_no_secrets(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very secret")
    monkeypatch.setenv("BYSTANDER_DATABASE", "postgresql://u:very secret@db/x")
    await sandbox.run(PARSE, GOOD)

    environment = psutil.Process(sandbox.pid).environ()
    assert "DISCORD_TOKEN" not in environment
    assert "very secret" not in str(environment)


async def test_the_child_finds_the_project_from_any_folder_and_imports_nothing_there(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "bot.py", "feedparser.py"):
        (tmp_path / name).write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)

    assert await sandbox.run(PARSE, GOOD) == parse(GOOD)


CONFINED = """
import socket, subprocess, os, sys, urllib.request
from bot.sandbox.worker import confine

listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
confine(512 * 2**20)
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", port)),
    lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/"),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: subprocess.run(["true"]),
    lambda: os.system("true"),
    lambda: open(sys.argv[1], "w", buffering=1).write("x\\n"),
):
    try:
        attempt()
    except OSError as error:
        print(type(error).__name__)
    else:
        print("done")
"""


@posix
def test_a_confined_process_reaches_no_network_no_program_and_no_file(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CONFINED, str(tmp_path / "written")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    *refused, written = ran.stdout.split()
    assert refused == ["PermissionError", "URLError", "PermissionError", "PermissionError", "PermissionError"]
    assert written == "OSError"
    assert (tmp_path / "written").read_text() == ""


async def test_no_body_is_taken_for_a_path_or_an_address(sandbox: Sandbox, tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(GOOD)

    for body in (str(feed), feed.as_uri(), f"<{feed}>"):
        with pytest.raises(ParseError):
            await sandbox.run(PARSE, body.encode())
