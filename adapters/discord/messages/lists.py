"""Renders several posts: digests, and the lists in answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from adapters.discord.interactions import callback
from adapters.discord.interactions.callback import COMMAND, CallbackData
from adapters.discord.messages import parts
from adapters.discord.messages.alerts import plain
from adapters.discord.messages.card import CARD, COLOUR, Button, Card
from adapters.discord.messages.markdown import cost, day, escape, link
from adapters.shared.also import also_in
from adapters.shared.digest import NEW, Entry, Groups, fitting, gist, left_out, several_feeds, show_all
from bot.model import Digest, Post, Reply
from bot.text.truncate import clip, joined, packed, units
from bot.text.urls import web_link

_GAP = "\n\n"
_ROOM = CARD.embeds - CARD.title - CARD.footer  # units of all descriptions together


def digest(message: Digest, key: str) -> Card:
    """Return a digest as a card without its mention; the key is in its button, if it has one."""
    entry = cache(_entry_of_digest(with_feed=several_feeds(message.posts)))
    total = len(message.posts)

    def fits(groups: Groups) -> bool:
        made = _descriptions(groups, entry, total)
        lengths = list(map(units, made))
        return len(made) <= CARD.digest_embeds and sum(lengths) <= _ROOM and max(lengths) <= CARD.description

    groups = fitting(message.posts, fits)
    offer = show_all(message, left_out(groups, total))
    buttons = (_button(offer.label, offer.path, dict(offer.values), key),) if offer else ()
    return Card(embeds=_embeds(message, _descriptions(groups, entry, total)), buttons=buttons)


def plain_digest(message: Digest, room: int) -> str:
    """Return titles and links below the heading, within `room` units."""
    head = parts.text(message.heading, CARD.listed) or NEW
    entries = [plain(post, CARD.listed) for post in message.posts]
    return parts.stacked(head, joined(entries, room - units(head) - 1, gap="\n"))


def post_pages(reply: Reply) -> tuple[Card, ...]:
    """Return the posts of an answer in pages, below the first line of its text."""
    several = several_feeds(reply.posts)
    entries = [
        f"**{number}.** {_entry(post, with_feed=several)}"
        for number, post in enumerate(reply.posts, reply.first)
    ]
    heading = parts.text(reply.text.partition("\n")[0], CARD.content)
    return tuple(
        Card(heading, ({"description": page, "color": COLOUR},))
        for page in packed(entries, CARD.description, units, gap=_GAP)
    )


def _embeds(message: Digest, descriptions: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Return the embeds of a digest: the heading above the first, the name of an only feed below the last."""
    made = [{"description": each, "color": COLOUR} for each in descriptions] or [{"color": COLOUR}]
    made[0] = {"title": parts.text(message.heading, CARD.title) or NEW} | made[0]
    feeds = {parts.bare(post.feed, CARD.footer) for post in message.posts}
    if len(feeds) == 1 and (feed := feeds.pop()):
        made[-1] |= {"footer": {"text": feed}}
    return tuple(made)


def _descriptions(groups: Groups, entry: Entry[str], total: int) -> list[str]:
    """Return the posts below the headings of their groups; a group that goes on is headed again."""
    found: list[str] = []
    last = ""
    for heading, block in _blocks(groups, entry, total):
        more = f"{_GAP}{block if heading == last else parts.stacked(heading, block)}"
        if found and units(found[-1] + more) <= CARD.description:
            found[-1] += more
        else:
            found.append(parts.stacked(heading, block))
        last = heading
    return found


def _blocks(groups: Groups, entry: Entry[str], total: int) -> Iterator[tuple[str, str]]:
    """Yield each post with the heading of its group, and how many posts are left out."""
    for group in groups:
        heading = f"### {parts.text(group.name, CARD.heading)}" if group.name else ""
        yield from ((heading, entry(post)) for post in group.posts)
    if left := left_out(groups, total):
        yield "", f"and {left} more"


def _entry_of_digest(*, with_feed: bool) -> Entry[str]:
    def entry(post: Post) -> str:
        feed = parts.feed_name(post) if with_feed else ""
        return _titled(post, day(post.published), feed, escape(also_in(post)), escape(gist(post, cost)))

    return entry


def _entry(post: Post, *, with_feed: bool) -> str:
    feed = parts.feed_name(post) if with_feed else ""
    return _titled(post, day(post.published), feed, escape(also_in(post)), parts.categories(post, CARD.names))


def _titled(post: Post, *below: str) -> str:
    """Return the linked title, and in small print what stands below it. A date comes first there.

    Otherwise Hebrew or Arabic would reorder it.
    """
    title = link(clip(parts.titled(post), CARD.listed, cost), web_link(post.link))
    return f"{title}\n-# {' · '.join(filter(None, below))}"


def _button(label: str, path: str, values: dict[str, str], key: str) -> Button:
    return Button(label, custom_id=callback.short(CallbackData(COMMAND, path, values, key)))
