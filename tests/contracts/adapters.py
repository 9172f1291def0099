"""The adapters that are held to `bot.ports.Adapter`. Another is a line in ADAPTERS, one in PLATFORMS."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.commands.parse import parse
from bot.commands.spec import COMMANDS, RUNNABLE
from bot.errors import PermanentError, Scope, TemporaryError
from bot.in_process import InProcessState
from bot.model import Attachment, Caller, CommandSpec, Destination, Digest, Message, Notice, Reply
from bot.ports import BotServices, Door, Doorkeeper, SharedState, WebRoute
from bot.text.sanitize import one_line
from storage.shared.doors import OpenDoors
from tests.contracts.adapter_rig import Platform, Rig
from tests.contracts.apprise_platform import apprise_rig
from tests.contracts.console_platform import console, console_rig
from tests.contracts.discord_platform import discord, discord_rig
from tests.contracts.slack_platform import slack, slack_rig

# --- an adapter in memory -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Note:
    """A message as it hangs on the board."""

    reference: str
    destination: Destination
    message: Message
    key: str
    edits: int = 0


Trouble = BaseException | Callable[[], Awaitable[None]]


class Pinboard:
    """A chat platform of one process: `bot.ports.Adapter` that remembers what was sent, and fails when told.

    Troubles are met one by one, by whichever of `send`, `edit` and `find` is called under that name; a
    function is awaited, and then all is well. "lost" is met after the message has been pinned.
    """

    def __init__(self, name: str = "console") -> None:
        self.name = name
        self.notes: dict[str, Note] = {}
        self.calls: list[tuple[str, str]] = []  # what was asked, and with which key
        self.typed: list[str] = []
        self._troubles: dict[str, deque[Trouble]] = {}
        self._always: dict[str, Trouble] = {}
        self._services: BotServices | None = None

    def meet(self, what: str, *troubles: Trouble) -> None:
        """Queue troubles for the next calls of "send", "edit" or "find", or for answers "lost"."""
        self._troubles.setdefault(what, deque()).extend(troubles)

    def always(self, what: str, trouble: Trouble | None) -> None:
        """Meet a trouble every time, until None."""
        self._always.pop(what, None)
        if trouble is not None:
            self._always[what] = trouble

    @property
    def routes(self) -> Sequence[WebRoute]:
        return ()

    @property
    def connected(self) -> bool:
        return self._services is not None

    @property
    def trouble(self) -> str:
        return "" if self.connected else "The board is not up."

    async def start(self, services: BotServices) -> None:
        self._services = services

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        await self._trouble("send", key)
        note = Note(f"note {len(self.notes) + 1}", destination, message, key)
        self.notes[note.reference] = note
        await self._trouble("lost", key)
        return note.reference

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        await self._trouble("edit", key)
        note = self.notes.get(reference)
        if note is None or note.destination.address != destination.address:
            raise PermanentError("There is no such note.", scope=Scope.MESSAGE)
        self.notes[reference] = replace(note, message=message, edits=note.edits + 1)
        return reference

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        assert since.tzinfo is not None
        await self._trouble("find", key)
        for note in self.notes.values():
            if (note.destination.address, note.key) == (destination.address, key):
                return note.reference
        return None

    async def aclose(self) -> None:
        self._services = None

    async def receive(self, line: str) -> None:
        """Let somebody type a line; the answer is pinned up too."""
        assert self._services is not None
        reply = await self._services.run(Caller(f"{self.name}:me", f"{self.name}:me"), line)
        self.typed.append(reply.text)

    async def _trouble(self, what: str, key: str) -> None:
        if what != "lost":
            self.calls.append((what, key))
        queued = self._troubles.get(what)
        trouble = queued.popleft() if queued else self._always.get(what)
        if isinstance(trouble, BaseException):
            raise trouble
        if trouble is not None:
            await trouble()


LOST = TemporaryError("The answer was lost.", uncertain=True)
BUSY = TemporaryError("Too busy.")
REFUSED = PermanentError("This message is refused.", scope=Scope.MESSAGE)
GONE = PermanentError("The channel is gone.", scope=Scope.DESTINATION)
SHUT = PermanentError("The token was revoked.", scope=Scope.ADAPTER)


@dataclass
class QuietServices:
    """A desk that notes what it is asked, and answers every line alike."""

    answer: str = "Done."
    attachment: Attachment | None = None
    lines: list[tuple[Caller, str]] = field(default_factory=list)
    commands: tuple[CommandSpec, ...] = field(default_factory=lambda: RUNNABLE)
    shared: SharedState = field(default_factory=InProcessState)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def asked(self, times: int) -> None:
        """Wait until so many lines have come."""
        while len(self.lines) < times:
            self._asked.clear()
            await self._asked.wait()

    async def run(self, caller: Caller, line: str) -> Reply:
        self.lines.append((caller, line))
        self._asked.set()
        return Reply(self.answer, attachment=self.attachment)

    def parse(self, line: str) -> tuple[str, dict[str, str]]:
        parsed = parse(line, COMMANDS)
        return parsed.command.path, dict(parsed.values)

    async def execute(self, caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        return await self.run(caller, f"/{path} {' '.join(values.values())}")

    async def complete(self, caller: Caller, path: str, parameter: str, typed: str) -> list[str]:  # noqa: ARG002
        return []

    async def reachable(self, address: str) -> None: ...

    async def moved(self, old: str, new: str) -> None:
        """Not used here."""

    async def gone(self, addresses: Sequence[str], reason: str) -> None: ...

    async def unreachable(self, addresses: Sequence[str], reason: str) -> None: ...

    async def addresses(self, prefix: str) -> list[str]:  # noqa: ARG002
        return []

    async def set_value(self, key: str, value: str) -> None: ...

    async def get_value(self, key: str) -> str:  # noqa: ARG002
        return ""

    async def list_values(self, prefix: str) -> dict[str, str]:  # noqa: ARG002
        return {}

    async def door(self, door: Door) -> Doorkeeper:
        return await OpenDoors().door(door, "here")


# --- the adapters under test --------------------------------------------------------------------------------


def _face(message: Message) -> str:
    """Return what a person reads of a note."""
    if isinstance(message, Notice):
        return one_line(message.text, 1000)
    posts, head = (message.posts, message.heading) if isinstance(message, Digest) else ((message.post,), "")
    words = [head]
    for post in posts:
        words += [post.title, post.link]
        words += [] if message.plain else [post.summary, *post.filing.categories]
    return one_line(" ".join(words), 10_000)


@asynccontextmanager
async def _pinboard() -> AsyncIterator[Rig]:
    board = Pinboard()

    def shown() -> str:
        return " ".join([*board.typed, *(_face(note.message) for note in board.notes.values())])

    def vanish() -> None:
        for call in ("send", "edit", "find"):
            board.always(call, SHUT)

    yield Rig(board, Destination(1, "console:alice"), shown, lambda: "", board.receive, vanish)


# Name -> what makes an adapter that is not started, on a platform of its own.
ADAPTERS: dict[str, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    "apprise": apprise_rig,
    "console-pretty": lambda: console_rig("pretty"),
    "console-jsonl": lambda: console_rig("jsonl"),
    "discord": discord_rig,
    "pinboard": _pinboard,
    "slack": slack_rig,
}

# Adapters that draw messages for people, in the styles and groups that all platforms share.
DRAWING = ("apprise", "console-pretty", "discord", "slack")

# Adapters on which nobody can type.
ALERTS_ONLY = {"apprise"}

# Name -> what makes a platform to talk to the bot on, and a way to talk there; the first is the measure.
PLATFORMS: dict[str, Callable[[], AbstractAsyncContextManager[Platform]]] = {
    "console-jsonl": lambda: console("jsonl"),
    "console-jsonl-behind": lambda: console("jsonl", behind="bystander"),
    "console-pretty": lambda: console("pretty"),
    "discord": lambda: discord(in_channel=False),
    "discord-channel": lambda: discord(in_channel=True),
    "slack": lambda: slack(in_channel=False),
    "slack-channel": lambda: slack(in_channel=True),
    "slack-behind": lambda: slack(in_channel=False, behind="bystander"),
    "slack-channel-behind": lambda: slack(in_channel=True, behind="bystander"),
}
