"""/alerts: the alerts for a channel. For admins."""

from __future__ import annotations

from datetime import tzinfo
from operator import itemgetter

from bot.commands.address import channel_target, chosen_channel
from bot.commands.declaration import Call
from bot.commands.known import vocabulary
from bot.commands.paging import page_of, page_offers
from bot.commands.resolve import resolve
from bot.commands.state import Target
from bot.commands.subscribe import add as subscribe
from bot.commands.subscribe import chosen_cadence, chosen_feed, take_off
from bot.commands.timing import HELD_FOR, state_of, until_words
from bot.commands.wording import also_words, change_line, moment, quoted, sentence, show, title_words
from bot.errors import UsageError
from bot.model import DeliveryState, HeldFor, Reply
from bot.ports import DeliveryInfo
from bot.timetable import held_until

LOG_ROWS = 10
TEST = "Test alert from Bystander: alerts can reach this place."
LONGEST_MENTION = 80
NOBODY = frozenset({"none", "nobody", "off", "no", "-"})
MOST_CHANNELS = 25


async def add(call: Call) -> Reply:
    """Send posts of some categories to a channel."""
    typed = call.required("categories")
    target, feed, mention = chosen_channel(call), await chosen_feed(call), _mention(call)
    known = await vocabulary(call.store, typed, feed)
    wanted = resolve(typed, known, call.command.path, new=bool(call.text("new")), may_be_new=True)
    return await subscribe(call, target, wanted, feed, cadence=chosen_cadence(call), mention=mention)


async def remove(call: Call) -> Reply:
    """Stop sending posts of some categories, or of all, to a channel."""
    typed = call.required("categories")
    return await take_off(call, chosen_channel(call), typed, await chosen_feed(call))


async def list_channels(call: Call) -> Reply:
    """List what each channel gets, for the channels that the admin may see."""
    caller = call.caller
    among = None if caller.places is None else caller.places | {caller.place}
    platforms = [caller.platform, *(call.alerts_only if caller.places is None else ())]
    addresses = [each for name in platforms for each in await call.store.channels(name, among)]
    if not addresses:
        return Reply("No channel gets alerts yet. To begin: /alerts add CATEGORIES")
    lines = [await _state(call, channel_target(call, address)) for address in addresses[:MOST_CHANNELS]]
    if len(addresses) > MOST_CHANNELS:
        lines.append(f"{len(addresses) - MOST_CHANNELS} more channels.")
    return Reply("\n".join(lines))


async def test(call: Call) -> Reply:
    """Send a test alert to a channel, through the outbox like any other."""
    target = chosen_channel(call)
    await call.store.notify([target.address], TEST, call.now)
    parked = [each for each in (await call.store.queue_health()).parked if each.address == target.address]
    if parked:
        return Reply(
            f"{target.subject} is on hold: {sentence(parked[0].parked_reason)} The test alert waits with the "
            "others; once that is mended, /alerts resume sends them."
        )
    return Reply(f"A test alert is on its way to {target.object}. /alerts log tells how it went.")


async def pause(call: Call) -> Reply:
    """Pause the alerts for a channel."""
    target = chosen_channel(call)
    if not await call.store.pause(target.address, paused=True, by=call.caller.address, now=call.now):
        raise UsageError(f"{target.subject} gets no alerts, so there is nothing to pause.")
    words = "Paused: posts that come from now on are kept, and come as one message at /alerts resume."
    return Reply(f"{words}\n{await _state(call, target)}")


async def resume(call: Call) -> Reply:
    """End the pause of a channel; also unpark a channel that could not be reached."""
    target = chosen_channel(call)
    kept = [each for each in await call.store.held(target.address) if each.held_for is HeldFor.PAUSE]
    unparked = await call.store.resume(target.address, call.now)
    subscribed = await call.store.pause(target.address, paused=False, by=call.caller.address, now=call.now)
    if not (unparked or subscribed):
        raise UsageError(f"{target.subject} gets no alerts, so there is nothing to resume.")
    words = ["Resumed."]
    if unparked:
        words.append("What waited for it is sent now.")
    if kept:
        words.append(await _coming(call, target, sum(each.posts for each in kept)))
    return Reply(f"{' '.join(words)}\n{await _state(call, target)}")


async def _coming(call: Call, target: Target, posts: int) -> str:
    """Return when posts that were held during a pause will be delivered: at once, unless it is quiet."""
    quiet = held_until(await call.store.preferences(target.address), call.now, call.default_zone)
    when = f"on {moment(quiet, call.zone)}, when it is no longer quiet" if quiet else "now"
    if posts == 1:
        return f"The post that was kept comes {when}."
    return f"The {posts:,} posts that were kept come {when}, as one message."


async def log(call: Call) -> Reply:
    """List what was sent to a channel, and who changed its alerts, newest first, ten of each on a page."""
    target, skip = chosen_channel(call), LOG_ROWS * (page_of(call) - 1)
    sent = await call.store.delivery_log(target.address, LOG_ROWS + 1, skip=skip)
    changes = await call.store.changes(target.address, LOG_ROWS + 1, skip=skip)
    most = max(len(sent), len(changes))
    offers = page_offers(call, more=most > LOG_ROWS, beyond=not most)
    rows = [(each.at, _log_line(each, call.zone)) for each in sent[:LOG_ROWS]]
    rows += [(each.at, change_line(each, call.zone)) for each in changes[:LOG_ROWS]]
    lines = [line for _, line in sorted(rows, key=itemgetter(0), reverse=True)]
    if skip:
        head = [f"Earlier for {target.object}, newest first:" if lines else f"No more for {target.object}."]
    else:
        head = [] if sent else [f"Nothing was sent to {target.object} yet."]
        head += [f"Last for {target.object}, newest first:"] if lines else []
    return Reply("\n".join([*head, *lines]), offers=offers)


def _mention(call: Call) -> str | None:
    """Return the mention for these alerts: "" for nobody, None if no mention was typed."""
    typed = call.text("mention")
    if len(typed) > LONGEST_MENTION:
        raise UsageError(f"That mention is too long: {LONGEST_MENTION} characters are the limit.")
    return "" if typed.casefold() in NOBODY else typed or None


async def _state(call: Call, target: Target) -> str:
    return await state_of(call, target, await call.store.subscriptions(target.address, channel=True))


def _log_line(row: DeliveryInfo, zone: tzinfo) -> str:
    what = quoted(title_words(row.post)) if row.post else "a test alert" if row.notice == TEST else "a notice"
    if row.post and row.post.also:
        what += f", {also_words(row.post)}"
    because = f" ({show(row.matched)})" if row.matched else ""
    error = f": {sentence(row.error)}" if row.error else ""
    return f"{moment(row.at, zone)}: {_log_state(row, zone)}, {what}{because}, no. {row.number}{error}"


def _log_state(row: DeliveryInfo, zone: tzinfo) -> str:
    """Return "held until 2 Mar 2026, 08:00 UTC, for the daily digest", or a state and what came before."""
    if row.state == DeliveryState.HELD:
        return f"held {until_words(row.held_for, row.due_at, zone)}"
    after = HELD_FOR.get(row.held_for)
    return show(row.state) + (f" after it was held {after}" if after else "")
