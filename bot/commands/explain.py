"""/why: explains why a post was sent or not, to the person who asks and to the channel they ask in."""

from __future__ import annotations

import re
from datetime import tzinfo

from bot.commands.declaration import Call
from bot.commands.state import Target, reaches, subjects_of
from bot.commands.timing import until_words
from bot.commands.wording import (
    bare_url,
    ended,
    filter_words,
    listed,
    moment,
    quoted,
    sentence,
    show,
    term_word,
    title_words,
)
from bot.errors import UsageError
from bot.match import Subject, hits
from bot.model import DeliveryState, EvidenceRank, Kind, Post, Reply, Silence, Subscription
from bot.ports import DeliveryInfo, SilentPost
from bot.text.counting import counted
from bot.text.normalize import fold, term_key
from bot.text.sanitize import visible
from bot.text.spelling import spelled

EVIDENCE = {
    EvidenceRank.API: "certain, from the blog's own API",
    EvidenceRank.PAGE: "certain, from the post's own page",
    EvidenceRank.GIVEN: "certain, this feed prints its categories as such",
    EvidenceRank.ORDER: "likely, from the order of the names in the feed",
    EvidenceRank.KNOWN: "a reading, by the names known to be categories",
    EvidenceRank.NONE: "none, nothing was printed or nothing could be told",
}
SILENCE = {
    Silence.FIRST: "it was there when the bot began to watch the blog.",
    Silence.ARCHIVED: "it was read back from the blog's older posts.",
    Silence.UNKNOWN: "it was there before the bot watched the blog, or came too late to be news.",
}
BELONGING = {
    "c": "which it is filed under",
    "t": "which it is tagged with",
    "w": "which is in it",
    "a": "who wrote it",
}
_LINK = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_CANDIDATES = 5


async def why(call: Call) -> Reply:
    """Report how a post was filed, and why it was sent or not."""
    post = await _post(call)
    lines = [
        f"{quoted(title_words(post), 150)} ({show(post.feed)}, {moment(post.published, call.zone)})",
        visible(post.link),
        *_filing_lines(post),
        *await _move_lines(call, post),
        *_story_lines(post),
        *await _fate(call, Target(call.caller.address), post),
    ]
    if call.caller.place != call.caller.address:
        lines += await _channel_fate(call, post)
    return Reply("\n".join(dict.fromkeys(lines)))  # a line that is true for both places appears once


async def _post(call: Call) -> Post:
    """Return the post with the typed link or words; without any, the newest post."""
    typed = bare_url(call.text("link"))
    if not typed:
        newest = await call.store.latest(1)
        if not newest:
            raise UsageError("No posts are known yet; /health tells whether the blog was read.")
        return newest[0]
    post = await call.store.post_by_link(typed)
    if post is not None:
        return post
    if _LINK.fullmatch(typed):
        raise UsageError("No post with that link is known. /latest lists the newest ones.")
    found = (await call.store.find(typed, _CANDIDATES)).posts
    if not found:
        raise UsageError(f"No post matches {quoted(typed)}. /latest lists the newest ones.")
    return next((post for post in found if fold(typed) in fold(post.title)), found[0])


def _filing_lines(post: Post) -> list[str]:
    filing = post.filing
    if filing.ambiguous and filing.categories:
        filed = listed([show(name) for name in filing.categories])
        words = f"Filed under {filed}; whether under others too could not be told yet"
    elif filing.ambiguous:
        words = "Its categories could not be told for certain, so for now only those who follow all get it"
    elif filing.categories:
        words = f"Filed under {listed([spelled(Kind.CATEGORY, name) for name in filing.categories])}"
    else:
        words = "Filed under no category"
    if filing.tags:
        words += f"; tagged {listed([term_word(term_key(Kind.TAG, name), name) for name in filing.tags])}"
    evidence = f"Evidence: {EVIDENCE[filing.rank]}."
    return [ended(words), f"{evidence} {sentence(filing.evidence)}".strip()]


async def _move_lines(call: Call, post: Post) -> list[str]:
    """Return a line if a known post got a new link, which explains why there was no alert."""
    moved_at = await call.store.post_moved_at(post.id)
    if moved_at is None:
        return []
    listed = f"On {moment(moved_at, call.zone)} the blog listed it under another address or id."
    return [f"{listed} It was taken for the post that was known already, so it was not announced again."]


def _story_lines(post: Post) -> list[str]:
    """Return a line if other feeds have the same story, which explains why it came once."""
    if not post.also:
        return []
    feeds = listed([show(name) for name in post.also])
    return [f"{feeds} told the same story, so each place gets it once, from the feed that reached it first."]


async def _channel_fate(call: Call, post: Post) -> list[str]:
    """Return the lines about the channel, none if it gets no alerts."""
    place = call.caller.place
    if await call.store.subscriptions(place, channel=True) or await call.store.deliveries_of(post.id, place):
        return await _fate(call, Target(place, "this channel"), post)
    return []


async def _fate(call: Call, target: Target, post: Post) -> list[str]:
    deliveries = await call.store.deliveries_of(post.id, target.address)
    if deliveries:
        return [
            _delivery_words(target, delivery, call.zone) + _copy_words(delivery, post)
            for delivery in deliveries
        ]
    subscriptions = await call.store.subscriptions(target.address, channel=target.is_channel)
    silence = await call.store.silence_of(post.id)
    subject = (await subjects_of(call.store, [post], subscriptions))[0]
    passing = [each for each in subscriptions if reaches(each, post, subject)]
    lines = []
    if silence:
        lines.append(f"Nobody was alerted: {_silence_words(post, silence, call.zone)}")
    if not subscriptions:
        lines.append(f"{target.subject} follow{target.ending} nothing.")
    elif passing:
        lines.append(_matching_words(target, passing, silent=silence is not None))
    else:
        lines += [line for each in subscriptions for line in _mismatch_lines(target, each, post, subject)]
    return lines


def _silence_words(post: Post, silence: SilentPost, zone: tzinfo) -> str:
    if silence.reason is Silence.OLD:
        printed = f" (printed as {quoted(silence.date_text)})" if silence.date_text else ""
        return (
            f"its date, {moment(post.published, zone)}{printed}, "
            "is more than two days before the bot began to watch the blog."
        )
    return SILENCE[silence.reason]


def _delivery_words(target: Target, delivery: DeliveryInfo, zone: tzinfo) -> str:
    because = "every post is followed" if delivery.matched == "everything" else f"of {show(delivery.matched)}"
    if delivery.state == DeliveryState.HELD:
        until = until_words(delivery.held_for, delivery.due_at, zone)
        return ended(f"It is held for {target.object} {until}, because {because}")
    if delivery.state == "sent":
        edited = (
            f" The message was edited {counted(delivery.edited, 'time')} since." if delivery.edited else ""
        )
        return (
            ended(f"It was sent to {target.object} on {moment(delivery.at, zone)}, because {because}")
            + edited
        )
    tried = f" Tried {counted(delivery.attempts, 'time')}." if delivery.attempts else ""
    error = f" Last error: {sentence(delivery.error)}" if delivery.error else ""
    if delivery.state == "parked":
        reason = sentence(delivery.destination.parked_reason) or "the place cannot be reached."
        return f"It is on hold for {target.object}: {reason}{tried} It is kept, and goes out by itself."
    if delivery.state == "failed":
        return (
            f"It could not be sent to {target.object}; given up on {moment(delivery.at, zone)}.{tried}{error}"
        )
    return f"It waits to be sent to {target.object} since {moment(delivery.at, zone)}.{tried}{error}"


def _copy_words(delivery: DeliveryInfo, post: Post) -> str:
    """Return where the message is from, if it shows another feed's copy of the story."""
    shown = delivery.post
    if shown is None or (shown.id, shown.feed) == (post.id, post.feed) or post.feed not in shown.also:
        return ""
    return f" That is the post of {show(shown.feed)}: {visible(shown.link)}"


def _matching_words(target: Target, passing: list[Subscription], *, silent: bool) -> str:
    words = f"It matches what {target.object} get{target.ending} now ({filter_words(passing[0].filter)})"
    if silent:
        return f"{words}, so the next one like it is sent."
    return f"{words}, but that was not followed yet when it came."


def _mismatch_lines(target: Target, subscription: Subscription, post: Post, subject: Subject) -> list[str]:
    """Return lines that explain why one subscription does not let the post through."""
    wanted = subscription.filter
    if subscription.feed not in ("", post.feed):
        return [f"{filter_words(wanted)}: followed only from {show(subscription.feed)}."]
    if hits(wanted.include, subject):
        key = hits(wanted.exclude, subject)[0]
        name = term_word(key, wanted.labels.get(key, key[2:]))
        return [f"{target.subject} leave{target.ending} out {name}, {BELONGING[key[0]]}."]
    lines = [ended(f"Not for {target.object}: {target.object} get{target.ending} {filter_words(wanted)}")]
    for key in sorted(wanted.include):
        if key.startswith("c:") and f"t:{key[2:]}" in subject.keys:
            name = wanted.labels.get(key, key[2:])
            lines.append(
                f"{term_word(key, name)} is only a tag of it, not a category. "
                f"To follow the tag: /{target.addition} {spelled(Kind.TAG, name)}"
            )
    return lines
