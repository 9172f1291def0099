"""Which destination a channel name typed in chat stands for."""

from __future__ import annotations

from bot.errors import UsageError
from bot.model import Caller

_LONGEST = 64


def channel_address(caller: Caller, text: str) -> str:
    """Return the address of the channel that an admin named, on the platform they are on.

    UsageError when the text cannot be a channel there.
    """
    name = text.strip().lstrip("#")
    if not name or len(name) > _LONGEST or any(char.isspace() or not char.isprintable() for char in name):
        raise UsageError(f"“{text[:_LONGEST]}” cannot be a channel; give its name without spaces.")
    return f"{caller.platform}:{name.removeprefix(caller.platform + ':')}"
