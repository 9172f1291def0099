"""What every part of the fake Discord uses: a clock that can be moved, ids, the platform's numbers."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from enum import IntEnum, IntFlag
from typing import Any

Json = dict[str, Any]

_EPOCH_MS = 1_420_070_400_000  # 2015-01-01, where Discord's ids begin
_MONTH_MS = 30 * 24 * 3600 * 1000


class Clock:
    """The wall clock, which a test may move forward: `advance(180)` ends a nonce window at once."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass."""
        self._ahead += seconds

    def stamp(self) -> str:
        """Return the time as Discord prints it."""
        return iso(self.now())


def iso(seconds: float) -> str:
    """Return an ISO 8601 time in UTC with microseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


class Snowflakes:
    """Ids: a time in milliseconds in the upper bits. Guilds differ in them by one, so shards take turns."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = int(clock.now() * 1000) - _EPOCH_MS - _MONTH_MS
        self._guilds = 0
        self._places = 0
        self._last = 0

    def guild(self) -> int:
        """Return the id of a new guild, older than all else."""
        self._guilds += 1
        return (self._start + self._guilds) << 22

    def place(self) -> int:
        """Return the id of a user, role, channel or tag that has been there for a while."""
        self._places += 1
        return ((self._start + _MONTH_MS // 2 + (self._places >> 10)) << 22) | (self._places & 1023)

    def event(self) -> int:
        """Return the id of something that happens now: a message, a thread, an interaction."""
        now = (int(self._clock.now() * 1000) - _EPOCH_MS) << 22
        self._last = max(now, self._last + 1)
        return self._last


class Kind(IntEnum):
    """Channel types."""

    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15
    MEDIA = 16

    @property
    def takes_posts_only(self) -> bool:
        """Whether a channel of this kind has threads alone (resources/channel, GUILD_FORUM, GUILD_MEDIA)."""
        return self in (Kind.FORUM, Kind.MEDIA)

    @property
    def is_thread(self) -> bool:
        """Whether a channel of this kind hangs under another."""
        return self in (Kind.ANNOUNCEMENT_THREAD, Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD)


class Bits(IntFlag):
    """The permissions that matter here."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CONNECT = 1 << 20
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


ALL_BITS = (1 << 53) - 1
MEMBER_BITS = (
    Bits.VIEW_CHANNEL
    | Bits.SEND_MESSAGES
    | Bits.EMBED_LINKS
    | Bits.ATTACH_FILES
    | Bits.READ_MESSAGE_HISTORY
    | Bits.CONNECT
    | Bits.USE_APPLICATION_COMMANDS
    | Bits.CREATE_PUBLIC_THREADS
    | Bits.SEND_MESSAGES_IN_THREADS
)


class Flags(IntFlag):
    """Message flags."""

    CROSSPOSTED = 1 << 0
    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


class Intents(IntFlag):
    """Gateway intents: which events a session gets."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intents.GUILD_MEMBERS | Intents.GUILD_PRESENCES | Intents.MESSAGE_CONTENT
ALL_INTENTS = (1 << 26) - 1
