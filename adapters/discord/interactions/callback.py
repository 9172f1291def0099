"""What a button or a menu stands for, written into its custom id: nothing is lost when the bot restarts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, quote

from bot.text.truncate import units

LONGEST_ID = 100  # characters (documentation, components/reference)
_DIGITS = 3
SLOTS = (
    16**_DIGITS
)  # of memory for errands too long for a custom id; a newer one takes the place of an older one
_REMEMBERED = "~"
_LONE = "surrogatepass"  # halves of surrogate pairs, which JSON can hold

FOLLOW, WHY, PAGE, MENU, COMMAND = "f", "w", "p", "m", "c"


class Memory(Protocol):
    """Where errands that are too long are kept: the part of `bot.ports.BotServices` that remembers."""

    async def set_value(self, key: str, value: str) -> None:
        """Keep a text under a key."""
        ...

    async def get_value(self, key: str) -> str:
        """Return what was kept, "" for nothing."""
        ...


@dataclass(frozen=True, slots=True)
class CallbackData:
    """A command to be run again for a click: `kind` says what for.

    PAGE: show page `detail` of the answer. MENU: `detail` is the parameter that is chosen.
    """

    kind: str
    path: str
    values: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""


async def write(callback_data: CallbackData, memory: Memory) -> str:
    """Return the custom id of an errand."""
    query = f"{callback_data.path}?{_encoded(callback_data.values)}"
    custom_id = f"{callback_data.kind}:{callback_data.detail}:{query}"
    if units(custom_id) <= LONGEST_ID:
        return custom_id
    digest = hashlib.sha256(query.encode()).hexdigest()[:16]
    await memory.set_value(_key(digest), json.dumps([digest, query]))
    return f"{callback_data.kind}:{callback_data.detail}:{_REMEMBERED}{digest}"


async def read(custom_id: str, memory: Memory) -> CallbackData | None:
    """Return what a custom id stands for; None when that was too long ago, or it is none of ours."""
    kind, _, rest = custom_id.partition(":")
    detail, _, query = rest.partition(":")
    if query.startswith(_REMEMBERED):
        digest = query.removeprefix(_REMEMBERED)
        kept = await memory.get_value(_key(digest))
        stored, query = json.loads(kept) if kept else ("", "")
        if stored != digest:
            return None
    path, mark, encoded = query.partition("?")
    values = dict(parse_qsl(encoded, keep_blank_values=True, errors=_LONE))
    return CallbackData(kind, path, values, detail) if mark else None


def _encoded(values: Mapping[str, str]) -> str:
    """Return values as a query whose letters of any script stand for themselves, to be short."""
    return "&".join(f"{name}={''.join(map(_sign, value))}" for name, value in values.items())


def _sign(character: str) -> str:
    return character if character.isalnum() else quote(character, safe="", errors=_LONE)


def _key(digest: str) -> str:
    return f"discord:errand:{digest[-_DIGITS:]}"
