"""Messages as Slack keeps them."""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field

from tests.fakes.slack.basics import Json


@dataclass(eq=False)
class StoredMessage:
    """A message. `blocks` are as the app sent them, `shown_blocks` as Slack keeps them, with all ids.

    With `ephemeral` only `user_id` sees it and no history has it. `edited` is the ts of the last edit or "".
    """

    ts: str
    channel_id: str  # of the channel or DM
    team_id: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    metadata: Json = field(default_factory=dict)
    user_id: str = ""
    bot_id: str = ""
    thread_ts: str = ""
    edited: str = ""
    ephemeral: bool = False
    deleted: bool = False
    app_id: str = ""
    arguments: Json = field(default_factory=dict)  # unfurl_links, parse and the like, as they were sent
    shown_blocks: list[Json] = field(default_factory=list)

    def write(self, text: str, blocks: list[Json]) -> None:
        """Put this in it: new text, new blocks."""
        self.text, self.blocks = text, copy.deepcopy(blocks)
        self.shown_blocks = keep_blocks(blocks)

    def show(self, *, metadata: bool = False) -> Json:
        """Return the message as history has it; metadata only on request."""
        told: Json = {"type": "message", "user": self.user_id, "ts": self.ts, "text": self.text}
        if self.bot_id:
            told |= {"bot_id": self.bot_id, "app_id": self.app_id, "team": self.team_id}
        if self.thread_ts:
            told["thread_ts"] = self.thread_ts
        if self.shown_blocks:
            told["blocks"] = copy.deepcopy(self.shown_blocks)
        if self.edited:
            told["edited"] = {"user": self.user_id, "ts": self.edited}
        if metadata and self.metadata:
            told["metadata"] = copy.deepcopy(self.metadata)
        return told


def keep_blocks(blocks: list[Json]) -> list[Json]:
    """Return blocks as Slack keeps them: all have a block_id, markdown ones a new one, elements ids too."""
    kept: list[Json] = copy.deepcopy(blocks)
    for block in kept:
        if block.get("type") == "markdown" or not block.get("block_id"):
            block["block_id"] = secrets.token_urlsafe(4)[:5]
        for element in elements_of(block):
            if element.get("type") != "image":
                element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return kept


def elements_of(block: Json) -> list[Json]:
    """Return the interactive elements of a block."""
    if block.get("type") == "actions":
        return [each for each in block["elements"] if isinstance(each, dict)]
    alone = block.get({"section": "accessory", "input": "element"}.get(str(block.get("type")), ""))
    return [alone] if isinstance(alone, dict) else []
