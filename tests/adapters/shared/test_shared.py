"""What both chat adapters do alike, without a platform."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.shared.backoff import Backoff
from adapters.shared.callback import Overflow
from adapters.shared.pages import can_turn, page_turns
from adapters.shared.tasks import Tasks
from adapters.shared.welcome import welcome
from bot.commands.spec import RUNNABLE
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.model import Caller, Post, Reply, SuggestedAction
from tests.adapters.discord.rig import NotingServices

OVERFLOW = Overflow("here:", longest=20, digits=1)
IN_CHANNEL = Caller("here:alice", "here:news")
DIRECT = Caller("here:alice", "here:alice")
HELD = "You now get: Trade.\nAlerts are on hold: They refuse messages.\nTry it."


@given(st.text(st.characters(exclude_categories=[])).filter(lambda body: not body.startswith("~")))
async def test_any_body_is_restored_and_fits(body: str) -> None:
    services = NotingServices()
    text = await OVERFLOW.fit("p:", body, services)

    assert len(text.encode("utf-16-le", "surrogatepass")) // 2 <= OVERFLOW.longest
    assert await OVERFLOW.restore(text.removeprefix("p:"), services) == body


@pytest.mark.parametrize("kept", ["", "null", "[]", '["x"]', '{"a": 1}', "[" * 5000, '["0", "alerts test?"]'])
async def test_a_store_that_holds_something_else_restores_nothing(kept: str) -> None:
    services = NotingServices()
    text = await OVERFLOW.fit("", "x" * 50, services)
    (slot,) = services.memory
    services.memory[slot] = kept

    assert await OVERFLOW.restore(text, services) is None


def test_a_backoff_doubles_to_its_longest_and_begins_anew() -> None:
    backoff = Backoff(1.0, 60.0)
    waits = [backoff.step() for _ in range(8)]
    backoff.reset()

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (backoff.wait, backoff.step()) == (0, 1)


def test_only_an_answer_of_a_known_command_that_changes_nothing_can_be_turned() -> None:
    command = RUNNABLE[0]

    assert can_turn(replace(command, changes=False))
    assert not can_turn(replace(command, changes=True))
    assert not can_turn(None)


def test_each_page_leads_to_its_neighbours() -> None:
    assert page_turns(0, 1) == []
    assert page_turns(0, 3) == [("More (1 of 3) ▶", 1)]
    assert page_turns(1, 3) == [("◀ Back", 0), ("More (2 of 3) ▶", 2)]
    assert page_turns(2, 3) == [("◀ Back", 1)]


async def welcomed(caller: Caller, error: DeliveryError | None = None) -> tuple[Reply, NotingServices]:
    """Return the answer to somebody who follows, whose first direct message ends so."""
    services, tasks = NotingServices(), Tasks("Here")

    async def send(_: str, __: str) -> None:
        if error is not None:
            raise error

    posts: tuple[Post, ...] = ()
    answer = Reply(HELD, posts, offers=(SuggestedAction("Undo", "unfollow"),))
    reply = await welcome(services, tasks, caller, answer, send)
    await tasks.drain(5)
    return reply, services


@pytest.mark.parametrize("caller", [IN_CHANNEL, DIRECT])
async def test_once_a_direct_message_arrives_nothing_is_on_hold(caller: Caller) -> None:
    reply, services = await welcomed(caller)

    assert reply.text == "You now get: Trade.\nTry it."
    assert services.reached == [caller.address]


async def test_who_cannot_be_reached_is_told_why_and_keeps_the_buttons() -> None:
    reply, services = await welcomed(IN_CHANNEL, PermanentError("DMs are closed.", scope=Scope.DESTINATION))

    assert reply.text.endswith("\nBut no direct message reaches you yet: DMs are closed.")
    assert "on hold" not in reply.text
    assert [each.label for each in reply.offers] == ["Undo"]
    assert services.reached == []


async def test_a_fault_of_the_moment_changes_no_answer() -> None:
    reply, services = await welcomed(IN_CHANNEL, TemporaryError("The platform is busy."))

    assert reply.text == HELD
    assert services.reached == []


async def test_a_message_that_takes_long_goes_on_after_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.shared.welcome.GREETING_LIMIT", 0.01)
    services, tasks, free = NotingServices(), Tasks("Here"), asyncio.Event()

    async def send(_: str, __: str) -> None:
        await free.wait()

    reply = await welcome(services, tasks, IN_CHANNEL, Reply(HELD), send)
    before = list(services.reached)
    free.set()
    await tasks.drain(5)

    assert reply.text == HELD
    assert before == []
    assert services.reached == [IN_CHANNEL.address]
