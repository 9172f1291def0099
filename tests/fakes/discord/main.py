"""The fake Discord as a process of its own: `python -m tests.fakes.discord.main --guilds 20 --channels 100`.

The first line on stdout is JSON with the addresses, the token and the ids of what was built. After that each
line on stdin is a JSON request, `{"do": "stats"}`, answered by one line of JSON with the request's `id` (if
it had one); answers may overtake each other. The end of stdin ends the process: 0, or 1 after violations.

    {"do": "stats"}                                   counters, see `_stats`
    {"do": "counts"}                                  messages per channel id
    {"do": "messages", "channel": ID}                 the messages of a channel
    {"do": "requests", "on": "POST /channels/"}       each request that begins so: line, body, status, lost
    {"do": "interact", "user": NAME, "channel": ID, "command": "follow", "options": {…}}
    {"do": "fault", "kind": "drop_after", "on": "POST /channels/", "times": 1, "arguments": […]}
    {"do": "reset"}                                   forget the requests and counters so far
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.discord import faults as discord_faults
from tests.fakes.discord.basics import Bits, Json
from tests.fakes.discord.people import User
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.world import Channel

_SEND = "POST /channels/{channel_id}/messages"
_FAULTS = {
    name: getattr(discord_faults, name)
    for name in ("drop_after", "drop_before", "refuse", "status", "too_many")
}


class BotServices:
    """Answers the requests on stdin."""

    def __init__(self, server: FakeDiscord) -> None:
        self._server = server
        self._people: dict[str, User] = {}
        self._answers: dict[str, Callable[[Json], Awaitable[Any]]] = {
            "stats": self._stats,
            "counts": self._counts,
            "messages": self._messages,
            "requests": self._requests,
            "interact": self._interact,
            "fault": self._fault,
            "reset": self._reset,
        }

    async def serve(self, lines: asyncio.StreamReader) -> None:
        """Answer every line until the end."""
        async with asyncio.TaskGroup() as work:
            while line := await lines.readline():
                work.create_task(self._one(json.loads(line)))

    async def _one(self, request: Json) -> None:
        try:
            answer: Json = {"answer": await self._answers[request["do"]](request)}
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        _say({**answer, "id": request.get("id")})

    async def _stats(self, _request: Json) -> Json:
        """Return requests by status, 429s by scope, invalid requests, identifies, and violations."""
        server = self._server
        return {
            "requests": len(server.requests),
            "statuses": dict(Counter(str(each.status) for each in server.requests)),
            "refused": server.limits.refused,
            "invalid": server.limits.invalid_requests,
            "identifies": len(server.sent_identifies),
            "sessions": len(list(server.sockets.live())),
            "violations": server.violations[:20],
        }

    async def _counts(self, _request: Json) -> Json:
        places = self._server.world.channels.values()
        return {str(place.id): count for place in places if (count := len(self._server.messages(place)))}

    async def _messages(self, request: Json) -> list[Json]:
        return [message.show() for message in self._server.messages(self._channel(request))]

    async def _requests(self, request: Json) -> list[Json]:
        found = self._server.requests_to(request.get("on", ""))
        return [
            {"line": each.line, "body": each.body, "status": each.status, "lost": each.lost} for each in found
        ]

    async def _interact(self, request: Json) -> Json:
        """Return what the person reads, and the seconds to the first answer."""
        channel, name = self._channel(request), request["user"]
        if name not in self._people:
            self._people[name] = self._server.add_user(name)
        user = self._people[name]
        if channel.guild is not None and user.id not in channel.guild.members:
            channel.guild.add_member(user, permissions=Bits.MANAGE_GUILD if request.get("admin") else 0)
        options = request.get("options") or {}
        used = await self._server.interact(user, channel, request["command"], **options)
        message = await used.answer()
        return {"seconds": used.answered_after, "content": message.content, "embeds": message.embeds}

    async def _fault(self, request: Json) -> None:
        fault = _FAULTS[request["kind"]](*request.get("arguments", []))
        self._server.faults.next(fault, request.get("on", ""), times=request.get("times", 1))

    async def _reset(self, _request: Json) -> None:
        self._server.requests.clear()
        self._server.limits.refused.clear()

    def _channel(self, request: Json) -> Channel:
        return self._server.world.channels[int(request["channel"])]


def _say(value: Json) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fakes.discord.main")
    parser.add_argument("--guilds", type=int, default=1)
    parser.add_argument("--channels", type=int, default=1, help="text channels in each guild")
    parser.add_argument("--shards", type=int, default=1, help="what /gateway/bot recommends")
    parser.add_argument("--global-limit", type=int, default=50, help="requests a second")
    parser.add_argument("--bucket", type=int, default=5, help="messages in a window, for each channel")
    parser.add_argument("--window", type=float, default=5.0, help="seconds of that window")
    parser.add_argument("--no-guard", action="store_true", help="leave the OpenAPI document aside")
    return parser.parse_args()


def _build(arguments: argparse.Namespace) -> FakeDiscord:
    server = FakeDiscord(guard=not arguments.no_guard)
    server.core.shards = arguments.shards
    server.core.max_concurrency = 16
    server.limits.set_global(arguments.global_limit)
    server.limits.set(_SEND, arguments.bucket, arguments.window)
    for number in range(arguments.guilds):
        guild = server.add_guild(f"guild {number}")
        for place in range(arguments.channels):
            guild.add_text(f"news-{place}")
    return server


def _built(server: FakeDiscord) -> Json:
    guilds = [
        {"id": str(guild.id), "channels": [str(place.id) for place in guild.channels]}
        for guild in server.world.guilds.values()
    ]
    return {
        "api_base": server.api_base,
        "gateway": server.gateway,
        "token": server.token,
        "application_id": str(server.world.application_id),
        "guilds": guilds,
    }


async def main() -> int:
    """Serve until stdin ends."""
    server = _build(_arguments())
    await server.start()
    _say(_built(server))
    lines = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer
    )
    try:
        await BotServices(server).serve(lines)
    finally:
        await server.stop()
    sys.stderr.write("".join(f"{violation}\n" for violation in server.violations[:20]))
    return 1 if server.violations else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
