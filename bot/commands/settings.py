"""/settings and /alerts settings: when messages come to a person or a channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.commands.address import chosen_channel
from bot.commands.declaration import Call
from bot.commands.state import Target
from bot.commands.timing import nothing_yet, timing_lines, zone_offers
from bot.commands.wording import ended, quoted
from bot.commands.zones import read_zone
from bot.errors import UsageError
from bot.model import Preferences, Reply
from bot.text.clock_words import WEEKDAYS, quiet_hours, time_of_day, weekday
from bot.timetable import zone_of

DEFAULT = frozenset({"default", "none", "off"})
NO_QUIET = frozenset({"off", "none", "no", "never", "default"})

_Value = TypeVar("_Value")


async def settings(call: Call) -> Reply:
    """Show or change when messages come to the person who asks."""
    return await _answer(call, Target(call.caller.address))


async def channel_settings(call: Call) -> Reply:
    """Show or change when messages come to a channel."""
    return await _answer(call, chosen_channel(call))


async def _answer(call: Call, target: Target) -> Reply:
    before = await call.store.preferences(target.address)
    after = _changed(call, before)
    if after != before:
        await call.store.set_preferences(
            target.address, after, call.now, by=call.caller.address if target.is_channel else ""
        )
    subscriptions = await call.store.subscriptions(target.address, channel=target.is_channel)
    whose = f"Settings of {target.object}" if target.is_channel else "Your settings"
    lines = [
        f"{whose}{' now' if after != before else ''}:",
        *_setting_lines(call, after),
        *([_style_line(after)] if target.is_channel else []),
        *await timing_lines(call, target, after, subscriptions, zone_of(after, call.default_zone)),
        *([nothing_yet(target)] if target.is_channel and not subscriptions else []),
    ]
    return Reply("\n".join(lines), offers=() if target.is_channel else zone_offers(call, after))


def _changed(call: Call, preferences: Preferences) -> Preferences:
    """Return the preferences with the typed values. UsageError: one of them cannot be."""
    found = preferences
    if zone := call.text("timezone"):
        name = "" if zone.casefold() in DEFAULT else read_zone(zone, call.command.path, call.now)
        found = replace(found, timezone=name)
    if quiet := call.text("quiet"):
        off = quiet.casefold() in NO_QUIET
        found = replace(found, quiet=None if off else _read(quiet_hours, quiet))
    if digest := call.text("digest"):
        found = replace(found, digest=_read(time_of_day, digest))
    if weekly := call.text("weekly"):
        found = replace(found, weekly=_read(weekday, weekly))
    return found


def _read(reader: Callable[[str], _Value], text: str) -> _Value:
    try:
        return reader(text)
    except ValueError as error:
        raise UsageError(ended(f"{quoted(text, 40)} {error}")) from None


def _setting_lines(call: Call, preferences: Preferences) -> list[str]:
    zone = preferences.timezone or f"{call.default_zone}, that of the bot"
    day, clock = WEEKDAYS[preferences.weekly].capitalize(), f"{preferences.digest:%H:%M}"
    return [
        f"- Time zone: {zone}",
        f"- Quiet hours: {preferences.quiet or 'none'}",
        f"- Digests: daily at {clock}, weekly on {day} at {clock}",
    ]


def _style_line(preferences: Preferences) -> str:
    place = "below" if preferences.mention_last else "above"
    return f"- Style of alerts: {preferences.style}, with mentions {place}"
