"""What people type on Slack, and what they are answered, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.model import Caller, Reply
from tests.adapters.slack.talk_rig import Talk, talk, texts


@pytest.fixture
async def rig() -> AsyncIterator[Talk]:
    async with talk() as each:
        yield each


async def test_a_command_in_a_channel_is_answered_to_its_user_alone(rig: Talk) -> None:
    answer = await rig.answer("/follow China-U.S.")

    assert answer.ephemeral
    assert "/follow China-U.S." in texts(answer)
    assert rig.services.lines == [
        (
            Caller(
                rig.address(rig.alice),
                rig.address(rig.news),
                server=f"slack:{rig.team.id}",
                zone=rig.alice.tz,
            ),
            "/follow China-U.S.",
        )
    ]
    assert rig.server.messages(rig.news) == []
    assert answer.arguments["unfurl_links"] is False


@pytest.mark.parametrize("typed", ["/follow Trade & Tech", "/bystander follow  Trade & Tech"])
async def test_every_command_also_stands_behind_the_root_command(rig: Talk, typed: str) -> None:
    await rig.answer(typed)

    assert [line for _, line in rig.services.lines] == ["/follow Trade & Tech"]


async def test_the_root_command_alone_is_answered_with_help(rig: Talk) -> None:
    await rig.answer("/bystander")

    assert [line for _, line in rig.services.lines] == ["/help"]


async def test_the_root_command_bears_the_name_of_the_config() -> None:
    async with talk(prefix="news") as rig:
        await rig.answer("/news latest 3")

        assert [line for _, line in rig.services.lines] == ["/latest 3"]


async def test_a_command_in_a_direct_message_comes_from_the_persons_own_address(rig: Talk) -> None:
    await rig.answer("/following", where=rig.alice)
    ((caller, _),) = rig.services.lines

    assert caller.place == caller.address == rig.address(rig.alice)


async def test_admins_of_the_workspace_are_admins_and_those_of_the_config() -> None:
    async with talk() as rig:
        operator = rig.team.add_user("operator")
        rig.admins = (operator.id,)
        await rig.restart()
        for who in (rig.alice, rig.boss, operator):
            await rig.answer("/alerts list", who)

        own = f"slack:{rig.team.id}"
        assert [caller.admin for caller, _ in rig.services.lines] == [False, True, True]
        assert [caller.server for caller, _ in rig.services.lines] == [own, own, ""]


async def test_a_command_is_acknowledged_before_anything_is_worked_out(rig: Talk) -> None:
    thinking = asyncio.Event()
    run = rig.services.run

    async def slowly(caller: Caller, line: str) -> Reply:
        await thinking.wait()
        await run(caller, line)
        return Reply("Well.")

    rig.services.run = slowly
    rig.server.faults.delay("users.info", 30)
    deed = await rig.command("/health")
    acked, answered = deed.ack, list(deed.answers)
    rig.server.faults.heal()
    thinking.set()
    await deed.answered()

    assert acked == {}
    assert answered == []


async def test_what_slack_sends_twice_is_done_once(rig: Talk) -> None:
    rig.server.sockets.duplicate_next()
    deed = await rig.command("/alerts test", rig.boss)
    await deed.answered()
    await rig.drain()

    assert [path for path, _ in rig.services.asked] == ["alerts test"]
    assert len(deed.answers) == 1


async def test_commands_come_by_signed_requests_as_well() -> None:
    async with talk(http=True) as rig:
        answer = await rig.answer("/follow Trade & Tech, China-U.S.")
        rig.server.http.spoil_next()
        forged = await rig.server.command(rig.boss, rig.news, "/alerts", "test")
        await rig.until(lambda: len(rig.server.http.statuses) == 2)

        assert [line for _, line in rig.services.lines] == ["/follow Trade & Tech, China-U.S."]
        assert answer.ephemeral
        assert rig.server.http.statuses == [200, 401]
        assert forged.answers == []


# --- answers that find no way ------------------------------------------------------------------------------


async def test_an_answer_whose_address_fails_is_shown_in_the_channel_to_its_user(rig: Talk) -> None:
    rig.server.faults.status("response_url", 500)
    await rig.command("/latest")
    await rig.drain()
    (shown,) = rig.server.ephemerals(rig.alice)

    assert "/latest" in texts(shown)
    assert shown.channel_id == rig.news.id


async def test_where_the_bot_is_no_member_such_an_answer_comes_by_direct_message(rig: Talk) -> None:
    elsewhere = rig.team.add_channel("elsewhere")
    rig.server.faults.drop("response_url")
    await rig.command("/latest", where=elsewhere)
    await rig.drain()

    assert rig.server.ephemerals(rig.alice) == []
    assert "/latest" in texts(rig.server.messages(rig.alice)[0])


async def test_an_answer_that_reaches_nobody_troubles_nobody_else(rig: Talk) -> None:
    rig.server.faults.status("response_url", 404)
    rig.server.faults.error("chat.postEphemeral", "user_not_in_channel")
    rig.server.faults.error("chat.postMessage", "channel_not_found")
    await rig.command("/latest")
    await rig.drain()

    assert "/latest" in texts(await rig.answer("/latest"))


# --- following ---------------------------------------------------------------------------------------------


async def test_who_follows_for_the_first_time_gets_a_direct_message_and_no_second_one(rig: Talk) -> None:
    for _ in range(2):
        await rig.answer("/follow Trade")
    await rig.drain()
    (greeting,) = rig.server.messages(rig.alice)

    assert "Alerts come here" in texts(greeting)
    assert rig.services.reached == [rig.address(rig.alice)] * 2


async def test_who_cannot_be_written_to_is_told_so_at_once(rig: Talk) -> None:
    rig.server.faults.error("chat.postMessage", "messages_tab_disabled")
    answer = await rig.answer("/follow Trade")

    assert "no direct message reaches you yet" in texts(answer)
    assert "Messages tab" in texts(answer)
    assert rig.services.reached == []


async def test_an_answer_does_not_wait_for_a_greeting_that_slack_holds_up(rig: Talk) -> None:
    rig.server.faults.delay("chat.postMessage", 60)
    answer = await rig.answer("/follow Trade")
    before = rig.server.messages(rig.alice)
    rig.server.faults.heal()
    await rig.drain()

    assert "no direct message" not in texts(answer)
    assert before == []
    assert "Alerts come here" in texts(rig.server.messages(rig.alice)[0])
    assert rig.services.reached == [rig.address(rig.alice)]


async def test_a_refusal_greets_nobody(rig: Talk) -> None:
    rig.services.answer = lambda *_: Reply("No category is called that.", ok=False)
    await rig.answer("/follow Trde")
    await rig.drain()

    assert rig.server.messages(rig.alice) == []
    assert rig.services.reached == []


async def test_unfollow_alone_shows_what_can_be_taken_off(rig: Talk) -> None:
    await rig.answer("/unfollow")

    assert rig.services.executed[0][1:] == ("following", {})
