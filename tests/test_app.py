"""The whole bot in one process: what fails in one part leaves the others at work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.app import Bot, open_bot
from bot.config.load import parse_config
from bot.errors import StoreError
from bot.running import prepare, run_bot
from tests.databases import Database
from tests.pipeline.deliver.office import FaultyStore, until

ME = "console:me"
FULL = StoreError("The database cannot grow because the disk is full.")


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[tuple[Bot, FaultyStore]]:
    """Open a bot on the console; housekeeping and the clock see the faults of the store that is returned."""
    text = f"""
        database = "{database.url}"
        [console]
        enabled = true
    """
    async with open_bot(parse_config(text, {}), source=[]) as bot:
        faulty: Any = FaultyStore(bot.store)
        bot.timekeeper._store = faulty
        yield replace(bot, store=faulty), faulty


@asynccontextmanager
async def running(bot: Bot) -> AsyncIterator[asyncio.Task[None]]:
    """Run a prepared bot; it is told to stop at the end, and its error is raised."""
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(run_bot(bot, stop, ready.set))
    try:
        await until(lambda: ready.is_set() or task.done())
        yield task
    finally:
        stop.set()
        await task


def troubles(bot: Bot) -> list[str]:
    return [part.name for part in bot.vitals.parts() if part.trouble]


@pytest.mark.parametrize("method", ["set_value", "bound_times", "probe_parked", "post_times"])
async def test_the_bot_goes_on_when_the_store_refuses_housekeeping(
    database: Database, method: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(database) as (bot, faulty):
        await prepare(bot)
        faulty.fail(method, FULL)
        async with running(bot) as task:
            await until(lambda: "housekeeping" in troubles(bot))
            await bot.store.notify([ME], "The bot is at work.", bot.clock.now())
            bot.outbox.wake()
            (log,) = await bot.store.delivery_log(ME, 9)
            while log.state != "sent":
                await asyncio.sleep(0.01)
                (log,) = await bot.store.delivery_log(ME, 9)
            assert not task.done()

    assert f"Housekeeping does not work: {FULL}" in caplog.messages
    assert "The bot is at work." in capsys.readouterr().out


async def test_any_other_fault_of_housekeeping_ends_the_bot_with_it(database: Database) -> None:
    async with opened(database) as (bot, faulty):
        await prepare(bot)
        faulty.fail("probe_parked", RuntimeError("a bug"))
        with pytest.raises(RuntimeError, match="a bug"):
            await run_bot(bot, asyncio.Event(), lambda: None)
