"""What a button stands for, written into its value: nothing is lost when the bot restarts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.text.truncate import units

LONGEST_VALUE = 1000  # of the 2,000 a button may bear, for all blocks of a message have a limit too
SLOTS = 256  # of memory for errands too long for a value; a newer one takes the place of an older one
_REMEMBERED = "~"


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
    """A command to be run for a click: a line as typed, or a path with values. `page`: of its answer."""

    path: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    line: str = ""
    page: int = 0


async def write(callback_data: CallbackData, memory: Memory) -> str:
    """Return the value of a button."""
    body = json.dumps(
        [callback_data.path, dict(callback_data.values), callback_data.line], ensure_ascii=False
    )
    value = f"{callback_data.page}:{body}"
    if units(value) <= LONGEST_VALUE:
        return value
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    await memory.set_value(_key(digest), json.dumps([digest, body]))
    return f"{callback_data.page}:{_REMEMBERED}{digest}"


async def read(value: str, memory: Memory) -> CallbackData | None:
    """Return what a value stands for; None when that was too long ago, or it is none of ours."""
    page, _, body = value.partition(":")
    if body.startswith(_REMEMBERED):
        digest = body.removeprefix(_REMEMBERED)
        stored, body = _strings(_json(await memory.get_value(_key(digest))))
        if stored != digest:
            return None
    match _json(body):
        case [str(path), dict(values), str(line)] if all(isinstance(each, str) for each in values.values()):
            number = int(page) if page.isascii() and page.isdecimal() and len(page) < 4 else 0  # noqa: PLR2004 -- nobody turns that many
            return CallbackData(path, values, line, number)
    return None


def _json(text: str) -> Any:
    """Return what a text says as JSON, None for nothing."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _strings(pair: Any) -> tuple[str, str]:
    match pair:
        case [str(first), str(second)]:
            return first, second
    return "", ""


def _key(digest: str) -> str:
    return f"slack:errand:{digest[-2:]}"
