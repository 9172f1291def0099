"""Shows the channels and people of an answer by their names, as Slack does with their ids. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from adapters.slack.messages.parts import Json

_PLACE = re.compile(
    r"“[^”]*”"
    r"|(?:\b[Cc]hannel )?\b(?:slack:)?(?:(?P<team>T[A-Z0-9]{2,20})/)?(?P<channel>[CG][A-Z0-9]{6,20})\b"
    r"|(?<=, by )slack:(?:(?P<home>T[A-Z0-9]{2,20})/)?(?P<person>[UW][A-Z0-9]{6,20})(?=;|$)",
    re.MULTILINE,
)
_NAMED = re.compile(r"^(?:[Cc]hannel |slack:)")


def channel_ids(addresses: Iterable[str]) -> frozenset[str]:
    """Return the id that each address ends with."""
    return frozenset(each.rpartition(":")[2].rpartition("/")[2] for each in addresses)


def with_names(blocks: Sequence[Json], team: str, known: Collection[str]) -> list[Json]:
    """Return rendered blocks in which Slack shows channels and people of a workspace by their names.

    People are named only where the bot says who made a change. Answers are shown to one person, so that this
    notifies nobody.
    `known`: ids of the channels to convert. Feeds may contain ids too, so lists, which hold the posts, and
    anything between quotation marks remain text.
    """
    return [_named(block, team, known) for block in blocks]


def _named(block: Any, team: str, known: Collection[str]) -> Any:
    if isinstance(block, list):
        return [_named(each, team, known) for each in block]
    if not isinstance(block, dict) or block.get("type") == "rich_text_list":
        return block
    if block.get("type") == "rich_text_section":
        return block | {
            "elements": [part for each in block["elements"] for part in _parts(each, team, known)]
        }
    return {key: _named(value, team, known) for key, value in block.items()}


def _parts(element: Json, team: str, known: Collection[str]) -> Iterator[Json]:
    """Yield a text element, split where it names a channel or a person in the bot's own notation."""
    text = element.get("text", "") if element.get("type") == "text" else ""
    end = 0
    for found in _PLACE.finditer(text):
        if not (name := _name(found, team, known)):
            continue
        if before := text[end : found.start()]:
            yield element | {"text": before}
        yield name
        end = found.end()
    if end == 0:
        yield element
    elif rest := text[end:]:
        yield element | {"text": rest}


def _name(found: re.Match[str], team: str, known: Collection[str]) -> Json:
    """Return the element that shows a channel or a person by name; {} for what remains text."""
    if found["person"] and found["home"] in (None, team):
        return {"type": "user", "user_id": found["person"]}
    if found["channel"] in known and _NAMED.match(found[0]) and found["team"] in (None, team):
        return {"type": "channel", "channel_id": found["channel"]}
    return {}
