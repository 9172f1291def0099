"""A message as Discord's clients draw it: its Markdown read by their rules, as HTML. Pure.

Rules: documentation, reference, Message Formatting; and parse-discord, which found the desktop client's by
trial. What they take for markup is shown as markup, so that text which should be inert and is not stands out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlsplit

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
    (re.compile(r"#{1,3} +(.+)"), "<strong class=heading>", "</strong>"),
    (re.compile(r"-# +(.+)"), "<small>", "</small>"),
    (re.compile(r" *>(?:>>)? +(.*)"), "<span class=quote>", "</span>"),
    (re.compile(r" *(?:[*-]|\d+\.) +(.+)"), "<span class=item>", "</span>"),
)
_STYLES = {"strong": "strong", "u": "u", "em": "em", "i": "em", "s": "s", "spoiler": "mark"}
_LINKS = frozenset({"label", "autolink", "url"})
_IN_TITLE = frozenset({"mention", "block"})
_IN_LABEL = frozenset({"escape", "mention", "block"}) | _LINKS
_BUTTON = 2  # a type of components; the other one that is sent is a menu
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def message(body: dict[str, Any]) -> str:
    """Return the HTML of a Create Message body."""
    parts = [f"<div class=text>{markdown(body['content'])}</div>"] if body.get("content") else []
    parts += [_embed(embed) for embed in body.get("embeds", ())]
    for row in body.get("components", ()):
        parts.append(f"<div class=row>{''.join(map(_component, row['components']))}</div>")
    return f"<div class=message>{''.join(parts)}</div>"


def markdown(text: str) -> str:
    """Return the HTML of a content, a description or a field's value."""
    return "<br>".join(map(_line, text.strip().split("\n")))


def title(text: str, *, linked: bool) -> str:
    """Return the HTML of an embed's title; where the whole is a link there are none inside."""
    return _inline(text.strip(), _IN_TITLE | (_LINKS if linked else frozenset()))


def _line(line: str) -> str:
    for pattern, before, after in _LINES:
        if found := pattern.fullmatch(line):
            return f"{before}{_inline(found[1])}{after}"
    return _inline(line)


def _inline(text: str, left_out: frozenset[str] = frozenset()) -> str:
    """Read a line; rules that are left out take their signs for text."""
    shown, place = "", 0
    while found := _INLINE.search(text, place):
        kind = found.lastgroup or ""
        kind = "label" if kind == "target" else kind
        if kind in left_out:
            end = found.start() + 1
            shown += escape(text[place:end])
        else:
            end = found.end()
            shown += escape(text[place : found.start()]) + _drawn(kind, found, left_out)
        place = end
    return shown + escape(text[place:])


def _drawn(kind: str, found: re.Match[str], left_out: frozenset[str]) -> str:
    text = found[kind]
    if kind == "escape":
        return escape(text)
    if kind in _STYLES:
        return f"<{_STYLES[kind]}>{_inline(text, left_out)}</{_STYLES[kind]}>"
    if kind == "label":
        return _masked(text, found)
    if kind in ("autolink", "url"):
        return _link(text, escape(text))
    if kind == "time":
        return f"<time>{_day(int(text))}</time>"
    name = {"block": "pre", "code": "code"}.get(kind)
    return f"<{name}>{escape(text)}</{name}>" if name else f"<span class={kind}>{escape(text)}</span>"


def _masked(label: str, found: re.Match[str]) -> str:
    """Return a link with a label, or the raw text where Discord suspects the label."""
    inside = {each.lastgroup for each in _INLINE.finditer(label)}
    if not label.strip() or inside & {"url", "autolink", "mention", "target"}:
        return escape(found[0])
    return _link(found["target"], _inline(label, _IN_LABEL))


def _link(target: str, shown: str) -> str:
    safe = urlsplit(target).scheme in ("http", "https")
    return f'<a href="{escape(target)}">{shown}</a>' if safe else shown


def _embed(embed: dict[str, Any]) -> str:
    parts = [f"<div class=author>{escape(embed['author']['name'])}</div>"] if "author" in embed else []
    if "title" in embed:
        shown = title(embed["title"], linked="url" in embed)
        parts.append(f"<div class=title>{_link(embed['url'], shown) if 'url' in embed else shown}</div>")
    if "description" in embed:
        parts.append(f"<div class=description>{markdown(embed['description'])}</div>")
    for each in embed.get("fields", ()):
        name = f"<div class=name>{title(each['name'], linked=False)}</div>"
        parts.append(f"<div class=field>{name}{markdown(each['value'])}</div>")
    if "image" in embed:
        parts.append(f"<div class=picture>{escape(embed['image']['url'])}</div>")
    footer = [escape(embed["footer"]["text"])] if "footer" in embed else []
    footer += [_clock(embed["timestamp"])] if "timestamp" in embed else []
    parts += [f"<div class=footer>{' • '.join(footer)}</div>"] if footer else []
    return f'<div class=embed style="border-color: #{embed.get("color", 0):06x}">{"".join(parts)}</div>'


def _component(component: dict[str, Any]) -> str:
    if component["type"] == _BUTTON:
        return f"<span class=button>{escape(component['label'])}</span>"
    options = "".join(f"<li>{escape(each['label'])}</li>" for each in component["options"])
    return f"<div class=menu><div>{escape(component['placeholder'])}<i>⌄</i></div><ul>{options}</ul></div>"


def _day(unix: int) -> str:
    try:
        moment = _EPOCH + timedelta(seconds=unix)
    except OverflowError:
        return f"&lt;t:{unix}&gt;"
    return f"{moment.day} {moment:%B %Y}"


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%d/%m/%Y %H:%M} UTC"
