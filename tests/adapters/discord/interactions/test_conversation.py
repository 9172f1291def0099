"""What people do on Discord, and what they are answered, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.model import Caller, Reply
from tests.adapters.discord.rig import Rig, alert, made, to
from tests.fakes.discord import faults
from tests.fakes.discord.basics import Bits


async def test_a_command_in_a_server_is_answered_to_its_user_alone(rig: Rig) -> None:
    asked = await rig.server.interact(rig.alice, rig.news, "follow", categories="China-U.S.")
    answer = await asked.answer()
    (used,) = rig.services.executed

    assert answer.ephemeral
    assert answer.content == "/follow {'categories': 'China-U.S.'}"
    assert used == (
        Caller(
            to(rig.alice).address,
            to(rig.news).address,
            places=frozenset({to(rig.news).address}),
            server=f"discord:guild:{rig.guild.id}",
        ),
        "follow",
        {"categories": "China-U.S."},
    )


async def test_a_command_in_a_dm_comes_from_the_persons_own_address(rig: Rig) -> None:
    asked = await rig.server.interact(rig.alice, rig.server.dm_of(rig.alice), "following")
    await asked.answer()
    ((caller, _, _),) = rig.services.executed

    assert caller.place == caller.address == to(rig.alice).address


async def test_a_command_in_a_thread_comes_from_the_thread(rig: Rig) -> None:
    thread = rig.guild.add_thread(rig.news)
    await (await rig.server.interact(rig.alice, thread, "following")).answer()

    assert rig.services.executed[0][0].place == to(thread).address


async def test_who_manages_the_server_is_an_admin_there_and_nobody_else(rig: Rig) -> None:
    await (await rig.server.interact(rig.boss, rig.news, "alerts list")).answer()
    refused = await rig.server.interact(rig.alice, rig.news, "alerts list", offered=False)
    await refused.answer()

    assert [caller.admin for caller, _, _ in rig.services.executed] == [True, False]


async def test_limits_are_those_of_the_server_but_not_in_dms_nor_for_admins_of_the_config() -> None:
    async with made() as rig:
        rig.adapter = rig.build(admins=[str(rig.alice.id)])
        await rig.start()
        for person, place in (
            (rig.boss, rig.news),
            (rig.alice, rig.news),
            (rig.boss, rig.server.dm_of(rig.boss)),
        ):
            await (await rig.server.interact(person, place, "following")).answer()

        servers = [caller.server for caller, _, _ in rig.services.executed]
        assert servers == [f"discord:guild:{rig.guild.id}", "", ""]


async def test_an_admin_of_a_server_is_none_in_their_dms_but_one_of_the_config_is() -> None:
    async with made() as rig:
        rig.adapter = rig.build(admins=[str(rig.alice.id)])
        await rig.start()
        for person in (rig.boss, rig.alice):
            await (await rig.server.interact(person, rig.server.dm_of(person), "following")).answer()

        assert [caller.admin for caller, _, _ in rig.services.executed] == [False, True]


async def test_the_admins_of_the_config_may_change_while_it_runs() -> None:
    async with made() as rig:
        admins: list[str] = []
        rig.adapter = rig.build(admins=admins)
        await rig.start()
        for now in ([], [str(rig.alice.id)], []):
            admins[:] = now
            await (await rig.server.interact(rig.alice, rig.server.dm_of(rig.alice), "following")).answer()

        assert [caller.admin for caller, _, _ in rig.services.executed] == [False, True, False]


async def test_an_answer_is_deferred_before_the_bot_has_thought(rig: Rig) -> None:
    thinking = asyncio.Event()
    execute = rig.services.execute

    async def slowly(caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        await thinking.wait()
        return await execute(caller, path, values)

    rig.services.execute = slowly  # type: ignore[method-assign]  # the desk of this test
    asked = await rig.server.interact(rig.alice, rig.news, "health")
    first = await asked.acknowledged()
    thinking.set()

    assert first == 5
    assert (await asked.answer()).ephemeral


async def test_suggestions_are_those_of_the_desk(rig: Rig) -> None:
    choices = await rig.server.autocomplete(rig.alice, rig.news, "follow", "categories", categories="chi")

    assert [choice["value"] for choice in choices] == ["China-U.S.", "Trade"]
    assert rig.services.completed[0][1:] == ("follow", "categories", "chi")


async def test_suggestions_that_take_too_long_are_none(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_caller: Caller, _path: str, _parameter: str, _typed: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr("adapters.discord.interactions.conversation.SUGGESTION_LIMIT", 0.01)
    rig.services.complete = never  # type: ignore[assignment,method-assign]  # the desk of this test

    assert await rig.server.autocomplete(rig.alice, rig.news, "follow", "categories", categories="") == []


async def test_who_follows_for_the_first_time_gets_a_dm_and_no_second_one(rig: Rig) -> None:
    for _ in range(2):
        await (await rig.server.interact(rig.alice, rig.news, "follow", categories="Trade")).answer()
    (greeting,) = rig.server.messages(rig.server.dm_of(rig.alice))

    assert "Alerts come here" in greeting.content
    assert rig.services.reached == [to(rig.alice).address] * 2


async def test_who_cannot_be_written_to_is_told_so_at_once(rig: Rig) -> None:
    shut = rig.guild.add_member(rig.server.add_user("shut", accepts_dms=False))
    asked = await rig.server.interact(shut, rig.news, "follow", categories="Trade")
    answer = await asked.answer()

    assert "no direct message reaches you yet" in answer.content
    assert "allow direct messages" in answer.content
    assert rig.services.reached == []


@pytest.mark.parametrize(
    ("bits", "name"),
    [
        (Bits.VIEW_CHANNEL, "View Channel"),
        (Bits.SEND_MESSAGES, "Send Messages"),
        (Bits.EMBED_LINKS, "Embed Links"),
        (Bits.READ_MESSAGE_HISTORY, "Read Message History"),
    ],
)
@pytest.mark.parametrize("elsewhere", [False, True])
async def test_adding_alerts_names_the_permission_that_is_missing_and_changes_nothing(
    rig: Rig, bits: int, name: str, *, elsewhere: bool
) -> None:
    other = rig.guild.add_text("other") if elsewhere else rig.news
    await rig.known(other)
    before = rig.heard_of(other).permissions_for(rig.client.guilds[0].me)  # type: ignore[union-attr]  # known
    other.deny(bits)
    await rig.until(lambda: rig.heard_of(other).permissions_for(rig.client.guilds[0].me) != before)  # type: ignore[union-attr]  # known
    options: dict[str, Any] = {"channel": other} if elsewhere else {}
    asked = await rig.server.interact(rig.boss, rig.news, "alerts add", categories="Trade", **options)
    answer = await asked.answer()

    assert name in answer.content
    assert f"<#{other.id}>" in answer.content
    assert rig.services.executed == []


async def test_alerts_may_mention_only_who_can_be_mentioned(rig: Rig) -> None:
    shy, loud = rig.guild.add_role("shy"), rig.guild.add_role("loud", mentionable=True)
    mighty = rig.guild.add_member(
        rig.server.add_user("mighty"), permissions=Bits.MANAGE_GUILD | Bits.MENTION_EVERYONE
    )
    answers = []
    for who, role in ((rig.boss, shy), (mighty, shy), (mighty, rig.guild.everyone), (rig.boss, loud)):
        asked = await rig.server.interact(who, rig.news, "alerts add", categories="Trade", mention=role)
        answers.append((await asked.answer()).content)

    assert "You may not mention that role" in answers[0]
    assert "The bot may not mention that role" in answers[1]
    assert "The bot may not mention @" in answers[2]
    assert [values["mention"] for _, _, values in rig.services.executed] == [f"<@&{loud.id}>"]


async def test_who_may_not_mention_cannot_do_it_in_a_thread_that_is_not_in_memory(rig: Rig) -> None:
    thread = rig.guild.add_thread(rig.news)
    await rig.known(thread)
    thread.archive()
    await rig.until(lambda: rig.heard_of(thread) is None)
    asked = await rig.server.interact(
        rig.boss, rig.news, "alerts add", categories="Trade", channel=thread, mention=rig.guild.everyone
    )

    assert "You may not mention @" in (await asked.answer()).content
    assert rig.services.executed == []


async def test_places_in_an_answer_are_shown_by_name_and_mention_nobody(rig: Rig) -> None:
    text = f"Channel channel:{rig.news.id} gets Trade, mentioning <@&{rig.guild.id}>. @everyone"
    rig.services.answer = lambda *_: Reply(text)
    answer = await (await rig.server.interact(rig.boss, rig.news, "alerts list")).answer()

    assert answer.content.startswith(f"<#{rig.news.id}> gets Trade, mentioning <@&{rig.guild.id}>.")
    assert answer.pings == set()


async def test_commands_are_answered_while_alerts_queue_up(rig: Rig) -> None:
    channels = [rig.guild.add_text(f"c{number}") for number in range(60)]
    sending = [
        asyncio.create_task(rig.adapter.send(to(each), alert(1), f"{number:024}"))
        for number, each in enumerate(channels)
    ]
    await rig.until(lambda: len(rig.server.requests_to("POST /channels/")) > 5)
    asked = await rig.server.interact(rig.alice, rig.news, "follow", categories="Trade")
    await asked.answer()
    under_way = sum(not each.done() for each in sending)
    await asyncio.gather(*sending)

    assert under_way > 0
    assert rig.server.limits.refused == {}
    assert all(len(rig.server.messages(each)) == 1 for each in channels)


async def test_an_answer_that_cannot_be_given_any_more_troubles_nobody(rig: Rig) -> None:
    rig.server.faults.next(faults.refuse(10062), "POST /interactions/")
    await rig.server.interact(rig.alice, rig.news, "health")
    rig.server.faults.next(faults.refuse(40060), "POST /interactions/")
    await rig.server.interact(rig.alice, rig.news, "health")
    await rig.until(lambda: not rig.server.faults.pending)

    assert (await (await rig.server.interact(rig.alice, rig.news, "health")).answer()).content
