"""Renders a post as the card of an alert, in each style. Pure."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from adapters.discord.interactions.callback import FOLLOW, WHY
from adapters.discord.messages import parts
from adapters.discord.messages.card import CARD, COLOUR, Button, Card
from adapters.discord.messages.markdown import cost, escape, link
from adapters.shared.also import also_in
from bot.model import Alert, Kind, Post, Style
from bot.text.normalize import term_key
from bot.text.sanitize import visible
from bot.text.spelling import spelled
from bot.text.truncate import UNTITLED, clip, headline, units
from bot.text.urls import web_link


def alert(message: Alert, key: str) -> Card:
    """Return an alert as a card without its mention; the key is in its "Why me?" button."""
    post, why = message.post, Button("Why me?", custom_id=f"{WHY}:{key}")
    if message.plain:
        return Card(plain(post, CARD.plain), buttons=(why,))
    if message.style is Style.FULL:
        return Card(embeds=(_embed(post),), buttons=(*_follow_buttons(post), why))
    return Card(_line(post, with_names=message.style is Style.COMPACT), buttons=(why,))


def plain(post: Post, limit: int) -> str:
    """Return title and link. The link is in angle brackets, so that Discord draws no preview of it."""
    return parts.stacked(escape(clip(parts.titled(post), limit, cost)), parts.address(post.link))


def follow_id(name: str, kind: Kind = Kind.CATEGORY) -> str:
    """Return the custom id of a button that follows a category or tag; "" for an empty or too long name."""
    key = term_key(kind, visible(name))
    return f"{FOLLOW}:{key}" if len(key) > len("c:") and units(key) <= CARD.custom_id - len("f:") else ""


def followed(custom_id: str) -> str:
    """Return the value for /follow after a click on such a button, spelled to mean exactly that name."""
    _, kind, folded = [*custom_id.split(":", 2), "", ""][:3]
    return spelled(Kind.TAG if kind == "t" else Kind.CATEGORY, folded)


def _embed(post: Post) -> dict[str, Any]:
    update = parts.prose(post.update, CARD.update)
    title, below = headline(visible(post.title), visible(post.summary), CARD.title, units)
    summary = parts.prose(below, CARD.description - CARD.update - len("\n\n"))
    names = parts.categories(post, CARD.value)
    author, feed = parts.bare(post.author, CARD.author), parts.bare(post.feed, CARD.footer)
    source = " · ".join(filter(None, (feed, also_in(post))))
    picture = web_link(post.image)
    made = {
        "title": escape(clip(title or UNTITLED, CARD.title, cost)),
        "url": web_link(post.link),
        "description": "\n\n".join(filter(None, (summary, update))),
        "color": COLOUR,
        "timestamp": post.published.astimezone(UTC).isoformat(),
        "author": {"name": author} if author not in ("", feed) else None,
        "fields": [{"name": "Filed under", "value": names}] if names else None,
        "image": {"url": picture} if picture.startswith("https://") else None,
        "footer": {"text": parts.bare(source, CARD.footer)} if source else None,
    }
    return {name: value for name, value in made.items() if value}


def _line(post: Post, *, with_names: bool) -> str:
    """Return the linked title; if they are wanted, the categories and the other feeds of the story."""
    url = web_link(post.link)
    url = url if units(url) <= CARD.link else ""
    title = link(clip(parts.titled(post), CARD.line, cost), url, in_content=True)
    names = parts.categories(post, CARD.line_names) if with_names else ""
    also = escape(also_in(post)) if with_names else ""
    return " · ".join(filter(None, (title, names, also)))


def _follow_buttons(post: Post) -> list[Button]:
    found: dict[str, str] = {}
    for name in post.filing.categories:
        if custom_id := follow_id(name):
            found.setdefault(custom_id, clip(f"Follow {visible(name)}", CARD.label, units))
    return [Button(label, custom_id=custom_id) for custom_id, label in list(found.items())[: CARD.followed]]
