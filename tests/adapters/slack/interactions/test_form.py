"""The form that a bare /follow opens: search, choose, submit; errors show inside, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.interactions.settings import ConversationSettings
from bot.model import Caller, Reply
from tests.adapters.slack.talk_rig import Talk, buttons, talk, texts
from tests.fakes.slack.views import View


@pytest.fixture
async def rig() -> AsyncIterator[Talk]:
    async with talk() as each:
        yield each


async def form(rig: Talk, command: str = "/follow", who: Any = None, where: Any = None) -> View:
    """Return the form that a command opens."""
    await rig.command(command, who, where)
    return await rig.server.wait_for_modal(who or rig.alice)


async def submit(rig: Talk, view: View, who: Any = None, **values: Any) -> dict[str, Any]:
    """Submit the form and return what came with the acknowledgement."""
    deed = await rig.server.submit(who or rig.alice, view, values)
    return await deed.acked()


async def test_a_bare_follow_opens_the_form_and_runs_nothing(rig: Talk) -> None:
    for text in ("/follow", "/bystander follow", "/follow  "):
        view = await form(rig, text)
        await rig.server.close(rig.alice, view)
    await rig.drain()

    assert rig.services.lines == []
    assert rig.services.asked == []


async def test_what_is_typed_into_the_form_is_searched_by_the_desk(rig: Talk) -> None:
    view = await form(rig)
    found = await rig.server.options(rig.alice, view, "categories", "chi")

    assert found == ["China-U.S.", "Trade"]
    assert (rig.address(rig.alice), "follow", "categories", "chi") in [
        (caller.address, *rest) for caller, *rest in rig.services.completed
    ]


async def test_everything_is_offered_before_a_letter_is_typed(rig: Talk) -> None:
    view = await form(rig)

    assert await rig.server.options(rig.alice, view, "categories", "") == ["China-U.S.", "Trade"]


async def test_a_search_that_takes_too_long_offers_nothing(rig: Talk) -> None:
    await rig.restart(ConversationSettings(search=0.01))
    view = await form(rig)

    async def never(*_args: Any) -> list[str]:
        await asyncio.Event().wait()
        return []

    rig.services.complete = never

    assert await rig.server.options(rig.alice, view, "categories", "x") == []


async def test_what_was_chosen_is_followed_also_after_a_restart_and_answered_directly(rig: Talk) -> None:
    view = await form(rig)
    await rig.restart()
    acked = await submit(rig, view, categories=["China-U.S.", "Trade"])
    await rig.drain()

    assert acked == {}
    assert rig.server.modal(rig.alice) is None
    assert rig.services.asked == [("follow", {"categories": "China-U.S., Trade", "when": "now"})]
    assert "/follow" in texts(rig.server.messages(rig.alice)[0])
    assert rig.services.reached == [rig.address(rig.alice)]


async def test_a_refusal_stands_in_the_form_which_stays_open(rig: Talk) -> None:
    view = await form(rig)
    rig.services.answer = lambda *_: Reply("No category is called “Trde”.\nNothing was changed.", ok=False)
    await submit(rig, view, categories=["Trde"])
    shut = rig.server.modal(rig.alice) is None
    rig.services.answer = lambda *_: Reply("You now get: Trade.")
    await submit(rig, view, categories=["Trade"])
    await rig.drain()

    assert not shut
    assert view.errors == {}
    assert rig.server.modal(rig.alice) is None
    assert "You now get: Trade." in texts(rig.server.messages(rig.alice))


async def test_the_words_of_a_refusal_stand_under_the_categories(rig: Talk) -> None:
    view = await form(rig)
    rig.services.answer = lambda *_: Reply("No category is called “Trde”.\nNothing was changed.", ok=False)
    await submit(rig, view, categories=["Trde"])

    assert view.errors == {"categories": "No category is called “Trde”. Nothing was changed."}


async def test_a_submission_that_comes_twice_counts_once_and_is_acknowledged_alike(rig: Talk) -> None:
    view = await form(rig)
    rig.server.sockets.duplicate_next()
    await submit(rig, view, categories=["Trade"])
    await rig.drain()

    assert [path for path, _ in rig.services.asked] == ["follow"]
    assert len(rig.server.messages(rig.alice)) == 1


async def test_a_submission_that_takes_long_closes_the_form_and_is_answered_later(rig: Talk) -> None:
    await rig.restart(ConversationSettings(form=0.01))
    view = await form(rig)
    thinking = asyncio.Event()
    execute = rig.services.execute

    async def slowly(caller: Caller, path: str, values: Any) -> Reply:
        await thinking.wait()
        await execute(caller, path, values)
        return Reply("No category is called that.", ok=False)

    rig.services.execute = slowly
    acked = await submit(rig, view, categories=["Trde"])
    thinking.set()
    await rig.drain()

    assert acked == {}
    assert "No category is called that." in texts(rig.server.ephemerals(rig.alice)[0])


async def test_who_cannot_be_written_to_is_told_so_where_the_form_was_opened(rig: Talk) -> None:
    view = await form(rig)
    rig.server.faults.error("chat.postMessage", "messages_tab_disabled")
    await submit(rig, view, categories=["Trade"])
    await rig.drain()
    (told,) = rig.server.ephemerals(rig.alice)

    assert told.channel_id == rig.news.id
    assert "no direct message reaches you yet" in texts(told)
    assert rig.services.reached == []


async def test_from_the_app_home_such_a_word_stands_in_the_home(rig: Talk) -> None:
    home = await rig.home()
    await rig.click(home, "Follow more")
    view = await rig.server.wait_for_modal(rig.alice)
    rig.server.faults.error("chat.postMessage", "messages_tab_disabled", times=2)
    await submit(rig, view, categories=["Trade"])
    await rig.drain()

    assert "no direct message reaches you yet" in texts(rig.home_now())


async def test_where_no_form_can_be_opened_the_command_is_answered(rig: Talk) -> None:
    rig.server.faults.error("views.open", "expired_trigger_id")
    answer = await rig.answer("/follow")

    assert "/follow" in texts(answer)
    assert [line for _, line in rig.services.lines] == ["/follow"]


# --- channels ----------------------------------------------------------------------------------------------


def has_place(view: View) -> bool:
    return any(block.get("block_id") == "channel" for block in view.blocks)


async def test_only_admins_are_asked_for_a_channel(rig: Talk) -> None:
    assert not has_place(await form(rig))
    assert has_place(await form(rig, "/follow", rig.boss))


async def test_an_admin_sends_alerts_to_a_channel_by_the_form(rig: Talk) -> None:
    view = await form(rig, "/follow", rig.boss)
    await submit(rig, view, rig.boss, categories=["Trade"], channel=rig.news.id)
    await rig.drain()

    wanted = {"categories": "Trade", "when": "now", "channel": rig.address(rig.news)}
    assert rig.services.asked == [("alerts add", wanted)]
    assert "/alerts add" in texts(rig.server.ephemerals(rig.boss)[0])
    assert rig.server.messages(rig.boss) == []


async def test_a_bare_alerts_add_presets_the_channel(rig: Talk) -> None:
    view = await form(rig, "/alerts add", rig.boss)
    await submit(rig, view, rig.boss, categories=["Trade"])
    await rig.drain()

    wanted = {"categories": "Trade", "when": "now", "channel": rig.address(rig.news)}
    assert rig.services.asked == [("alerts add", wanted)]


async def test_what_keeps_alerts_out_of_a_channel_stands_under_it(rig: Talk) -> None:
    secret = rig.team.add_channel("secret", private=True)
    view = await form(rig, "/follow", rig.boss)
    await submit(rig, view, rig.boss, categories=["Trade"], channel=secret.id)

    assert list(view.errors) == ["channel"]
    assert "/invite @bystander" in view.errors["channel"]
    assert rig.services.asked == []


async def test_while_slack_does_not_tell_of_a_channel_the_form_says_so(rig: Talk) -> None:
    view = await form(rig, "/follow", rig.boss)
    rig.server.faults.status("conversations.info", 503)
    await submit(rig, view, rig.boss, categories=["Trade"], channel=rig.news.id)

    assert "fault of its own" in next(iter(view.errors.values()))
    assert rig.services.asked == []


async def test_a_channel_in_the_form_of_somebody_who_is_no_admin_is_refused(rig: Talk) -> None:
    view = await form(rig, "/follow", rig.boss)
    rig.boss.admin = False
    await rig.restart()
    rig.services.answer = lambda *_: Reply("Only admins may use /alerts add.", ok=False)
    await submit(rig, view, rig.boss, categories=["Trade"], channel=rig.news.id)

    assert rig.services.asked == [("alerts add", {})]
    assert rig.services.executed[0][0].admin is False
    assert "Only admins" in view.errors["categories"]


async def test_a_bare_alerts_add_of_somebody_who_is_no_admin_opens_nothing(rig: Talk) -> None:
    await rig.answer("/alerts add")

    assert rig.server.modal(rig.alice) is None
    assert rig.services.asked == [("alerts add", {})]


async def test_the_button_for_alerts_in_the_app_home_opens_the_form(rig: Talk) -> None:
    view = await rig.home(rig.boss)
    assert "Add alerts to a channel" in buttons(view)
    await rig.click(view, "Add alerts to a channel", rig.boss)

    assert has_place(await rig.server.wait_for_modal(rig.boss))


async def test_the_form_opens_in_time_also_while_slack_does_not_tell_who_is_an_admin(rig: Talk) -> None:
    await rig.restart(ConversationSettings(opening=0.05))
    rig.server.faults.delay("users.info", 60)

    assert not has_place(await form(rig, "/follow", rig.boss))
