"""Sends, edits and finds messages. Every error becomes a TemporaryError or PermanentError for the outbox."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from cachetools import LRUCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.shared.urgent import urgent
from adapters.slack.errors import name_of, translate
from adapters.slack.messages import destinations
from adapters.slack.messages.destinations import Place
from adapters.slack.messages.history import History
from adapters.slack.messages.parts import Json
from adapters.slack.messages.preflight import reader
from adapters.slack.messages.render import Payload, arguments, payload
from adapters.slack.transport.client import Client
from adapters.slack.transport.workspaces import Identity, Workspaces
from bot.errors import PermanentError, Scope, TemporaryError
from bot.model import Destination, Message, Notice
from bot.ports import BotServices

CLOCK_SKEW = timedelta(seconds=60)  # how far our clock may be ahead of Slack's
MOST_DMS = 10_000  # direct-message channels cached in memory
_REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format"})
_NOT_IN = frozenset({"not_in_channel", "channel_not_found"})
_NO_SCOPE = "missing_scope"


class Delivery:
    """Sends messages to all workspaces."""

    def __init__(self, workspaces: Workspaces, services: BotServices) -> None:
        self._workspaces = workspaces
        self._services = services
        self._history = History(services)
        self._dms: LRUCache[str, str] = LRUCache(MOST_DMS)

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        """Send a message; the reference is "channel id/ts"."""
        place = destinations.read_address(destination.local)
        client = await self._workspaces.client(place.team)
        async with self._reaching(place):
            sent = await _post(client, place.id, payload(message, key=key))
        channel = str(sent.get("channel") or place.id)
        if place.is_person:
            await self._learn(place, channel)
        return f"{channel}/{sent.get('ts')}"

    async def greet(self, team: str, user_id: str, text: str, key: str) -> None:
        """Send a person their first direct message, unless an earlier one is known to have arrived."""
        address = destinations.address(team, user_id, self._workspaces.home)
        destination = Destination(0, address)
        if not await self._dm(destinations.read_address(destination.local)):
            with urgent():
                await self.send(destination, Notice(text), key)

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        """Change a message."""
        place = destinations.read_address(destination.local)
        channel, ts = _ids(reference)
        if not place.is_person:
            channel = place.id  # the channel's id may have changed since it was sent
        client = await self._workspaces.client(place.team)
        async with self._reaching(place):
            await _update(client, channel, ts, payload(message, key=key))
        return reference

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        """Look for a message with this key in the history of its place; None when it is not there.

        NotYetError: the history is long, and the next call reads on; until then nothing may be sent.
        PermanentError(DESTINATION): the bot may not read. A message that may have arrived must be neither
        repeated nor lost, so everything to that place waits for the permission.
        """
        try:
            place = destinations.read_address(destination.local)
        except PermanentError:
            return None  # nothing can ever have been sent there
        client = await self._workspaces.client(place.team)
        me = await self._workspaces.identity(place.team)
        async with self._reaching(place):
            with _explained(place, me):
                channel = place.id
                if place.is_person:
                    channel = await self._dm(place) or await _open(client, place.id)
                ts = await self._history.look(
                    client, channel, since - CLOCK_SKEW, me, address=destination.address, key=key
                )
        return f"{channel}/{ts}" if ts else None

    async def _dm(self, place: Place) -> str:
        """Return the channel id of a person's direct messages, "" if unknown."""
        return self._dms.get(_dm_key(place)) or await self._services.get_value(_dm_key(place))

    async def _learn(self, place: Place, channel: str) -> None:
        """Store the channel id of a person's direct messages; "" after Slack refused one."""
        key = _dm_key(place)
        if await self._dm(place) != channel:
            await self._services.set_value(key, channel)
        self._dms[key] = channel

    @asynccontextmanager
    async def _reaching(self, place: Place) -> AsyncIterator[None]:
        """Translate every error, and drop cached data of a place that cannot be reached."""
        elsewhere = not self._workspaces.is_home(place.team)
        try:
            yield
        except Exception as error:
            told = translate(error, elsewhere=elsewhere)
            if isinstance(told, PermanentError) and told.scope is Scope.DESTINATION:
                told = await self._let_go(place, error) or told
            raise told from error

    async def _let_go(self, place: Place, error: Exception) -> TemporaryError | None:
        """Drop cached data that the refusal of a place puts in doubt; return the error if that was at fault.

        Another process may have installed the app again, and this one used the token of before.
        """
        at_home = translate(error)
        if isinstance(at_home, PermanentError) and at_home.scope is Scope.ADAPTER:
            if await self._workspaces.renewed(place.team):
                return TemporaryError("The workspace has a new token, which is used now.", retry_after=0.0)
        elif place.is_person and name_of(error):
            await self._learn(place, "")
        return None


@contextmanager
def _explained(place: Place, me: Identity) -> Iterator[None]:
    """Turn a refusal to read the history into a PermanentError that names the remedy."""
    try:
        yield
    except SlackApiError as error:
        if name_of(error) in _NOT_IN and not place.is_person:
            mend = reader(me)
        elif name_of(error) == _NO_SCOPE:
            scopes = "im:history and im:write" if place.is_person else "channels:history and groups:history"
            mend = f"add the scopes {scopes} and install the app again"
        else:
            raise
        text = f"The bot cannot tell whether its last message arrived, so it waits; {mend}."
        raise PermanentError(text, scope=Scope.DESTINATION) from error


async def _post(client: Client, channel: str, made: Payload) -> AsyncSlackResponse:
    """Post a message; if Slack may have refused it for its picture, post it again without."""
    try:
        return await client.chat_postMessage(channel=channel, **arguments(made))
    except SlackApiError as error:
        bare = _without_pictures(made, error)
        with urgent():  # the message already waited for the rate limit
            return await client.chat_postMessage(channel=channel, **arguments(bare))


async def _update(client: Client, channel: str, ts: str, made: Payload) -> None:
    """Change a message; if Slack may have refused it for its picture, try again without."""
    try:
        await client.chat_update(channel=channel, ts=ts, **_changes(made))
    except SlackApiError as error:
        bare = _without_pictures(made, error)
        with urgent():
            await client.chat_update(channel=channel, ts=ts, **_changes(bare))


def _changes(made: Payload) -> Json:
    """Return the arguments of chat.update; for a plain message they remove the earlier blocks."""
    wanted: Json = {"blocks": []} | arguments(replace(made, blocks=_renewed(made.blocks)))
    return {name: wanted[name] for name in ("text", "blocks", "metadata", "parse")}


def _renewed(blocks: list[Json]) -> list[Json]:
    """Return blocks with new ids, which each version of a message should have (Block reference)."""
    form = hashlib.sha256(json.dumps(blocks, sort_keys=True).encode()).hexdigest()[:8]
    return [
        each | {"block_id": f"{each['block_id']}.{form}"} if "block_id" in each else each for each in blocks
    ]


def _without_pictures(made: Payload, error: SlackApiError) -> Payload:
    """Return a refused message without its pictures; raise the error if they cannot be the cause."""
    blocks = [each for each in made.blocks if each["type"] != "image"]
    if name_of(error) not in _REFUSED_BLOCKS or len(blocks) == len(made.blocks):
        raise error
    return replace(made, blocks=blocks)


async def _open(client: Client, user_id: str) -> str:
    opened = await client.conversations_open(users=user_id)
    return str(opened["channel"]["id"])


def _ids(reference: str) -> tuple[str, str]:
    channel, _, ts = reference.partition("/")
    if not (channel and ts):
        raise PermanentError("There is no such message to edit.", scope=Scope.MESSAGE)
    return channel, ts


def _dm_key(place: Place) -> str:
    return f"{destinations.PLATFORM}:dm:{place.team}/{place.id}"
