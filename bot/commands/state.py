"""Describes the subscriptions of a person or a channel in words, and back-tests them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.wording import CADENCES, filter_words, place_word, quoted, sentence, show, title_words
from bot.match import Subject, matches, subject_of
from bot.model import Cadence, Feed, Post, Subscription
from bot.ports import CommandStore

BACK_TEST = 10  # posts
MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class Target:
    """The owner of the subscriptions of a command: the person, or a channel (then with a name)."""

    address: str
    channel: str = ""

    @property
    def is_channel(self) -> bool:
        """Whether alerts go to a channel."""
        return bool(self.channel)

    @property
    def subject(self) -> str:
        """The name at the beginning of a sentence."""
        return self.channel[:1].upper() + self.channel[1:] if self.channel else "You"

    @property
    def object(self) -> str:
        """The name inside a sentence."""
        return self.channel or "you"

    @property
    def ending(self) -> str:
        """The ending of verbs after `subject`."""
        return "s" if self.channel else ""

    @property
    def addition(self) -> str:
        """The path of the command that adds subscriptions."""
        return "alerts add" if self.channel else "follow"

    @property
    def removal(self) -> str:
        """The path of the command that removes subscriptions."""
        return "alerts remove" if self.channel else "unfollow"


def subscription_words(subscription: Subscription, *, name_feed: bool) -> str:
    """Return "China-U.S. and #TikTok, but not Taiwan; at once, by DM".

    A mention that is the same for all names is put at the end, otherwise after each name. Digests have none.
    """
    wanted = subscription.filter
    called = subscription.mentions if subscription.cadence is Cadence.NOW else {}
    alike = {called.get(key, "") for key in wanted.include} if called else set()
    words = filter_words(wanted, {} if len(alike) == 1 else called)
    if name_feed:
        words += f" (from {show(subscription.feed) if subscription.feed else 'every feed'})"
    words += f"; {CADENCES[subscription.cadence]}"
    if not subscription.channel:
        words += f", {place_word(subscription.destination.address)}"
    if len(alike) == 1:
        words += f", mentioning {show(alike.pop())}"
    return words + (" (paused)" if subscription.paused else "")


def state_words(target: Target, subscriptions: Sequence[Subscription], *, changed: bool = False) -> str:
    """Return all subscriptions of the target in words: "You now get: ...". `changed`: say "now"."""
    now = " now" if changed else ""
    if not subscriptions:
        return f"{target.subject} follow{target.ending} nothing{now}."
    several = any(subscription.feed for subscription in subscriptions)
    lines = [subscription_words(subscription, name_feed=several) for subscription in subscriptions]
    head = f"{target.subject}{now} get{target.ending}:"
    text = f"{head} {lines[0]}." if len(lines) == 1 else "\n- ".join([head, *lines])
    destination = subscriptions[0].destination
    if destination.parked:
        text += f"\nAlerts are on hold: {sentence(destination.parked_reason)} They resume by themselves."
    return text


def reaches(subscription: Subscription, post: Post, subject: Subject) -> bool:
    """Whether a subscription lets a post through. `subject`: of the post, from `subjects_of`."""
    return subscription.feed in ("", post.feed) and matches(subscription.filter, subject)


async def subjects_of(
    store: CommandStore, posts: Sequence[Post], subscriptions: Sequence[Subscription]
) -> list[Subject]:
    """Return the subject of each post, with its text only if one of the subscriptions looks at texts."""
    keys = (key for each in subscriptions for key in each.filter.include | each.filter.exclude)
    wordy = any(key.startswith("w:") for key in keys)
    texts = await store.texts([post.id for post in posts]) if wordy else {}
    return [subject_of(post, texts.get(post.id, "")) for post in posts]


async def back_test(
    store: CommandStore, target: Target, subscriptions: Sequence[Subscription], feed: Feed | None
) -> str:
    """Return how many of the newest posts (of one feed, or of all) would have been sent, with titles."""
    posts = await store.latest(BACK_TEST, None, feed.id if feed else None)
    if not posts:
        return "No posts are known yet, so there is nothing to try it on."
    pairs = zip(posts, await subjects_of(store, posts, subscriptions), strict=True)
    hits = [post for post, subject in pairs if any(reaches(each, post, subject) for each in subscriptions)]
    if len(posts) == 1:
        would = "would" if hits else "would not"
        title = quoted(title_words(posts[0]))
        return f"The only post known so far {would} have reached {target.object}: {title}."
    known_so_far = "" if len(posts) == BACK_TEST else " known so far"
    span = f"the {'' if known_so_far else 'last '}{len(posts)} posts{known_so_far}"
    if not hits:
        return f"None of {span} would have reached {target.object}."
    titles = ", ".join(quoted(title_words(post)) for post in hits[:MOST_TITLES])
    more = f" and {len(hits) - MOST_TITLES} more" if len(hits) > MOST_TITLES else ""
    return f"{len(hits)} of {span} would have reached {target.object}: {titles}{more}."
