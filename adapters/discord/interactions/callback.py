"""What a click on a button or a menu runs, written into the component's custom id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote

from adapters.shared.callback import Overflow
from bot.ports import KeyValueStore

# A custom id has at most 100 characters (documentation, components/reference).
OVERFLOW = Overflow("discord:errand:", longest=100, digits=3)
_LONE = "surrogatepass"  # for halves of surrogate pairs, which JSON can contain
_SIGNS = re.compile(r"[\W_]+")  # what is neither a letter nor a digit of any script

FOLLOW, WHY, PAGE, MENU, COMMAND = "f", "w", "p", "m", "c"


@dataclass(frozen=True, slots=True)
class CallbackData:
    """A command that a click runs. `kind`: one of the constants above.

    PAGE: `detail` is the page of the answer that is shown. MENU: `detail` is the parameter that is chosen.
    COMMAND below an alert or a digest: `detail` is the attempt key of the message.
    """

    kind: str
    path: str
    values: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""


async def write(callback_data: CallbackData, store: KeyValueStore) -> str:
    """Return callback data as a custom id."""
    return await OVERFLOW.fit(_head(callback_data), _query(callback_data), store)


def short(callback_data: CallbackData) -> str:
    """Return callback data as a custom id without a store. The caller knows that it is short enough."""
    return _head(callback_data) + _query(callback_data)


async def read(custom_id: str, store: KeyValueStore) -> CallbackData | None:
    """Return the callback data of a custom id; None when it is too old, or not the bot's."""
    kind, _, rest = custom_id.partition(":")
    detail, _, body = rest.partition(":")
    query = await OVERFLOW.restore(body, store) or ""
    path, mark, encoded = query.partition("?")
    values = dict(parse_qsl(encoded, keep_blank_values=True, errors=_LONE))
    return CallbackData(kind, path, values, detail) if mark else None


def _head(callback_data: CallbackData) -> str:
    return f"{callback_data.kind}:{callback_data.detail}:"


def _query(callback_data: CallbackData) -> str:
    return f"{callback_data.path}?{_encoded(callback_data.values)}"


def _encoded(values: Mapping[str, str]) -> str:
    """Return values as a query. Letters of any script are not escaped, which keeps it short."""
    return "&".join(f"{name}={_SIGNS.sub(_escaped, value)}" for name, value in values.items())


def _escaped(signs: re.Match[str]) -> str:
    return quote(signs[0], safe="", errors=_LONE)
