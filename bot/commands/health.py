"""/health: shows whether there is no news or the bot has a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from bot.commands.declaration import Call
from bot.commands.fleet import fleet_line
from bot.commands.listening import unattended
from bot.commands.timing import held_lines
from bot.commands.wording import capital, moment, sentence, show
from bot.model import Caller, Destination, Feed, Post, PostTimes, Reply
from bot.ports import SHUT, Condition, FeedSeen, FleetState, PartState, QueueHealth
from bot.rhythm import RHYTHM, Quiet, every, quiet
from bot.text.counting import counted
from bot.text.hubs import hub_sentence
from bot.text.sanitize import visible
from bot.troubles import TROUBLE, TROUBLED, feed_troubles, is_stuck, unreachable


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """How much is told."""

    feeds: int = 20  # that are named
    places: int = 25  # whose held alerts are looked up
    error: int = 400  # characters; room for the address of a feed


HEALTH = HealthLimits()


async def health(call: Call) -> Reply:
    """Report each feed and the outbox, a line each. The first line is the verdict."""
    late = call.now - TROUBLE.late
    conditions = await call.store.feed_conditions(late)
    queue = await call.store.queue_health()
    queue = replace(queue, parked=_in_sight(queue.parked, call.caller))
    shut = {key.removeprefix(SHUT): why for key, why in (await call.store.list_values(SHUT)).items()}
    fleet = await call.store.fleet(call.now)
    lines = [_verdict(conditions, queue, call, tuple(shut), fleet)]
    lines += [f"{show(name)}: {sentence(why)}" for name, why in shut.items()]
    lines += _chat_lines(call.parts, shut)
    if fleet is not None and fleet.processes:
        lines.append(f"{fleet_line(fleet, call.now)}.")
    lines += await _feed_lines(await call.store.feeds_seen(late, HEALTH.feeds, first=TROUBLED), call)
    more = sum(conditions.values()) - HEALTH.feeds
    lines += [f"{more} more feeds."] if more > 0 else []
    lines += _queue_lines(queue, call.caller, call.zone)
    return Reply("\n".join([*lines, *await _held_places(call, queue)]))


def _chat_lines(parts: Sequence[PartState], shut: Mapping[str, str]) -> list[str]:
    """Return one line on which chats are connected; nothing if the bot does not run."""
    chats = [part for part in parts if part.chat and part.name not in shut]
    words = [f"{show(part.name)} {_chat_word(part)}" for part in chats]
    return [f"Chats: {', '.join(words)}."] if words else []


def _chat_word(part: PartState) -> str:
    if part.trouble:
        return "in trouble"
    return "stands by" if part.stands_by else "connected"


def _verdict(
    conditions: Mapping[Condition, int],
    queue: QueueHealth,
    call: Call,
    shut: Sequence[str],
    fleet: FleetState | None,
) -> str:
    problems = [f"Nothing goes out on {show(name)}." for name in shut]
    problems += [part.trouble for part in call.parts if part.trouble]
    problems += [] if fleet is None else unattended(fleet.doors)
    problems += feed_troubles(conditions)
    problems += [] if conditions else ["An admin can add one: /feeds add URL"]
    problems += unreachable(len(queue.parked))
    if is_stuck(queue.oldest_waiting, call.now):
        problems.append("Alerts are stuck in the queue.")
    return " ".join(problems) or "All well."


async def _feed_lines(seen: Sequence[FeedSeen], call: Call) -> list[str]:
    """Return what each feed does, with its newest post or how long it is quiet."""
    ids = [each.feed.id for each in seen]
    times = await call.store.post_times(ids, call.now, RHYTHM.last_posts)
    hubs = await call.store.hubs_of(ids)
    lines = []
    for each in seen:
        newest = await call.store.latest(1, None, each.feed.id)
        silence = quiet(each.feed, times.get(each.feed.id, PostTimes()), call.now)
        hub = visible(hub_sentence(each.feed, hubs.get(each.feed.id), call.now))
        lines.append(f"{_feed_line(each, newest, silence, call.zone)} {hub}".rstrip())
    return lines


def _feed_line(seen: FeedSeen, newest: Sequence[Post], silence: Quiet | None, zone: tzinfo) -> str:
    feed, trouble = seen.feed, seen.condition
    state, name = feed.state, show(feed.settings.name)
    read = f"last read {moment(state.last_success_at, zone)}" if state.last_success_at else "never read"
    if trouble is Condition.STOPPED:
        line = f"{name}: stopped, for its server says the feed is gone for good; {read}."
    elif trouble is Condition.FAILING:
        since = f" since {moment(state.failing_since, zone)}" if state.failing_since else ""
        line = (
            f"{name}: failing{since}, {counted(state.failures, 'poll')} in a row; {read}; "
            f"next try {moment(feed.next_poll_at, zone)}. "
            f"{capital(sentence(state.last_error, HEALTH.error))}".rstrip()
        )
    elif trouble is Condition.OVERDUE:
        due = moment(feed.next_poll_at, zone)
        line = f"{name}: overdue, a check was due {due}; the bot may not be running; {read}."
    elif trouble is Condition.UNREAD:
        line = f"{name}: not read yet; first check {moment(feed.next_poll_at, zone)}."
    else:
        news = _news_words(newest, silence, zone)
        line = (
            f"{name}: {news}; the last poll answered, {read}; next check {moment(feed.next_poll_at, zone)}."
        )
    return line + _moved_words(feed)


def _news_words(newest: Sequence[Post], silence: Quiet | None, zone: tzinfo) -> str:
    if silence is not None:
        return f"quiet since {moment(silence.since, zone)}, usually a post {every(silence.usual)}"
    return f"no new post since {moment(newest[0].published, zone)}" if newest else "no post yet"


def _moved_words(feed: Feed) -> str:
    if feed.url != feed.settings.url:
        return f" It moved to {visible(feed.url)}"
    if feed.state.moved_to:
        return f" Its server says it moved to {visible(feed.state.moved_to)}; watched until that is sure."
    return ""


def _in_sight(parked: Sequence[Destination], caller: Caller) -> tuple[Destination, ...]:
    """Return the parked destinations that the caller may see: their own and those of their server."""
    own = (caller.address, caller.place)
    return tuple(
        each
        for each in parked
        if caller.places is None or each.address in caller.places or each.address in own
    )


def _queue_lines(queue: QueueHealth, caller: Caller, zone: tzinfo) -> list[str]:
    """Return the state of the outbox in words. Admins see all of `queue.parked`, others only their own."""
    since = f", the oldest since {moment(queue.oldest_waiting, zone)}" if queue.oldest_waiting else ""
    failed = f", {queue.failed:,} given up" if queue.failed else ""
    lines = [
        f"Alerts: {queue.waiting:,} waiting{since}; {queue.sent:,} sent{failed}.",
        *_held_lines(queue, zone),
    ]
    seen = [each for each in queue.parked if caller.admin or each.address in (caller.address, caller.place)]
    lines += [f"On hold: {show(each.address)}. {sentence(each.parked_reason)}".rstrip() for each in seen]
    return lines


def _held_lines(queue: QueueHealth, zone: tzinfo) -> list[str]:
    """Return how many alerts are held for later, none if there are none."""
    if not queue.held:
        return []
    first = (
        f"the first until {moment(queue.held_until, zone)}" if queue.held_until else "until /alerts resume"
    )
    return [f"Held for digests, quiet hours, snoozes and pauses, so not stuck: {queue.held:,}, {first}."]


async def _held_places(call: Call, queue: QueueHealth) -> list[str]:
    """Return for which of the places that an admin may see alerts are held; for others, nothing."""
    if not (queue.held and call.caller.admin):
        return []
    caller = call.caller
    among = None if caller.places is None else caller.places | {caller.place}
    addresses = (await call.store.channels(caller.platform, among))[: HEALTH.places]
    held = {each: held_lines(await call.store.held(each), call.zone) for each in addresses}
    return [f"{show(address)}: {' '.join(lines)}" for address, lines in held.items() if lines]
