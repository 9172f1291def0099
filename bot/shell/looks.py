"""Messages and answers as people on each platform would see them: one page, of the very payloads. Pure.

The style is our own and tells what is where, not each pixel; pictures are only named. The page loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from adapters.plugin import Payload, Preview

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
class Platform:
    """One platform of the page: `name` is the class of its style sheet, `label` what people call it."""

    name: str
    label: str
    preview: Preview


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody typed, and for each platform the messages that answer it, page by page."""

    typed: str
    messages: Mapping[str, Sequence[Payload]]


def page(
    platforms: Sequence[Platform], posts: Iterable[Mapping[str, Payload]], answers: Sequence[Answer] = ()
) -> str:
    """Return the page as HTML. `posts`: for each post what each platform would be sent."""
    drawer = _Drawer({each.name: each for each in platforms})
    articles = [drawer.post(each) for each in posts]
    if answers:
        articles += [_ANSWERS, *(drawer.answer(each) for each in answers)]
    common = files("bot.shell").joinpath("looks.css").read_text("utf-8")
    style = "\n".join([common, *(each.preview.style() for each in platforms)])
    return _PAGE.format(style=style, articles="\n".join(articles))


@dataclass(frozen=True, slots=True)
class _Drawer:
    """Draws posts and answers side by side, one figure for each platform."""

    platforms: Mapping[str, Platform]

    def post(self, payloads: Mapping[str, Payload]) -> str:
        return _article(self._figure(name, self._messages(name, [body])) for name, body in payloads.items())

    def answer(self, answer: Answer) -> str:
        typed = f"<div class=used><b>you</b> used <span>{escape(answer.typed)}</span></div>"
        return _article(
            self._figure(
                name,
                f"{typed}\n{self._messages(name, bodies)}\n"
                f"<div class=private>{self.platforms[name].preview.private}</div>",
            )
            for name, bodies in answer.messages.items()
        )

    def _messages(self, name: str, bodies: Iterable[Payload]) -> str:
        preview = self.platforms[name].preview
        drawn = "\n".join(_POST.format(message=preview.draw(body)) for body in bodies)
        return _named(drawn, preview.names)

    def _figure(self, name: str, posts: str) -> str:
        return _FIGURE.format(name=name, caption=self.platforms[name].label, posts=posts)


def _article(figures: Iterable[str]) -> str:
    return "\n".join(["<article>", *figures, "</article>"])


def _named(text: str, names: Mapping[str, str]) -> str:
    """Put the names of people and channels where clients show them instead of ids."""

    def named(found: re.Match[str]) -> str:
        name = names.get(found[2])
        return f"<span class=mention>{found[1]}{escape(name)}</span>" if name else found[0]

    return _MENTIONED.sub(named, text)
