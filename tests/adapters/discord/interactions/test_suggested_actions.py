"""Commands that an answer offers: buttons below it, which work after a restart too."""

from __future__ import annotations

from bot.model import Reply, SuggestedAction
from tests.adapters.discord.interactions.test_clicks import buttons, long_list
from tests.adapters.discord.rig import Rig

TRADE = SuggestedAction("Unfollow Trade", "unfollow", (("categories", "Trade"),))
PHRASE = SuggestedAction(
    'Unfollow text:"export controls"', "unfollow", (("categories", 'text:"export controls"'),)
)
# Long enough for the memory, in a script whose letters a URL would write as nine characters each.
CHINESE = "\u4e2d\u7f8e\u8d38\u6613\u5173\u7cfb" * 4
LONG = SuggestedAction("Unfollow all of it", "unfollow", (("categories", "x" * 90), ("feed", CHINESE)))


def offering(*offers: SuggestedAction) -> Reply:
    return Reply("You get: Trade; at once, by DM.", offers=offers)


async def test_a_click_on_an_offer_runs_its_command_for_who_clicked_also_after_a_restart(rig: Rig) -> None:
    rig.services.answer = lambda *_: offering(TRADE, PHRASE, LONG)
    shown = await (await rig.server.interact(rig.alice, rig.news, "following")).answer()
    await rig.restart()
    answers = [
        await (await rig.server.click(rig.alice, shown, custom_id)).answer()
        for custom_id in buttons(shown).values()
    ]

    assert list(buttons(shown)) == ["Unfollow Trade", 'Unfollow text:"export controls"', "Unfollow all of it"]
    assert all(answer.ephemeral and answer is not shown for answer in answers)
    assert [used[1:] for used in rig.services.executed[1:]] == [
        ("unfollow", dict(TRADE.values)),
        ("unfollow", dict(PHRASE.values)),
        ("unfollow", dict(LONG.values)),
    ]


async def test_more_offers_than_fit_leave_room_for_the_buttons_that_turn_pages(rig: Rig) -> None:
    offers = [
        SuggestedAction(f"Unfollow C{number}", "unfollow", (("categories", f"C{number}"),))
        for number in range(40)
    ]
    rig.services.answer = lambda caller, path, values: Reply(
        long_list(caller, path, values).text, offers=tuple(offers)
    )
    first = await (await rig.server.interact(rig.alice, rig.news, "following")).answer()
    counts, ids = [len(row["components"]) for row in first.components], buttons(first)
    again = await (await rig.server.click(rig.alice, first, list(ids.values())[-1])).answer()

    assert counts == [5, 5, 5, 5, 5]
    assert list(ids)[-2:] == ["Unfollow C23", "More (1 of 2) ▶"]
    assert list(buttons(again))[-2:] == ["Unfollow C23", "◀ Back"]


async def test_offers_that_say_the_same_are_one_button(rig: Rig) -> None:
    rig.services.answer = lambda *_: offering(TRADE, TRADE)
    shown = await (await rig.server.interact(rig.alice, rig.news, "following")).answer()

    assert list(buttons(shown)) == ["Unfollow Trade"]


async def test_an_offer_of_any_label_fits(rig: Rig) -> None:
    labels = ["Unfollow " + "long " * 40, "\u200b", "**bold**"]
    offers = [SuggestedAction(label, "unfollow", (("categories", label),)) for label in labels]
    rig.services.answer = lambda *_: offering(*offers)
    shown = await (await rig.server.interact(rig.alice, rig.news, "following")).answer()

    assert [len(label) <= 80 for label in buttons(shown)] == [True] * 3
    assert list(buttons(shown))[1:] == ["/unfollow", "**bold**"]


async def test_an_offer_that_was_too_long_ago_says_so_and_leaves_the_answer_as_it_is(rig: Rig) -> None:
    rig.services.answer = lambda *_: offering(LONG)
    shown = await (await rig.server.interact(rig.alice, rig.news, "following")).answer()
    rig.services.memory.clear()
    answer = await (await rig.server.click(rig.alice, shown, *buttons(shown).values())).answer()

    assert "too old" in answer.content
    assert answer.ephemeral
    assert "You get" in shown.content
    assert len(rig.services.executed) == 1


async def test_the_offers_of_a_change_are_below_its_answer(rig: Rig) -> None:
    rig.services.answer = lambda *_: offering(TRADE)
    asked = await rig.server.interact(rig.boss, rig.news, "alerts pause")

    assert list(buttons(await asked.answer())) == ["Unfollow Trade"]
