"""Renders several posts: digests, and the lists in answers. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from adapters.shared.also import also_in
from adapters.shared.digest import NEW, Entry, Groups, fitting, gist, left_out, several_feeds, show_all
from adapters.slack.interactions import callback
from adapters.slack.interactions.callback import CallbackData
from adapters.slack.messages import mrkdwn, parts
from adapters.slack.messages.parts import BLOCKS, SHOW, Json
from bot.model import Digest, Post
from bot.text.sanitize import visible
from bot.text.truncate import clip, joined, units


@dataclass(frozen=True, slots=True)
class ListLimits:
    """How much of a list there may be, in characters."""

    text: int = 3500  # Slack advises at most 4,000
    posts: int = 8000  # of JSON per list of posts in an answer, which has buttons below it
    groups: int = 8800  # of JSON of all groups of a digest


LISTS = ListLimits()
Item = list[Json]  # the elements of one item of a list


def digest(message: Digest) -> list[Json]:
    """Return the blocks of a digest without its mention."""
    total = len(message.posts)
    item = cache(_item_of_digest(with_feed=several_feeds(message.posts)))
    groups = fitting(message.posts, lambda found: _size(_groups(found, item)) <= LISTS.groups)
    left = left_out(groups, total)
    more: Item = [{"type": "text", "text": f"and {left} more"}]
    blocks = [parts.header(visible(message.heading) or NEW), *_groups(groups, item)]
    if left:
        blocks.append(parts.rich_text(parts.rich_section(more)))
    if offer := show_all(message, left):
        value = callback.short(CallbackData(offer.path, dict(offer.values)))
        blocks.append(parts.actions(parts.button(offer.label, SHOW, value=value)))
    return blocks


def digest_text(message: Digest) -> str:
    """Return the text of a digest for notifications, screen readers and plain messages."""
    heading = mrkdwn.escape(clip(visible(message.heading), BLOCKS.listed, mrkdwn.cost)) or NEW
    lines = [parts.titled_link(post) for post in message.posts]
    return parts.stacked(heading, joined(lines, LISTS.text - units(heading), gap="\n"))


def post_pages(posts: Sequence[Post], first: int = 1) -> list[Json]:
    """Return a list in pages, one block for each page, numbered from `first` on."""
    item, found, left = _item_of_answer(with_feed=several_feeds(posts)), list[Json](), list(posts)
    while left:
        items = _fitting(left, item)
        found.append(parts.rich_text(_list(items, "ordered", first - 1 + len(posts) - len(left))))
        left = left[len(items) :]
    return found


def _groups(groups: Groups, item: Entry[Item]) -> list[Json]:
    """Return a block for each group: its name, and its posts as a list."""
    found = []
    for group in groups:
        name: Json = {"type": "text", "text": parts.bare(group.name), "style": {"bold": True}}
        heading = [parts.rich_section([name])] if group.name else []
        found.append(parts.rich_text(*heading, _list(list(map(item, group.posts)), "bullet")))
    return found


def _item_of_digest(*, with_feed: bool) -> Entry[Item]:
    def item(post: Post) -> Item:
        return _item(post, parts.bare(post.feed) if with_feed else "", also_in(post), gist(post, units))

    return item


def _item_of_answer(*, with_feed: bool) -> Entry[Item]:
    def item(post: Post) -> Item:
        return _item(post, parts.bare(post.feed) if with_feed else "", also_in(post), parts.categories(post))

    return item


def _item(post: Post, *words: str) -> Item:
    """Return the linked title, and below it the date and other words, last because Hebrew reorders them."""
    below = "".join(f" · {word}" for word in words if word)
    rest: Item = [{"type": "text", "text": below}] if below else []
    return [parts.linked_title(post), {"type": "text", "text": "\n"}, parts.day(post.published), *rest]


def _fitting(posts: Iterable[Post], item: Entry[Item]) -> list[Item]:
    """Return items of the first posts, as many as fit, at least one if there are posts."""
    found: list[Item] = []
    used = 0
    for made in map(item, posts):
        used += _size(made)
        if found and used > LISTS.posts:
            break
        found.append(made)
    return found


def _size(blocks: Sequence[Json]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _list(items: Sequence[Item], style: str, offset: int = 0) -> Json:
    made: Json = {"type": "rich_text_list", "style": style, "elements": list(map(parts.rich_section, items))}
    return made | ({"offset": offset} if offset else {})
