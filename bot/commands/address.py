"""Finds the channel that an admin names, and checks whether they may manage it."""

from __future__ import annotations

from collections.abc import Collection

from bot.commands.declaration import Call
from bot.commands.state import Target
from bot.commands.wording import show
from bot.errors import UsageError
from bot.model import Caller, local_of, platform_of

_LONGEST = 64


def chosen_channel(call: Call) -> Target:
    """Return the channel that was named, or the one the command was typed in. Raises UsageError."""
    typed = call.text("channel")
    found = channel_target(
        call, channel_address(call.caller, typed, call.alerts_only) if typed else call.caller.place
    )
    if not _is_theirs(call, found.address):
        raise UsageError(f"{found.subject} is not among the channels here; choose one that is.")
    return found


def channel_target(call: Call, address: str) -> Target:
    """Return the channel of an address, with its name for the caller."""
    if address == call.caller.place:
        return Target(address, "this channel")
    return Target(address, f"channel {show(local_of(address))}")


def channel_address(caller: Caller, text: str, alerts_only: Collection[str] = ()) -> str:
    """Return the address of the channel that an admin named, on the platform they are on.

    `alerts_only`: the platforms on which nobody can type. An admin who sees all channels names their channels
    with the platform in front ("apprise:phone"). Raises UsageError if the text cannot be a channel.
    """
    name = text.strip().lstrip("#")
    if not name or len(name) > _LONGEST or any(char.isspace() or not char.isprintable() for char in name):
        raise UsageError(f"“{text[:_LONGEST]}” cannot be a channel; give its name without spaces.")
    if caller.places is None and platform_of(name) in alerts_only:
        return name
    return f"{caller.platform}:{name.removeprefix(caller.platform + ':')}"


def _is_theirs(call: Call, address: str) -> bool:
    """Whether the caller may see and manage a channel: one of their server or workspace.

    An admin who sees all channels may manage those of their whole platform, and of platforms on which nobody
    can type.
    """
    caller = call.caller
    platform = platform_of(address)
    if platform == caller.platform:
        return caller.places is None or address in caller.places or address == caller.place
    return caller.places is None and platform in call.alerts_only
