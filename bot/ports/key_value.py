"""Short texts that are kept over restarts."""

from __future__ import annotations

from typing import Protocol

SHUT = "shut:"  # before a platform's name: why nothing goes out there at present


class KeyValueStore(Protocol):
    """Short texts that adapters and the outbox keep over restarts.

    A key of an adapter begins with the adapter's name. A secret is kept only encrypted.
    """

    async def set_value(self, key: str, value: str) -> None:
        """Keep a text under a key; "" forgets it."""
        ...

    async def get_value(self, key: str) -> str:
        """Return what was kept under a key, "" for nothing."""
        ...

    async def list_values(self, prefix: str) -> dict[str, str]:
        """Return all that was kept under keys that begin with `prefix`, by key, in order."""
        ...
