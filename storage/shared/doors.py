"""The doors of a database that one process uses: they are open."""

from __future__ import annotations

import asyncio

from bot.ports import Door


class OpenDoor:
    """`bot.ports.Doorkeeper` where nobody else can come: the door is held from the first moment on."""

    held: bool = True

    async def until_held(self) -> None:
        """Return at once."""

    async def until_lost(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Nothing to leave."""


class OpenDoors:
    """`bot.ports.DoorStore` of one process. Nothing is written."""

    async def door(self, door: Door, host: str) -> OpenDoor:  # noqa: ARG002 -- nobody else could want it
        return OpenDoor()
