"""Decides whether a Discord error code that is missing from the table of errors is permanent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cachetools import LRUCache

from adapters.discord.errors import UnknownRefusalError
from bot.errors import PermanentError, Scope

BELIEVED_AFTER = 3600.0  # seconds; a fault of the whole platform is usually over by then
_MOST_PLACES = 10_000
_MEND = "give the bot View Channel, Send Messages, Embed Links and Read Message History there."


class Doubts:
    """Remembers since when each address is refused with unknown codes. `clock`: monotonic seconds.

    Such a code may concern the address, or the whole bot for a while. At first it counts as temporary, so
    that a fault of the platform parks no channel. After an hour it counts as permanent: the address is
    parked, and the admins are notified.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: LRUCache[str, float] = LRUCache(_MOST_PLACES)

    @contextmanager
    def about(self, address: str, scope: Scope) -> Iterator[None]:
        """Raise PermanentError of this scope if unknown refusals of the address have lasted an hour."""
        try:
            yield
        except UnknownRefusalError as error:
            if self._has_lasted(address):
                raise PermanentError(f"{str(error).rstrip('.')}; {_MEND}", scope=scope) from error
            raise
        self._since.pop(address, None)

    def _has_lasted(self, address: str) -> bool:
        now = self._clock()
        return now - self._since.setdefault(address, now) >= BELIEVED_AFTER
