"""Callback data that is too long for a button: kept in the store under its digest.

A button holds what its click means, so that it still works after a restart. What does not fit is stored, and
the button holds the digest. The number of slots is fixed: a newer text overwrites an older one, whose button
is then too old.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from bot.ports import KeyValueStore
from bot.text.truncate import units

_STORED = "~"  # before a digest, in place of a body
_LONE = "surrogatepass"  # for halves of surrogate pairs, which JSON can contain


@dataclass(frozen=True, slots=True)
class Overflow:
    """Where a platform keeps long callback data. `digits`: of the digest, those that name the slot."""

    prefix: str  # of the keys in the store
    longest: int  # UTF-16 units that a button can hold
    digits: int

    @property
    def slots(self) -> int:
        """How many texts are kept at most."""
        return int(16**self.digits)

    async def fit(self, head: str, body: str, store: KeyValueStore) -> str:
        """Return `head` and `body` as one text that fits; a body that is too long is stored."""
        if units(head + body) <= self.longest:
            return head + body
        digest = hashlib.sha256(body.encode("utf-8", _LONE)).hexdigest()[:16]
        await store.set_value(self._key(digest), json.dumps([digest, body]))
        return f"{head}{_STORED}{digest}"

    async def restore(self, body: str, store: KeyValueStore) -> str | None:
        """Return the body that `fit` was given, without its head; None when it was overwritten."""
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
