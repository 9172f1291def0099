"""Encodes the command that a click runs in the value of its button."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.shared.callback import Overflow, parsed
from bot.ports import KeyValueStore

# Slack allows 2,000 characters in a value. Half are used, because all blocks of a message share a limit.
OVERFLOW = Overflow("slack:errand:", longest=1000, digits=2)
_LONGEST_PAGE = 3  # digits


@dataclass(frozen=True, slots=True)
class CallbackData:
    """A command that a click runs: a line as typed, or a path with values. `page`: page of the answer."""

    path: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    line: str = ""
    page: int = 0


async def write(callback_data: CallbackData, store: KeyValueStore) -> str:
    """Return callback data as the value of a button."""
    return await OVERFLOW.fit(f"{callback_data.page}:", _body(callback_data), store)


def short(callback_data: CallbackData) -> str:
    """Return callback data as a value without a store. The caller knows that it is short enough."""
    return f"{callback_data.page}:{_body(callback_data)}"


async def read(value: str, store: KeyValueStore) -> CallbackData | None:
    """Return the callback data in a value; None when it was overwritten or is malformed."""
    page, _, body = value.partition(":")
    match parsed(await OVERFLOW.restore(body, store) or ""):
        case [str(path), dict(values), str(line)] if all(isinstance(each, str) for each in values.values()):
            return CallbackData(path, values, line, _number(page))
    return None


def _body(callback_data: CallbackData) -> str:
    fields = [callback_data.path, dict(callback_data.values), callback_data.line]
    return json.dumps(fields, ensure_ascii=False)


def _number(page: str) -> int:
    """Return a page number, 0 for text that is not one."""
    return int(page) if page.isascii() and page.isdecimal() and len(page) <= _LONGEST_PAGE else 0
