"""Runs the commands of Slack users; channels in them are first resolved to addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

from adapters.shared.pages import can_turn
from adapters.shared.tasks import Tasks
from adapters.shared.welcome import welcome
from adapters.slack.interactions import command_text
from adapters.slack.interactions.callback import CallbackData
from adapters.slack.interactions.home import Home
from adapters.slack.interactions.permissions import Callers, UnsureCaller
from adapters.slack.interactions.request_context import RequestContext
from adapters.slack.messages import destinations, preflight
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import UsageError
from bot.model import Caller, Reply, local_of
from bot.ports import BotServices

FOLLOW, FOLLOWING, UNFOLLOW, ADD_ALERTS = "follow", "following", "unfollow", "alerts add"
FEED_CHANGES = frozenset({"feeds add", "feeds remove"})
UNCHANGED = "Nothing was changed."
NO_CHANNEL = (
    "Alerts go to a channel: run the command in one, or choose one in the form that /alerts add opens when "
    "nothing stands behind it."
)
FEEDS_ARE_SHARED = "The feeds are those of every workspace; ask whoever runs the bot to change them."


class PlaceError(UsageError):
    """Alerts cannot go to the named channel."""


class Greeter(Protocol):
    """Sends first direct messages."""

    async def greet(self, team: str, user_id: str, text: str, key: str) -> None:
        """Send a user a first direct message, unless an earlier one is known to have arrived.

        DeliveryError: it cannot be sent.
        """
        ...


class CommandRunner:
    """Runs commands, and refreshes the App Home after those that change something."""

    def __init__(
        self,
        services: BotServices,
        workspaces: Workspaces,
        callers: Callers,
        greeter: Greeter,
        *,
        home: Home,
        tasks: Tasks,
    ) -> None:
        self._services = services
        self._workspaces = workspaces
        self._callers = callers
        self._greeter = greeter
        self._home = home
        self._tasks = tasks
        self.commands = {command.path: command for command in services.commands}

    def path(self, wanted: CallbackData) -> str:
        """Return the path of a command, "" for an unknown one."""
        return command_text.read_line(wanted.line, self.commands).path if wanted.line else wanted.path

    def can_turn(self, wanted: CallbackData) -> bool:
        """Whether the answer has pages to turn: the command exists and changes nothing."""
        return can_turn(self.commands.get(self.path(wanted)))

    async def run(self, origin: RequestContext, caller: Caller, wanted: CallbackData) -> Reply:
        """Run a command. DeliveryError: Slack did not answer a question about a channel."""
        try:
            return await self.attempt(origin, caller, wanted)
        except UsageError as error:
            return Reply(str(error), ok=False)

    async def attempt(self, origin: RequestContext, caller: Caller, wanted: CallbackData) -> Reply:
        """Run a command as `run` does, but let UsageError through."""
        reply = await self._run(origin, caller, wanted)
        if reply.ok and not self.can_turn(wanted):  # it changed something
            self._home.refresh(origin)
        return reply

    async def welcomed(self, origin: RequestContext, caller: Caller, reply: Reply) -> Reply:
        """Send a new follower a first direct message, and return the answer that reflects its outcome."""
        greet = partial(self._greeter.greet, origin.team, origin.user)
        return await welcome(self._services, self._tasks, caller, reply, greet)

    async def _run(self, origin: RequestContext, caller: Caller, wanted: CallbackData) -> Reply:
        read = command_text.read_line(wanted.line, self.commands) if wanted.line else None
        path = wanted.path if read is None else read.path
        command = self.commands.get(path)
        if command is not None and command.admin and isinstance(caller, UnsureCaller):
            raise UsageError(caller.doubt)
        if path in FEED_CHANGES and caller.admin and not self._may_change_feeds(origin):
            raise UsageError(f"{FEEDS_ARE_SHARED} {UNCHANGED}")
        if read is not None and (command is None or not command_text.takes_channel(command)):
            return await self._services.run(caller, read.line)
        if command is None or (command.admin and not caller.admin):
            return await self._services.execute(
                caller, path, {}
            )  # answers that the command is unknown or for admins
        values = self._placed(origin, path, self._typed_values(read) if read else wanted.values)
        concerns_channel = command.changes and command_text.takes_channel(command)
        if concerns_channel and values.get("channel", caller.place) == caller.address:
            raise PlaceError(f"{NO_CHANNEL} {UNCHANGED}")
        hint = await self._check(caller, values) if path == ADD_ALERTS else ""
        reply = await self._services.execute(caller, path, values)
        return replace(reply, text=f"{reply.text}\n{hint}") if hint and reply.ok else reply

    def _typed_values(self, read: command_text.Typed) -> dict[str, str]:
        """Return the values of a command with a channel. UsageErrors have no Slack markup in their text."""
        try:
            path, given = self._services.parse(read.raw)
        except UsageError as error:
            raise UsageError(command_text.plain(str(error))) from error
        return command_text.values(self.commands[path], given)

    def _may_change_feeds(self, origin: RequestContext) -> bool:
        """Whether a user may change the feeds, which all workspaces share."""
        return self._workspaces.is_home(origin.team) or self._callers.is_operator(origin)

    def _placed(self, origin: RequestContext, path: str, values: Mapping[str, str]) -> dict[str, str]:
        """Return the values with addresses for channels. PlaceError: a channel of another workspace."""
        kinds = {each.name: each.kind for each in self.commands[path].parameters}
        home = self._workspaces.home
        found = dict(values)
        for name in [name for name in found if kinds.get(name) == "channel"]:
            team, channel_id = command_text.channel(found[name])
            if self._is_elsewhere(team, origin) and not self._callers.is_operator(origin):
                raise PlaceError(f"That channel is in another workspace; run the command there. {UNCHANGED}")
            found[name] = destinations.address(team or origin.team, channel_id, home)
        return found

    def _is_elsewhere(self, team: str, origin: RequestContext) -> bool:
        same_home = self._workspaces.is_home(team) and self._workspaces.is_home(origin.team)
        return team not in ("", origin.team) and not same_home

    async def _check(self, caller: Caller, values: Mapping[str, str]) -> str:
        """Return advice on the channel of a new alert, "" for none. PlaceError: no alert can go there."""
        address = values.get("channel", caller.place)
        place = destinations.read_address(local_of(address))
        client, me = await self._workspaces.client(place.team), await self._workspaces.identity(place.team)
        wrong, hint = await preflight.outlook(client, place.id, me)
        if wrong:
            raise PlaceError(f"{wrong} {UNCHANGED}")
        return hint
