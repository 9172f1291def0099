"""Stopping is an event: SIGTERM ends in time with exit 0, a second signal ends at once."""

from __future__ import annotations

import signal
import sys

import psutil
import pytest

from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import until
from tests.fakes.blog import FaultyBlog, Hang

pytestmark = [
    pytest.mark.cold,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals on Windows"),
]


async def test_sigterm_during_a_slow_poll_waits_for_it_and_loses_nothing(
    home: Home, blog: FaultyBlog
) -> None:
    hang = Hang()
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
        blog.fail_next(hang)
        await bot.until(hang.arrived.is_set)
        publish(blog, draft(1, "Soy Is Back", "Trade"))
        bot.interrupt()
        await bot.until(lambda: "Stopping" in bot.log)
        hang.release()

        assert await bot.ended() == 0
        assert "Stopped" in bot.log
    assert home.states() in (["pending"], ["sent"])  # stored, whether or not there was time to send it
    sent_before = bot.titles()
    async with home.running() as bot:
        await bot.polls(blog)
        assert sent_before + bot.titles() == ["Soy Is Back"]


async def test_sigterm_during_a_poll_that_never_ends_is_obeyed_all_the_same(
    home: Home, blog: FaultyBlog
) -> None:
    home.settings["fetch"]["timeout"] = "5m"
    home.settings["delivery"]["grace"] = "1s"
    hang = Hang()
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
        blog.fail_next(hang)
        await bot.until(hang.arrived.is_set)
        publish(blog, draft(1, "Soy Is Back", "Trade"))

        assert await bot.stop() == 0
    async with home.running() as bot:
        await bot.alerted(1)
        assert bot.titles("alice") == ["Soy Is Back"]
    hang.release()


async def test_sigint_is_as_good_as_sigterm(home: Home) -> None:
    async with home.running() as bot:
        await bot.ready()

        assert await bot.stop(signal.SIGINT) == 0
        assert "what was not sent waits for the next start" in bot.log


async def test_a_second_signal_ends_at_once(home: Home, blog: FaultyBlog) -> None:
    hang = Hang()
    async with home.running() as bot:
        await bot.polls(blog, 2)
        blog.fail_always(hang)
        await bot.until(hang.arrived.is_set)
        bot.interrupt()
        await bot.until(lambda: "Stopping" in bot.log)

        assert await bot.stop() == 1


async def test_a_second_signal_ends_even_a_bot_whose_output_nobody_reads(
    home: Home, blog: FaultyBlog
) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        for _ in range(50):
            bot.type("/help follow")
        await bot.stall()

        def signalled() -> bool:
            """Two signals that come as one are one: send until it ends."""
            bot.interrupt()
            return bot.process.returncode is not None

        await bot.until(signalled)
        assert bot.process.returncode == 1


async def test_no_process_is_left_behind_by_kill_9(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        [child] = psutil.Process(bot.process.pid).children(recursive=True)
        await bot.kill()

    await until(lambda: has_ended(child))


def has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
