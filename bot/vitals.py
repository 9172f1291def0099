"""How the parts of the running bot do, for `/health`, the web server and the status page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from bot.clock import steady_seconds
from bot.errors import StoreError
from bot.logs.outage import OutageLog
from bot.ports import Adapter, PartState
from bot.text.sanitize import one_line

_log = logging.getLogger(__name__)

LONGEST_SILENCE = 60.0  # seconds of the polling loop, which comes round every second
_MINUTE = 60
_LONGEST_REASON = 300  # characters


class Deliveries(Protocol):
    """What is asked of the outbox."""

    @property
    def closed(self) -> Collection[str]:
        """The platforms that shut us out."""
        ...

    @property
    def failing(self) -> Collection[str]:
        """The platforms on which the last attempts failed for now."""
        ...

    @property
    def refused(self) -> bool:
        """Whether the store refuses."""
        ...


class Polls(Protocol):
    """What is asked of the poller."""

    @property
    def refused(self) -> bool:
        """Whether the store refuses."""
        ...


class Reader(Protocol):
    """What is asked of the sandbox."""

    @property
    def struggles(self) -> bool:
        """Whether it had to be stopped again and again lately."""
        ...


class Heartbeat:
    """Remembers when polling last came round, for /healthz: a loop that hangs is as bad as a dead one."""

    def __init__(self, seconds: Callable[[], float] = steady_seconds) -> None:
        self._seconds = seconds
        self._last = seconds()

    def beat(self) -> None:
        """Note that polling came round."""
        self._last = self._seconds()

    def lives(self) -> bool:
        """Whether it did so lately."""
        return self._seconds() - self._last < LONGEST_SILENCE


class Vitals:
    """`bot.ports.Runtime` of the whole bot. `seconds`: a clock that nobody can set."""

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        deliveries: Deliveries,
        polls: Polls,
        reader: Reader,
        *,
        seconds: Callable[[], float] = steady_seconds,
    ) -> None:
        self._adapters = adapters
        self._deliveries = deliveries
        self._polls = polls
        self._reader = reader
        self._seconds = seconds
        self._gone_since: dict[str, float] = {}  # platforms that are not connected
        self._housekeeping = OutageLog("Housekeeping", clock=seconds)
        self.pulse = Heartbeat(seconds)

    def beat(self) -> None:
        """Note that polling came round, and which platforms are connected."""
        self.pulse.beat()
        for name in self._adapters:
            if self.connected(name):
                self._gone_since.pop(name, None)
            else:
                self._gone_since.setdefault(name, self._seconds())

    def connected(self, name: str) -> bool:
        """Whether a platform is connected; one whose adapter cannot even say so is not."""
        try:
            return bool(self._adapters[name].connected)
        except Exception:  # noqa: BLE001 -- a stranger's adapter
            return False

    def _reason(self, name: str) -> str:
        """Return the sentence of an adapter on why it is not connected, "" for one that has none."""
        try:
            return one_line(self._adapters[name].trouble, _LONGEST_REASON)
        except Exception:  # noqa: BLE001 -- a stranger's adapter
            return ""

    def kept_house(self, error: StoreError | None) -> None:
        """Note how housekeeping went, and log what is new of it."""
        line = self._housekeeping.works() if error is None else self._housekeeping.failed(error)
        if line:
            _log.warning("%s", line)

    def parts(self) -> list[PartState]:
        """Return how each part does."""
        chats = [PartState(name, self._chat_trouble(name), chat=True) for name in self._adapters]
        refused = self._deliveries.refused or self._polls.refused
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
        ]

    def _chat_trouble(self, name: str) -> str:
        """Return what is wrong with a platform. One that shut us out is told of with its reason elsewhere."""
        title = name.capitalize()
        if name in self._deliveries.closed:
            return ""
        if not self.connected(name):
            since = (self._seconds() - self._gone_since.get(name, self._seconds())) // _MINUTE
            words = f" for {since:.0f} min" if since else ""
            effect = f"{title} is not connected{words}: no alert goes out there, and no command is heard."
            return f"{effect} {self._reason(name)}".rstrip()
        if name in self._deliveries.failing:
            return f"{title} takes no messages for now; they are tried again."
        return ""
