"""/snooze: holds what comes to a person for some time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.commands.declaration import Call
from bot.commands.timing import held_lines
from bot.commands.when import EXAMPLES, OFF, snooze_end
from bot.commands.wording import dated
from bot.model import Preferences, Reply
from bot.text.counting import counted
from bot.timetable import held_until


async def snooze(call: Call) -> Reply:
    """Hold what comes until a time; "off" sends what was held. Without a time, tell the state."""
    preferences = await call.store.preferences(call.caller.address)
    typed = call.text("duration")
    if typed.casefold() in OFF:
        return await _end(call, preferences)
    if typed:
        end = snooze_end(typed, call.now, call.zone, preferences.digest)
        preferences = replace(preferences, snoozed_until=end)
        await call.store.set_preferences(call.caller.address, preferences, call.now)
    return await _state(call, preferences)


async def _state(call: Call, preferences: Preferences) -> Reply:
    end = _end_of(preferences, call.now)
    held = held_lines(await call.store.held(call.caller.address), call.zone)
    if end is None:
        return Reply(
            "\n".join([f"You are not snoozed. To begin: /snooze and a time such as {EXAMPLES}.", *held])
        )
    words = f"Snoozed until {dated(end, call.zone)}. What comes meanwhile comes then, as one message."
    later = held_until(preferences, end, call.default_zone)
    if later is not None:
        words = (
            f"Snoozed until {dated(end, call.zone)}. It is quiet then, so what comes meanwhile comes on "
            f"{dated(later, call.zone)}, as one message."
        )
    return Reply("\n".join([f"{words} /snooze off ends it.", *held]))


async def _end(call: Call, preferences: Preferences) -> Reply:
    """End the snooze. What it held is due, unless it is quiet or belongs to a digest."""
    if _end_of(preferences, call.now) is None:
        return await _state(call, preferences)
    after = replace(preferences, snoozed_until=None)
    await call.store.set_preferences(call.caller.address, after, call.now)
    held = await call.store.held(call.caller.address)
    due = [each for each in held if each.until is not None and each.until <= call.now]
    posts = sum(each.posts for each in due)
    words = "The snooze is over."
    if posts:
        come = (
            "1 post that was held comes now."
            if posts == 1
            else (f"{counted(posts, 'post')} that were held come now, as one message.")
        )
        words += f" {come}"
    return Reply("\n".join([words, *held_lines([each for each in held if each not in due], call.zone)]))


def _end_of(preferences: Preferences, now: datetime) -> datetime | None:
    """Return when the snooze ends; None if there is none now."""
    end = preferences.snoozed_until
    return end if end is not None and end > now else None
