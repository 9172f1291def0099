"""The pieces that messages are made of, within Slack's limits, with feed text as mere text. Pure.

Feed text is in plain_text objects and rich text elements, where Slack interprets nothing. Limits:
documentation, Block Kit. An undocumented limit on all blocks together is about 13,200 characters
(bolt-js#2509), so they stay below 10,000. Lengths are UTF-16 units, the largest of the usual counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.slack.messages import mrkdwn
from bot.model import Post
from bot.text.sanitize import visible
from bot.text.truncate import clip, headline, joined, title_of, units
from bot.text.urls import web_link


@dataclass(frozen=True, slots=True)
class BlockLimits:
    """How much of each part there may be, in UTF-16 units unless it says otherwise."""

    header: int = 150
    section: int = 3000
    label: int = 75  # of a button
    value: int = 2000  # of a button
    listed: int = 150  # of a title in a list
    names: int = 400  # of all categories together
    name: int = 100  # of one category, author or feed
    mentions: int = 10  # of one message
    summary: int = 2000  # less than a section allows, to limit the total
    update: int = 1000  # the same
    followed: int = 2  # categories of a post that get a button


BLOCKS = BlockLimits()
READ, FOLLOW, WHY, SHOW = "read", "follow", "why", "show"  # action ids; Follow buttons append a number

Json = dict[str, Any]

_WHEN, _DAY = "{date_short_pretty} {time}", "{date_short_pretty}"
_MENTION = re.compile(r"<(?:!(subteam\^[A-Z0-9]{2,20}|here|channel)|(@[UW][A-Z0-9]{2,20}))(?:\|[^<>]*)?>")
_EVERYBODY = {"@here": "<!here>", "@channel": "<!channel>"}


def title(post: Post) -> str:
    """Return the title of a post; its first sentence if it has none."""
    return title_of(visible(post.title), visible(post.summary), BLOCKS.header, units)


def headlined(post: Post) -> tuple[str, str]:
    """Return the title of a post ("" for none) and the text below it."""
    return headline(visible(post.title), visible(post.summary), BLOCKS.header, units)


def bare(written: str, limit: int = BLOCKS.name) -> str:
    """Return untrusted text on one line, cut at a word."""
    return clip(visible(written), limit, units)


def categories(post: Post) -> str:
    """Return the names of a post's categories."""
    return joined([bare(name) for name in post.filing.categories if visible(name)], BLOCKS.names)


def plain_text(written: str) -> Json:
    """Return text in which Slack interprets nothing."""
    return {"type": "plain_text", "text": written, "emoji": False}


def header(written: str) -> Json:
    """Return a header block, the text cut to its limit."""
    return {"type": "header", "text": plain_text(clip(written, BLOCKS.header, units))}


def section(written: str) -> Json:
    """Return a section block of plain text."""
    return {"type": "section", "text": plain_text(written)}


def button(label: str, action: str, **more: str) -> Json:
    """Return a button, its label cut to its limit."""
    return {
        "type": "button",
        "action_id": action,
        "text": plain_text(clip(label, BLOCKS.label, units)),
        **more,
    }


def actions(*buttons: Json) -> Json:
    """Return a block of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def linked_title(post: Post) -> Json:
    """Return the title as an element of rich text, which links to the post if that has an address."""
    url, shown = web_link(post.link), clip(title(post), BLOCKS.listed, units)
    named: Json = {"type": "link", "url": url, "text": shown} if url else {"type": "text", "text": shown}
    return named | {"style": {"bold": True}}


def rich_section(elements: Sequence[Json]) -> Json:
    """Return elements of rich text as one line or paragraph."""
    return {"type": "rich_text_section", "elements": list(elements)}


def preformatted(written: str) -> Json:
    """Return text as an element of rich text that shows it as it is, with all its spaces."""
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": written}]}


def rich_text(*sections: Json) -> Json:
    """Return a block of rich text."""
    return {"type": "rich_text", "elements": list(sections)}


def titled_link(post: Post) -> str:
    """Return the title as mrkdwn for the `text` of a message, linked to the post."""
    return mrkdwn.link(clip(title(post), BLOCKS.listed, mrkdwn.cost), web_link(post.link))


def stacked(*lines: str) -> str:
    """Return the lines that are not empty, below each other."""
    return "\n".join(filter(None, lines))


def mentioned(mention: str) -> str:
    """Return the mentions that admins chose, at most ten and each once, "" for none."""
    words = " ".join(_EVERYBODY.get(word, word) for word in mention.split())
    signs = [f"<{f'!{found[1]}' if found[1] else found[2]}>" for found in _MENTION.finditer(words)]
    return " ".join(dict.fromkeys(signs[: BLOCKS.mentions]))


def moment(when: datetime) -> Json:
    """Return a time as mrkdwn, in the reader's time zone; before 1970 it can only be UTC text."""
    unix = int(when.timestamp())
    shown = f"<!date^{unix}^{_WHEN}|{_utc(when)}>" if unix >= 0 else _utc(when)
    return {"type": "mrkdwn", "text": shown}


def day(when: datetime) -> Json:
    """Return a date as an element of rich text, in the reader's time zone; before 1970 it is UTC text."""
    unix = int(when.timestamp())
    if unix < 0:
        return {"type": "text", "text": _utc(when)}
    return {"type": "date", "timestamp": unix, "format": _DAY, "fallback": _utc(when)}


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
