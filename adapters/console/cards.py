"""Draws messages on the console as cards, with rich."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from adapters.shared.also import also_in
from adapters.shared.digest import NEW, Group, gist, grouped, several_feeds
from bot.model import Alert, Destination, Digest, Message, Post, Style
from bot.text.sanitize import one_line
from bot.text.truncate import title_of


@dataclass(frozen=True, slots=True)
class CardLimits:
    """How much of a message is printed, in characters."""

    indent: int = 20  # spaces kept at the start of a line
    line: int = 10_000
    title: int = 150  # a sentence that stands for one


CARD = CardLimits()


def draw_message(output: TextIO, destination: Destination, message: Message, *, edited: bool) -> str:
    """Return a message as text for `output`, with the width and colours that it supports."""
    return _drawn(output, _card(destination, message, edited=edited))


def draw_reply(output: TextIO, text: str) -> str:
    """Return an answer as text for `output`."""
    return _drawn(output, _lines(text))


def _drawn(output: TextIO, what: Text | Panel) -> str:
    console = Console(file=output, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


def _card(destination: Destination, message: Message, *, edited: bool) -> Panel | Text:
    """Return a message as a card, or a notice as lines of text."""
    to = f"{'edited, ' if edited else ''}to {destination.local}"
    if isinstance(message, Digest):
        body = _digest(message)
    elif not isinstance(message, Alert):
        return _beside(to, _lines(message.text))
    elif message.style is Style.FULL or message.plain:
        body = _body(message.post, plain=message.plain)
    else:
        return _beside(to, _short(message.post, with_names=message.style is Style.COMPACT))
    return Panel(body, title=_line(to), title_align="right")


def _beside(to: str, text: Text) -> Text:
    return Text(" ").join([_line(f"[{to}]", "dim"), text])


def _short(post: Post, *, with_names: bool) -> Text:
    """Return title and link on one line; if they are wanted, with the categories and the other feeds."""
    names = ", ".join(post.filing.categories) if with_names else ""
    also = also_in(post) if with_names else ""
    words = [_title(post), _line(names, "green"), _line(also, "dim"), _line(post.link, "cyan")]
    return Text(" · ").join(word for word in words if word.plain)


def _digest(digest: Digest) -> Text:
    """Return the heading, and below it the posts by category; of a plain one only titles and links."""
    heading = _line(digest.heading or NEW, "bold")
    if digest.plain:
        entries = [_joined([_title(post), _line(post.link, "cyan")]) for post in digest.posts]
    else:
        several = several_feeds(digest.posts)
        entries = [_group(group, with_feed=several) for group in grouped(digest.posts)]
    return Text("\n\n").join([heading, *entries])


def _group(group: Group, *, with_feed: bool) -> Text:
    heading = [_line(group.name, "green")] if group.name else []
    return _joined([*heading, *(_entry(post, with_feed=with_feed) for post in group.posts)])


def _entry(post: Post, *, with_feed: bool) -> Text:
    """Return title, link, and a line with the date and the first sentence."""
    words = (f"{post.published:%d %b %Y}", post.feed if with_feed else "", also_in(post), gist(post))
    below = _line(" · ".join(filter(None, words)))
    return _joined([_title(post), below, _line(post.link, "cyan")])


def _body(post: Post, *, plain: bool) -> Text:
    """Return title, categories, summary, update and link."""
    lines = [_title(post)]
    if post.filing.categories and not plain:
        lines.append(_line(f"Filed under {', '.join(post.filing.categories)}", "green"))
    if post.also and not plain:
        lines.append(_line(also_in(post), "dim"))
    if post.summary and not plain:
        lines += [Text(), _lines(post.summary)]
    if post.update and not plain:
        lines += [Text(), _lines(post.update, "italic")]
    lines += [Text(), _line(post.link, "cyan")]
    return _joined(lines)


def _title(post: Post) -> Text:
    """Return what a post is called; its first sentence if it has no title."""
    return _line(title_of(post.title, post.summary, CARD.title), "bold")


def _line(text: str, style: str = "") -> Text:
    """Return untrusted text as one line without control characters."""
    return Text(one_line(text, CARD.line), style=style)


def _lines(text: str, style: str = "") -> Text:
    """Return untrusted text with its line breaks and indents, but no other control characters."""
    return Text(
        "\n".join(_indent(line) + one_line(line, CARD.line) for line in text.splitlines()), style=style
    )


def _indent(line: str) -> str:
    return " " * min(len(line) - len(line.lstrip(" ")), CARD.indent)


def _joined(lines: list[Text]) -> Text:
    return Text("\n").join(lines)
