"""Assembles the parts; the only file that imports them all. `bot.running` runs them."""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from bot import __version__, open_files
from bot.admins import Admins
from bot.clock import SteadyClock
from bot.commands.dispatch import Dispatcher
from bot.config.load import Config
from bot.errors import ConfigError
from bot.owners import new_owner
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.platform_health import PlatformHealth, ShutReport
from bot.pipeline.deliver.settings import DeliverySettings
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.full_text import FullTextSettings
from bot.pipeline.inspector import FeedInspector
from bot.pipeline.worker import Poller, PollSettings
from bot.ports import NO_METER, Adapter, BotServices, Engine, EngineSettings, Meter, Store
from bot.sandbox.lanes import Lanes
from bot.sandbox.sandbox import Sandbox
from bot.schedule import beat_of
from bot.services import Services
from bot.serving import metered
from bot.timekeeping import Timekeeper
from bot.vitals import Vitals
from bot.web.visitors import Visitors
from storage import open_store


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs, connected and ready to be started."""

    config: Config  # as it was at the start
    admins: Admins
    clock: SteadyClock
    timekeeper: Timekeeper
    store: Store
    fetcher: Fetcher
    sandbox: Sandbox
    poller: Poller
    vitals: Vitals
    outbox: Outbox
    services: BotServices  # runs the commands that adapters receive
    dispatcher: Dispatcher
    adapters: dict[str, Adapter]
    owner: str
    engine: Engine | None  # shares the work with other processes; None where this is the only one
    report: ShutReport  # tracks platforms that refuse the bot, and notifies admins
    visitors: Visitors  # of the web port
    lanes: Lanes
    meter: Meter  # counts what the metrics show

    @property
    def public_url(self) -> str:
        """How hubs reach the web server; "" if they cannot."""
        return self.config.web.public_url if self.config.web.address() else ""


@dataclass(frozen=True, slots=True)
class _Tools:
    """What is there before the parts are assembled."""

    admins: Admins
    store: Store
    fetcher: Fetcher
    sandbox: Sandbox
    lanes: Lanes
    meter: Meter


@asynccontextmanager
async def open_bot(
    config: Config,
    *,
    source: Iterable[str] | None = None,
    create: bool = True,
    clock: SteadyClock | None = None,
    serves: bool = False,
) -> AsyncIterator[Bot]:
    """Open store, network and adapters, and close them again in the reverse order.

    `source`: where the console reads commands from. `serves`: count for the web server's metrics.
    Raises StoreError when the database cannot be used.
    """
    admins = Admins(config)
    # The adapters come first, so that missing secrets fail before anything is written.
    adapters = adapters_of(config, source, admins)
    async with AsyncExitStack() as stack:
        tools = await _open_tools(config, admins, stack, create=create, serves=serves)
        for adapter in adapters.values():
            stack.push_async_callback(adapter.aclose)
        bot = _assembled(config, adapters, tools, clock or SteadyClock())
        stack.push_async_callback(bot.poller.aclose)
        yield bot


async def _open_tools(
    config: Config, admins: Admins, stack: AsyncExitStack, *, create: bool, serves: bool
) -> _Tools:
    """Open the store, the network and the sandbox, to be closed with `stack`."""
    store = await open_store(config.database.get_secret_value(), create=create, zone=config.timezone)
    stack.push_async_callback(store.aclose)
    store, meter = metered(config, store) if serves else (store, NO_METER)
    fetcher, sandbox = await network_of(config, stack)
    return _Tools(admins, store, fetcher, sandbox, await stack.enter_async_context(Lanes(sandbox)), meter)


def _assembled(config: Config, adapters: dict[str, Adapter], tools: _Tools, clock: SteadyClock) -> Bot:
    """Assemble the parts; nothing runs yet."""
    owner, store, admins, visitors = new_owner(), tools.store, tools.admins.addresses, Visitors()
    outbox, report = _outbox_of(config, tools, adapters, clock, owner)
    poller = Poller(
        store,
        *(tools.fetcher, tools.lanes, clock),
        owner=owner,
        admins=admins,
        on_news=outbox.wake,
        settings=PollSettings(
            grace=config.delivery.grace, full_text=FullTextSettings(enabled=config.fetch.full_text)
        ),
        meter=tools.meter,
    )
    engine = store.engine(_engine_settings(config, list(adapters), owner))
    vitals = Vitals(adapters, report.health, outbox, poller, tools.sandbox, visitors=visitors, engine=engine)
    dispatcher = _dispatcher_of(config, tools, clock, vitals, outbox.wake)
    return Bot(
        config=config,
        admins=tools.admins,
        clock=clock,
        timekeeper=Timekeeper(clock, store),
        store=store,
        fetcher=tools.fetcher,
        sandbox=tools.sandbox,
        poller=poller,
        vitals=vitals,
        outbox=outbox,
        services=Services(dispatcher, store, clock, admins=admins, wake=outbox.wake),
        dispatcher=dispatcher,
        adapters=adapters,
        owner=owner,
        engine=engine,
        report=report,
        visitors=visitors,
        lanes=tools.lanes,
        meter=tools.meter,
    )


def _engine_settings(config: Config, platforms: Sequence[str], owner: str) -> EngineSettings:
    delivery, polls = DeliverySettings(config.delivery.grace, config.delivery.catch_up_after), PollSettings()
    return EngineSettings(
        owner=owner,
        platforms=tuple(platforms),
        polls_at_once=polls.jobs_at_once,
        lanes_at_once=delivery.lanes,
        lane_time=delivery.lane_time,
        poll_lease=polls.lease,
        delivery_lease=delivery.shared_lease,
        catch_up_after=delivery.catch_up_after,
        beat=beat_of(feed.settings() for feed in config.feeds),
        grace=delivery.grace,
        version=__version__,
        host=platform.node(),
    )


def _outbox_of(
    config: Config, tools: _Tools, adapters: Mapping[str, Adapter], clock: SteadyClock, owner: str
) -> tuple[Outbox, ShutReport]:
    """Create the outbox, and the report of platforms that refuse the bot."""
    admins = tools.admins.addresses
    settings = DeliverySettings(config.delivery.grace, config.delivery.catch_up_after, admins=admins)
    report = ShutReport(PlatformHealth(adapters, settings.shut_pause), tools.store, clock, admins)
    outbox = Outbox(tools.store, adapters, clock, settings, owner, report=report, meter=tools.meter)
    return outbox, report


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


def adapters_of(config: Config, typed: Iterable[str] | None, admins: Admins) -> dict[str, Adapter]:
    """Build the adapters that the config enables; only now are their SDKs imported.

    `typed`: where the console reads commands from. ConfigError names every secret that is missing.
    """
    found: dict[str, Adapter] = {}
    problems: list[str] = []
    for plugin in config.enabled:
        try:
            setup = replace(config.setup(plugin, typed), admins=admins.of(plugin.name))
            found[plugin.name] = plugin.build(setup)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


async def network_of(config: Config, stack: AsyncExitStack) -> tuple[Fetcher, Sandbox]:
    """Open the fetcher and the sandbox, to be closed with `stack`."""
    fetch = config.fetch
    settings = FetchSettings(
        fetch.contact,
        fetch.timeout,
        fetch.max_body,
        fetch.allow_networks,
        at_once=open_files.requests(open_files.limit()),
    )
    return await stack.enter_async_context(Fetcher(settings)), await stack.enter_async_context(Sandbox())
