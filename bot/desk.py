"""The desk of the bot: what adapters bring goes to the commands or to the store."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.clock import Clock
from bot.commands.declaration import Command, Completes
from bot.commands.dispatch import Dispatcher
from bot.commands.spec import COMMANDS
from bot.errors import StoreError
from bot.model import Caller, CommandInfo, ParameterInfo, Reply
from bot.ports import Store

_log = logging.getLogger(__name__)


class FrontDesk:
    """`bot.ports.Desk` on the dispatcher and the store."""

    def __init__(self, dispatcher: Dispatcher, store: Store, clock: Clock) -> None:
        self._dispatcher = dispatcher
        self._store = store
        self._clock = clock
        self._commands = tuple(_info(command) for command in _flat(COMMANDS))

    @property
    def commands(self) -> tuple[CommandInfo, ...]:
        """Every command of the bot, sub-commands by their whole path."""
        return self._commands

    async def run(self, caller: Caller, line: str) -> Reply:
        """Run one line as typed."""
        return await self._dispatcher.run(caller, line)

    async def execute(self, caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        """Run the command at a path; one that is not there gets the answer a typed line would get."""
        command = next((each for each in _flat(COMMANDS) if each.path == path), None)
        if command is None:
            return await self._dispatcher.run(caller, f"/{path}")
        return await self._dispatcher.execute(caller, command, values)

    async def complete(self, caller: Caller, path: str, parameter: str, typed: str) -> list[str]:
        """Return suggestions for a parameter."""
        return await self._dispatcher.complete(caller, path, parameter, typed)

    async def reachable(self, address: str) -> None:
        """End the parking of a destination; while the store refuses, the probe will."""
        try:
            await self._store.resume(address, self._clock.now())
        except StoreError as error:
            _log.warning("%s stays parked for now: %s", address, error)

    async def remember(self, key: str, value: str) -> None:
        """Keep a short text; while the store refuses it is lost, and worked out anew."""
        try:
            await self._store.remember(key, value)
        except StoreError as error:
            _log.warning("%s is not kept: %s", key, error)

    async def recall(self, key: str) -> str:
        """Return what was kept, "" for nothing."""
        try:
            return await self._store.recall(key)
        except StoreError as error:
            _log.warning("%s cannot be read: %s", key, error)
            return ""


def _flat(commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """Return the commands that can be run: groups are replaced by what is in them."""
    return tuple(each for command in commands for each in (command.subcommands or (command,)))


def _info(command: Command) -> CommandInfo:
    parameters = tuple(
        ParameterInfo(
            name=each.name,
            help=each.help,
            kind=each.kind,
            required=each.required,
            choices=each.choices,
            suggests=each.completes is not Completes.NONE,
            minimum=each.minimum,
            maximum=each.maximum,
        )
        for each in command.parameters
    )
    return CommandInfo(command.path, command.help, parameters, command.admin, command.example)
