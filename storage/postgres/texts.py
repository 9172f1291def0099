"""Texts with null characters, which PostgreSQL cannot hold: they are stored with another sign in their place.

PostgreSQL holds every character but U+0000. A feed or a chat can send it, and what was stored has to come
back as it was. So U+001A ("substitute") introduces it, and itself.
"""

from __future__ import annotations

from psycopg.abc import AdaptContext, Buffer
from psycopg.types.string import StrDumperUnknown, TextLoader

_SIGN = "\x1a"
_NULL, _ITSELF = f"{_SIGN}0", f"{_SIGN}1"


def escaped(text: str) -> str:
    """Return a text as it is stored."""
    if "\0" not in text and _SIGN not in text:
        return text
    return text.replace(_SIGN, _ITSELF).replace("\0", _NULL)


def unescaped(stored: str) -> str:
    """Return the text of `escaped`."""
    if _SIGN not in stored:
        return stored
    return stored.replace(_NULL, "\0").replace(_ITSELF, _SIGN)


class _Dumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(escaped(obj))


class _Loader(TextLoader):
    def load(self, data: Buffer) -> str:
        return unescaped(str(super().load(data)))


def register(context: AdaptContext) -> None:
    """Make a connection escape all texts that it writes, and unescape those that it reads."""
    context.adapters.register_dumper(str, _Dumper)
    context.adapters.register_loader("text", _Loader)
