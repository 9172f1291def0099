"""Stores callback data that is too long for a button under its digest.

A button contains the meaning of its click, so that it still works after a restart. Data that does not fit is
stored, and the button contains its digest. The number of slots is fixed: newer data may overwrite older data,
whose button then no longer works.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from bot.ports import KeyValueStore
from bot.text.truncate import units

_STORED = "~"  # prefix of a digest that replaces a body


@dataclass(frozen=True, slots=True)
class Overflow:
    """Where a platform stores long callback data. `digits`: digits of the digest that name the slot."""

    prefix: str  # of the keys in the store
    longest: int  # UTF-16 units that a button can hold
    digits: int

    @property
    def slots(self) -> int:
        """How many texts can be stored."""
        return int(16**self.digits)

    async def fit(self, head: str, body: str, store: KeyValueStore) -> str:
        """Return `head` and `body` as one text that fits; a body that is too long is stored."""
        if units(head + body) <= self.longest:
            return head + body
        data = body.encode("utf-8", "surrogatepass")  # JSON can contain unpaired surrogates
        digest = hashlib.sha256(data).hexdigest()[:16]
        await store.set_value(self._key(digest), json.dumps([digest, body]))
        return f"{head}{_STORED}{digest}"

    async def restore(self, body: str, store: KeyValueStore) -> str | None:
        """Return the body given to `fit` from the text after its head; None if it was overwritten."""
        if not body.startswith(_STORED):
            return body
        digest = body.removeprefix(_STORED)
        match parsed(await store.get_value(self._key(digest))):
            case [str(stored), str(kept)] if stored == digest:
                return kept
        return None

    def _key(self, digest: str) -> str:
        return f"{self.prefix}{digest[-self.digits :]}"


def parsed(text: str) -> Any:
    """Return a JSON text as a value, None when it is not valid."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
