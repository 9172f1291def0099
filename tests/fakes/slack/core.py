"""What all parts of the fake Slack share, and what a Web API call is."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.basics import Clock, Json
from tests.fakes.slack.faults import Faults
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.world import Team, World


@dataclass
class Call:
    """A Web API call. `at`: seconds since 1970, by the clock. `error` "dropped": there was no answer."""

    method: str
    arguments: Json
    at: float
    team_id: str = ""
    status: int = 0
    error: str = ""


class Core:
    """One Slack: its clock, world and plan of faults, the app's credentials, and what was seen."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.app_id = "A0FAKE00000"
        self.app_token = f"xapp-1-{self.app_id}-{secrets.token_hex(8)}"
        self.signing_secret = secrets.token_hex(16)
        self.client_id = "1234567890.0987654321"
        self.client_secret = secrets.token_hex(16)
        self.redirect_urls: list[str] = []  # as registered; empty: any
        self.ack_within = 3.0  # seconds of real time
        self.base = ""  # http://127.0.0.1:PORT
        self.world = World(self.clock, self.app_id, self._uninstalled)
        self.limits = Limits(self.clock)
        self.faults = Faults()
        self.violations: list[str] = []
        self.calls: list[Call] = []
        self.tasks: set[asyncio.Task[Any]] = set()
        self.on_uninstall: Callable[[Team], Coroutine[Any, Any, Any]] | None = None

    def violate(self, what: str) -> None:
        """Record that the app did what Slack does not take."""
        self.violations.append(what)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside; it ends with the server."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def _uninstalled(self, team: Team) -> asyncio.Task[Any]:
        assert self.on_uninstall is not None
        return self.spawn(self.on_uninstall(team))


@dataclass
class Request:
    """A call that has passed the gate: whose it is and what it says."""

    method: str
    arguments: Json
    owner: Team | None  # of the bot token
    client: tuple[str, str] = ("", "")  # of basic authentication

    @property
    def team(self) -> Team:
        """The workspace of the bot token."""
        assert self.owner is not None
        return self.owner

    def get(self, name: str, default: Any = None) -> Any:
        """Return an argument."""
        return self.arguments.get(name, default)
