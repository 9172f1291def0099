"""Messages and answers as people on Discord and Slack would see them: one page, of the very payloads. Pure.

The style is our own and tells what is where, not each pixel; pictures are only named. The page loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from bot.shell import discord_look, slack_look

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bystander: how posts would look</title>
<style>
{style}</style>
</head>
<body>
{articles}
</body>
</html>
"""
_FIGURE = """<figure class={name}>
<figcaption>{caption}</figcaption>
{posts}
</figure>"""
_POST = """<div class=post><div class=avatar>B</div><div class=sender><b>Bystander</b><i>APP</i></div>
{message}</div>"""
_ANSWERS = "<h2>What the bot answers</h2>"
_MENTIONED = re.compile(r"<span class=mention>&lt;([#@])([0-9A-Z]+)&gt;</span>")


@dataclass(frozen=True, slots=True)
class Look:
    """One message: the body of Discord's Create Message, and the arguments of Slack's chat.postMessage."""

    discord: dict[str, Any]
    slack: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody typed, and for each platform the messages that answer it, page by page."""

    typed: str
    messages: Mapping[str, Sequence[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Platform:
    """What is particular to a platform's clients."""

    name: str
    message: Callable[[dict[str, Any]], str]
    private: str  # what stands below an answer that only one person sees


_PLATFORMS = {
    "discord": _Platform("Discord", discord_look.message, "Only you can see this • Dismiss message"),
    "slack": _Platform("Slack", slack_look.shown, "Only visible to you"),
}


def page(
    looks: Iterable[Look], answers: Sequence[Answer] = (), names: Mapping[str, str] | None = None
) -> str:
    """Return the page as HTML. `names`: what Discord's clients show for ids."""
    style = files("bot.shell").joinpath("looks.css").read_text("utf-8")
    articles = [*map(_article, looks), *([_ANSWERS] if answers else []), *map(_answer, answers)]
    return _PAGE.format(style=style, articles=_named("\n".join(articles), names or {}))


def _article(look: Look) -> str:
    shown = {"discord": look.discord, "slack": look.slack}
    return _figures({name: _posts(name, [body]) for name, body in shown.items()})


def _answer(answer: Answer) -> str:
    typed = f"<div class=used><b>you</b> used <span>{escape(answer.typed)}</span></div>"
    return _figures(
        {
            name: f"{typed}\n{_posts(name, bodies)}\n<div class=private>{_PLATFORMS[name].private}</div>"
            for name, bodies in answer.messages.items()
        }
    )


def _posts(name: str, bodies: Iterable[dict[str, Any]]) -> str:
    return "\n".join(_POST.format(message=_PLATFORMS[name].message(body)) for body in bodies)


def _figures(drawn: Mapping[str, str]) -> str:
    figures = [
        _FIGURE.format(name=name, caption=_PLATFORMS[name].name, posts=posts) for name, posts in drawn.items()
    ]
    return "\n".join(["<article>", *figures, "</article>"])


def _named(text: str, names: Mapping[str, str]) -> str:
    def named(found: re.Match[str]) -> str:
        name = names.get(found[2])
        return f"<span class=mention>{found[1]}{escape(name)}</span>" if name else found[0]

    return _MENTIONED.sub(named, text)
