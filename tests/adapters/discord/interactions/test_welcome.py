"""First direct messages on Discord: beside the answer, never in the way of alerts, and one a person."""

from __future__ import annotations

import asyncio

import pytest

from bot.commands.state import Target, state_words
from bot.model import Destination, Filter, Reply, Subscription
from tests.adapters.discord.rig import Rig, alert, to
from tests.fakes.discord import faults
from tests.fakes.discord.world import User

OPENING = "POST /users/@me/channels"
PARKED = Destination(1, "discord:user:1", parked=True, parked_reason="They refuse messages.")
HELD = state_words(Target(PARKED.address), [Subscription(1, PARKED, None, "", Filter())], changed=True)


async def followed(rig: Rig, person: User, category: str = "Trade") -> str:
    """Return what a person is answered who follows a category in a channel."""
    asked = await rig.server.interact(person, rig.news, "follow", categories=category)
    return (await asked.answer(20.0)).content


async def test_many_new_followers_at_once_keep_no_alert_waiting(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.shared.welcome.GREETING_LIMIT", 0.01)
    hang = faults.Hang()
    rig.server.faults.always(hang, OPENING)
    people = [rig.guild.add_member(rig.server.add_user(f"p{number}")) for number in range(110)]
    answers = await asyncio.gather(*(followed(rig, each) for each in people))
    await hang.arrived.wait()
    others = [asyncio.create_task(rig.adapter.send(to(each), alert(1), f"{each.id:024}")) for each in people]
    await asyncio.sleep(0)  # all of them begin
    await rig.adapter.send(to(rig.news), alert(2), "2" * 24)
    waiting = len(rig.server.requests_to(OPENING))
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)

    assert set(answers) == {"/follow {'categories': 'Trade'}"}
    assert 0 < waiting <= 4
    assert len(rig.server.messages(rig.news)) == 1


async def test_a_greeting_that_takes_long_arrives_after_the_answer(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.shared.welcome.GREETING_LIMIT", 0.01)
    hang = faults.Hang()
    rig.server.faults.next(hang, OPENING)
    answer = await followed(rig, rig.alice)
    before = list(rig.services.reached)
    hang.release()
    await rig.until(lambda: rig.services.reached)

    assert "no direct message" not in answer
    assert before == []
    assert len(rig.server.messages(rig.server.dm_of(rig.alice))) == 1


async def test_a_fault_of_the_moment_is_not_told_as_out_of_reach(rig: Rig) -> None:
    rig.server.faults.next(faults.refuse(40003), OPENING)

    assert await followed(rig, rig.alice) == "/follow {'categories': 'Trade'}"
    assert rig.services.reached == []


async def test_who_follows_three_times_at_once_is_greeted_once(rig: Rig) -> None:
    await asyncio.gather(*(followed(rig, rig.alice, each) for each in ("Trade", "Media", "Law")))

    assert len(rig.server.messages(rig.server.dm_of(rig.alice))) == 1
    assert len(rig.services.reached) == 3


async def test_once_messages_arrive_again_nothing_is_said_to_be_on_hold(rig: Rig) -> None:
    rig.services.answer = lambda *_: Reply(f"{HELD}\nTry it.")
    in_channel = await followed(rig, rig.alice)
    asked = await rig.server.interact(rig.alice, rig.server.dm_of(rig.alice), "follow", categories="Trade")
    in_dm = (await asked.answer()).content
    (greeting,) = rig.server.messages(rig.server.dm_of(rig.alice))[:1]

    assert "\nAlerts are on hold: They refuse messages." in HELD
    assert in_channel == in_dm == HELD.partition("\n")[0] + "\nTry it."
    assert "on hold" not in greeting.content


async def test_why_no_message_arrives_is_said_once(rig: Rig) -> None:
    shut = rig.guild.add_member(rig.server.add_user("shut", accepts_dms=False))
    first = await followed(rig, shut)
    reason = first.partition("yet: ")[2]
    rig.services.answer = lambda *_: Reply(f"You now get: Trade.\nAlerts are on hold: {reason} They resume.")

    assert reason
    assert (await followed(rig, shut)).count(reason) == 1
