"""The web server of the running bot, and what counts for its metrics; neither where the config has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext

from bot.clock import Clock
from bot.config.load import Config
from bot.config.secrets import WEB_TOKEN
from bot.ports import NO_METER, Adapter, HubDoor, Meter, Store
from bot.timed_store import timed
from bot.vitals import Vitals
from bot.web.visitors import Visitors


def metered(config: Config, store: Store) -> tuple[Store, Meter]:
    """Return the store, measured, and what counts for the metrics; nothing counts without a web server."""
    if config.web.address() is None:
        return store, NO_METER
    from bot.web.meter import PrometheusMeter  # noqa: PLC0415 -- a heavy import, only when it is used

    meter = PrometheusMeter()
    return timed(store, meter.stored), meter


def web_server(
    config: Config,
    store: Store,
    clock: Clock,
    *,
    vitals: Vitals,
    adapters: Mapping[str, Adapter],
    visitors: Visitors,
    meter: Meter,
    sandbox_restarts: Callable[[], int],
    door: HubDoor | None,
) -> AbstractAsyncContextManager[object]:
    """Return the web server, or a null context when the config disables it. `meter`: see `metered`."""
    address = config.web.address()
    if address is None:
        return nullcontext()
    from bot.web.access import Access  # noqa: PLC0415 -- heavy imports, only when they are used
    from bot.web.meter import PrometheusMeter  # noqa: PLC0415
    from bot.web.server import WebServer  # noqa: PLC0415

    return WebServer(
        *address,
        store=store,
        clock=clock,
        loops=lambda: {"poll": vitals.pulse.lives()},
        adapters=vitals.readiness,
        troubles=lambda: [part.trouble for part in vitals.parts() if part.trouble and not part.chat],
        routes=[route for adapter in adapters.values() for route in adapter.routes],
        zone=config.timezone,
        visitors=visitors,
        access=Access(address[0], config.web.public_url, config.secrets.get(WEB_TOKEN) or ""),
        meter=meter if isinstance(meter, PrometheusMeter) else None,
        sandbox_restarts=sandbox_restarts,
        door=door,
    )
