"""Draws messages on the console as cards, with rich."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.model import Alert, Destination, Digest, Message, Post
from bot.text.sanitize import one_line

_INDENT = 20  # spaces kept at the start of a line
_LONGEST = 10_000  # characters shown of a line


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
    if isinstance(message, Alert):
        body = _body(message.post, plain=message.plain)
    elif isinstance(message, Digest):
        parts = [_line(message.heading, "bold")]
        parts += [_joined([_line(post.title, "bold"), _line(post.link, "cyan")]) for post in message.posts]
        body = Text("\n\n").join(parts)
    else:
        return Text("").join([_line(f"[{to}]", "dim"), Text(" "), _lines(message.text)])
    return Panel(body, title=_line(to), title_align="right")


def _body(post: Post, *, plain: bool) -> Text:
    """Return title, categories, summary, update and link."""
    lines = [_line(post.title, "bold")]
    if post.filing.categories and not plain:
        lines.append(_line(f"Filed under {', '.join(post.filing.categories)}", "green"))
    if post.summary and not plain:
        lines += [Text(), _lines(post.summary)]
    if post.update and not plain:
        lines += [Text(), _lines(post.update, "italic")]
    lines += [Text(), _line(post.link, "cyan")]
    return _joined(lines)


def _line(text: str, style: str = "") -> Text:
    """Return untrusted text as one line without control characters."""
    return Text(one_line(text, _LONGEST), style=style)


def _lines(text: str, style: str = "") -> Text:
    """Return untrusted text with its line breaks and indents, but no other control characters."""
    return Text(
        "\n".join(_indent(line) + one_line(line, _LONGEST) for line in text.splitlines()), style=style
    )


def _indent(line: str) -> str:
    return " " * min(len(line) - len(line.lstrip(" ")), _INDENT)


def _joined(lines: list[Text]) -> Text:
    return Text("\n").join(lines)
