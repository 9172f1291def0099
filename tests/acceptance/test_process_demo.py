"""The demo, in conversation and without a terminal."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.process import NEVER_SHOWN, Home
from tests.acceptance.running import PATIENCE

pytestmark = pytest.mark.cold

NEW = "s List Gets Longer, And So Does"


async def test_the_demo_shows_an_alert_and_ends_without_a_terminal(lonely: Home) -> None:
    ended = await lonely.call("demo", "--once")

    assert ended.code == 0
    assert ended.err == ""
    assert "> /follow China-U.S.\nYou now get: China-U.S.; at once, on the console.\n" in ended.out
    assert NEW in ended.out.rpartition("The blog publishes a post")[2]


async def test_the_demo_answers_what_is_typed_and_publishes_for_those_who_follow(
    lonely: Home, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    pipe = subprocess.PIPE
    process = await lonely.spawn(
        "demo", env={"TMPDIR": str(scratch)}, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    shown = ""
    process.stdin.write(b"\xff\n/folow China\n/follow China-U.S., Trade, Media\n")
    try:
        async with asyncio.timeout(PATIENCE):
            while "Filed under" not in shown:
                chunk = await process.stdout.read(4096)
                assert chunk, shown
                shown += chunk.decode()
            process.send_signal(signal.SIGINT)
            rest, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert process.returncode == 0
    assert "/follow" in shown
    assert "You now get: China-U.S., Media and Trade" in shown
    assert NEVER_SHOWN not in shown + rest.decode()
    assert list(scratch.iterdir()) == []


@pytest.mark.slow
async def test_the_demo_ends_with_its_input(lonely: Home) -> None:
    ended = await lonely.call("demo", stdin=b"/following\n")

    assert ended.code == 0
    assert "You follow nothing" in ended.out
