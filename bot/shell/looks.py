"""Messages as readers on Discord and Slack would see them: one HTML page, drawn from the very payloads. Pure.

The style is our own and tells what is where, not each pixel; pictures are only named. The page loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
<div class=post><div class=avatar>B</div><div class=sender><b>Bystander</b><i>APP</i></div>
{message}</div>
</figure>"""


@dataclass(frozen=True, slots=True)
class Look:
    """One message: the body of Discord's Create Message, and the arguments of Slack's chat.postMessage."""

    discord: dict[str, Any]
    slack: dict[str, Any]


def page(looks: Iterable[Look]) -> str:
    """Return the page as HTML."""
    style = files("bot.shell").joinpath("looks.css").read_text("utf-8")
    return _PAGE.format(style=style, articles="\n".join(map(_article, looks)))


def _article(look: Look) -> str:
    drawn = (
        ("discord", "Discord", discord_look.message(look.discord)),
        ("slack", "Slack", slack_look.message(look.slack)),
    )
    figures = [_FIGURE.format(name=name, caption=caption, message=shown) for name, caption, shown in drawn]
    return "\n".join(["<article>", *figures, "</article>"])
