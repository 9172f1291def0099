"""Decides how many more feeds may be polled now, and lets the feeds of one host wait for each other. Pure.

A poll that has run for a while mostly waits for a server that hangs. It costs nothing but a connection, so it
does not count any longer, and feeds of other hosts take its place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.clock import steady_seconds
from bot.model import Feed


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """How many polls run at a time; times are in seconds."""

    at_once: int = 150  # polls that get on; most of them wait for answers, even of good servers
    hanging_after: float = 0.5  # after which a poll counts as one that waits for its server
    hanging: int = 1000  # polls that wait for their servers, besides the others
    per_host: int = 100  # polls of one host that get a turn; the fetcher lets two of them ask at a time
    waiting: int = 1000  # claimed feeds that wait for a turn of their host
    patience: float = 150.0  # for such a turn; then the feed is left until its lease ends


TURNS = TurnSettings()


@dataclass(slots=True)
class _Host:
    running: int = 0
    waiting: deque[tuple[Feed, float]] = field(default_factory=deque)  # each with when it came


class PollTurns:
    """The turns of one process. `seconds`: a clock that nobody can set."""

    def __init__(self, settings: TurnSettings, seconds: Callable[[], float] = steady_seconds) -> None:
        self._settings = settings
        self._seconds = seconds
        self._running: dict[int, float] = {}  # since when, by feed, the longest first
        self._hosts: dict[str, _Host] = {}
        self._waiting = 0

    def room(self) -> int:
        """Return how many more feeds may be claimed now."""
        hanging, started_before = 0, self._seconds() - self._settings.hanging_after
        for since in self._running.values():
            if since > started_before or hanging == self._settings.hanging:
                break
            hanging += 1
        return max(0, self._settings.at_once - len(self._running) + hanging)

    @property
    def much_room(self) -> bool:
        """Whether so many polls have ended that another claim is worth its while."""
        return not self._running or 4 * self.room() >= self._settings.at_once

    def take(self, feed: Feed) -> bool:
        """Return whether a claimed feed has a turn now; else it waits for one, or is left to its lease.

        A feed whose poll outlasts its lease is claimed again meanwhile; it is not polled twice.
        """
        if feed.id in self._running:
            return False
        host = self._hosts.setdefault(_host_of(feed), _Host())
        if host.running < self._settings.per_host:
            self._begin(host, feed)
            return True
        if self._waiting < self._settings.waiting:
            host.waiting.append((feed, self._seconds()))
            self._waiting += 1
        return False

    def give_back(self, feed: Feed) -> Feed | None:
        """End the turn of a feed; return the feed of the same host that has a turn now, if any."""
        self._running.pop(feed.id, None)
        name = _host_of(feed)
        host = self._hosts[name]
        host.running -= 1
        while host.waiting:
            following, came = host.waiting.popleft()
            self._waiting -= 1
            if self._seconds() - came < self._settings.patience and following.id not in self._running:
                self._begin(host, following)
                return following
        if not host.running:
            del self._hosts[name]
        return None

    def _begin(self, host: _Host, feed: Feed) -> None:
        host.running += 1
        self._running[feed.id] = self._seconds()


def _host_of(feed: Feed) -> str:
    """Return the host of a feed's address as printed, with its port."""
    return feed.url.partition("://")[2].partition("/")[0].lower()
