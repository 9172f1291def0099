"""Somebody who has nothing yet, and calls `bystander init`."""

from __future__ import annotations

import asyncio
import tomllib
from contextlib import AbstractAsyncContextManager
from typing import Any

from tests.acceptance.process import Ended, Home
from tests.acceptance.terminal import Terminal, terminal

LOOPBACK = ("--set", 'fetch.allow_networks=["127.0.0.0/8"]')
NOWHERE = "http://127.0.0.1:9/feed/"


class Newcomer:
    """Somebody with an empty folder who calls `bystander init` there."""

    def __init__(self, home: Home, feed_url: str) -> None:
        self.home = home
        self.feed_url = feed_url
        self.env_file = home.folder / "bystander.env"

    def start(
        self, *options: str, env: dict[str, str] | None = None
    ) -> AbstractAsyncContextManager[Terminal]:
        return terminal(self._spawn, "init", *LOOPBACK, *options, env=env)

    async def _spawn(self, *arguments: str, **changes: Any) -> asyncio.subprocess.Process:
        return await self.home.spawn(*arguments, config=False, **changes)

    @property
    def config(self) -> dict[str, Any]:
        return tomllib.loads(self.home.config.read_text("utf-8"))

    def files(self) -> list[str]:
        return sorted(each.name for each in self.home.folder.iterdir())

    async def call(self, *arguments: str, env: dict[str, str] | None = None) -> Ended:
        return await self.home.call(*arguments, env=env, config=False)
