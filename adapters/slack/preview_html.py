"""A message as Slack's clients draw it: blocks, and mrkdwn read by their rules, as HTML. Pure.

Rules: documentation, Block Kit and formatting message text. What they take for markup is shown as markup, so
that text which should be inert and is not stands out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

_INLINE = re.compile(
    r"""<!date\^(?P<date>[0-9]+)\^(?P<format>[^|>]*)(?:\|[^>]*)?>
      | <(?P<mention>[@!\#][^<>|]*)(?:\|[^<>]*)?>
      | <(?P<link>[^<>|]+)(?:\|(?P<label>[^<>]*))?>
      | (?<!\w)(?:
          ```(?P<pre>.+?)``` | `(?P<code>[^`\n]+)`
        | \*(?!\s)(?P<strong>[^*\n]+)(?<!\s)\*
        | _(?!\s)(?P<em>[^_\n]+)(?<!\s)_
        | ~(?!\s)(?P<s>[^~\n]+)(?<!\s)~ )(?!\w)
      | (?P<url>https?://[^\s<>|]+)
      | (?P<emoji>:[a-z0-9_+'-]+:)""",
    re.VERBOSE | re.DOTALL,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def message(body: Json) -> str:
    """Return the HTML of the arguments of chat.postMessage."""
    if "blocks" not in body:
        shown = mrkdwn(body["text"], automatic=body.get("parse") != "none")
        return f"<div class=message><div class=text>{shown}</div></div>"
    return f"<div class=message>{''.join(_BLOCKS[block['type']](block) for block in body['blocks'])}</div>"


def shown(body: Json) -> str:
    """Return the HTML of a message or a view."""
    return view(body) if body.get("type") in ("modal", "home") else message(body)


def view(made: Json) -> str:
    """Return the HTML of a view: a modal with its frame, or the Home tab."""
    blocks = "".join(_BLOCKS[block["type"]](block) for block in made["blocks"])
    if made["type"] == "home":
        return f"<div class=home>{blocks}</div>"
    ways = [("close", "button"), ("submit", "button primary")]
    buttons = "".join(
        f'<span class="{name}">{_text_object(made[key])}</span>' for key, name in ways if key in made
    )
    title = f"<div class=title>{_text_object(made['title'])}</div>"
    return f"<div class=modal>{title}{blocks}<div class=foot>{buttons}</div></div>"


def mrkdwn(text: str, *, automatic: bool) -> str:
    """Return the HTML of mrkdwn; `automatic`: whether bare addresses become links."""
    return "<br>".join(_line(line, automatic=automatic) for line in text.split("\n"))


def _line(line: str, *, automatic: bool) -> str:
    if line.startswith("&gt;"):
        return f"<span class=quote>{_inline(line.removeprefix('&gt;'), automatic=automatic)}</span>"
    return _inline(line, automatic=automatic)


def _inline(text: str, *, automatic: bool) -> str:
    shown, place = "", 0
    for found in _INLINE.finditer(text):
        shown += _text(text[place : found.start()]) + _drawn(found, automatic=automatic)
        place = found.end()
    return shown + _text(text[place:])


def _drawn(found: re.Match[str], *, automatic: bool) -> str:
    if found["date"]:
        return f"<time>{_when(int(found['date']), found['format'])}</time>"
    if found["link"]:
        return _link(unescape(found["link"]), _inline(found["label"] or found["link"], automatic=False))
    if found["url"]:
        return _link(unescape(found["url"]), _text(found["url"])) if automatic else _text(found["url"])
    kind = found.lastgroup or ""
    if kind in ("mention", "emoji"):
        return f"<span class={kind}>{_text(found[kind])}</span>"
    return f"<{kind}>{_inline(found[kind], automatic=automatic)}</{kind}>"


def _text(text: str) -> str:
    return escape(unescape(text))


def _link(target: str, shown: str) -> str:
    safe = urlsplit(target).scheme in ("http", "https")
    return f'<a href="{escape(target)}">{shown}</a>' if safe else shown


def _when(unix: int, form: str) -> str:
    moment = _EPOCH + timedelta(seconds=unix)
    day, clock = f"{moment:%b} {moment.day}, {moment.year}", f"{moment:%H:%M} UTC"
    return escape(form).replace("{date_short_pretty}", day).replace("{time}", clock)


def _text_object(made: Json) -> str:
    if made["type"] == "mrkdwn":
        return mrkdwn(made["text"], automatic=not made.get("verbatim", False))
    return escape(made["text"]).replace("\n", "<br>")


def _header(block: Json) -> str:
    return f"<div class=header>{_text_object(block['text'])}</div>"


def _context(block: Json) -> str:
    shown = "".join(f"<span>{_text_object(each)}</span>" for each in block["elements"])
    return f"<div class=context>{shown}</div>"


def _section(block: Json) -> str:
    shown = _text_object(block["text"]) if "text" in block else ""
    fields = "".join(f"<span class=field>{_text_object(each)}</span>" for each in block.get("fields", ()))
    beside = _element(block["accessory"]) if "accessory" in block else ""
    return f"<div class=section><div>{shown}{fields}</div>{beside}</div>"


def _divider(_: Json) -> str:
    return "<hr>"


def _input(block: Json) -> str:
    optional = " <i>(optional)</i>" if block.get("optional") else ""
    hint = f"<div class=context>{_text_object(block['hint'])}</div>" if "hint" in block else ""
    label = f"<b>{_text_object(block['label'])}</b>{optional}"
    return f"<div class=input>{label}<br>{_element(block['element'])}{hint}</div>"


def _element(element: Json) -> str:
    """Return a button, or a menu or field with what is chosen in it."""
    if element["type"] == "button":
        style = element.get("style", "")
        return f'<span class="button {style}">{_text_object(element["text"])}</span>'
    if element["type"] in ("radio_buttons", "checkboxes"):
        chosen = _chosen(element)
        marks = [("\u25c9" if each in chosen else "\u25cb", each) for each in element["options"]]
        return "<br>".join(f"{mark} {_text_object(each['text'])}" for mark, each in marks)
    chosen = _chosen(element)
    shown = ", ".join(_text_object(each["text"]) for each in chosen)
    if not shown and "placeholder" in element:
        shown = f"<i>{_text_object(element['placeholder'])}</i>"
    return f"<span class=menu>{shown} \u25be</span>"


def _chosen(element: Json) -> list[Json]:
    one = [element["initial_option"]] if "initial_option" in element else []
    chosen: list[Json] = element.get("initial_options", one)
    return chosen


def _image(block: Json) -> str:
    address, alt = escape(block["image_url"]), escape(block["alt_text"])
    return f'<div class=picture title="{alt}">{address}</div>'


def _actions(block: Json) -> str:
    return f"<div class=row>{''.join(map(_element, block['elements']))}</div>"


def _rich_text(block: Json) -> str:
    return "".join(_RICH[each["type"]](each) for each in block["elements"])


def _rich_section(section: Json) -> str:
    return f"<div class=section>{_rich_line(section)}</div>"


def _rich_list(made: Json) -> str:
    name = "ol" if made["style"] == "ordered" else "ul"
    items = "".join(f"<li>{_rich_line(each)}</li>" for each in made["elements"])
    return f'<{name} start="{made.get("offset", 0) + 1}">{items}</{name}>'


def _rich_line(section: Json) -> str:
    return "".join(map(_rich_element, section["elements"]))


def _rich_element(each: Json) -> str:
    if each["type"] == "date":
        return f"<time>{_when(each['timestamp'], each['format'])}</time>"
    if each["type"] == "channel":
        return f"<span class=mention>{escape('<#' + each['channel_id'] + '>')}</span>"
    shown = escape(each.get("text") or each.get("url", "")).replace("\n", "<br>")
    shown = f"<strong>{shown}</strong>" if each.get("style", {}).get("bold") else shown
    return _link(each["url"], shown) if each["type"] == "link" else shown


_BLOCKS: dict[str, Callable[[Json], str]] = {
    "header": _header,
    "context": _context,
    "section": _section,
    "image": _image,
    "actions": _actions,
    "divider": _divider,
    "input": _input,
    "rich_text": _rich_text,
}
_RICH: dict[str, Callable[[Json], str]] = {
    "rich_text_section": _rich_section,
    "rich_text_list": _rich_list,
}
