"""Searches a channel's history for a message of the bot that may have arrived.

An app that is distributed outside the Marketplace gets 15 messages a call and one call a minute
(documentation, rate limits). So a search is stored and resumed, also after a restart. It runs from the newest
message back to the first attempt, and nothing is sent meanwhile. The rest only shrinks, so every search ends,
after as many minutes as there are pages. None is given up.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.errors import name_of, retry_after
from adapters.slack.messages import destinations
from adapters.slack.messages.parts import Json
from adapters.slack.messages.render import MARK
from adapters.slack.transport.client import Client
from adapters.slack.transport.workspaces import Identity
from bot.errors import NotYetError, TemporaryError
from bot.ports import KeyValueStore


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """How the history of a channel is searched."""

    page: int = 200  # messages per request
    pages: int = 15  # per attempt, because a call of the adapter has to end
    go_on: float = 1.0  # seconds until the next attempt resumes a search
    unread: float = 60.0  # seconds until an unreadable history is read again


READING = HistorySettings()
_STALE = "invalid_cursor"
_BUSY = "Slack does not let the bot read on yet, to see whether its last message arrived."
_MORE = "More was written there since than is read at once, to see whether the bot's last message arrived."
_ODD = (
    "Slack does not tell what was written there, so that the bot cannot see whether its last message arrived."
)

_log = logging.getLogger(__name__)


class Page(Protocol):
    """A response of conversations.history."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return a field of it."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """The state of a search. `oldest`: the ts at which it ends; `cursor`: Slack's, "" at the start."""

    key: str
    oldest: str
    cursor: str = ""
    read: int = 0  # messages so far


class History:
    """Searches histories. `memory` stores one search per address, where one message at a time is in doubt."""

    def __init__(self, memory: KeyValueStore) -> None:
        self._memory = memory

    async def look(
        self, client: Client, channel: str, since: datetime, me: Identity, *, address: str, key: str
    ) -> str:
        """Return the ts of the bot's own message with this key after `since`, "" for none.

        `address`: the destination, under which the search is stored. NotYetError: the search is unfinished;
        the next call resumes it. Slack's other errors are not translated.
        """
        search = await self._begun(address, Search(key, f"{since.timestamp():.6f}"))
        if not search.read:
            _log.info("Looking for a message at %s that may have arrived; others wait there.", address)
        for _ in range(READING.pages):
            messages, cursor = read_page(await self._page(client, channel, search, address))
            found = next((each for each in messages if _is_own(each, me) and bears(each, key)), None)
            if found is not None or not cursor:
                await self._end(address, search)
                return str(found.get("ts") or "") if found is not None else ""
            search = Search(key, search.oldest, cursor, search.read + len(messages))
            await self._memory.set_value(_place(address), json.dumps(asdict(search)))
        raise NotYetError(_MORE, retry_after=READING.go_on)

    async def _page(self, client: Client, channel: str, search: Search, address: str) -> AsyncSlackResponse:
        try:
            return await client.conversations_history(
                channel=channel,
                include_all_metadata=True,
                oldest=search.oldest,
                limit=READING.page,
                cursor=search.cursor or None,
            )
        except SlackApiError as error:
            if name_of(error) == _STALE and search.cursor:  # the cursor expired: start again
                await self._end(address, search)
                raise NotYetError(_MORE, retry_after=READING.go_on) from None
            if (asked := retry_after(error)) is not None:
                raise NotYetError(_BUSY, retry_after=asked) from None
            raise

    async def _begun(self, address: str, fresh: Search) -> Search:
        """Return the stored search if it is for the same message, else `fresh`."""
        try:
            kept = Search(**json.loads(await self._memory.get_value(_place(address)) or "{}"))
        except (ValueError, TypeError):
            return fresh
        return kept if (kept.key, kept.oldest) == (fresh.key, fresh.oldest) else fresh

    async def _end(self, address: str, search: Search) -> None:
        """Delete a stored search. TemporaryError if that fails, because the next one must not resume it."""
        if not search.cursor:
            return
        await self._memory.set_value(_place(address), "")
        if await self._memory.get_value(_place(address)):
            raise TemporaryError("The database does not take what was found on Slack.", uncertain=True)


def read_page(told: Page) -> tuple[list[Json], str]:
    """Return the messages of a page and the cursor of the next. TemporaryError: either is missing."""
    messages, further = told.get("messages"), told.get("response_metadata")
    cursor = further.get("next_cursor") if isinstance(further, dict) else None
    cursor = cursor if isinstance(cursor, str) else ""
    if not isinstance(messages, list) or (told.get("has_more") and not cursor):
        raise TemporaryError(_ODD, retry_after=READING.unread, uncertain=True)
    return [each for each in messages if isinstance(each, dict)], cursor


def _is_own(message: Json, me: Identity) -> bool:
    return me.user == message.get("user") or (me.bot != "" and me.bot == message.get("bot_id"))


def bears(message: Json, key: str) -> bool:
    """Whether a message contains an attempt key, in its metadata or in a block id."""
    payload = _part(_part(message, "metadata"), "event_payload")
    blocks = message.get("blocks")
    ids = (
        [each.get("block_id") for each in blocks if isinstance(each, dict)]
        if isinstance(blocks, list)
        else []
    )
    mark = MARK.format(key)
    return payload.get("key") == key or any(
        isinstance(each, str) and each.partition(".")[0] == mark for each in ids
    )


def _part(of: Json, name: str) -> Json:
    part: Any = of.get(name)
    return part if isinstance(part, dict) else {}


def _place(address: str) -> str:
    return f"{destinations.PLATFORM}:look:{address}"
