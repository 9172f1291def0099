"""Which destination a channel name typed in chat stands for."""

from __future__ import annotations

from collections.abc import Collection

from bot.errors import UsageError
from bot.model import Caller

_LONGEST = 64


def channel_address(caller: Caller, text: str, alerts_only: Collection[str] = ()) -> str:
    """Return the address of the channel that an admin named, on the platform they are on.

    `alerts_only`: platforms on which nobody can type, so that whoever sees all places names theirs from
    elsewhere ("apprise:phone"). UsageError when the text cannot be a channel.
    """
    name = text.strip().lstrip("#")
    if not name or len(name) > _LONGEST or any(char.isspace() or not char.isprintable() for char in name):
        raise UsageError(f"“{text[:_LONGEST]}” cannot be a channel; give its name without spaces.")
    if caller.places is None and name.partition(":")[0] in alerts_only:
        return name
    return f"{caller.platform}:{name.removeprefix(caller.platform + ':')}"
