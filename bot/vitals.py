"""The state of each part of the running bot, for `/health`, the web server and the status page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from bot.clock import steady_seconds
from bot.errors import StoreError
from bot.logs.outage import OutageLog
from bot.ports import Adapter, PartState, StandsBy
from bot.text.sanitize import one_line

_log = logging.getLogger(__name__)

LONGEST_SILENCE = 60.0  # seconds between two runs of the polling loop, which is due every second
_MINUTE = 60
_LONGEST_REASON = 300  # characters


class Platforms(Protocol):
    """The part of the platforms' health that is used here."""

    @property
    def closed(self) -> Collection[str]:
        """The platforms that refuse the bot as a whole at present."""
        ...


class Deliveries(Protocol):
    """The part of the outbox that is used here."""

    @property
    def failing(self) -> Collection[str]:
        """The platforms on which the last attempts failed temporarily."""
        ...

    @property
    def refused(self) -> bool:
        """Whether the store refuses."""
        ...


class Polls(Protocol):
    """The part of the poller that is used here."""

    @property
    def refused(self) -> bool:
        """Whether the store refuses."""
        ...


class Jobs(Protocol):
    """The part of the job engine that is used here."""

    @property
    def refused(self) -> bool:
        """Whether the database gives out no work."""
        ...


class Reader(Protocol):
    """The part of the sandbox that is used here."""

    @property
    def struggles(self) -> bool:
        """Whether its process had to be stopped several times lately."""
        ...


class Visitors(Protocol):
    """The part of the web server that is used here."""

    @property
    def too_many(self) -> bool:
        """Whether connections were refused lately because there were too many."""
        ...


class Heartbeat:
    """Remembers when the polling loop last ran, so that /healthz also fails when the loop hangs."""

    def __init__(self, seconds: Callable[[], float] = steady_seconds) -> None:
        self._seconds = seconds
        self._last = seconds()

    def beat(self) -> None:
        """Note that the polling loop runs."""
        self._last = self._seconds()

    def lives(self) -> bool:
        """Whether the loop ran within the last LONGEST_SILENCE seconds."""
        return self._seconds() - self._last < LONGEST_SILENCE


class Vitals:
    """`bot.ports.Runtime` of the whole bot. `seconds`: a clock that nobody can set."""

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        platforms: Platforms,
        deliveries: Deliveries,
        polls: Polls,
        reader: Reader,
        *,
        visitors: Visitors | None = None,
        engine: Jobs | None = None,
        seconds: Callable[[], float] = steady_seconds,
    ) -> None:
        self._adapters = adapters
        self._platforms = platforms
        self._deliveries = deliveries
        self._polls = polls
        self._reader = reader
        self._visitors = visitors
        self._engine = engine
        self._seconds = seconds
        self._gone_since: dict[str, float] = {}  # platforms that are not connected
        self._housekeeping = OutageLog("Housekeeping", clock=seconds)
        self._runs = False  # whether the polling loop ever ran; `bystander command` starts none
        self.pulse = Heartbeat(seconds)

    def beat(self) -> None:
        """Note that the polling loop runs, and which platforms are connected."""
        self._runs = True
        self.pulse.beat()
        for name in self._adapters:
            if self.connected(name):
                self._gone_since.pop(name, None)
            else:
                self._gone_since.setdefault(name, self._seconds())

    def connected(self, name: str) -> bool:
        """Whether a platform is connected; False if its adapter raises an error."""
        try:
            return bool(self._adapters[name].connected)
        except Exception:  # noqa: BLE001 -- a stranger's adapter
            return False

    def stands_by(self, name: str) -> bool:
        """Whether another process listens on a platform, and this one only sends."""
        adapter = self._adapters[name]
        try:
            return isinstance(adapter, StandsBy) and adapter.stands_by
        except Exception:  # noqa: BLE001 -- a stranger's adapter
            return False

    def readiness(self) -> dict[str, bool]:
        """Return for each platform whether it can send messages and receive commands."""
        closed = self._platforms.closed
        return {name: name not in closed and self.connected(name) for name in self._adapters}

    def _reason(self, name: str) -> str:
        """Return why an adapter is not connected, in its own sentence; "" if it gives none."""
        try:
            return one_line(self._adapters[name].trouble, _LONGEST_REASON)
        except Exception:  # noqa: BLE001 -- a stranger's adapter
            return ""

    def kept_house(self, error: StoreError | None) -> None:
        """Note whether housekeeping failed, and log an outage: its start, once a minute, and its end."""
        line = self._housekeeping.works() if error is None else self._housekeeping.failed(error)
        if line:
            _log.warning("%s", line)

    def parts(self) -> list[PartState]:
        """Return the state of each part; none if the bot does not run. `trouble` is "" for one that works."""
        if not self._runs:
            return []
        chats = [
            PartState(name, self._chat_trouble(name), chat=True, stands_by=self.stands_by(name))
            for name in self._adapters
        ]
        refused = any(
            part is not None and part.refused for part in (self._deliveries, self._polls, self._engine)
        )
        return [
            *chats,
            PartState("polling", "" if self.pulse.lives() else "The loop that polls is dead."),
            PartState(
                "database",
                "The database refuses what is to be stored; the log says why. It waits, and nothing is lost."
                if refused
                else "",
            ),
            PartState(
                "housekeeping",
                "Housekeeping fails, so that places on hold are not tried again; the log says why."
                if self._housekeeping.lasts
                else "",
            ),
            PartState(
                "reading",
                "The process that reads feeds was stopped several times lately: some feed is too much for it."
                if self._reader.struggles
                else "",
            ),
            PartState(
                "web port",
                "The web port has more visitors than it can take, and some are turned away."
                if self._visitors is not None and self._visitors.too_many
                else "",
            ),
        ]

    def _chat_trouble(self, name: str) -> str:
        """Return what is wrong with a platform, "" for nothing.

        Also "" for a platform in `closed`: `/health` shows it separately, with the reason.
        """
        title = name.capitalize()
        if name in self._platforms.closed:
            return ""
        if not self.connected(name):
            now = self._seconds()
            since = (now - self._gone_since.get(name, now)) // _MINUTE
            words = f" for {since:.0f} min" if since else ""
            effect = f"{title} is not connected{words}: no alert goes out there, and no command is heard."
            return f"{effect} {self._reason(name)}".rstrip()
        if name in self._deliveries.failing:
            return f"{title} takes no messages for now; they are tried again."
        return ""
