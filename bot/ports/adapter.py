"""The interface of a chat platform's adapter, and the services that the bot offers to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.model import Caller, CommandSpec, Destination, Message, Reply
from bot.ports.doors import Door, Doorkeeper
from bot.ports.key_value import KeyValueStore
from bot.ports.shared import SharedState
from bot.ports.web import WebRoute


class CommandService(Protocol):
    """Answers commands that people typed or clicked. Only `parse` raises errors."""

    @property
    def commands(self) -> tuple[CommandSpec, ...]:
        """Every command of the bot, sub-commands by their whole path."""
        ...

    async def run(self, caller: Caller, line: str) -> Reply:
        """Run one line as typed ("/follow Trade") and return the answer."""
        ...

    def parse(self, line: str) -> tuple[str, dict[str, str]]:
        """Return the path of the command in a line, and the values typed for it by parameter name, unchecked.

        For adapters that write values in their own way, such as channels. Raises UsageError.
        """
        ...

    async def execute(self, caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        """Run the command at a path with its values by parameter name."""
        ...

    async def complete(self, caller: Caller, path: str, parameter: str, typed: str) -> list[str]:
        """Return suggestions for a parameter: at most 25, each at most 100 characters, best first."""
        ...


class BotServices(CommandService, KeyValueStore, Protocol):
    """The services for an adapter: the bot answers commands and records what the adapter reports.

    Only `parse` raises errors. While the store fails, values are not stored, and reads return nothing.
    """

    @property
    def shared(self) -> SharedState:
        """The limits that hold for all processes of the bot together. Its methods may raise StoreError."""
        ...

    async def reachable(self, address: str) -> None:
        """Report that a destination can be reached again. If it was parked, its queue is sent."""
        ...

    async def unreachable(self, addresses: Sequence[str], reason: str) -> None:
        """Report unreachable destinations: they are parked with their queues, and admins get one notice.

        Unknown addresses and destinations already parked are ignored. `reason` is a sentence that says what
        to do.
        """
        ...

    async def gone(self, addresses: Sequence[str], reason: str) -> None:
        """Report deleted channels: admins are notified, subscriptions and waiting messages end."""
        ...

    async def moved(self, old: str, new: str) -> None:
        """Report the new address of a destination. Its subscriptions and its queue move there."""
        ...

    async def addresses(self, prefix: str) -> list[str]:
        """Return the addresses with this prefix that have subscriptions or waiting messages, sorted."""
        ...

    async def door(self, door: Door) -> Doorkeeper:
        """Ask for a door, before listening where only one process may; return after the first attempt."""
        ...


class Adapter(Protocol):
    """One chat platform. Built by its plug-in; it uses the platform's SDK and has no logic of the bot.

    `send`, `edit` and `find` raise TemporaryError or PermanentError, and nothing else.
    """

    name: str  # the platform's name, with which its addresses begin

    @property
    def routes(self) -> Sequence[WebRoute]:
        """The adapter's routes on the bot's web server, if that runs. Known before `start`."""
        ...

    @property
    def connected(self) -> bool:
        """Whether messages can be sent at present."""
        ...

    @property
    def trouble(self) -> str:
        """Why the adapter is not connected, in one sentence; "" while it is."""
        ...

    async def start(self, services: BotServices) -> None:
        """Connect, and pass commands to `services` from now on. PermanentError: it can never connect."""
        ...

    async def run(self) -> None:
        """Serve until cancelled. Returning or raising on its own stops the bot."""
        ...

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        """Deliver a message and return a reference for edits ("" where edits are impossible).

        `key` is the attempt key. Where the platform allows it, `find` must recognise the message by it.
        """
        ...

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        """Change a sent message and return its reference. PermanentError(MESSAGE): it cannot be edited."""
        ...

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        """Return the reference of the message sent with this key after `since`; None if there is none."""
        ...

    async def aclose(self) -> None:
        """Disconnect. Safe to call twice, and without `start`."""
        ...


@runtime_checkable
class StandsBy(Protocol):
    """What an adapter has besides, if on its platform only some of several processes can listen."""

    @property
    def stands_by(self) -> bool:
        """Whether others listen, and this process only sends. Then it counts as connected."""
        ...
