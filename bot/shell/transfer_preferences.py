"""The part of an export that holds what people and channels have set: the tables [[preferences]]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bot.commands.document import has_set
from bot.commands.zones import read_zone
from bot.errors import UsageError
from bot.model import Preferences, Style
from bot.ports import Store
from bot.text.clock_words import WEEKDAYS, quiet_hours, time_of_day, weekday

_DEFAULT = Preferences()


class PreferenceEntry(BaseModel):
    """What one address has set. Keys that are missing have their default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    address: str
    timezone: str = ""
    quiet: str = ""  # "22:00-07:00"
    digest: str = f"{_DEFAULT.digest:%H:%M}"
    weekly: str = WEEKDAYS[_DEFAULT.weekly]
    style: str = _DEFAULT.style.value
    mention_last: bool = False


def read(entries: Sequence[PreferenceEntry], now: datetime) -> dict[str, Preferences]:
    """Return the preferences by address. Raises UsageError if any of them cannot be."""
    twice = [address for address, times in Counter(each.address for each in entries).items() if times > 1]
    if twice:
        raise UsageError(f"The file has the preferences of {twice[0]} twice; nothing was imported.")
    return {each.address: _preferences(each, now) for each in entries}


async def add(store: Store, wanted: Mapping[str, Preferences], now: datetime) -> int:
    """Set the preferences of those addresses that have set nothing; return how many. Their snoozes go on."""
    there = await store.all_preferences()
    had = {address: there.get(address, _DEFAULT) for address in wanted}
    new = [address for address in wanted if not has_set(had[address])]
    for address in new:
        chosen = replace(wanted[address], snoozed_until=had[address].snoozed_until)
        await store.set_preferences(address, chosen, now)
    return len(new)


def _preferences(entry: PreferenceEntry, now: datetime) -> Preferences:
    try:
        return Preferences(
            timezone=read_zone(entry.timezone, "settings", now) if entry.timezone else "",
            quiet=quiet_hours(entry.quiet) if entry.quiet else None,
            digest=time_of_day(entry.digest),
            weekly=weekday(entry.weekly),
            style=_style(entry.style),
            mention_last=entry.mention_last,
        )
    except (UsageError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise UsageError(f"The preferences of {entry.address}: {reason}; nothing was imported.") from error


def _style(text: str) -> Style:
    if text not in tuple(Style):
        raise ValueError(f"“{text}” is no style ({', '.join(Style)})")
    return Style(text)
