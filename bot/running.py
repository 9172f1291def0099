"""Runs the assembled parts, alone or as one of several processes on a database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial

from bot.app import Bot
from bot.errors import BystanderError, PermanentError, StoreError
from bot.model import Claim, Feed
from bot.pipeline.worker import Poller
from bot.quiet_blogs import QuietBlogs
from bot.schedule import SCHEDULE, beat_of, beating
from bot.serving import web_server
from bot.websub.door import Door
from bot.websub.subscriber import Subscriber

_log = logging.getLogger(__name__)


async def prepare(bot: Bot) -> None:
    """Become a runner of the database, sync its feeds with the config, start the adapters."""
    await bot.store.take_over(bot.owner)
    await bot.timekeeper.begin()
    await bot.store.sync_feeds([feed.settings() for feed in bot.config.feeds], bot.clock.now())
    await bot.store.begin_hubs(bot.public_url, bot.clock.now())
    await bot.report.recall()
    for name, adapter in bot.adapters.items():
        try:
            await adapter.start(bot.services)
        except PermanentError as error:
            await _shut_out(bot, name, error)
        else:
            if adapter.connected:
                await bot.report.opened(name)


async def _shut_out(bot: Bot, name: str, error: PermanentError) -> None:
    """Go on without an adapter that its platform refuses; raise the error when no other one is left."""
    if not bot.report.health.leave_out(name):
        raise error
    _log.error("%s is left out until the next start, and its alerts wait: %s", name, error)
    if await bot.report.shut(name, str(error)):
        bot.outbox.wake()


async def run_bot(
    bot: Bot,
    stop: asyncio.Event,
    on_ready: Callable[[], None],
    beside: Sequence[Callable[[], Coroutine[None, None, None]]] = (),
) -> None:
    """Poll, deliver and answer, after `prepare`, until `stop` is set. `beside`: what else is to run so long.

    When one part fails, the others are stopped and its error is raised: better no bot than half of one.
    """
    faults: asyncio.Queue[BaseException] = asyncio.Queue()
    quiet_blogs = QuietBlogs(bot.store, bot.clock, bot.admins.addresses, bot.outbox.wake)
    keep_house = partial(_keep_house, bot, quiet_blogs)
    jobs = {"poll": (partial(_poll, bot, stop), beat_of(feed.settings() for feed in bot.config.feeds))}
    if bot.engine is None:
        jobs["housekeeping"] = (keep_house, SCHEDULE.housekeeping)
    try:
        async with _web(bot), beating(jobs, faults.put_nowait), asyncio.TaskGroup() as group:
            served = bot.adapters.keys() - bot.report.health.left_out
            side = [group.create_task(_serve(bot, each)) for each in sorted(served)]
            side += [group.create_task(each()) for each in beside]
            side += [group.create_task(_subscriber(bot).run())] if bot.public_url else []
            side.append(group.create_task(_raise_first(faults)))
            group.create_task(_close_after(stop, bot.poller))
            on_ready()
            await _deliver(bot, keep_house, stop, faults.put_nowait)
            for task in side:
                task.cancel()
    except BaseExceptionGroup as error:
        raise _first_of(error) from error


async def _deliver(
    bot: Bot,
    keep_house: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    on_fault: Callable[[BaseException], None],
) -> None:
    """Deliver until `stop` is set: all that is due, or what the engine gives this process of it."""
    if bot.engine is None:
        await bot.outbox.run(stop)
        return
    try:
        await bot.engine.run(_Shared(bot, keep_house), stop, on_fault)
    finally:
        await bot.outbox.aclose()


class _Shared:
    """`bot.ports.Work`: this process's share of the work."""

    def __init__(self, bot: Bot, keep_house: Callable[[], Awaitable[None]]) -> None:
        self._bot = bot
        self._keep_house = keep_house

    def now(self) -> datetime:
        return self._bot.clock.now()

    def reachable(self) -> Sequence[str]:
        return self._bot.outbox.reachable()

    def room(self, platform: str) -> int:
        return self._bot.outbox.room(platform)

    async def poll(self, feed: Feed) -> None:
        await self._bot.poller.poll(feed)

    async def deliver(self, claim: Claim, since: float) -> None:
        await self._bot.outbox.deliver(claim, since)

    async def keep_house(self) -> None:
        await self._keep_house()


async def run_once(bot: Bot) -> int:
    """Poll every feed now and deliver all that is due; return how many polls and deliveries failed."""
    await prepare(bot)
    failed = await bot.poller.poll_all()
    return failed + await bot.outbox.drain()


def _web(bot: Bot) -> AbstractAsyncContextManager[object]:
    """Return the web server, or a null context when the config disables it."""
    return web_server(
        bot.config,
        bot.store,
        bot.clock,
        vitals=bot.vitals,
        adapters=bot.adapters,
        visitors=bot.visitors,
        meter=bot.meter,
        sandbox_restarts=lambda: bot.lanes.restarts,
        door=Door(bot.store, bot.clock, partial(_nudge, bot), bot.meter) if bot.public_url else None,
    )


def _subscriber(bot: Bot) -> Subscriber:
    return Subscriber(bot.store, bot.fetcher, bot.clock, bot.public_url)


async def _nudge(bot: Bot) -> None:
    """Poll at once what a push has made due; where processes share the work, its job is there already."""
    if bot.engine is None:
        await bot.poller.tick()


async def _poll(bot: Bot, stop: asyncio.Event) -> None:
    bot.vitals.beat()
    if not stop.is_set():
        await bot.timekeeper.follow()
        if bot.engine is None:
            await bot.poller.tick()


async def _keep_house(bot: Bot, quiet_blogs: QuietBlogs) -> None:
    try:
        await bot.timekeeper.note()
        if await bot.store.probe_parked(bot.clock.now()):
            bot.outbox.wake()
        await quiet_blogs.follow()
    except StoreError as error:  # disk full or locked: the next run tries again
        bot.vitals.kept_house(error)
    else:
        bot.vitals.kept_house(None)


async def _serve(bot: Bot, name: str) -> None:
    try:
        await bot.adapters[name].run()
    except PermanentError as error:
        await _shut_out(bot, name, error)
    else:
        raise BystanderError(f"The {name} adapter ended by itself.")


async def _close_after(stop: asyncio.Event, poller: Poller) -> None:
    """Close the poller at `stop`, so that polls and deliveries under way share one grace period."""
    await stop.wait()
    await poller.aclose()


async def _raise_first(faults: asyncio.Queue[BaseException]) -> None:
    raise await faults.get()


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error in a group, however deeply nested."""
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, BaseExceptionGroup) else first
