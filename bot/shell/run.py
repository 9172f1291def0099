"""`bystander run` and `bystander once`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO

import adapters
from bot import __version__, open_files
from bot.app import Bot, open_bot
from bot.config.env_file import environment
from bot.config.load import Config, load_config
from bot.errors import ConfigError
from bot.reload import Reloader
from bot.running import prepare, run_bot, run_once
from bot.shell.hangup import heeding_hangups
from bot.shell.notify import Supervisor, reloading, supervisor, watched

_log = logging.getLogger("bystander")


async def run(options: argparse.Namespace, config: Config) -> int:
    """Run until SIGTERM or SIGINT; then finish what is in flight and return 0. SIGHUP: reload the config."""
    _need_somewhere_to_talk(config)
    open_files.raise_limit()
    stop, asked, above = asyncio.Event(), asyncio.Event(), supervisor()
    with stopping_on_signals(stop, above) as begin, heeding_hangups(asked, begin):
        async with open_bot(config, source=console_source(), serves=True) as bot:
            await prepare(bot)
            spare_collector()
            async with watched(above, bot.vitals.pulse.lives):
                reloader = Reloader(bot, partial(_read, options), partial(reloading, above))
                await run_bot(bot, stop, lambda: _announce(bot, above), [partial(reloader.run, asked)])
    _log.info("Stopped; what was not sent waits for the next start.")
    return 0


def _read(options: argparse.Namespace) -> Config:
    """Return the config as it is now in the file, the environment file and the files of secrets."""
    return load_config(Path(options.config), environment(options.env_file, os.environ))


def console_source() -> TextIO | None:
    """Return stdin, or None when it is missing or closed."""
    return sys.stdin if sys.stdin is not None and not sys.stdin.closed else None


def spare_collector() -> None:
    """Exclude the objects made at start-up from garbage collection, and collect less often.

    With hundreds of polls under way the collector would take a tenth of their time and free almost nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)  # new objects; a few polls make more than Python's default of 700


async def once(_: argparse.Namespace, config: Config) -> int:
    """Poll every feed and deliver all that is due; return 1 when any poll or delivery failed."""
    _need_somewhere_to_talk(config)
    open_files.raise_limit()
    async with open_bot(config) as bot:
        failed = await run_once(bot)
    if failed:
        _log.error("%d of the polls and deliveries failed; see above.", failed)
    return 1 if failed else 0


@contextmanager
def stopping_on_signals(stop: asyncio.Event, above: Supervisor | None = None) -> Iterator[Callable[[], None]]:
    """Set `stop` on SIGTERM or SIGINT, and tell the supervisor; a second signal ends the process at once.

    Yields a function that begins to stop as the first signal does.
    """
    loop = asyncio.get_running_loop()
    signals = itertools.count(1)

    def begin() -> None:
        _log.info("Stopping; once more to stop at once.")
        if above is not None:
            above.tell("STOPPING=1")
        stop.set()

    def handle(*_: object) -> None:
        if next(signals) > 1:  # not left to the loop, which may be blocked writing to a full pipe
            os._exit(1)
        loop.call_soon_threadsafe(begin)

    wanted = [signal.SIGTERM, signal.SIGINT]
    before = {each: signal.getsignal(each) for each in wanted}
    for each in wanted:  # loop.add_signal_handler is missing on Windows
        signal.signal(each, handle)
    try:
        yield begin
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _announce(bot: Bot, above: Supervisor) -> None:
    feeds = ", ".join(feed.name for feed in bot.config.feeds) or "no feed yet (/feeds add URL)"
    _log.info("Bystander %s watches %s; talks on %s.", __version__, feeds, ", ".join(bot.adapters))
    above.tell("READY=1")


def _need_somewhere_to_talk(config: Config) -> None:
    if not config.enabled:
        others = ", ".join(f'"{name}"' for name in adapters.names() if name != "console")
        raise ConfigError([f"no chat is enabled; set console.enabled = true, or another of {others}"])
