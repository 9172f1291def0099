"""Draws messages and replies as each platform would show them: one HTML page, from the real payloads. Pure.

The style is our own: it shows the layout, not every pixel. Pictures are only named, so that the page loads
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from adapters.plugin import Payload, Preview
from bot.text.templates import render

_MENTIONED = re.compile(r"<span class=mention>&lt;([#@])([0-9A-Z]+)&gt;</span>")


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform of the page: `name` is the class of its style sheet, `label` what people call it."""

    name: str
    label: str
    preview: Preview


@dataclass(frozen=True, slots=True)
class Answer:
    """A typed command, and by platform the messages that answer it, one per page of the reply."""

    typed: str
    messages: Mapping[str, Sequence[Payload]]


def page(
    platforms: Sequence[Platform],
    posts: Iterable[Mapping[str, Payload]],
    answers: Sequence[Answer] = (),
    others: Mapping[str, Mapping[str, Payload]] | None = None,
) -> str:
    """Return the page as HTML.

    `posts`: for each post, its payload by platform. `others`: more messages, each below a heading.
    """
    previews = {each.name: each.preview for each in platforms}
    common = files("bot.shell").joinpath("looks.css").read_text("utf-8")
    style = "\n".join([common, *(each.style() for each in previews.values())])
    return render(
        "bot.shell",
        "looks.html.j2",
        style=Markup(style),  # noqa: S704 -- the style sheets of plug-ins
        platforms={each.name: each for each in platforms},
        posts=posts,
        others=others or {},
        answers=answers,
        drawn=lambda name, body: _drawn(previews[name], body),
    )


def _drawn(preview: Preview, body: Payload) -> Markup:
    """Return a message as HTML, with the ids of people and channels replaced by names, as clients do."""

    def named(found: re.Match[str]) -> str:
        name = preview.names.get(found[2])
        return Markup("<span class=mention>{}{}</span>").format(found[1], name) if name else found[0]

    return Markup(_MENTIONED.sub(named, preview.draw(body)))  # noqa: S704 -- drawn by the plug-in
