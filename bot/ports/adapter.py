"""What the bot asks of a chat platform, and offers to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from bot.model import (
    Caller,
    Destination,
    Message,
    Reply,
)

Dispatch = Callable[[Caller, str], Awaitable[Reply]]
"""Runs one command line as typed ("/follow Trade") for a caller and returns the answer; never raises."""


class Adapter(Protocol):
    """One chat platform. Built by `adapters.load(name)`; holds the platform's SDK and nothing of the bot.

    `send`, `edit` and `find` raise TemporaryError or PermanentError, and nothing else.
    """

    name: str  # the platform's name: what addresses begin with

    @property
    def connected(self) -> bool:
        """Whether messages can go out at present."""
        ...

    async def start(self, dispatch: Dispatch) -> None:
        """Connect; from now on commands of people go to `dispatch`. PermanentError: cannot ever connect."""
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
