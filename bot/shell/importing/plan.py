"""What an import would do, as values: the feeds, subscriptions and preferences to add. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.commands.reading import Vocabulary
from bot.commands.resolve import Wanted, resolve
from bot.commands.wording import filter_words, listed, show
from bot.errors import UsageError
from bot.model import (
    EVERYTHING,
    Cadence,
    FeedSettings,
    Filter,
    ImportedFeed,
    ImportList,
    ImportProblem,
    Preferences,
)
from bot.text.counting import counted
from bot.text.normalize import fold
from bot.text.sanitize import one_line
from bot.text.urls import web_url


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """How much one list may have, and how much of it is named."""

    feeds: int = 10_000  # feeds of one list
    name: int = 200  # characters of a name
    shown: int = 20  # subscriptions and problems that are named one by one


PLAN = PlanLimits()


@dataclass(frozen=True, slots=True)
class PlannedSubscription:
    """What an address is to follow. `feed`: the URL of a planned feed, "" for every feed.

    `include` and `exclude`: names by term key. `mentions`: by the keys of included terms.
    """

    address: str
    feed: str
    include: dict[str, str]
    exclude: dict[str, str] = field(default_factory=dict)
    mentions: dict[str, str] = field(default_factory=dict)
    cadence: Cadence = Cadence.NOW
    channel: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an import would add. `by_name`: a watched feed of the same name counts as the same feed."""

    feeds: tuple[FeedSettings, ...] = ()
    subscriptions: tuple[PlannedSubscription, ...] = ()
    preferences: dict[str, Preferences] = field(default_factory=dict)
    by_name: bool = False
    notes: tuple[ImportProblem, ...] = ()  # on what is not quite as it was elsewhere


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets what of a list has no place. `channel`: whether it is a channel, and not a person."""

    address: str = ""
    channel: bool = True


def planned(found: ImportList, recipient: Recipient) -> tuple[Plan, list[ImportProblem]]:
    """Return what a list of feeds asks for, and all that is wrong with it. Each feed is watched once."""
    problems = list(found.problems)
    feeds: dict[str, FeedSettings] = {}
    names: set[str] = set()
    subscriptions = []
    for each in found.feeds[: PLAN.feeds]:
        try:
            url = web_url(each.url.strip())
            wanted = _wanted(each)
        except (ValueError, UsageError) as error:
            reason = str(error) if isinstance(error, UsageError) else f"{show(each.url)} {error}."
            problems.append(ImportProblem(reason, each.line))
            continue
        if url not in feeds:
            feeds[url] = FeedSettings(_name(each, url, names), url, origin="chat")
        if address := each.place or recipient.address:
            subscriptions.append(
                PlannedSubscription(
                    address,
                    url,
                    wanted.include or {EVERYTHING: "everything"},
                    wanted.exclude,
                    channel=bool(each.place) or recipient.channel,
                    paused=each.paused,
                )
            )
    if len(found.feeds) > PLAN.feeds:
        problems.append(ImportProblem(f"The list has more than {PLAN.feeds:,} feeds; split it."))
    plan = Plan(tuple(feeds.values()), tuple(subscriptions), notes=found.notes)
    return plan, sorted(problems, key=lambda each: each.line)


def lines(plan: Plan) -> list[str]:
    """Return a plan in words, a line each."""
    names = {feed.url: feed.name for feed in plan.feeds}
    found = [f"Plan: {counted(len(plan.feeds), 'feed')}, {counted(len(plan.subscriptions), 'subscription')}."]
    found += [f"- watch {show(feed.name)}: {feed.url}" for feed in plan.feeds[: PLAN.shown]]
    found += _more(len(plan.feeds), "feed")
    found += [f"- {_words(each, names)}" for each in plan.subscriptions[: PLAN.shown]]
    found += _more(len(plan.subscriptions), "subscription")
    if plan.preferences:
        found.append(f"- preferences of {listed(sorted(plan.preferences), PLAN.shown)}")
    found += [f"Note: {line}" for line in told(plan.notes)]
    return found


def told(problems: Sequence[ImportProblem]) -> list[str]:
    """Return the problems, a line each."""
    return [str(each) for each in problems[: PLAN.shown]] + _more(len(problems), "problem")


def _more(number: int, noun: str) -> list[str]:
    return [f"- and {counted(number - PLAN.shown, f'more {noun}')}"] if number > PLAN.shown else []


def _words(subscription: PlannedSubscription, names: dict[str, str]) -> str:
    labels = {**subscription.include, **subscription.exclude}
    wanted = Filter(frozenset(subscription.include), frozenset(subscription.exclude), labels)
    feed = f" of {show(names[subscription.feed])}" if subscription.feed else ""
    words = filter_words(wanted, subscription.mentions)
    return f"{show(subscription.address)} gets {words}{feed}{' (paused)' if subscription.paused else ''}"


def _wanted(imported: ImportedFeed) -> Wanted:
    """Return the terms of a list as typed; without any it is every post. UsageError: one cannot be."""
    if not imported.wanted.strip():
        return Wanted()
    return resolve(imported.wanted, Vocabulary(()), "import", new=True)


def _name(imported: ImportedFeed, url: str, taken: set[str]) -> str:
    """Return a name for a feed that no other feed of the list has: its own, its host's, or its URL.

    `taken`: the folded names so far, to which it is added.
    """
    choices = (one_line(imported.name, PLAN.name), urlsplit(url).hostname or "")
    name = next((each for each in choices if fold(each) and fold(each) not in taken), url)
    taken.add(fold(name))
    return name
