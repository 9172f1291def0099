"""What the bot asks of a chat platform, and offers to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.model import Caller, CommandSpec, Destination, Message, Reply
from bot.ports.key_value import KeyValueStore
from bot.ports.web import WebRoute


class CommandService(Protocol):
    """Answers what people typed or clicked. Only `parse` raises."""

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
    """What the bot does for an adapter: it answers commands, and takes note of what the adapter learned.

    Only `parse` raises. While the store refuses, a value is not kept, and what is read is empty.
    """

    async def reachable(self, address: str) -> None:
        """Report that a destination can be reached again. If it was parked, its queue is sent."""
        ...

    async def unreachable(self, addresses: Sequence[str], reason: str) -> None:
        """Report unreachable destinations: they are parked with their queues, and admins are told once.

        Addresses that nothing is sent to are ignored. `reason` is a sentence that says what to do.
        """
        ...

    async def gone(self, addresses: Sequence[str], reason: str) -> None:
        """Report deleted channels: admins are told, subscriptions end, and what waits is given up."""
        ...

    async def moved(self, old: str, new: str) -> None:
        """Report the new address of a destination: its subscriptions and its queue move there."""
        ...

    async def addresses(self, prefix: str) -> list[str]:
        """Return the addresses that begin with `prefix`, follow something or wait for something; in order."""
        ...


class Adapter(Protocol):
    """One chat platform. Built by its plug-in; holds the platform's SDK and nothing of the bot.

    `send`, `edit` and `find` raise TemporaryError or PermanentError, and nothing else.
    """

    name: str  # the platform's name: what addresses begin with

    @property
    def routes(self) -> Sequence[WebRoute]:
        """What it answers on the bot's web server, where there is one; known before `start`."""
        ...

    @property
    def connected(self) -> bool:
        """Whether messages can be sent at present."""
        ...

    @property
    def trouble(self) -> str:
        """Why it is not connected, one sentence; "" while it is connected."""
        ...

    async def start(self, services: BotServices) -> None:
        """Connect; from now on commands of people go to `services`. PermanentError: cannot ever connect."""
        ...

    async def run(self) -> None:
        """Serve until cancelled. Returning or raising on its own stops the bot."""
        ...

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        """Deliver a message and return a reference for edits ("" where edits are impossible).

        `key` is the attempt key; the platform must be able to recognise the message by it where it can.
        """
        ...

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        """Change a sent message and return its reference. PermanentError(MESSAGE): it cannot be edited."""
        ...

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        """Return the reference of a message sent with this key after `since`; None: it is not there."""
        ...

    async def aclose(self) -> None:
        """Disconnect. Safe to call twice, and without `start`."""
        ...
