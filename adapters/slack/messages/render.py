"""Renders messages and answers as blocks within Slack's limits, with feed text as mere text. Pure.

Feed text is in plain_text objects and rich text elements, where Slack interprets nothing. Limits:
documentation, Block Kit. An undocumented limit on all blocks together is about 13,200 characters
(bolt-js#2509), so they stay below 10,000. Lengths are UTF-16 units, the largest of the usual counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adapters.slack.messages import mrkdwn
from bot.model import Alert, Digest, Kind, Message, Notice, Post, Reply
from bot.text.normalize import fold
from bot.text.sanitize import visible
from bot.text.spelling import spelled
from bot.text.truncate import clip, clip_sentences, headline, joined, pages, units
from bot.text.urls import web_link

HEADER, SECTION, LABEL, VALUE = 150, 3000, 75, 2000
TEXT = 3500  # Slack advises at most 4,000
EVENT = "bystander_message"  # type of the metadata
MARK = "d:{}"  # block id of a message with this key; an edit appends a dot and its own suffix
READ, FOLLOW, WHY = "read", "follow", "why"  # action ids; Follow buttons append a number

Json = dict[str, Any]

_SUMMARY, _UPDATE = 2000, 1000  # units, less than a section allows, to limit the total
_NAMES = 400  # units of all categories together
_NAME = 100  # units of one category, author or feed
_UNTITLED = "Untitled post"
_LISTED = 150  # units of a title in a list
_LIST = 8000  # characters of JSON per list of posts
_FOLLOWED = 2  # categories of a post that get a button
_NEW = "New posts"
_WHEN, _DAY = "{date_short_pretty} {time}", "{date_short_pretty}"
_MENTION = re.compile(r"<(?:!(subteam\^[A-Z0-9]{2,20}|here|channel)|(@[UW][A-Z0-9]{2,20}))(?:\|[^<>]*)?>")
_MOST_MENTIONS = 10  # of one message
_EVERYBODY = {"@here": "<!here>", "@channel": "<!channel>"}


@dataclass(frozen=True, slots=True)
class Payload:
    """The content of one message; without blocks, only `text` is shown. `metadata`: the attempt key."""

    text: str
    blocks: list[Json] = field(default_factory=list)
    metadata: Json = field(default_factory=dict)


def payload(message: Message, *, key: str) -> Payload:
    """Return a message as blocks; the attempt key is in the metadata and in the id of the first block."""
    metadata = {"event_type": EVENT, "event_payload": {"key": key}}
    mark = MARK.format(key)
    if isinstance(message, Notice):
        text = "\n".join(visible(line) for line in message.text.split("\n")).strip("\n") or "…"
        section = _section(clip(text, SECTION, units)) | {"block_id": mark}
        return Payload(_short(text), [] if message.plain else [section], metadata)
    mention = _mention(message.mention)
    text = _stacked(mention, _alert_text(message) if isinstance(message, Alert) else _digest_text(message))
    if message.plain:
        return Payload(text, [], metadata)
    heading, *rest = _alert(message.post) if isinstance(message, Alert) else _digest(message)
    called = [{"type": "section", "text": {"type": "mrkdwn", "text": mention}}] if mention else []
    return Payload(text, [heading | {"block_id": mark}, *called, *rest], metadata)


def reply_pages(reply: Reply) -> tuple[Payload, ...]:
    """Return an answer in pages, at least one.

    If there are posts, only the first line of the text is used: the rest lists the posts for other platforms.
    """
    if not reply.posts:
        text = "\n".join(visible(line) for line in reply.text.split("\n")).strip("\n") or "…"
        return tuple(Payload(_short(page), [_lines(page)]) for page in pages(text, SECTION, units))
    head = visible(reply.text.partition("\n")[0]) or _NEW
    found, posts = [], list(reply.posts)
    while posts:
        items = _fitting(posts, _item_of(posts))
        heading = _section(clip(head, SECTION, units))
        found.append(Payload(_short(head), [heading, _list(items, "ordered", len(reply.posts) - len(posts))]))
        posts = posts[len(items) :]
    return tuple(found)


def arguments(made: Payload) -> Json:
    """Return the arguments of chat.postMessage, without a channel."""
    body: Json = {"text": made.text, "unfurl_links": False, "unfurl_media": False, "parse": "none"}
    if made.blocks:
        body["blocks"] = made.blocks
    return body | ({"metadata": made.metadata} if made.metadata else {})


def preview(message: Message, key: str) -> Json:
    """Return the JSON that would be sent for a message."""
    return arguments(payload(message, key=key))


# --- alerts ------------------------------------------------------------------------------------------------


def _alert(post: Post) -> list[Json]:
    _, below = _headline(post)
    blocks = [_header(_title(post)), _context(post)]
    for text, limit in ((below, _SUMMARY), (post.update, _UPDATE)):
        if shown := clip_sentences(visible(text), limit, units):
            blocks.append(_section(shown))
    picture = web_link(post.image)
    if picture.startswith("https://"):
        named = clip(f"Picture: {_title(post)}", HEADER, units)
        blocks.append({"type": "image", "image_url": picture, "alt_text": named})
    return [*blocks, {"type": "actions", "elements": _buttons(post)}]


def _context(post: Post) -> Json:
    names = joined([_bare(name, _NAME) for name in post.filing.categories if visible(name)], _NAMES)
    source = " · ".join(dict.fromkeys(filter(None, (_bare(post.author, _NAME), _bare(post.feed, _NAME)))))
    when = {"type": "mrkdwn", "text": _date(post.published)}
    filed = [_plain_text(f"Filed under {names}")] if names else []
    return {"type": "context", "elements": [*filed, when, *([_plain_text(source)] if source else [])]}


def _buttons(post: Post) -> list[Json]:
    url = web_link(post.link)
    names: dict[str, str] = {}
    for name in post.filing.categories:
        typed = spelled(Kind.CATEGORY, fold(name))
        if fold(name) and units(typed) <= VALUE:
            names.setdefault(typed, visible(name))
    follow = [
        _button(f"Follow {name}", f"{FOLLOW}:{number}", value=typed)
        for number, (typed, name) in enumerate(list(names.items())[:_FOLLOWED], 1)
    ]
    read = [_button("Read", READ, url=url)] if url else []
    return [*read, *follow, _button("Why me?", WHY, value=url or _bare(post.id, VALUE) or "?")]


def _button(label: str, action: str, **more: str) -> Json:
    return {"type": "button", "action_id": action, "text": _plain_text(clip(label, LABEL, units)), **more}


def _alert_text(alert: Alert) -> str:
    post = alert.post
    title = mrkdwn.link(clip(_title(post), _LISTED, mrkdwn.cost), web_link(post.link))
    if alert.plain:
        return title
    return _stacked(title, mrkdwn.escape(clip_sentences(_headline(post)[1], _UPDATE, mrkdwn.cost)))


# --- lists -------------------------------------------------------------------------------------------------


def _digest(digest: Digest) -> list[Json]:
    blocks = [_header(visible(digest.heading) or _NEW)]
    items = _fitting(digest.posts, _item_of(digest.posts))
    left = len(digest.posts) - len(items)
    more = [[{"type": "text", "text": f"and {left} more"}]] if left else []
    return [*blocks, _list([*items, *more], "bullet")] if items else blocks


def _digest_text(digest: Digest) -> str:
    heading = mrkdwn.escape(clip(visible(digest.heading), _LISTED, mrkdwn.cost)) or _NEW
    lines = [
        mrkdwn.link(clip(_title(post), _LISTED, mrkdwn.cost), web_link(post.link)) for post in digest.posts
    ]
    return _stacked(heading, joined(lines, TEXT - units(heading), gap="\n"))


def _item_of(posts: Sequence[Post]) -> Callable[[Post], list[Json]]:
    """Return a function that makes a list item of a post; it names the feed if there are several."""
    several = len({post.feed for post in posts}) > 1

    def item(post: Post) -> list[Json]:
        url, title = web_link(post.link), clip(_title(post), _LISTED, units)
        named: Json = {"type": "link", "url": url, "text": title} if url else {"type": "text", "text": title}
        names = joined([_bare(name, _NAME) for name in post.filing.categories if visible(name)], _NAMES)
        words = (_bare(post.feed, _NAME) if several else "", names)
        below = "".join(f" · {word}" for word in words if word)  # last, as Hebrew reorders what follows it
        when: Json = {"type": "text", "text": _utc(post.published)}
        if post.published.timestamp() >= 0:
            when = {
                "type": "date",
                "timestamp": int(post.published.timestamp()),
                "format": _DAY,
                "fallback": when["text"],
            }
        rest: list[Json] = [{"type": "text", "text": below}] if below else []
        return [named | {"style": {"bold": True}}, {"type": "text", "text": "\n"}, when, *rest]

    return item


def _fitting(posts: Iterable[Post], item: Callable[[Post], list[Json]]) -> list[list[Json]]:
    """Return items of the first posts, as many as fit, at least one if there are posts."""
    found: list[list[Json]] = []
    used = 0
    for made in map(item, posts):
        used += len(json.dumps(made, ensure_ascii=False))
        if found and used > _LIST:
            break
        found.append(made)
    return found


def _list(items: Sequence[list[Json]], style: str, offset: int = 0) -> Json:
    made: Json = {
        "type": "rich_text_list",
        "style": style,
        "elements": [{"type": "rich_text_section", "elements": item} for item in items],
    }
    return {"type": "rich_text", "elements": [made | ({"offset": offset} if offset else {})]}


# --- parts -------------------------------------------------------------------------------------------------


def _title(post: Post) -> str:
    return _headline(post)[0] or _UNTITLED


def _headline(post: Post) -> tuple[str, str]:
    return headline(visible(post.title), visible(post.summary), HEADER, units)


def _bare(text: str, limit: int) -> str:
    return clip(visible(text), limit, units)


def _plain_text(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _header(text: str) -> Json:
    return {"type": "header", "text": _plain_text(clip(text, HEADER, units))}


def _section(text: str) -> Json:
    return {"type": "section", "text": _plain_text(text)}


def _lines(text: str) -> Json:
    """Return lines as rich text. A line that is only a URL becomes a link: only the bot writes such lines."""
    elements: list[Json] = []
    for line in text.split("\n"):
        if elements:
            elements.append({"type": "text", "text": "\n"})
        url = "" if " " in line else web_link(line)
        if line:
            elements.append({"type": "link", "url": url} if url else {"type": "text", "text": line})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _short(text: str) -> str:
    return mrkdwn.escape(clip(text, TEXT, mrkdwn.cost))


def _stacked(*lines: str) -> str:
    return "\n".join(filter(None, lines))


def _mention(mention: str) -> str:
    """Return the mentions that admins chose, at most ten and each once, "" for none."""
    words = " ".join(_EVERYBODY.get(word, word) for word in mention.split())
    signs = [f"<{f'!{found[1]}' if found[1] else found[2]}>" for found in _MENTION.finditer(words)]
    return " ".join(dict.fromkeys(signs[:_MOST_MENTIONS]))


def _date(moment: datetime) -> str:
    """Return a time that Slack shows in the reader's time zone; before 1970 it can only be UTC text."""
    unix = int(moment.timestamp())
    return f"<!date^{unix}^{_WHEN}|{_utc(moment)}>" if unix >= 0 else _utc(moment)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
