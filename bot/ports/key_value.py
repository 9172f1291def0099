"""Short texts that are stored over restarts."""

from __future__ import annotations

from typing import Protocol

SHUT = "shut:"  # key prefix, before a platform's name; the value says why nothing is sent there at present


class KeyValueStore(Protocol):
    """Short texts that the bot and its adapters store over restarts.

    A key begins with the name of its owner and a colon. A secret must be encrypted. A value about one person
    has a key that ends with the person's id, after a colon or a slash, so that it is deleted when the person
    asks to be forgotten; so is a value with their address or a mention of them in it.
    """

    async def set_value(self, key: str, value: str) -> None:
        """Store a text under a key; "" deletes it."""
        ...

    async def get_value(self, key: str) -> str:
        """Return the text of a key, "" if there is none."""
        ...

    async def list_values(self, prefix: str) -> dict[str, str]:
        """Return the texts of all keys that begin with `prefix`, sorted by key."""
        ...
