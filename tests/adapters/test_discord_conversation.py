"""What people do on Discord, and what they are answered, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.model import Caller, Reply
from tests.adapters.discord_rig import KEY, LONG_AGO, Rig, alert, made, to
from tests.fakes import discord_faults as faults
from tests.fakes.discord_basics import Bits
from tests.fakes.discord_messages import StoredMessage


def buttons(message: StoredMessage) -> dict[str, str]:
    """Return the labels of a message's buttons and menus with their custom ids."""
    found: dict[str, str] = {}
    for row in message.components:
        for each in row["components"]:
            found[each.get("label") or each.get("placeholder")] = each["custom_id"]
    return found


def long_list(_caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
    return Reply("\n".join(f"{path} {dict(values)} line {number}" for number in range(120)))


async def test_a_command_in_a_server_is_answered_to_its_user_alone(rig: Rig) -> None:
    asked = await rig.server.interact(rig.alice, rig.news, "follow", categories="China-U.S.")
    answer = await asked.answer()
    (used,) = rig.desk.executed

    assert answer.ephemeral
    assert answer.content == "/follow {'categories': 'China-U.S.'}"
    assert used == (
        Caller(to(rig.alice).address, to(rig.news).address, admin=False),
        "follow",
        {"categories": "China-U.S."},
    )


async def test_a_command_in_a_dm_comes_from_the_persons_own_address(rig: Rig) -> None:
    asked = await rig.server.interact(rig.alice, rig.server.dm_of(rig.alice), "following")
    await asked.answer()
    ((caller, _, _),) = rig.desk.executed

    assert caller.place == caller.address == to(rig.alice).address


async def test_a_command_in_a_thread_comes_from_the_thread(rig: Rig) -> None:
    thread = rig.guild.add_thread(rig.news)
    await (await rig.server.interact(rig.alice, thread, "following")).answer()

    assert rig.desk.executed[0][0].place == to(thread).address


async def test_who_manages_the_server_is_an_admin_there_and_nobody_else(rig: Rig) -> None:
    await (await rig.server.interact(rig.boss, rig.news, "alerts list")).answer()
    refused = await rig.server.interact(rig.alice, rig.news, "alerts list", offered=False)
    await refused.answer()

    assert [caller.admin for caller, _, _ in rig.desk.executed] == [True, False]


async def test_an_admin_of_a_server_is_none_in_their_dms_but_one_of_the_config_is() -> None:
    async with made() as rig:
        rig.adapter = rig.build(admins=[str(rig.alice.id)])
        await rig.start()
        for person in (rig.boss, rig.alice):
            await (await rig.server.interact(person, rig.server.dm_of(person), "following")).answer()

        assert [caller.admin for caller, _, _ in rig.desk.executed] == [False, True]


async def test_an_answer_is_deferred_before_the_bot_has_thought(rig: Rig) -> None:
    thinking = asyncio.Event()
    execute = rig.desk.execute

    async def slowly(caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        await thinking.wait()
        return await execute(caller, path, values)

    rig.desk.execute = slowly  # type: ignore[method-assign]  # the desk of this test
    asked = await rig.server.interact(rig.alice, rig.news, "health")
    first = await asked.acknowledged()
    thinking.set()

    assert first == 5
    assert (await asked.answer()).ephemeral


async def test_suggestions_are_those_of_the_desk(rig: Rig) -> None:
    choices = await rig.server.autocomplete(rig.alice, rig.news, "follow", "categories", categories="chi")

    assert [choice["value"] for choice in choices] == ["China-U.S.", "Trade"]
    assert rig.desk.completed[0][1:] == ("follow", "categories", "chi")


async def test_suggestions_that_take_too_long_are_none(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_caller: Caller, _path: str, _parameter: str, _typed: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr("adapters.discord.conversation.SUGGESTION_LIMIT", 0.01)
    rig.desk.complete = never  # type: ignore[assignment,method-assign]  # the desk of this test

    assert await rig.server.autocomplete(rig.alice, rig.news, "follow", "categories", categories="") == []


async def test_follow_without_categories_offers_a_menu_that_works_after_a_restart(rig: Rig) -> None:
    asked = await rig.server.interact(rig.alice, rig.news, "follow", when="now")
    menu = await asked.answer()
    (custom_id,) = buttons(menu).values()
    assert rig.desk.executed == []
    await rig.restart()
    chosen = await rig.server.choose(rig.alice, menu, custom_id, ["China-U.S.", "Trade"])
    answer = await chosen.answer()

    assert rig.desk.executed[0][1:] == ("follow", {"when": "now", "categories": "China-U.S., Trade"})
    assert answer.components == []


async def test_without_anything_to_choose_the_command_is_simply_run(rig: Rig) -> None:
    rig.desk.suggestions = []
    await (await rig.server.interact(rig.alice, rig.news, "unfollow")).answer()

    assert rig.desk.executed[0][1:] == ("unfollow", {})


async def test_a_long_list_is_turned_page_by_page_also_after_a_restart(rig: Rig) -> None:
    rig.desk.answer = long_list
    asked = await rig.server.interact(rig.alice, rig.news, "find", words="export controls, " * 20)
    page = await asked.answer()
    seen = [page.content]
    await rig.restart()
    while more := next((each for label, each in buttons(page).items() if label.startswith("More")), ""):
        page = await (await rig.server.click(rig.alice, page, more)).answer()
        seen.append(page.content)
    back = await (await rig.server.click(rig.alice, page, buttons(page)["◀ Back"])).answer()

    assert len(seen) > 2
    assert back.content == seen[-2]
    assert "line 0\n" in seen[0]
    assert "line 119" in seen[-1]


async def test_turning_a_page_never_does_again_what_was_done(rig: Rig) -> None:
    rig.desk.answer = long_list
    asked = await rig.server.interact(rig.boss, rig.news, "alerts pause")
    answer = await asked.answer()
    await rig.until(lambda: asked.followups)

    assert buttons(answer) == {}
    assert all(each.ephemeral for each in asked.followups)
    assert len(rig.desk.executed) == 1


async def test_a_page_that_was_too_long_ago_says_so(rig: Rig) -> None:
    rig.desk.answer = long_list
    asked = await rig.server.interact(rig.alice, rig.news, "find", words="word " * 40)
    page = await asked.answer()
    rig.desk.memory.clear()
    (more,) = buttons(page).values()
    answer = await (await rig.server.click(rig.alice, page, more)).answer()

    assert "too old" in answer.content


async def test_the_buttons_of_a_card_follow_its_category_and_explain_it_to_who_clicks(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1, "China-U.S."), KEY)
    await rig.restart()
    (card,) = rig.server.messages(rig.news)
    follow = await rig.server.click(rig.alice, card, buttons(card)["Follow China-U.S."])
    answer = await follow.answer()
    await (await rig.server.click(rig.alice, card, buttons(card)["Why me?"])).answer()

    assert answer.ephemeral
    assert [used[1:] for used in rig.desk.executed] == [
        ("follow", {"categories": "chinaus"}),
        ("why", {"link": "https://blog.example/1/"}),
    ]
    assert len(rig.server.messages(rig.news)) == 1
    assert card.edits == 0


async def test_why_on_a_plain_card_finds_the_link_in_its_text(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1, plain=True), KEY)
    (card,) = rig.server.messages(rig.news)
    await (await rig.server.click(rig.alice, card, buttons(card)["Why me?"])).answer()

    assert rig.desk.executed[0][2] == {"link": "https://blog.example/1/"}


async def test_who_follows_for_the_first_time_gets_a_dm_and_no_second_one(rig: Rig) -> None:
    for _ in range(2):
        await (await rig.server.interact(rig.alice, rig.news, "follow", categories="Trade")).answer()
    (greeting,) = rig.server.messages(rig.server.dm_of(rig.alice))

    assert "Alerts come here" in greeting.content
    assert rig.desk.reached == [to(rig.alice).address] * 2


async def test_who_cannot_be_written_to_is_told_so_at_once(rig: Rig) -> None:
    shut = rig.guild.add_member(rig.server.add_user("shut", accepts_dms=False))
    asked = await rig.server.interact(shut, rig.news, "follow", categories="Trade")
    answer = await asked.answer()

    assert "no direct message reaches you yet" in answer.content
    assert "allow direct messages" in answer.content
    assert rig.desk.reached == []


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
    assert rig.desk.executed == []


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
    assert [values["mention"] for _, _, values in rig.desk.executed] == [f"<@&{loud.id}>"]


async def test_places_in_an_answer_are_shown_by_name_and_mention_nobody(rig: Rig) -> None:
    text = f"Channel channel:{rig.news.id} gets Trade, mentioning <@&{rig.guild.id}>. @everyone"
    rig.desk.answer = lambda *_: Reply(text)
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


async def test_every_message_has_a_button_by_which_it_is_found(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1), KEY)
    card = rig.server.messages(rig.news)[0]
    health = await rig.server.click(rig.alice, card, buttons(card)["Why me?"])
    await health.answer()

    assert any(KEY in custom_id for custom_id in buttons(card).values())
    assert await rig.adapter.find(to(rig.news), KEY, LONG_AGO)
