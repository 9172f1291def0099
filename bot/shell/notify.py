"""Tells systemd that the bot is ready, that it lives, reloads and stops: sd_notify(3), in a few lines."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

_log = logging.getLogger(__name__)
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Whoever started the bot and looks after it.

    `address`: its socket, "" if nobody listens. `watchdog`: seconds within which it wants to hear from the
    bot again, 0 for never.
    """

    address: str = ""
    watchdog: float = 0.0

    @classmethod
    def of(cls, environ: Mapping[str, str], pid: int) -> Supervisor:
        """Return the supervisor that the variables of systemd name, for the process `pid`."""
        meant = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        interval = environ.get("WATCHDOG_USEC", "")
        seconds = (
            int(interval) / _MICROSECONDS if meant and interval.isascii() and interval.isdigit() else 0.0
        )
        return cls(environ.get("NOTIFY_SOCKET", ""), seconds)

    def tell(self, state: str) -> None:
        """Send a state such as "READY=1"; a supervisor that cannot be reached is no reason to stop."""
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.settimeout(0)  # never hold the bot up
                line.sendto(state.encode(), address)
        except OSError as error:
            _log.debug("The supervisor cannot be told %s: %s", state, error)


async def reloading(supervisor: Supervisor, reload: Awaitable[None]) -> None:
    """Run a reload, and tell the supervisor when it begins and ends.

    `Type=notify-reload` (systemd 253) waits for both, and wants the time of the machine's monotonic clock in
    microseconds, which tells this reload from one that was asked for before.
    Source: sd_notify(3), systemd.service(5).
    """
    begun = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000 if hasattr(time, "CLOCK_MONOTONIC") else 0
    supervisor.tell(f"RELOADING=1\nMONOTONIC_USEC={begun}")
    try:
        await reload
    finally:
        supervisor.tell("READY=1")


@asynccontextmanager
async def watched(supervisor: Supervisor, lives: Callable[[], bool]) -> AsyncIterator[None]:
    """Tell the supervisor, twice per interval, that the bot lives, for as long as `lives` says so."""
    task = asyncio.create_task(_beat(supervisor, lives))
    try:
        yield
    finally:
        task.cancel()


async def _beat(supervisor: Supervisor, lives: Callable[[], bool]) -> None:
    while supervisor.address and supervisor.watchdog:
        if lives():
            supervisor.tell("WATCHDOG=1")
        await asyncio.sleep(supervisor.watchdog / 2)


def supervisor() -> Supervisor:
    """Return the supervisor of this process."""
    return Supervisor.of(os.environ, os.getpid())
