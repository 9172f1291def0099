"""Texts that cannot be read behind the wall: each spoils nothing but its own summary."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from bot.errors import SandboxError
from bot.pipeline.calls import READ
from bot.pipeline.summarize.extract import Source
from bot.pipeline.summarize.reader import read
from bot.sandbox.remote import Answer, Arguments, Remote, Runner
from tests.databases import Database
from tests.pipeline.newsroom import Newsroom, open_newsroom


class Choking:
    """A sandbox whose child dies of some texts."""

    def __init__(self, sandbox: Runner, *titles: str) -> None:
        self._sandbox = sandbox
        self._titles = set(titles)

    async def run(self, call: Remote[Answer, *Arguments], *arguments: *Arguments) -> Answer:
        values: Sequence[Any] = arguments
        if call.function == READ.function and any(source.title in self._titles for source in values[0]):
            raise SandboxError("the process that read it died")
        return await self._sandbox.run(call, *arguments)


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database) as opened:
        await opened.begin()
        yield opened


async def test_one_text_that_cannot_be_read_does_not_spoil_the_others(room: Newsroom) -> None:
    room.restart(sandbox=Choking(room.sandbox, "Post 5"))
    for number in (4, 5, 6):
        room.publish(number)
    await room.poll()

    assert await room.alerts() == ["Post 4", "Post 5", "Post 6"]
    assert [(await room.post(number)).summary for number in (4, 6)] == [
        "The text of post 4 is short.",
        "The text of post 6 is short.",
    ]
    assert (await room.post(5)).summary.startswith("The text of post 5")  # the feed's own excerpt


async def test_a_known_text_that_can_no_longer_be_read_is_kept(room: Newsroom) -> None:
    room.publish(4)
    await room.poll()
    room.restart(sandbox=Choking(room.sandbox, "Post 4"))
    room.blog.blog.edit(4, tags=("Apps",))
    await room.poll()

    assert (await room.post(4)).summary.startswith("The text of post 4")
    assert (await room.store.find("two sentences", 1)).posts


def test_readings_come_in_the_order_of_their_sources() -> None:
    sources = [
        Source(f"<p>Text {n} has words.</p><p>Update: {n} more.</p>", f"Title {n}", "") for n in (1, 2)
    ]
    readings = read(sources)

    assert [reading.text.splitlines()[0] for reading in readings] == [
        "Text 1 has words.",
        "Text 2 has words.",
    ]
    assert [reading.update for reading in readings] == ["Update: 1 more.", "Update: 2 more."]
