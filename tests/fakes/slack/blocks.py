"""Whether Slack takes these blocks: kinds, keys, lengths and counts (documentation, reference of blocks)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.basics import Json
from tests.fakes.slack.elements import ACCESSORY, ACTIONS, ID, IMAGE, INPUT, URL
from tests.fakes.slack.messages import elements_of
from tests.fakes.slack.schema import Check, anything, fields, flag, many, number, one_of, string, text, typed

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
ALL_BLOCKS = 13_200  # characters of all blocks of a message, as JSON (bolt-js#2509: about)
_MARKDOWN = 12_000  # characters of all markdown blocks together

_STYLE = fields({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), flag))
_RICH_INLINE = typed(
    {
        "text": fields({"type": anything, "text": string(4000)}, {"style": _STYLE}),
        "link": fields(
            {"type": anything, "url": URL}, {"text": string(4000), "unsafe": flag, "style": _STYLE}
        ),
        "emoji": fields({"type": anything, "name": string(255)}, {"unicode": string(255), "style": _STYLE}),
        "user": fields({"type": anything, "user_id": string(255)}, {"style": _STYLE}),
        "channel": fields({"type": anything, "channel_id": string(255)}, {"style": _STYLE}),
        "usergroup": fields({"type": anything, "usergroup_id": string(255)}, {"style": _STYLE}),
        "broadcast": fields({"type": anything, "range": one_of("here", "channel", "everyone")}),
        "date": fields(
            {"type": anything, "timestamp": number, "format": string(255)},
            {"url": URL, "fallback": string(4000), "style": _STYLE},
        ),
    }
)
_INLINES = many(_RICH_INLINE, 10_000, 0)
_RICH_SECTION = fields({"type": anything, "elements": _INLINES})
_RICH = typed(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_list": fields(
            {
                "type": anything,
                "style": one_of("bullet", "ordered"),
                "elements": many(typed({"rich_text_section": _RICH_SECTION}), 10_000),
            },
            {"indent": number, "offset": number, "border": number},
        ),
        "rich_text_quote": fields({"type": anything, "elements": _INLINES}, {"border": number}),
        "rich_text_preformatted": fields(
            {"type": anything, "elements": _INLINES}, {"border": number, "language": string(255)}
        ),
    }
)


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return fields({"type": anything, **required}, {"block_id": ID, **(optional or {})})


_CONTEXT = typed(
    {
        "image": IMAGE,
        "plain_text": text(3000, "plain_text"),
        "mrkdwn": text(3000, "mrkdwn"),
    }
)
_BODY = text(3000, "plain_text", "mrkdwn")
_COMMON: dict[str, Check] = {
    "header": _block({"text": text(150, "plain_text")}, {"level": number}),
    "section": _block(
        {},
        {
            "text": _BODY,
            "fields": many(text(2000, "plain_text", "mrkdwn"), 10),
            "accessory": ACCESSORY,
            "expand": flag,
        },
    ),
    "context": _block({"elements": many(_CONTEXT, 10)}),
    "divider": _block({}),
    "actions": _block({"elements": many(ACTIONS, 25)}),
    "image": _block(
        {"alt_text": string(2000)},
        {"image_url": URL, "slack_file": anything, "title": text(2000, "plain_text")},
    ),
    "rich_text": _block({"elements": many(_RICH, 10_000, 0)}),
    "input": _block(
        {"label": text(2000, "plain_text"), "element": INPUT},
        {"hint": text(2000, "plain_text"), "optional": flag, "dispatch_action": flag},
    ),
}
_IN_MESSAGES = typed({**_COMMON, "markdown": _block({"text": string(_MARKDOWN)})})
_IN_VIEWS = typed(_COMMON)


def message_faults(blocks: Any) -> list[str]:
    """Return what is wrong with the blocks of a message, as Slack words it; [] when nothing is."""
    faults = list(many(_IN_MESSAGES, MESSAGE_BLOCKS, 0)(blocks, "/blocks"))
    return faults or [*_relations(blocks)]


def view_faults(blocks: Any, at: str = "/view/blocks") -> list[str]:
    """Return what is wrong with the blocks of a modal or a Home tab."""
    faults = list(many(_IN_VIEWS, VIEW_BLOCKS, 0)(blocks, at))
    return faults or [*_relations(blocks, at)]


def size(blocks: list[Json]) -> int:
    """Return the characters of all blocks, as compact JSON."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def _relations(blocks: list[Json], at: str = "/blocks") -> Iterator[str]:
    """Yield the faults that one key alone does not show."""
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id already exists: {each}" for each, count in ids.items() if count > 1)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > _MARKDOWN:
        yield f"markdown blocks must be less than {_MARKDOWN + 1} characters together"
    for index, block in enumerate(blocks):
        yield from (f"{fault} [json-pointer:{at}/{index}]" for fault in _block_relations(block))


def _block_relations(block: Json) -> Iterator[str]:
    if block["type"] == "section" and not ("text" in block or block.get("fields")):
        yield "section needs text or fields"
    elements = elements_of(block)
    actions = Counter(each["action_id"] for each in elements if "action_id" in each)
    yield from (f"action_id already exists: {each}" for each, count in actions.items() if count > 1)
    for element in elements:
        if "static_select" in element["type"] and ("options" in element) == ("option_groups" in element):
            yield "a static select needs either options or option_groups"
    images = [block, *elements, *(block.get("elements", []) if block["type"] == "context" else [])]
    for image in images:
        if image["type"] == "image" and ("image_url" in image) == ("slack_file" in image):
            yield "an image needs either image_url or slack_file"
