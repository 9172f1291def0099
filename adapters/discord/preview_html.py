"""Draws a message as HTML, reading its Markdown by the rules of Discord's clients. Pure.

Rules: documentation, reference, Message Formatting; and parse-discord, which found the desktop client's by
trial. What Discord would read as markup is drawn as markup, so that text missing an escape stands out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

from bot.text.templates import render
from bot.text.urls import is_web

_INLINE = re.compile(
    r"""\\(?P<escape>[^0-9A-Za-z\s])
      | ```(?P<block>.+?)```
      | (?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)
      | \*\*(?P<strong>(?:\\.|[^\\])+?)\*\*(?!\*)
      | __(?P<u>(?:\\.|[^\\])+?)__(?!_)
      | \*(?!\s)(?P<em>(?:\\.|[^\\*])+?)(?<!\s)\*(?!\*)
      | _(?P<i>(?:\\.|[^\\_])+?)_(?!\w)
      | ~~(?P<s>.+?)~~
      | \|\|(?P<spoiler>.+?)\|\|
      | \[(?P<label>(?:\[[^\]]*\]|[^\[\]])*)\]\(\s*<?(?P<target>[^\s<>]*?)>?\s*\)
      | <(?P<autolink>[^:\s>]+:/[^\s>]+)>
      | (?P<url>https?://[^\s<]+[^<.,:;"'\]\s])
      | (?P<mention><(?:@[!&]?|\#)[0-9]+>|</[^:>]+:[0-9]+>|<id:\w+>|@everyone|@here)
      | <t:(?P<time>-?[0-9]+)(?::[tTdDfFR])?>
      | (?P<emoji><a?:\w+:[0-9]+>|:[A-Za-z][\w+-]*:)""",
    re.VERBOSE | re.DOTALL,
)
_LINES = (
    (re.compile(r"#{1,2} +(.+)"), Markup("<strong class=heading>{}</strong>")),
    (re.compile(r"### +(.+)"), Markup("<strong class=small>{}</strong>")),
    (re.compile(r"-# +(.+)"), Markup("<small>{}</small>")),
    (re.compile(r" *>(?:>>)? +(.*)"), Markup("<span class=quote>{}</span>")),
    (re.compile(r" *(?:[*-]|\d+\.) +(.+)"), Markup("<span class=item>{}</span>")),
)
_STYLES = {"strong": "strong", "u": "u", "em": "em", "i": "em", "s": "s", "spoiler": "mark"}
_CODE = {"block": "pre", "code": "code"}
_LINKS = frozenset({"label", "autolink", "url"})
_IN_TITLE = frozenset({"mention", "block"})
_IN_LABEL = frozenset({"escape", "mention", "block"}) | _LINKS
_BUTTON = 2  # a component type; the bot's other components are menus
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def message(body: dict[str, Any]) -> Markup:
    """Return the HTML of a Create Message body."""
    return render(
        "adapters.discord",
        "preview.html.j2",
        body=body,
        markdown=markdown,
        title=title,
        linked_title=_linked_title,
        clock=_clock,
        button=_BUTTON,
    )


def markdown(text: str) -> Markup:
    """Return the HTML of a content, a description or a field's value."""
    return Markup("<br>").join(map(_line, text.strip().split("\n")))


def title(text: str, *, linked: bool) -> Markup:
    """Return the HTML of an embed's title. A title that is a link itself has no links inside."""
    return _inline(text.strip(), _IN_TITLE | (_LINKS if linked else frozenset()))


def _linked_title(embed: dict[str, Any]) -> Markup:
    shown = title(embed["title"], linked="url" in embed)
    return _link(embed["url"], shown) if "url" in embed else shown


def _line(line: str) -> Markup:
    for pattern, shape in _LINES:
        if found := pattern.fullmatch(line):
            return shape.format(_inline(found[1]))
    return _inline(line)


def _inline(text: str, left_out: frozenset[str] = frozenset()) -> Markup:
    """Return a line as HTML. The markup of the rules in `left_out` stays text."""
    shown, place = Markup(), 0
    while found := _INLINE.search(text, place):
        kind = found.lastgroup or ""
        kind = "label" if kind == "target" else kind
        if kind in left_out:
            end = found.start() + 1
            shown += text[place:end]
        else:
            end = found.end()
            shown += escape(text[place : found.start()]) + _drawn(kind, found, left_out)
        place = end
    return shown + text[place:]


def _drawn(kind: str, found: re.Match[str], left_out: frozenset[str]) -> Markup:
    text = found[kind]
    if kind in _STYLES:
        return _tagged(_STYLES[kind], _inline(text, left_out))
    if kind == "label":
        return _masked(text, found)
    if kind in ("autolink", "url"):
        return _link(text, escape(text))
    if kind == "time":
        return _tagged("time", _day(int(text)))
    if kind in _CODE:
        return _tagged(_CODE[kind], text)
    return escape(text) if kind == "escape" else Markup("<span class={}>{}</span>").format(kind, text)


def _tagged(tag: str, shown: str) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(tag, shown)


def _masked(label: str, found: re.Match[str]) -> Markup:
    """Return a link with a label; the raw text if the label is empty or has a URL, a link or a mention."""
    inside = {each.lastgroup for each in _INLINE.finditer(label)}
    if not label.strip() or inside & {"url", "autolink", "mention", "target"}:
        return escape(found[0])
    return _link(found["target"], _inline(label, _IN_LABEL))


def _link(target: str, shown: Markup) -> Markup:
    return Markup('<a href="{}">{}</a>').format(target, shown) if is_web(target) else shown


def _day(unix: int) -> str:
    try:
        moment = _EPOCH + timedelta(seconds=unix)
    except OverflowError:
        return f"<t:{unix}>"
    return f"{moment.day} {moment:%B %Y}"


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%d/%m/%Y %H:%M} UTC"
