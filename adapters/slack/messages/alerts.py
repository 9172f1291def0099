"""Renders a post as the blocks of an alert, in each style. Pure."""

from __future__ import annotations

from adapters.shared.also import also_in
from adapters.slack.messages import mrkdwn, parts
from adapters.slack.messages.parts import BLOCKS, FOLLOW, READ, WHY, Json
from bot.model import Alert, Kind, Post, Style
from bot.text.normalize import fold
from bot.text.sanitize import visible
from bot.text.spelling import spelled
from bot.text.truncate import clip, clip_sentences, units
from bot.text.urls import web_link


def alert(message: Alert) -> list[Json]:
    """Return the blocks of an alert without its mention."""
    post = message.post
    if message.style is Style.FULL:
        return _card(post)
    names = _names(post) if message.style is Style.COMPACT else ""
    below: list[Json] = [{"type": "text", "text": f" · {names}"}] if names else []
    line = parts.rich_section([parts.linked_title(post), *below])
    return [parts.rich_text(line), parts.actions(_why(post))]


def alert_text(message: Alert) -> str:
    """Return the text of an alert for notifications, screen readers and plain messages."""
    post, title = message.post, parts.titled_link(message.post)
    if message.plain or message.style is Style.TITLE:
        return title
    if message.style is Style.COMPACT:
        return " · ".join(filter(None, (title, mrkdwn.escape(_names(post)))))
    summary = mrkdwn.escape(clip_sentences(parts.headlined(post)[1], BLOCKS.update, mrkdwn.cost))
    return parts.stacked(title, summary)


def _names(post: Post) -> str:
    """Return the categories of a post and the other feeds of its story, for one line."""
    return " · ".join(filter(None, (parts.categories(post), also_in(post))))


def _card(post: Post) -> list[Json]:
    _, below = parts.headlined(post)
    blocks = [parts.header(parts.title(post)), _context(post)]
    for text, limit in ((below, BLOCKS.summary), (post.update, BLOCKS.update)):
        if shown := clip_sentences(visible(text), limit, units):
            blocks.append(parts.section(shown))
    picture = web_link(post.image)
    if picture.startswith("https://"):
        named = clip(f"Picture: {parts.title(post)}", BLOCKS.header, units)
        blocks.append({"type": "image", "image_url": picture, "alt_text": named})
    return [*blocks, parts.actions(*_buttons(post))]


def _context(post: Post) -> Json:
    names = parts.categories(post)
    words = (parts.bare(post.author), parts.bare(post.feed), also_in(post))
    source = " · ".join(dict.fromkeys(filter(None, words)))
    filed = [parts.plain_text(f"Filed under {names}")] if names else []
    below = [parts.plain_text(source)] if source else []
    return {"type": "context", "elements": [*filed, parts.moment(post.published), *below]}


def _buttons(post: Post) -> list[Json]:
    url = web_link(post.link)
    names: dict[str, str] = {}
    for name in post.filing.categories:
        typed = spelled(Kind.CATEGORY, fold(name))
        if fold(name) and units(typed) <= BLOCKS.value:
            names.setdefault(typed, visible(name))
    follow = [
        parts.button(f"Follow {name}", f"{FOLLOW}:{number}", value=typed)
        for number, (typed, name) in enumerate(list(names.items())[: BLOCKS.followed], 1)
    ]
    read = [parts.button("Read", READ, url=url)] if url else []
    return [*read, *follow, _why(post)]


def _why(post: Post) -> Json:
    return parts.button("Why me?", WHY, value=web_link(post.link) or parts.bare(post.id, BLOCKS.value) or "?")
