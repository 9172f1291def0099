"""Renders messages and answers as cards within Discord's limits; texts of others are escaped. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapters.discord.messages import parts
from adapters.discord.messages.alerts import alert
from adapters.discord.messages.card import CARD, Card, payload
from adapters.discord.messages.lists import digest, plain_digest, post_pages
from adapters.discord.messages.markdown import escape
from adapters.shared.digest import NEW
from bot.model import Alert, Attachment, Digest, Message, Notice, Post, Reply
from bot.text.sanitize import visible
from bot.text.truncate import clip, pages, units

FENCE = "```"  # around a block of code
_BROKEN_FENCE = "``\u200b`"


def card(message: Message, *, key: str = "") -> Card:
    """Return a message as a card.

    `key`, the attempt key, is in the custom id of the "Why me?" button of an alert, and of the button under
    a digest that shows the rest of its posts. Other cards have no button.
    """
    if isinstance(message, Notice):
        return Card(_lines(clip(_visible_lines(message.text), CARD.content, _cost_of_lines)) or "…")
    mention = parts.mentioned(message.mention)
    if isinstance(message, Alert):
        made, last = alert(message, key), message.mention_last
    elif message.plain:
        made, last = Card(plain_digest(message, CARD.content - units(mention.text) - 1)), False
    else:
        made, last = digest(message, key), False
    lines = (made.content, mention.text) if last else (mention.text, made.content)
    content = parts.stacked(*lines)  # Discord shows it above an embed, wherever the mention belongs
    return replace(made, content=content, mention_roles=mention.roles, mention_everyone=mention.everyone)


def reply_pages(reply: Reply) -> tuple[Card, ...]:
    """Return an answer in pages, at least one.

    Posts are rendered from `reply.posts` below the text's first line. Other lines of the text, which list
    the posts for other platforms, are left out.
    """
    if reply.posts:
        return post_pages(reply)
    text = _visible_lines(reply.text)
    found = [Card(_lines(page) or "…") for page in pages(text, CARD.content, _cost_of_lines)]
    return (*found, *(_file_pages(reply.attachment) if reply.attachment else ()))


def _file_pages(file: Attachment) -> list[Card]:
    """Return the text of a file in pages, as blocks of code. A block cannot contain the sign of its end."""
    text = _visible_lines(file.text).replace(FENCE, _BROKEN_FENCE)
    room = CARD.content - 2 * units(f"{FENCE}\n")
    return [Card(f"{FENCE}\n{page}\n{FENCE}") for page in pages(text, room, units)]


def thread_name(what: Post | Message) -> str:
    """Return the name of the thread or forum post that a message opens."""
    if isinstance(what, Notice):
        return parts.bare(what.text, CARD.thread) or "Notice"
    if isinstance(what, Digest):
        return parts.bare(what.heading, CARD.thread) or NEW
    return clip(parts.titled(what.post if isinstance(what, Alert) else what), CARD.thread, units)


def preview(message: Message, key: str) -> dict[str, Any]:
    """Return the JSON body that would be sent for a message."""
    return payload(card(message, key=key))


def _visible_lines(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n")).strip("\n")


def _lines(text: str) -> str:
    """Return lines escaped; a line that is only a URL becomes a link, because only the bot writes such."""
    return "\n".join(parts.address(line) or escape(line) for line in text.split("\n"))


def _cost_of_lines(text: str) -> int:
    return units(_lines(text))
