"""The Slack adapter on a fake Slack, for the contract tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.model import Destination
from tests.adapters.slack_rig import made
from tests.contracts.adapter_rig import Rig, words


@asynccontextmanager
async def slack() -> AsyncIterator[Rig]:
    """Return a rig whose adapter is not started yet."""
    async with made() as each:

        def raw() -> str:
            seen = [*each.messages(each.news), *each.server.ephemerals(each.alice)]
            found = [word for message in seen for word in words([message.text, message.blocks])]
            return "\n".join(found).replace(":\u2060", ":").replace("\u2060&gt;", "&gt;")

        async def say(line: str) -> None:
            command, _, rest = line.partition(" ")
            deed = await each.server.command(each.alice, each.news, command, rest)
            await deed.acked()
            await deed.answered()

        yield Rig(
            each.adapter,
            Destination(1, each.address(each.news)),
            lambda: " ".join(raw().split()),
            raw,
            say,
            each.team.revoke,
        )
