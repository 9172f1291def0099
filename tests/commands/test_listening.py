"""Who listens: /health says what nobody hears, and which process stands by."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.commands.dispatch import Dispatcher
from bot.commands.listening import unattended
from bot.model import Caller
from bot.pipeline.inspector import FeedInspector
from bot.ports import Door, DoorState, PartState
from storage import open_store
from tests.commands.room import Room
from tests.commands.test_health import run_with
from tests.fakes import postgres

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def doors(*told: str) -> list[DoorState]:
    """Return states from texts such as "chat 0-3/16", which a process holds; "chat 0/1 ?": it stands by."""
    states = []
    for each in told:
        name, span, *waits = each.split()
        shards, _, total = span.partition("/")
        first, _, last = shards.partition("-")
        door = Door(name, int(first), int(last or first), int(total))
        states.append(DoorState(door, "here", None if waits else SINCE))
    return states


@pytest.mark.parametrize(
    ("told", "sentences"),
    [
        ([], []),
        (["chat 0/1", "chat 0/1 ?"], []),
        (["chat 0/1 ?"], ["Nobody listens on Chat."]),
        (["chat 0-3/8", "chat 4-7/8"], []),
        (["chat 0-3/16", "chat 8-15/16"], ["Nobody listens on shards 4\u20137 of 16 of Chat."]),
        (["chat 0-3/8", "chat 4-7/8 ?"], ["Nobody listens on shards 4\u20137 of 8 of Chat."]),
        (["chat 0-3/8", "chat 5-6/8"], ["Nobody listens on shards 4 and 7 of 8 of Chat."]),
        (["chat 0/2"], ["Nobody listens on shard 1 of 2 of Chat."]),
        # From 2 to 4 shards: all servers are heard as long as one number is complete.
        (["chat 0-1/2", "chat 0-1/4"], []),
        (
            ["mail 0/1", "chat 0/2", "chat 0-1/4"],
            ["Nobody listens on shard 1 of 2 of Chat.", "Nobody listens on shards 2\u20133 of 4 of Chat."],
        ),
    ],
)
def test_what_nobody_hears_has_a_sentence(told: list[str], sentences: list[str]) -> None:
    assert unattended(doors(*told)) == sentences


async def test_a_process_that_stands_by_says_so(room: Room) -> None:
    run_with(room, PartState("discord", chat=True, stands_by=True), PartState("slack", chat=True))

    assert (await room.say("/health")).text.splitlines()[:2] == [
        "All well.",
        "Chats: discord stands by, slack connected.",
    ]


async def test_any_process_says_which_shards_no_process_runs(room: Room) -> None:
    async with postgres.server().database() as url:
        store = await open_store(url)
        keeper = await store.door(Door("chat", 0, 3, 16), "here")
        dispatcher = Dispatcher(store, FeedInspector(room.fetcher, room.sandbox), room.clock)
        reply = await dispatcher.run(Caller("console:me", "console:me"), "/health")
        await keeper.aclose()
        await store.aclose()

    assert "Nobody listens on shards 4\u201315 of 16 of Chat." in reply.text.splitlines()[0]
