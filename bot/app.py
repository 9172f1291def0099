"""Assembles the parts and runs them; the only file that imports them all."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from bot.clock import SteadyClock
from bot.commands.dispatch import Dispatcher
from bot.config.load import Config
from bot.errors import BystanderError, ConfigError, PermanentError, StoreError
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.platform_health import PlatformHealth, ShutReport
from bot.pipeline.deliver.settings import DeliverySettings
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.inspector import FeedInspector
from bot.pipeline.worker import Poller, PollSettings
from bot.ports import Adapter, BotServices, Store
from bot.quiet_blogs import QuietBlogs
from bot.sandbox.lanes import Lanes
from bot.sandbox.sandbox import Sandbox
from bot.schedule import HOUSEKEEPING, beat_of, beating
from bot.services import Services
from bot.timekeeping import Timekeeper
from bot.vitals import Vitals
from bot.web.visitors import Visitors
from storage import open_store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs, connected and ready to be started."""

    config: Config
    clock: SteadyClock
    timekeeper: Timekeeper
    store: Store
    fetcher: Fetcher
    sandbox: Sandbox
    poller: Poller
    vitals: Vitals
    outbox: Outbox
    services: BotServices  # runs the commands that adapters receive
    adapters: dict[str, Adapter]
    owner: str
    report: ShutReport  # tracks platforms that refuse the bot, and notifies admins
    visitors: Visitors  # of the web port


@dataclass(frozen=True, slots=True)
class _Tools:
    """The resources that are opened before the parts are assembled."""

    store: Store
    fetcher: Fetcher
    sandbox: Sandbox
    lanes: Lanes


@asynccontextmanager
async def open_bot(
    config: Config,
    *,
    source: Iterable[str] | None = None,
    create: bool = True,
    clock: SteadyClock | None = None,
) -> AsyncIterator[Bot]:
    """Open store, network and adapters, and close them again in the reverse order.

    `source`: where the console reads commands from. Raises StoreError when the database cannot be used.
    """
    adapters = adapters_of(config, source)  # first, so that missing secrets fail before anything is written
    async with AsyncExitStack() as stack:
        tools = await _open_tools(config, stack, create=create)
        for adapter in adapters.values():
            stack.push_async_callback(adapter.aclose)
        bot = _assembled(config, adapters, tools, clock or SteadyClock())
        stack.push_async_callback(bot.poller.aclose)
        yield bot


async def _open_tools(config: Config, stack: AsyncExitStack, *, create: bool) -> _Tools:
    """Open the store, the network and the sandbox, to be closed with `stack`."""
    store = await open_store(config.database.get_secret_value(), create=create, zone=config.timezone)
    stack.push_async_callback(store.aclose)
    fetcher, sandbox = await network_of(config, stack)
    return _Tools(store, fetcher, sandbox, await stack.enter_async_context(Lanes(sandbox)))


def _assembled(config: Config, adapters: dict[str, Adapter], tools: _Tools, clock: SteadyClock) -> Bot:
    """Assemble the parts; nothing runs yet."""
    owner, store, admins, visitors = uuid.uuid4().hex, tools.store, config.admin_addresses, Visitors()
    outbox, report = _outbox_of(config, store, adapters, clock, owner)
    poller = Poller(
        store,
        tools.fetcher,
        tools.lanes,
        clock,
        owner=owner,
        admins=admins,
        on_news=outbox.wake,
        settings=PollSettings(grace=config.delivery.grace),
    )
    vitals = Vitals(adapters, report.health, outbox, poller, tools.sandbox, visitors=visitors)
    dispatcher = _dispatcher_of(config, tools, clock, vitals, outbox.wake)
    return Bot(
        config=config,
        clock=clock,
        timekeeper=Timekeeper(clock, store),
        store=store,
        fetcher=tools.fetcher,
        sandbox=tools.sandbox,
        poller=poller,
        vitals=vitals,
        outbox=outbox,
        services=Services(dispatcher, store, clock, admins=admins, wake=outbox.wake),
        adapters=adapters,
        owner=owner,
        report=report,
        visitors=visitors,
    )


def _outbox_of(
    config: Config, store: Store, adapters: Mapping[str, Adapter], clock: SteadyClock, owner: str
) -> tuple[Outbox, ShutReport]:
    """Create the outbox, and the report of platforms that refuse the bot."""
    admins = config.admin_addresses
    settings = DeliverySettings(config.delivery.grace, config.delivery.catch_up_after, admins=admins)
    report = ShutReport(PlatformHealth(adapters, settings.shut_pause), store, clock, admins)
    return Outbox(store, adapters, clock, settings, owner, report=report), report


def _dispatcher_of(
    config: Config, tools: _Tools, clock: SteadyClock, vitals: Vitals, wake: Callable[[], None]
) -> Dispatcher:
    """Create the dispatcher of commands. `wake`: tells the outbox that something may be due."""
    alerts_only = [each.name for each in config.enabled if not each.promises.commands]
    return Dispatcher(
        tools.store,
        FeedInspector(tools.fetcher, tools.sandbox),
        clock,
        alerts_only=alerts_only,
        runtime=vitals,
        zone=config.timezone,
        limits=config.limits.limits(),
        wake=wake,
    )


def adapters_of(config: Config, typed: Iterable[str] | None) -> dict[str, Adapter]:
    """Build the adapters that the config enables; only now are their SDKs imported.

    `typed`: where the console reads commands from. ConfigError names every secret that is missing.
    """
    found: dict[str, Adapter] = {}
    problems: list[str] = []
    for plugin in config.enabled:
        try:
            found[plugin.name] = plugin.build(config.setup(plugin, typed))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


async def prepare(bot: Bot) -> None:
    """Take over the database as its only runner, sync its feeds with the config, start the adapters."""
    await bot.store.take_over(bot.owner)
    await bot.timekeeper.begin()
    await bot.store.sync_feeds([feed.settings() for feed in bot.config.feeds], bot.clock.now())
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


async def run_bot(bot: Bot, stop: asyncio.Event, on_ready: Callable[[], None]) -> None:
    """Poll, deliver and answer, after `prepare`, until `stop` is set.

    When one part fails, the others are stopped and its error is raised: better no bot than half of one.
    """
    faults: asyncio.Queue[BaseException] = asyncio.Queue()
    quiet_blogs = QuietBlogs(bot.store, bot.clock, bot.config.admin_addresses, bot.outbox.wake)
    jobs = {
        "poll": (partial(_poll, bot, stop), beat_of(feed.settings() for feed in bot.config.feeds)),
        "housekeeping": (partial(_keep_house, bot, quiet_blogs), HOUSEKEEPING),
    }
    try:
        async with _web(bot), beating(jobs, faults.put_nowait), asyncio.TaskGroup() as group:
            served = bot.adapters.keys() - bot.report.health.left_out
            side = [group.create_task(_serve(bot, each)) for each in sorted(served)]
            side.append(group.create_task(_raise_first(faults)))
            group.create_task(_close_after(stop, bot.poller))
            on_ready()
            await bot.outbox.run(stop)
            for task in side:
                task.cancel()
    except BaseExceptionGroup as error:
        raise _first_of(error) from error


async def run_once(bot: Bot) -> int:
    """Poll every feed now and deliver all that is due; return how many polls and deliveries failed."""
    await prepare(bot)
    failed = await bot.poller.poll_all()
    return failed + await bot.outbox.drain()


def _web(bot: Bot) -> AbstractAsyncContextManager[object]:
    """Return the web server, or a null context when the config disables it."""
    address = bot.config.web.address()
    if address is None:
        return nullcontext()
    from bot.web.server import WebServer  # noqa: PLC0415 -- a heavy import, only when it is used

    return WebServer(
        *address,
        store=bot.store,
        clock=bot.clock,
        loops=lambda: {"poll": bot.vitals.pulse.lives()},
        adapters=bot.vitals.readiness,
        troubles=lambda: [part.trouble for part in bot.vitals.parts() if part.trouble and not part.chat],
        routes=[route for adapter in bot.adapters.values() for route in adapter.routes],
        zone=bot.config.timezone,
        visitors=bot.visitors,
    )


async def _poll(bot: Bot, stop: asyncio.Event) -> None:
    bot.vitals.beat()
    if not stop.is_set():
        await bot.timekeeper.follow()
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


async def network_of(config: Config, stack: AsyncExitStack) -> tuple[Fetcher, Sandbox]:
    """Open the fetcher and the sandbox, to be closed with `stack`."""
    fetch = config.fetch
    settings = FetchSettings(fetch.contact, fetch.timeout, fetch.max_body, fetch.allow_networks)
    return await stack.enter_async_context(Fetcher(settings)), await stack.enter_async_context(Sandbox())
