"""Places that Discord refuses for a reason that the table of errors does not know."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cachetools import LRUCache

from adapters.discord.errors import UnknownRefusalError
from bot.errors import PermanentError, Scope

BELIEVED_AFTER = 3600.0  # seconds; faults of the whole platform are over by then, as a rule
_MOST_PLACES = 10_000
_MEND = "give the bot View Channel, Send Messages, Embed Links and Read Message History there."


class Doubts:
    """Since when each place answers with refusals that nobody knows. `clock`: seconds that only grow.

    Such a refusal may speak of the place, or of the whole bot for a while. At first it counts as temporary,
    so that a fault of the platform parks no channel. Where it lasts, it is believed to speak of the place,
    which is then parked, and the admins are told.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: LRUCache[str, float] = LRUCache(_MOST_PLACES)

    @contextmanager
    def about(self, address: str, scope: Scope) -> Iterator[None]:
        """Judge what is raised inside: PermanentError of this scope for what is unknown and lasts."""
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
