"""The console: the smallest complete adapter. docs/add-an-adapter.md walks through this file.

`pretty` draws cards for people; `jsonl` prints one JSON object per line for programs. In both, a line on
stdin is a chat message: from `me`, or from NAME if it begins with "@NAME ".
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TextIO

from bot.errors import PermanentError, Scope
from bot.model import Alert, Caller, Destination, Digest, Message, Post
from bot.ports import BotServices, WebRoute

_ADDRESSED = re.compile(r"@(\S{1,64})\s+(.*)", re.DOTALL)
_CLOSED = "The console's output is closed; alerts wait until the next start."
_NOT_OPEN = "The console is not open."
_MAX_LINE = 4000  # characters of a typed line; the rest is cut off


class ConsoleAdapter:
    """`bot.ports.Adapter` on stdin and stdout.

    Terminal output cannot be read back, so `find` always returns None, and a message whose delivery was not
    recorded is printed again with the same key.
    """

    name = "console"

    def __init__(
        self,
        *,
        style: str = "pretty",
        admins: Collection[str] = (),
        output: TextIO | None = None,
        source: Iterable[str] | None = None,
    ) -> None:
        self._jsonl = style == "jsonl"
        self._admins = admins
        self._output = output or sys.stdout
        self._source = source
        self._services: BotServices | None = None
        self._closed = asyncio.Event()

    @property
    def routes(self) -> Sequence[WebRoute]:
        """The routes on the web server: none."""
        return ()

    @property
    def connected(self) -> bool:
        """Whether anybody can read what is printed."""
        return self._services is not None and not self._closed.is_set()

    @property
    def trouble(self) -> str:
        """Why nobody can read what is printed; "" while somebody can."""
        if self.connected:
            return ""
        return _CLOSED if self._closed.is_set() else _NOT_OPEN

    async def start(self, services: BotServices) -> None:
        """Accept commands from now on."""
        self._services = services

    async def run(self) -> None:
        """Read lines until stdin ends, then continue without; raise PermanentError once stdout is closed."""
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self._read())
            await self._closed.wait()
            reading.cancel()
        raise PermanentError(_CLOSED, scope=Scope.ADAPTER)

    async def _read(self) -> None:
        if self._source is not None:
            lines = _lines_of(self._source, asyncio.get_running_loop())
            while (line := await lines.get()) is not None:
                await self.receive(line)

    async def receive(self, line: str) -> None:
        """Answer one typed line."""
        line = line[:_MAX_LINE].strip()
        if not line or self._services is None:
            return
        addressed = _ADDRESSED.fullmatch(line)
        name, text = addressed.groups() if addressed and addressed[1].isprintable() else ("me", line)
        caller = Caller(f"console:{name}", f"console:{name}", admin=name in self._admins)
        reply = await self._services.run(caller, text)
        with contextlib.suppress(PermanentError):  # stdout is closed: nobody can read an answer
            event: dict[str, Any] = {"event": "reply", "destination": caller.address, "text": reply.text}
            text = reply.text
            if reply.attachment is not None:
                event["file"] = {"name": reply.attachment.name, "text": reply.attachment.text}
                text = f"{text}\n\n{reply.attachment.text}"
            self._print(event, _reply(text))

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        """Print a message; its key is the reference."""
        self._print(_event("alert", destination, message, key), _card(destination, message))
        return key

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        """Print the message again, marked as an edit."""
        self._print(_event("edit", destination, message, key), _card(destination, message, edited=True))
        return reference

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:  # noqa: ARG002
        """Return None: what was printed cannot be read back."""
        return None

    async def aclose(self) -> None:
        """Accept no more commands."""
        self._services = None

    def _print(self, event: dict[str, Any], draw: Callable[[TextIO], str]) -> None:
        if self._output is None:  # the process was started without a stdout
            self._closed.set()
            raise PermanentError(_CLOSED, scope=Scope.ADAPTER)
        try:
            text = json.dumps(event) + "\n" if self._jsonl else draw(self._output)
            encoding = self._output.encoding or "utf-8"  # characters it lacks must not raise an error
            self._output.write(text.encode(encoding, "replace").decode(encoding))
            self._output.flush()
        except (OSError, ValueError) as error:  # a closed pipe, or a closed file
            self._closed.set()
            raise PermanentError(_CLOSED, scope=Scope.ADAPTER) from error


def _lines_of(source: Iterable[str], loop: asyncio.AbstractEventLoop) -> asyncio.Queue[str | None]:
    """Read lines in a daemon thread, because not every system can read a terminal without blocking."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    if isinstance(source, io.TextIOWrapper):
        source.reconfigure(errors="replace")  # an invalid byte must not end the reading

    def pump() -> None:
        with contextlib.suppress(OSError, ValueError, RuntimeError):  # closed, or the loop has ended
            for line in source:
                loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=pump, name="console-stdin", daemon=True).start()
    return queue


def _event(name: str, destination: Destination, message: Message, key: str) -> dict[str, Any]:
    """Return the JSON object that `jsonl` prints for a message."""
    event: dict[str, Any] = {"event": name, "key": key, "destination": destination.address}
    if isinstance(message, Alert):
        post = message.post
        event |= {"post": _post(post), "categories": list(post.filing.categories)}
        event |= {"summary": "" if message.plain else post.summary}
        if post.update:
            event["update"] = post.update
    elif isinstance(message, Digest):
        event |= {"event": "digest", "heading": message.heading, "number": message.number}
        event["posts"] = [
            _post(post)
            | {"categories": list(post.filing.categories), "summary": "" if message.plain else post.summary}
            for post in message.posts
        ]
    else:
        event |= {"event": "notice", "text": message.text}
    return event


def _post(post: Post) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": post.id,
        "title": post.title,
        "link": post.link,
        "published": post.published.isoformat().replace("+00:00", "Z"),
    }
    return made | ({"also_in": list(post.also)} if post.also else {})


def _card(destination: Destination, message: Message, *, edited: bool = False) -> Callable[[TextIO], str]:
    """Return a function that draws a message for people; it loads rich only when called."""

    def draw(output: TextIO) -> str:
        from adapters.console.cards import draw_message  # noqa: PLC0415 -- brings rich

        return draw_message(output, destination, message, edited=edited)

    return draw


def _reply(text: str) -> Callable[[TextIO], str]:
    """Return a function that draws an answer for people."""

    def draw(output: TextIO) -> str:
        from adapters.console.cards import draw_reply  # noqa: PLC0415 -- brings rich

        return draw_reply(output, text)

    return draw
