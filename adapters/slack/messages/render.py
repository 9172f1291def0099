"""Renders messages and answers as the arguments of Slack's calls. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.shared.digest import NEW
from adapters.slack.messages import mrkdwn, parts
from adapters.slack.messages.alerts import alert, alert_text
from adapters.slack.messages.lists import LISTS, digest, digest_text, post_pages
from adapters.slack.messages.parts import BLOCKS, Json
from bot.model import Alert, Attachment, Digest, Message, Notice, Reply, Style
from bot.text.sanitize import visible
from bot.text.truncate import clip, pages, units
from bot.text.urls import web_link

EVENT = "bystander_message"  # type of the metadata
MARK = "d:{}"  # block id of a message with this key; an edit appends a dot and its own suffix


@dataclass(frozen=True, slots=True)
class Payload:
    """The content of one message; without blocks, only `text` is shown. `metadata`: the attempt key."""

    text: str
    blocks: list[Json] = field(default_factory=list)
    metadata: Json = field(default_factory=dict)


def payload(message: Message, *, key: str) -> Payload:
    """Return a message as blocks; the attempt key is in the metadata and in the id of a block."""
    metadata = {"event_type": EVENT, "event_payload": {"key": key}}
    if isinstance(message, Notice):
        text = _visible_lines(message.text)
        blocks = [] if message.plain else [parts.section(clip(text, BLOCKS.section, units))]
        return Payload(_short(text), _marked(blocks, key), metadata)
    mention = parts.mentioned(message.mention)
    text = alert_text(message) if isinstance(message, Alert) else digest_text(message)
    last = isinstance(message, Alert) and message.mention_last
    text = parts.stacked(text, mention) if last else parts.stacked(mention, text)
    if message.plain:
        return Payload(text, [], metadata)
    blocks = _marked(alert(message) if isinstance(message, Alert) else digest(message), key)
    if mention:
        called = {"type": "section", "text": {"type": "mrkdwn", "text": mention}}
        blocks.insert(_place_of_mention(message, blocks), called)
    return Payload(text, blocks, metadata)


def reply_pages(reply: Reply) -> tuple[Payload, ...]:
    """Return an answer in pages, at least one.

    If there are posts, only the first line of the text is used: the rest lists the posts for other platforms.
    """
    if not reply.posts:
        text = _visible_lines(reply.text)
        found = [Payload(_short(page), [_lines(page)]) for page in pages(text, BLOCKS.section, units)]
        return (*found, *(_file_pages(reply.attachment) if reply.attachment else ()))
    head = visible(reply.text.partition("\n")[0]) or NEW
    heading = parts.section(clip(head, BLOCKS.section, units))
    return tuple(Payload(_short(head), [heading, listed]) for listed in post_pages(reply.posts, reply.first))


def _file_pages(file: Attachment) -> list[Payload]:
    """Return the text of a file in pages, as it is."""
    name = mrkdwn.escape(file.name)
    return [
        Payload(name, [parts.rich_text(parts.preformatted(page))])
        for page in pages(_visible_lines(file.text), BLOCKS.section, units)
    ]


def arguments(made: Payload) -> Json:
    """Return the arguments of chat.postMessage, without a channel."""
    body: Json = {"text": made.text, "unfurl_links": False, "unfurl_media": False, "parse": "none"}
    if made.blocks:
        body["blocks"] = made.blocks
    return body | ({"metadata": made.metadata} if made.metadata else {})


def preview(message: Message, key: str) -> Json:
    """Return the JSON that would be sent for a message."""
    return arguments(payload(message, key=key))


def _marked(blocks: Sequence[Json], key: str) -> list[Json]:
    return [*(each | {"block_id": MARK.format(key)} for each in blocks[:1]), *blocks[1:]]


def _place_of_mention(message: Alert | Digest, blocks: Sequence[Json]) -> int:
    """Return before which block the mention stands: the buttons, or below the header, or above all."""
    if isinstance(message, Digest):
        return 1
    if message.mention_last:
        return len(blocks) - 1
    return 1 if message.style is Style.FULL else 0


def _visible_lines(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n")).strip("\n") or "…"


def _lines(text: str) -> Json:
    """Return lines as rich text. A line that is only a URL becomes a link: only the bot writes such lines."""
    elements: list[Json] = []
    for line in text.split("\n"):
        if elements:
            elements.append({"type": "text", "text": "\n"})
        url = "" if " " in line else web_link(line)
        if line:
            elements.append({"type": "link", "url": url} if url else {"type": "text", "text": line})
    return parts.rich_text(parts.rich_section(elements))


def _short(text: str) -> str:
    return mrkdwn.escape(clip(text, LISTS.text, mrkdwn.cost))
