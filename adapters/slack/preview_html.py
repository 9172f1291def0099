"""Draws messages as HTML the way Slack's clients show them, with their rules for blocks and mrkdwn. Pure.

Rules: documentation, Block Kit and formatting message text. Markup takes effect as it would on Slack, so that
text which was not escaped properly stands out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from bot.text.templates import render
from bot.text.urls import is_web

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


def shown(body: Json) -> Markup:
    """Return the HTML of arguments of chat.postMessage, or of a view (a modal or the Home tab)."""
    return render(
        "adapters.slack",
        "preview.html.j2",
        body=body,
        text=_text_object,
        mrkdwn=mrkdwn,
        rich_line=_rich_line,
        chosen=_chosen,
    )


def mrkdwn(text: str, *, automatic: bool) -> Markup:
    """Return the HTML of mrkdwn; `automatic`: whether bare URLs become links."""
    return Markup("<br>").join(_line(line, automatic=automatic) for line in text.split("\n"))


def _line(line: str, *, automatic: bool) -> Markup:
    if line.startswith("&gt;"):
        quoted = _inline(line.removeprefix("&gt;"), automatic=automatic)
        return Markup("<span class=quote>{}</span>").format(quoted)
    return _inline(line, automatic=automatic)


def _inline(text: str, *, automatic: bool) -> Markup:
    shown, place = Markup(), 0
    for found in _INLINE.finditer(text):
        shown += unescape(text[place : found.start()]) + _drawn(found, automatic=automatic)
        place = found.end()
    return shown + unescape(text[place:])


def _drawn(found: re.Match[str], *, automatic: bool) -> Markup:
    if found["date"]:
        return _time(int(found["date"]), found["format"])
    if found["link"]:
        return _link(unescape(found["link"]), _inline(found["label"] or found["link"], automatic=False))
    if found["url"]:
        url = unescape(found["url"])
        return _link(url, escape(url)) if automatic else escape(url)
    kind = found.lastgroup or ""
    if kind in ("mention", "emoji"):
        return Markup("<span class={}>{}</span>").format(kind, unescape(found[kind]))
    return Markup("<{0}>{1}</{0}>").format(kind, _inline(found[kind], automatic=automatic))


def _link(target: str, shown: Markup) -> Markup:
    return Markup('<a href="{}">{}</a>').format(target, shown) if is_web(target) else shown


def _time(unix: int, form: str) -> Markup:
    moment = _EPOCH + timedelta(seconds=unix)
    day, clock = f"{moment:%b} {moment.day}, {moment.year}", f"{moment:%H:%M} UTC"
    shown = form.replace("{date_short_pretty}", day).replace("{time}", clock)
    return Markup("<time>{}</time>").format(shown)


def _text_object(made: Json) -> Markup:
    if made["type"] == "mrkdwn":
        return mrkdwn(made["text"], automatic=not made.get("verbatim", False))
    return _broken(made["text"])


def _broken(text: str) -> Markup:
    """Return plain text with its line breaks."""
    return Markup("<br>").join(text.split("\n"))


def _chosen(element: Json) -> list[Json]:
    """Return the preselected options of a menu or field."""
    one = [element["initial_option"]] if "initial_option" in element else []
    chosen: list[Json] = element.get("initial_options", one)
    return chosen


def _rich_line(elements: list[Json]) -> Markup:
    return Markup().join(map(_rich_element, elements))


def _rich_element(each: Json) -> Markup:
    if each["type"] == "date":
        return _time(each["timestamp"], each["format"])
    if each["type"] == "channel":
        return Markup("<span class=mention>&lt;#{}&gt;</span>").format(each["channel_id"])
    shown = _broken(each.get("text") or each.get("url", ""))
    if each.get("style", {}).get("bold"):
        shown = Markup("<strong>{}</strong>").format(shown)
    return _link(each["url"], shown) if each["type"] == "link" else shown
