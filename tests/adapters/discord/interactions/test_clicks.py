"""Buttons, menus and pages on Discord: no click is lost, also not over a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.parse import LONGEST
from bot.model import Caller, Reply
from tests.adapters.discord.rig import KEY, LONG_AGO, Rig, alert, to
from tests.fakes.discord.messages import StoredMessage


def buttons(message: StoredMessage) -> dict[str, str]:
    """Return the labels of a message's buttons and menus with their custom ids."""
    found: dict[str, str] = {}
    for row in message.components:
        for each in row["components"]:
            found[each.get("label") or each.get("placeholder")] = each["custom_id"]
    return found


def long_list(_caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
    return Reply("\n".join(f"{path} {dict(values)} line {number}" for number in range(120)))


async def test_no_more_can_be_chosen_in_a_menu_than_one_value_holds(rig: Rig) -> None:
    for length, most in ((90, 10), (98, 10), (99, 9), (20, 25)):
        names = [f"{number:02}".ljust(length, "x") for number in range(25)]
        rig.services.suggestions = names
        menu = await (await rig.server.interact(rig.alice, rig.news, "follow")).answer()
        ((select,),) = [row["components"] for row in menu.components]

        assert select["max_values"] == most
        assert len(", ".join(names[:most])) <= LONGEST


async def test_follow_without_categories_offers_a_menu_that_works_after_a_restart(rig: Rig) -> None:
    asked = await rig.server.interact(rig.alice, rig.news, "follow", when="now")
    menu = await asked.answer()
    (custom_id,) = buttons(menu).values()
    assert rig.services.executed == []
    await rig.restart()
    chosen = await rig.server.choose(rig.alice, menu, custom_id, ["China-U.S.", "Trade"])
    answer = await chosen.answer()

    assert rig.services.executed[0][1:] == ("follow", {"when": "now", "categories": "China-U.S., Trade"})
    assert answer.components == []


async def test_without_anything_to_choose_the_command_is_simply_run(rig: Rig) -> None:
    rig.services.suggestions = []
    await (await rig.server.interact(rig.alice, rig.news, "unfollow")).answer()

    assert rig.services.executed[0][1:] == ("unfollow", {})


async def test_a_long_list_is_turned_page_by_page_also_after_a_restart(rig: Rig) -> None:
    rig.services.answer = long_list
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
    rig.services.answer = long_list
    asked = await rig.server.interact(rig.boss, rig.news, "alerts pause")
    answer = await asked.answer()
    await rig.until(lambda: asked.followups)

    assert buttons(answer) == {}
    assert all(each.ephemeral for each in asked.followups)
    assert len(rig.services.executed) == 1


async def test_a_page_of_a_command_that_changes_things_by_now_does_nothing(rig: Rig) -> None:
    rig.services.answer = long_list
    page = await (await rig.server.interact(rig.alice, rig.news, "categories")).answer()
    (more,) = buttons(page).values()
    rig.services.commands = tuple(replace(each, changes=True) for each in rig.services.commands)
    rig.services.executed.clear()
    await rig.restart()
    clicked = await rig.server.click(rig.alice, page, more)
    await clicked.acknowledged()
    await (await rig.server.interact(rig.alice, rig.news, "health")).answer()

    assert [path for _, path, _ in rig.services.executed] == ["health"]


async def test_a_page_that_was_too_long_ago_says_so(rig: Rig) -> None:
    rig.services.answer = long_list
    asked = await rig.server.interact(rig.alice, rig.news, "find", words="word " * 40)
    page = await asked.answer()
    rig.services.memory.clear()
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
    assert [used[1:] for used in rig.services.executed] == [
        ("follow", {"categories": "chinaus"}),
        ("why", {"link": "https://blog.example/1/"}),
    ]
    assert len(rig.server.messages(rig.news)) == 1
    assert card.edits == 0


async def test_why_on_a_plain_card_finds_the_link_in_its_text(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1, plain=True), KEY)
    (card,) = rig.server.messages(rig.news)
    await (await rig.server.click(rig.alice, card, buttons(card)["Why me?"])).answer()

    assert rig.services.executed[0][2] == {"link": "https://blog.example/1/"}


async def test_why_on_a_card_whose_link_is_hidden_explains_no_other_post(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1), KEY)
    (card,) = rig.server.messages(rig.news)
    card.embeds.clear()
    answer = await (await rig.server.click(rig.alice, card, buttons(card)["Why me?"])).answer()

    assert answer.ephemeral
    assert "/why LINK" in answer.content
    assert rig.services.executed == []


async def test_every_message_has_a_button_by_which_it_is_found(rig: Rig) -> None:
    await rig.adapter.send(to(rig.news), alert(1), KEY)
    card = rig.server.messages(rig.news)[0]
    health = await rig.server.click(rig.alice, card, buttons(card)["Why me?"])
    await health.answer()

    assert any(KEY in custom_id for custom_id in buttons(card).values())
    assert await rig.adapter.find(to(rig.news), KEY, LONG_AGO)
