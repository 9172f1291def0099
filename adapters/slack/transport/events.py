"""Handles events about workspaces and channels, such as removed, archived, deleted or invited.

Events may come repeatedly and in any order: Slack sends them again at once, after one and after five minutes
(documentation, Events API). So an event only prompts a query of the current state, and its answer decides.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.shared.once import Once
from adapters.slack.errors import GONE, name_of, translate
from adapters.slack.install.installations import Installations
from adapters.slack.messages import destinations
from adapters.slack.messages.preflight import refusal, state
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import DeliveryError, PermanentError, TemporaryError
from bot.model import local_of
from bot.ports import BotServices

ARCHIVED = "the channel is archived; unarchive it, or choose another one with /alerts add."
DELETED = "the channel was deleted."

_GONE_HOME = "slack:removed"  # key of a flag: alerts in the home workspace wait for a new token

Event = dict[str, Any]

_log = logging.getLogger(__name__)


class Events:
    """Listens to Slack's events. As they may come twice or late, each first queries the current state."""

    def __init__(
        self, services: BotServices, workspaces: Workspaces, installations: Installations | None
    ) -> None:
        self._services = services
        self._workspaces = workspaces
        self._installations = installations
        self._once = Once(services.shared, "slack:event:")
        self._under_way: set[asyncio.Task[Any]] = set()
        self._listeners: dict[str, Callable[[str, Event], Awaitable[None]]] = {
            "app_uninstalled": self._removed,
            "tokens_revoked": self._revoked,
            "channel_archive": self._archived,
            "group_archive": self._archived,
            "channel_unarchive": self._back,
            "group_unarchive": self._back,
            "channel_deleted": self._deleted,
            "group_deleted": self._deleted,
            "channel_left": self._left,
            "group_left": self._left,
            "member_joined_channel": self._joined,
            "channel_id_changed": self._moved,
        }

    def register(self, app: AsyncApp) -> None:
        """Register the listeners."""
        for name in self._listeners:
            app.event(name)(self._hear)

    async def returned(self) -> None:
        """Release what waits since the app was removed from the home workspace; its token works again."""
        if not self._workspaces.home or not await self._services.get_value(_GONE_HOME):
            return
        for address in await self._at_home():
            await self._services.reachable(address)
        await self._services.set_value(_GONE_HOME, "")

    async def drain(self, seconds: float) -> None:
        """Wait at most `seconds` for running listeners."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def _hear(self, event: Event, body: Mapping[str, Any], context: AsyncBoltContext) -> None:
        """Deal with an event, unless a process has done so before. One that fails may come again."""
        task = asyncio.current_task()
        assert task is not None  # Bolt starts a task for each event
        self._under_way.add(task)
        name = str(body.get("event_id") or "")
        try:
            if await self._once.first(name):
                await self._listeners[event["type"]](context.team_id or "", event)
        except DeliveryError as error:
            await self._once.forget(name)
            _log.warning("What Slack said of a channel is left at that: %s", error)
        finally:
            self._under_way.discard(task)

    # --- workspaces ----------------------------------------------------------------------------------------

    async def _removed(self, team: str, _: Event) -> None:
        if not team or not (token := await self._refused_token(team)):
            return
        _log.warning("The app was removed from the Slack workspace %s, or its token was revoked.", team)
        if self._workspaces.is_home(team):
            await self._services.set_value(_GONE_HOME, "yes")
            await self._services.unreachable(
                await self._at_home(),
                "Bystander was removed from the workspace, or its token was revoked; install the app again "
                "(api.slack.com/apps, Install App), put the new token into SLACK_BOT_TOKEN and start again.",
            )
            return
        if self._installations is not None and not await self._installations.drop(team, token):
            return  # the app was installed again meanwhile
        self._workspaces.forget(team)
        await self._services.unreachable(
            await self._services.addresses(destinations.prefix(team)),
            "Bystander was removed from the workspace; install it there again.",
        )

    async def _at_home(self) -> list[str]:
        everywhere = await self._services.addresses(f"{destinations.PLATFORM}:")
        return [each for each in everywhere if "/" not in each]

    async def _revoked(self, team: str, event: Event) -> None:
        tokens = event.get("tokens")
        if isinstance(tokens, dict) and tokens.get("bot"):  # tokens of people do not concern the bot
            await self._removed(team, event)

    async def _refused_token(self, team: str) -> str:
        """Return the workspace's token if Slack now says that it is revoked, else "".

        DeliveryError: Slack gave no answer, so the state is unknown until the next message is sent.
        """
        self._workspaces.forget(team)  # the stored token may be newer than the cached one
        try:
            client = await self._workspaces.client(team)
        except PermanentError:  # the app is not installed there: nothing is left to remove
            return ""
        try:
            await client.auth_test()
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            if name_of(error) in GONE:
                return str(client.token)
            raise translate(error, elsewhere=not self._workspaces.is_home(team)) from None
        return ""

    # --- channels ------------------------------------------------------------------------------------------

    async def _archived(self, team: str, event: Event) -> None:
        """Park a channel if it is archived now."""
        address = self._address(team, event)
        channel = await self._channel(team, event)
        if channel and channel.get("is_archived"):
            await self._services.unreachable([address], ARCHIVED)

    async def _deleted(self, team: str, event: Event) -> None:
        """End all alerts to a channel if Slack no longer knows it."""
        address = self._address(team, event)
        if await self._channel(team, event) == {}:
            await self._services.gone([address], DELETED)

    async def _left(self, team: str, event: Event) -> None:
        """Park a channel that the bot was removed from, if the bot cannot write there now."""
        address = self._address(team, event)
        if wrong := await self._against(team, event):
            await self._services.unreachable([address], wrong)

    async def _back(self, team: str, event: Event) -> None:
        """Release what waits for a channel if the bot can write there now."""
        address = self._address(team, event)
        if not await self._against(team, event):
            await self._services.reachable(address)

    async def _joined(self, team: str, event: Event) -> None:
        if event.get("user") == (await self._workspaces.identity(team)).user:
            await self._back(team, event)

    async def _moved(self, team: str, event: Event) -> None:
        """Move a channel's alerts to the permanent new id that it gets when shared by Slack Connect.

        A new id stays valid, so the event is trusted if Slack cannot be reached.
        """
        old, new = (
            self._address(team, {"channel": event.get(f"{which}_channel_id")}) for which in ("old", "new")
        )
        try:
            there = await self._channel(team, {"channel": event["new_channel_id"]})
        except TemporaryError:
            there = None
        if there != {}:
            await self._services.moved(old, new)

    async def _channel(self, team: str, event: Event) -> dict[str, Any] | None:
        """Return the current state of an event's channel; see `state`."""
        return await state(await self._workspaces.client(team), str(event["channel"]))

    async def _against(self, team: str, event: Event) -> str:
        """Return why the bot cannot write in an event's channel now, "" if no reason is known."""
        client, me = await self._workspaces.client(team), await self._workspaces.identity(team)
        return await refusal(client, str(event["channel"]), me)

    def _address(self, team: str, event: Event) -> str:
        """Return the address of an event's channel. PermanentError: the event has none."""
        address = destinations.address(team, str(event.get("channel") or ""), self._workspaces.home)
        destinations.read_address(local_of(address))
        return address
