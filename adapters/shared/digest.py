"""What a digest shows on every platform: posts by category, each with one line of its text. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.model import Digest, Post, SuggestedAction
from bot.text.normalize import fold
from bot.text.sanitize import visible
from bot.text.truncate import Cost, clip, first_sentence, headline, most

NEW = "New posts"  # heading of a digest that has none
OTHERS = "Other posts"  # heading of those without a category
_COMMAND, _PAGE = "digest", 10  # shows a digest in pages of so many posts
_TITLE, _GIST = 150, 100  # as platforms cut a title in a list; units of the line of text


@dataclass(frozen=True, slots=True)
class Group:
    """Posts of a digest under one heading; `name` is "" if all posts are without a category."""

    name: str
    posts: tuple[Post, ...]


Groups = tuple[Group, ...]
Made = TypeVar("Made")
Entry = Callable[[Post], Made]  # renders a post of a list


def grouped(posts: Sequence[Post]) -> Groups:
    """Return posts by category, the largest group first, in each group in their order.

    A post is in one group: of its categories the one that most of the posts are filed under. Names are
    compared by `fold`. Posts without a category come last.
    """
    filed = [_categories(post) for post in posts]
    names = {key: name for each in reversed(filed) for key, name in reversed(each.items())}  # as first seen
    count = Counter(key for each in filed for key in each)
    rank = {key: number for number, (key, _) in enumerate(count.most_common())}
    found: dict[str, list[Post]] = {}
    for post, keys in zip(posts, filed, strict=True):
        found.setdefault(min(keys, key=rank.__getitem__, default=""), []).append(post)
    others = found.pop("", [])
    groups = [Group(names[key], tuple(members)) for key, members in found.items()]
    groups.sort(key=lambda group: len(group.posts), reverse=True)
    return (*groups, *([Group(OTHERS if groups else "", tuple(others))] if others else []))


def _categories(post: Post) -> dict[str, str]:
    names: dict[str, str] = {}
    for name in post.filing.categories:
        if key := fold(name):
            names.setdefault(key, visible(name))
    return names


def fitting(posts: Sequence[Post], fits: Callable[[Groups], bool]) -> Groups:
    """Return the first of the posts in groups: as many as fit, at least one if there are any."""
    return grouped(posts[: max(1, most(len(posts), lambda size: fits(grouped(posts[:size]))))])


def left_out(groups: Groups, total: int) -> int:
    """Return how many of the posts are not in the groups."""
    return total - sum(len(group.posts) for group in groups)


def show_all(digest: Digest, left: int) -> SuggestedAction | None:
    """Return the command that shows the posts that a digest had no room for; None if it is not needed.

    It begins with the second page, unless a part of the first one is missing too.
    """
    if not left or digest.number <= 0:
        return None
    page = "2" if len(digest.posts) - left >= _PAGE else "1"
    values = (("number", str(digest.number)), ("page", page))
    return SuggestedAction(f"Show all {len(digest.posts)}", _COMMAND, values)


def gist(post: Post, cost: Cost = len) -> str:
    """Return the first sentence of a post's text, cut at a word; "" if it repeats the title."""
    above, below = headline(visible(post.title), visible(post.summary), _TITLE)
    first = first_sentence(below)
    repeated = above and first.startswith(above.removesuffix("…"))
    return "" if repeated else clip(first, _GIST, cost)


def several_feeds(posts: Sequence[Post]) -> bool:
    """Whether posts are of more than one feed, so that each names its own."""
    return len({post.feed for post in posts}) > 1
