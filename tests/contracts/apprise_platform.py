"""The example package's adapter, on a service that takes messages as JSON over HTTP on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from bystander_apprise.adapter import AppriseAdapter

from bot.errors import TemporaryError
from bot.model import Destination
from tests.contracts.adapter_rig import Rig


@dataclass
class JsonService:
    """Takes what Apprise's json:// sends, and keeps it. `refuses`: answers 500 instead."""

    received: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        """The Apprise URL of this service."""
        return f"json://127.0.0.1:{self.port}/"

    async def take(self, request: web.Request) -> web.Response:
        if self.refuses:
            return web.Response(status=500)
        self.received.append(await request.json())
        return web.Response()


@asynccontextmanager
async def json_service() -> AsyncIterator[JsonService]:
    """Serve on a free port of loopback until left."""
    service = JsonService()
    application = web.Application()
    application.router.add_post("/", service.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    service.port = listener.getsockname()[1]
    await web.SockSite(runner, listener).start()
    try:
        yield service
    finally:
        await runner.cleanup()


@asynccontextmanager
async def apprise_rig() -> AsyncIterator[Rig]:
    """Return a rig whose adapter is not started yet."""
    async with json_service() as service:

        def raw() -> str:
            return "\n".join(f"{each['title']}\n{each['message']}" for each in service.received)

        async def say(line: str) -> None:
            raise AssertionError(line)  # nobody can

        def vanish() -> None:
            service.refuses = True

        yield Rig(
            AppriseAdapter({"phone": service.url}),
            Destination(1, "apprise:phone"),
            lambda: " ".join(raw().split()),
            raw,
            say,
            vanish,
            remembers=False,
            types=False,
            edits=False,
            gone=TemporaryError,
        )
