"""Decides whether a Discord error code that is missing from the table of errors is permanent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.errors import UnknownRefusalError
from bot.errors import PermanentError, Scope, StoreError
from bot.ports import SharedState

BELIEVED_AFTER = 3600.0  # seconds; a fault of the whole platform is usually over by then
_KEPT = 172_800.0  # seconds; twice the longest time between two attempts
_MEND = "give the bot View Channel, Send Messages, Embed Links and Read Message History there."


class Doubts:
    """Remembers since when each message is refused with unknown codes, by whichever process sends it.

    Such a code may concern the address, or the whole bot for a while. At first it counts as temporary, so
    that a fault of the platform parks no channel. After an hour it counts as permanent: the address is
    parked, and the admins are notified. An address has one message under way, so the next message, which
    begins anew, shows that this one arrived or was given up.
    """

    def __init__(self, shared: SharedState) -> None:
        self._shared = shared

    @asynccontextmanager
    async def about(self, address: str, key: str, scope: Scope) -> AsyncIterator[None]:
        """Raise PermanentError of this scope if unknown refusals of the message have lasted an hour.

        `key`: its attempt key.
        """
        try:
            yield
        except UnknownRefusalError as error:
            if await self._has_lasted(f"discord:doubt:{scope}:{address}:{key}"):
                raise PermanentError(f"{str(error).rstrip('.')}; {_MEND}", scope=scope) from error
            raise

    async def _has_lasted(self, mark: str) -> bool:
        try:
            age = await self._shared.mark(mark, _KEPT)
        except StoreError:
            return False
        return age is not None and age >= BELIEVED_AFTER
