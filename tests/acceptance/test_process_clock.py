"""The machine's clock is set while the real bot runs: it goes on polling and delivering, and says why."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.acceptance.process import ROOT, Home
from tests.acceptance.publishing import draft, publish
from tests.fakes.blog import FaultyBlog

pytestmark = [
    pytest.mark.cold,
    pytest.mark.sqlite("with a server, the bot goes by the server's clock"),
]

# Python runs this before anything of the bot: a machine whose clock a signal sets back or forward by a day.
SETTABLE = """
import datetime, signal, time

real, offset = time.time, [0.0]
time.time = lambda: real() + offset[0]

class Settable(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(time.time(), tz)

import apscheduler.schedulers.base, apscheduler.schedulers.asyncio
import bot.schedule
apscheduler.schedulers.base.datetime = bot.schedule.datetime = Settable

def set_by(days):
    def handle(*_):
        offset[0] += days * 86400.0
    return handle

signal.signal(signal.SIGUSR1, set_by(-1))
signal.signal(signal.SIGUSR2, set_by(1))
"""


@pytest.mark.parametrize(("set_it", "word"), [(signal.SIGUSR1, "back"), (signal.SIGUSR2, "forward")])
async def test_a_clock_that_is_set_by_a_day_stops_nothing(
    home: Home, blog: FaultyBlog, tmp_path: Path, set_it: signal.Signals, word: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SETTABLE, "utf-8")
    async with home.running(env={"PYTHONPATH": f"{tmp_path}:{ROOT}"}) as bot:
        await bot.polls(blog)
        await bot.follow("alice Trade")
        await bot.polls(blog)
        bot.interrupt(set_it)
        await bot.until(lambda: f"was set {word} by 1 day" in bot.log)
        await bot.polls(blog)
        publish(blog, draft(1, "After the jump", "Trade"))
        await bot.alerted(1, "alice")
        await bot.polls(blog)
        assert (await bot.say("/health")).startswith("All well.\nChats: console connected.")

    assert bot.titles("alice") == ["After the jump"]
    assert home.states() == ["sent"]
    assert len(bot.log.splitlines()) < 12, bot.log
