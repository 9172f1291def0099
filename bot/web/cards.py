"""What the status page shows of a feed, a chat, a post and a place. Pure.

Text from outside, such as names and errors, is cleaned by `one_line` here and escaped by the template.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import DeliveryState, HeldFor, HubSubscription, Post, platform_of
from bot.ports import (
    DAYS,
    Condition,
    FeedDays,
    FeedSeen,
    HeldPlace,
    ParkedPlace,
    PlatformCounts,
    Story,
)
from bot.text.counting import counted
from bot.text.hubs import hub_sentence
from bot.text.sanitize import one_line
from bot.web.sparkline import Sparkline, sparkline

NAME, REASON = 80, 300  # characters

_TONES = {Condition.WELL: "good", Condition.UNREAD: "wait"}
_HELD_FOR = {
    HeldFor.NOTHING: "for later",
    HeldFor.DAILY: "for daily digests",
    HeldFor.WEEKLY: "for weekly digests",
    HeldFor.QUIET: "for the end of quiet hours",
    HeldFor.SNOOZE: "for the end of a snooze",
    HeldFor.PAUSE: "until a pause ends",
}
_STATES = {  # in the order in which they are told
    DeliveryState.SENT: "sent to",
    DeliveryState.SENDING: "waiting for",
    DeliveryState.PENDING: "waiting for",
    DeliveryState.HELD: "held for",
    DeliveryState.PARKED: "kept for",
    DeliveryState.FAILED: "refused by",
}


@dataclass(frozen=True, slots=True)
class FeedCard:
    """A feed. `due`: the next check is due now. `error`: "" for none."""

    name: str
    condition: str
    tone: str
    posts: Sparkline
    polls: Sparkline
    last_success: datetime | None
    next_check: datetime | None
    due: bool
    failures: int
    failing_since: datetime | None
    error: str
    hub: str  # a sentence; "" for a feed without one


def feed_card(seen: FeedSeen, days: FeedDays, now: datetime, hub: HubSubscription | None = None) -> FeedCard:
    """Return the card of a feed."""
    feed, state = seen.feed, seen.feed.state
    return FeedCard(
        name=one_line(feed.settings.name, NAME),
        condition=seen.condition.value,
        tone=_TONES.get(seen.condition, "bad"),
        posts=sparkline("Posts", _posts_in_words(days), [("posts", days.posts)]),
        polls=sparkline("Polls", _polls_in_words(days), [("good", days.good), ("bad", days.failed)]),
        last_success=state.last_success_at,
        next_check=None if state.stopped else feed.next_poll_at,
        due=not state.stopped and feed.next_poll_at <= now,
        failures=state.failures,
        failing_since=state.failing_since,
        error=one_line(state.last_error, REASON),
        hub=one_line(hub_sentence(feed, hub, now), REASON),
    )


def _posts_in_words(days: FeedDays) -> str:
    return f"{counted(sum(days.posts), 'post')} in {DAYS} days, {days.posts[-1]:,} today"


def _polls_in_words(days: FeedDays) -> str:
    return f"{counted(sum(days.good), 'good one')} in {DAYS} days, {sum(days.failed):,} failed"


@dataclass(frozen=True, slots=True)
class ChatCard:
    """A chat platform. `connected`: None for one that is not enabled any more."""

    name: str
    connected: bool | None
    counts: PlatformCounts


def chat_cards(adapters: Mapping[str, bool], platforms: Mapping[str, PlatformCounts]) -> list[ChatCard]:
    """Return the cards of all platforms that are enabled, or were."""
    nothing = PlatformCounts()
    return [
        ChatCard(title(name), adapters.get(name), platforms.get(name, nothing))
        for name in [*adapters, *(name for name in platforms if name not in adapters)]
    ]


def title(name: str) -> str:
    """Return the name of a part as it is shown: "Console"."""
    return one_line(name.capitalize(), NAME)


@dataclass(frozen=True, slots=True)
class StoryCard:
    """A post, and where it went. `link`: "" for none. `places`: with names, and "" for no date.

    `also`: the other feeds that tell its story.
    """

    title: str
    link: str
    feed: str
    also: tuple[str, ...]
    published: datetime
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    evidence: str
    ambiguous: bool
    went: tuple[str, ...]
    places: tuple[str, ...]


def story_card(story: Story, *, names: bool) -> StoryCard:
    """Return the card of a post; `names`: whether places are named."""
    post, filing = story.post, story.post.filing
    return StoryCard(
        title=one_line(post.title, REASON) or "Untitled",
        link=post.link if post.link.startswith(("http://", "https://")) else "",
        feed=one_line(post.feed, NAME),
        also=_names(post.also),
        published=post.published,
        categories=_names(filing.categories),
        tags=_names(filing.tags),
        evidence=_evidence(post),
        ambiguous=filing.ambiguous,
        went=tuple(_went(story)),
        places=_places(story) if names else (),
    )


def _evidence(post: Post) -> str:
    return one_line(post.filing.evidence, REASON) or "No evidence is known."


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(one_line(name, NAME) for name in names)


def _went(story: Story) -> Iterator[str]:
    """Yield sentences without names, such as "Sent to 3 places."."""
    if not story.places:
        yield "Went nowhere: nobody follows it, or it was silent."
        return
    numbers = Counter(_STATES[DeliveryState(each.state)] for each in story.places)
    more = "at least " if story.more else ""
    for words in dict.fromkeys(_STATES.values()):
        if number := numbers[words]:
            yield f"{words.capitalize()} {more}{counted(number, 'place')}."


def _places(story: Story) -> tuple[str, ...]:
    named = [f"{one_line(each.address, NAME)} ({each.state})" for each in story.places]
    return (*named, "and more") if story.more else tuple(named)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: what it is about, in words, and until when or since when."""

    about: str
    words: str
    time: datetime | None


def held_lines(held: Sequence[HeldPlace], *, names: bool, most: int) -> tuple[list[Line], int]:
    """Return what is held, and how many places are left out. Without `names`, one line for each reason."""
    if names:
        lines = [
            Line(
                one_line(each.address, NAME),
                f"{counted(each.posts, 'post')} {_HELD_FOR[each.held_for]}",
                each.until,
            )
            for each in held
        ]
        return lines[:most], max(0, len(lines) - most)
    posts: Counter[HeldFor] = Counter()
    first: dict[HeldFor, datetime | None] = {}  # the first due comes first
    for each in held:
        posts[each.held_for] += each.posts
        first.setdefault(each.held_for, each.until)
    return [Line(counted(posts[why], "post"), _HELD_FOR[why], until) for why, until in first.items()], 0


def parked_lines(
    parked: Sequence[ParkedPlace], platforms: Mapping[str, PlatformCounts], *, names: bool
) -> list[Line]:
    """Return the places that cannot be reached, each with what mends it; without `names`, their platforms."""
    if names:
        return [
            Line(one_line(each.address, NAME), one_line(each.reason, REASON), each.since) for each in parked
        ]
    found: dict[str, datetime | None] = {name: None for name, counts in platforms.items() if counts.parked}
    for each in parked:  # the last parked comes first
        found[platform_of(each.address)] = each.since
    kept = {name: platforms.get(name, PlatformCounts()).parked for name in found}
    return [Line(title(name), f"{counted(kept[name], 'message')} kept", at) for name, at in found.items()]
