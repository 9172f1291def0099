"""Says when digests come, what is held and until when, and until when it is quiet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from bot.commands.declaration import Call
from bot.commands.state import Target, state_words
from bot.commands.wording import moment
from bot.commands.zones import is_zone
from bot.model import Cadence, HeldFor, Preferences, Subscription, SuggestedAction
from bot.ports import Held
from bot.text.counting import counted
from bot.timetable import due_at, held_until

HELD_FOR = {
    HeldFor.DAILY: "for the daily digest",
    HeldFor.WEEKLY: "for the weekly digest",
    HeldFor.QUIET: "for the end of the quiet hours",
    HeldFor.SNOOZE: "for the end of the snooze",
    HeldFor.PAUSE: "for the end of the pause",
}


def until_words(held_for: HeldFor, until: datetime | None, zone: tzinfo) -> str:
    """Return "until 2 Mar 2026, 08:00 Asia/Shanghai, for the daily digest", or "until /alerts resume"."""
    if until is None:
        return "until /alerts resume"
    why = HELD_FOR.get(held_for)
    return f"until {moment(until, zone)}" + (f", {why}" if why else "")


def held_lines(held: Iterable[Held], zone: tzinfo) -> list[str]:
    """Return what is held, a sentence for each reason."""
    return [
        f"{counted(each.posts, 'post')} {'is' if each.posts == 1 else 'are'} held "
        f"{until_words(each.held_for, each.until, zone)}."
        for each in held
    ]


def digest_line(
    preferences: Preferences,
    subscriptions: Sequence[Subscription],
    now: datetime,
    default: tzinfo,
    zone: tzinfo,
) -> str:
    """Return when the next digest comes; "" if nothing is followed daily or weekly. `zone`: for the time."""
    wanted = {each.cadence for each in subscriptions if not each.paused} - {Cadence.NOW}
    due = {
        each: moment(due_at(preferences, HeldFor(each.value), now, now, default), zone)
        for each in Cadence
        if each in wanted
    }
    if len(due) > 1:
        return (
            f"The next daily digest comes on {due[Cadence.DAILY]}, "
            f"the next weekly one on {due[Cadence.WEEKLY]}."
        )
    return "".join(f"The next digest comes on {each}." for each in due.values())


def quiet_line(preferences: Preferences, now: datetime, default: tzinfo, zone: tzinfo) -> str:
    """Return until when nothing is sent; "" if alerts are sent now."""
    until = held_until(preferences, now, default)
    if until is None:
        return ""
    if preferences.snoozed_until is not None and preferences.snoozed_until > now:
        return f"Snoozed until {moment(until, zone)}; /snooze off ends it."
    return f"It is quiet now, until {moment(until, zone)}."


async def timing_lines(
    call: Call,
    target: Target,
    preferences: Preferences,
    subscriptions: Sequence[Subscription],
    zone: tzinfo,
) -> list[str]:
    """Return when the next digest comes, until when it is quiet, and what is held."""
    held = await call.store.held(target.address)
    later = [each for each in held if each.until is None or each.until > call.now]  # others come now
    lines = [
        digest_line(preferences, subscriptions, call.now, call.default_zone, zone),
        quiet_line(preferences, call.now, call.default_zone, zone),
        *held_lines(later, zone),
    ]
    return [line for line in lines if line]


async def state_of(
    call: Call, target: Target, subscriptions: Sequence[Subscription], *, changed: bool = False
) -> str:
    """Return all subscriptions of the target in words, with when digests come and what is held."""
    words = state_words(target, subscriptions, changed=changed)
    if not subscriptions:
        return words
    preferences = await call.store.preferences(target.address)
    first, *lines = await timing_lines(call, target, preferences, subscriptions, call.zone) or [""]
    if first:
        words += f"{chr(10) if chr(10) in words else ' '}{first}"
    return "\n".join([words, *lines])


def nothing_yet(target: Target) -> str:
    """Return that a channel gets no alerts, for what only matters once it does."""
    return f"{target.subject} gets no alerts yet: /{target.addition} CATEGORIES"


def zone_offers(call: Call, preferences: Preferences) -> tuple[SuggestedAction, ...]:
    """Return an offer of the zone that the caller's platform knows, if they have set none."""
    zone = call.caller.zone
    if preferences.timezone or not is_zone(zone) or zone == str(call.default_zone):
        return ()
    return (SuggestedAction(f"Use {zone}", "settings", (("timezone", zone),)),)
