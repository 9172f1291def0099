"""The texts that cards are made of: cut to their limits, and escaped. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.discord.messages.card import CARD
from adapters.discord.messages.markdown import cost, escape
from bot.model import Post
from bot.text.sanitize import visible
from bot.text.truncate import clip, clip_sentences, joined, title_of, units
from bot.text.urls import web_link

EVERYONE = "@everyone"  # how a subscription's mention names the role that everybody has

_ROLE = re.compile(r"<@&([1-9][0-9]{0,18})>")


@dataclass(frozen=True, slots=True)
class Mention:
    """The mentions in a message as text ("" for none), and whom they may notify."""

    text: str
    roles: tuple[int, ...]
    everyone: bool


def mentioned(mention: str) -> Mention:
    """Return the mentions that admins chose, each once."""
    everyone = EVERYONE in mention.split()
    roles = {role[0]: int(role[1]) for role in _ROLE.finditer(mention)}
    named = list(roles)[: CARD.roles]
    signs = [*([EVERYONE] if everyone else []), *named]
    return Mention(" ".join(signs), tuple(roles[each] for each in named), everyone)


def titled(post: Post) -> str:
    """Return the title of a post in a list, not escaped; its first sentence if it has none."""
    return title_of(visible(post.title), visible(post.summary), CARD.listed)


def categories(post: Post, limit: int) -> str:
    """Return the names of a post's categories, within a limit of units."""
    return joined([text(name, CARD.name) for name in post.filing.categories if visible(name)], limit)


def text(written: str, limit: int) -> str:
    """Return untrusted text on one line, cut at a word."""
    return escape(clip(visible(written), limit, cost))


def prose(written: str, limit: int) -> str:
    """Return untrusted text on one line, cut after a sentence if that keeps enough of it."""
    return escape(clip_sentences(visible(written), limit, cost))


def bare(written: str, limit: int) -> str:
    """Return text for fields in which Discord reads no Markdown and would show a backslash."""
    return clip(visible(written), limit, units)


def feed_name(post: Post) -> str:
    """Return the name of a post's feed, short enough for a list."""
    return text(post.feed, CARD.name)


def stacked(*lines: str) -> str:
    """Return the lines that are not empty, below each other."""
    return "\n".join(filter(None, lines))


def address(written: str) -> str:
    """Return a web address as a link of which Discord draws no preview; "" for any other text."""
    url = "" if " " in written or written.endswith("…") else web_link(written)  # a cut one leads elsewhere
    return f"<{url}>" if url and units(url) <= CARD.link else ""
