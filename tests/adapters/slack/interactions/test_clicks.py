"""Buttons and pages on Slack: no click is lost, also not over a restart, and none does harm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest

from adapters.slack.interactions.callback import CallbackData, write
from adapters.slack.messages.delivery import Delivery
from bot.model import Caller, Destination, Reply, SuggestedAction
from tests.adapters.discord.rig import KEY, alert, post
from tests.adapters.slack.talk_rig import Talk, buttons, talk, texts
from tests.fakes.slack.messages import StoredMessage


@pytest.fixture
async def rig() -> AsyncIterator[Talk]:
    async with talk() as each:
        yield each


def long_list(_caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
    return Reply(
        "\n".join(f"{path} {len(str(dict(values)))} line {number} {'x' * 40}" for number in range(200))
    )


def follows(number: int) -> Reply:
    offers = [
        SuggestedAction(f"Unfollow Name {each}", "unfollow", (("categories", f"Name {each}"),))
        for each in range(number)
    ]
    return Reply("You get names.", offers=tuple(offers))


async def card(rig: Talk, *categories: str) -> StoredMessage:
    """Return an alert that stands in the channel."""
    delivery = Delivery(rig.workspaces, rig.services)
    await delivery.send(Destination(1, rig.address(rig.news)), alert(1, *categories), KEY)
    return rig.server.messages(rig.news)[-1]


# --- alerts ------------------------------------------------------------------------------------------------


async def test_the_buttons_of_an_alert_serve_who_clicks_alone(rig: Talk) -> None:
    shown = await card(rig, "China-U.S.")
    await rig.restart()
    follow = await rig.click(shown, "Follow China-U.S.")
    why = await rig.click(shown, "Why me?")
    await rig.drain()

    assert rig.services.asked == [
        ("follow", {"categories": "chinaus"}),
        ("why", {"link": "https://blog.example/1/"}),
    ]
    assert next(caller.address for caller, _, _ in rig.services.executed) == rig.address(rig.alice)
    assert [each.answers[0]["response_type"] for each in (follow, why)] == ["ephemeral"] * 2
    assert len(rig.server.messages(rig.news)) == 1
    assert shown.edited == ""


async def test_who_follows_by_a_button_is_greeted_as_well(rig: Talk) -> None:
    await rig.click(await card(rig), "Follow Trade")
    await rig.drain()

    assert "Alerts come here" in texts(rig.server.messages(rig.alice)[0])
    assert rig.services.reached == [rig.address(rig.alice)]


async def test_a_link_needs_nothing_but_its_acknowledgement(rig: Talk) -> None:
    deed = await rig.click(await card(rig), "Read")
    await rig.drain()

    assert deed.answers == []
    assert rig.services.executed == []


async def test_a_click_is_acknowledged_before_anything_is_worked_out(rig: Talk) -> None:
    shown = await card(rig)
    rig.server.faults.delay("users.info", 30)
    deed = await rig.click(shown, "Why me?")
    acked, answered = deed.ack, list(deed.answers)
    rig.server.faults.heal()
    await deed.answered()

    assert acked == {}
    assert answered == []


async def test_a_click_that_comes_twice_counts_once(rig: Talk) -> None:
    shown = await card(rig)
    rig.server.sockets.duplicate_next()
    await rig.click(shown, "Follow Trade")
    await rig.drain()

    assert [path for path, _ in rig.services.asked] == ["follow"]


# --- pages -------------------------------------------------------------------------------------------------


async def test_a_long_list_is_turned_page_by_page_also_after_a_restart(rig: Talk) -> None:
    rig.services.answer = long_list
    page = await rig.answer("/find " + "export controls, " * 50)
    seen = [texts(page)]
    await rig.restart()
    while more := next((label for label in buttons(page) if label.startswith("More")), ""):
        await (await rig.click(page, more)).answered()
        seen.append(texts(page))
    await (await rig.click(page, "◀ Back")).answered()

    assert len(seen) > 2
    assert seen[-2].splitlines()[0] == texts(page).splitlines()[0]
    assert "line 0 " in seen[0]
    assert "line 199 " in seen[-1]
    assert len({line for _, line in rig.services.lines}) == 1
    assert rig.server.ephemerals(rig.alice) == [page]


async def test_posts_are_listed_page_by_page(rig: Talk) -> None:
    posts = tuple(post(number, "Trade", title="Title " + "long " * 20 + str(number)) for number in range(40))
    rig.services.answer = lambda *_: Reply("Found:", posts)
    page = await rig.answer("/find long")
    (more,) = buttons(page)
    await (await rig.click(page, more)).answered()

    assert "offset" in str(page.blocks[1])


async def test_a_long_answer_to_a_change_comes_in_several_messages_and_has_no_pages(rig: Talk) -> None:
    rig.services.answer = long_list
    deed = await rig.command("/alerts pause", rig.boss)
    await deed.answered(3)
    await rig.drain()

    assert [buttons(each) for each in deed.shown] == [{}] * len(deed.shown)
    assert [path for path, _ in rig.services.asked] == ["alerts pause"]


async def test_never_more_messages_than_an_address_takes(rig: Talk) -> None:
    rig.services.answer = lambda *_: Reply("\n".join("line " + "x" * 100 for _ in range(500)))
    deed = await rig.command("/alerts pause", rig.boss)
    await deed.answered(5)
    await rig.drain()

    assert len(deed.answers) == 5


async def test_a_page_of_what_changes_things_by_now_does_nothing(rig: Talk) -> None:
    rig.services.answer = long_list
    page = await rig.answer("/categories")
    (more,) = buttons(page)
    rig.services.commands = tuple(replace(each, changes=True) for each in rig.services.commands)
    await rig.restart()
    rig.services.lines.clear()
    deed = await rig.click(page, more)
    await rig.drain()

    assert rig.services.lines == []
    assert deed.answers == []


@pytest.mark.parametrize(
    "callback_data",
    [
        CallbackData("alerts test", {}),
        CallbackData("unfollow", {"categories": "all"}),
        CallbackData("find", {}, "/unfollow all"),
        CallbackData("find", {}, "/alerts /test"),
        CallbackData("no such", {}),
    ],
)
async def test_a_page_button_never_changes_anything_whatever_it_bears(
    rig: Talk, callback_data: CallbackData
) -> None:
    rig.services.answer = long_list
    page = await rig.answer("/categories", rig.boss)
    rig.services.lines.clear()
    value = await write(callback_data, rig.services)
    page.shown_blocks[-1]["elements"][0]["value"] = value
    await rig.click(page, next(iter(buttons(page))), rig.boss)
    await rig.drain()

    assert rig.services.lines == []
    assert rig.services.asked == []


async def test_a_page_that_was_too_long_ago_says_so(rig: Talk) -> None:
    rig.services.answer = long_list
    page = await rig.answer("/find " + "word " * 180)
    (more,) = buttons(page)
    page.shown_blocks[-1]["elements"][0]["value"] = "1:~0123456789abcdef"
    await (await rig.click(page, more)).answered()

    assert "too old" in texts(page)


@pytest.mark.parametrize("value", ["", "x", "0:[]", '0:["a", {}, 1]', "9" * 2000])
async def test_a_button_that_bears_nonsense_does_no_harm(rig: Talk, value: str) -> None:
    rig.services.answer = lambda *_: follows(1)
    page = await rig.answer("/following")
    page.shown_blocks[-1]["elements"][0]["value"] = value
    rig.services.lines.clear()
    await rig.click(page, "Unfollow Name 0")
    await rig.drain()

    assert rig.services.lines == []
    assert ("unfollow", {}) not in rig.services.asked


# --- offers ------------------------------------------------------------------------------------------------


async def test_a_button_takes_a_name_off_and_shows_what_is_left(rig: Talk) -> None:
    rig.services.answer = lambda _caller, path, _values: follows(2) if path == "following" else Reply("Done.")
    page = await rig.answer("/following")
    rig.services.answer = lambda _caller, path, _values: follows(1) if path == "following" else Reply("Done.")
    await rig.restart()
    await (await rig.click(page, "Unfollow Name 1")).answered()

    assert rig.services.asked[0] == ("unfollow", {"categories": "Name 1"})
    assert texts(page).startswith("Done.")
    assert list(buttons(page)) == ["Unfollow Name 0"]


async def test_many_offers_are_turned_page_by_page(rig: Talk) -> None:
    rig.services.answer = lambda *_: follows(47)
    page = await rig.answer("/following")
    seen = [list(buttons(page))]
    for _ in range(2):
        more = next(label for label in buttons(page) if label.startswith("More"))
        await (await rig.click(page, more)).answered()
        seen.append(list(buttons(page)))

    assert {label for labels in seen for label in labels if label.startswith("Unfollow")} == {
        f"Unfollow Name {number}" for number in range(47)
    }


async def test_offers_with_very_long_names_stay_within_what_slack_takes(rig: Talk) -> None:
    offers = tuple(
        SuggestedAction(f"Unfollow {number}", "unfollow", (("categories", f"{number}" + "中" * 900),))
        for number in range(40)
    )
    rig.services.answer = lambda *_: Reply("x " * 1400, offers=offers)
    page = await rig.answer("/following")

    assert any(label.startswith("Unfollow") for label in buttons(page))
