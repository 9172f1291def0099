"""What is found again on Slack: a message whose answer was lost, or whose sender died. Over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.messages.history import READING, bears, read_page
from bot.errors import NotYetError, PermanentError, Scope, TemporaryError
from bot.model import Destination
from tests.adapters.slack.rig import KEY, LONG_AGO, POST, Rig, alert, lost, made

HISTORY = "conversations.history"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A started Slack adapter on a fake Slack."""
    async with made() as each:
        await each.start()
        yield each


async def test_the_sdks_own_client_would_post_a_message_twice_whose_answer_is_lost(rig: Rig) -> None:
    rig.server.faults.lose_answer(POST)
    client = AsyncWebClient(token=rig.team.bot_token, base_url=rig.server.api_base)
    await client.chat_postMessage(channel=rig.news.id, text="twice")

    assert len(rig.messages(rig.news)) == 2


async def test_after_a_lost_answer_the_message_is_there_once_and_found(rig: Rig) -> None:
    await lost(rig, rig.to(rig.news))
    (message,) = rig.messages(rig.news)

    assert await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO) == f"{rig.news.id}/{message.ts}"


async def test_a_message_whose_metadata_slack_dropped_is_found_by_the_id_of_its_block(rig: Rig) -> None:
    await lost(rig, rig.to(rig.news))
    (message,) = rig.messages(rig.news)
    message.metadata = {}

    assert await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO) == f"{rig.news.id}/{message.ts}"


async def test_a_plain_message_is_found_by_its_metadata(rig: Rig) -> None:
    await lost(rig, rig.to(rig.news), alert(1, plain=True))
    (message,) = rig.messages(rig.news)

    assert message.blocks == []
    assert await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO) == f"{rig.news.id}/{message.ts}"


async def test_another_process_finds_what_one_that_was_killed_had_sent(rig: Rig) -> None:
    """Killed after Slack accepted the message, before the outbox recorded it: only the claim was kept."""
    await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    await rig.adapter.send(rig.to(rig.alice), alert(1), KEY)
    rig.services.memory.clear()
    await rig.restart()

    for place in (rig.news, rig.alice):
        (message,) = rig.messages(place)
        found = await rig.adapter.find(rig.to(place), KEY, LONG_AGO)
        assert found == f"{message.channel_id}/{message.ts}"


async def test_a_message_of_somebody_else_is_not_taken_for_the_bots(rig: Rig) -> None:
    said = rig.team.say(rig.news, rig.alice, KEY)
    said.metadata = {"event_type": "x", "event_payload": {"key": KEY}}
    said.write("x", [{"type": "divider", "block_id": f"d:{KEY}"}])

    assert await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO) is None


async def test_it_looks_through_a_busy_channel_page_by_page_and_no_further_back_than_asked(rig: Rig) -> None:
    await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    (message,) = rig.messages(rig.news)
    for number in range(450):
        rig.team.say(rig.news, rig.alice, f"chatter {number}")
    found = await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO)
    pages = len(rig.server.calls_to("conversations.history"))
    later = datetime.now(UTC) + timedelta(minutes=5)

    assert found == f"{rig.news.id}/{message.ts}"
    assert pages == 3
    assert await rig.adapter.find(rig.to(rig.news), KEY, later) is None


async def searched(rig: Rig, destination: Destination | None = None) -> tuple[str | None, int]:
    """Look until the search is at its end, as the outbox does; return what was found, and the attempts."""
    for attempt in range(1, 100):
        try:
            return await rig.adapter.find(destination or rig.to(rig.news), KEY, LONG_AGO), attempt
        except NotYetError as error:
            rig.time.now += error.retry_after or 0.0
            rig.server.clock.advance(error.retry_after or 0.0)
    raise AssertionError("the search does not end")


def chatter(rig: Rig, count: int) -> None:
    for number in range(count):
        rig.team.say(rig.news, rig.alice, f"chatter {number}")


async def test_a_long_search_goes_on_where_it_ended(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    chatter(rig, READING.pages * READING.page + 1)

    assert await searched(rig) == (reference, 2)
    assert len(rig.server.calls_to(HISTORY)) == READING.pages + 1


@pytest.mark.parametrize("there", [True, False])
async def test_with_15_messages_a_minute_a_message_in_a_busy_channel_is_settled(
    rig: Rig, *, there: bool
) -> None:
    rig.server.outside_marketplace()
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY) if there else None
    chatter(rig, 100)
    found, attempts = await searched(rig)

    assert found == reference
    assert attempts >= 7
    assert len([each for each in rig.server.calls_to(HISTORY) if each.status == 200]) == 7
    assert not [key for key in rig.services.memory if "look" in key]


async def test_what_is_written_during_a_search_does_not_lengthen_it(rig: Rig) -> None:
    rig.server.outside_marketplace()
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    chatter(rig, 40)
    for _ in range(5):
        chatter(rig, 30)
        with suppress(NotYetError):
            if found := await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO):
                break
        rig.time.now += 61
        rig.server.clock.advance(61)

    assert found == reference


async def test_a_search_goes_on_after_a_restart(rig: Rig) -> None:
    rig.server.outside_marketplace()
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    chatter(rig, 40)
    with pytest.raises(NotYetError):
        await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO)
    rig.server.clock.advance(61)
    await rig.restart()
    await searched(rig)
    cursors = [each.arguments.get("cursor") for each in rig.server.calls_to(HISTORY) if each.status == 200]

    assert cursors[0] is None
    assert len(cursors) == len(set(cursors)) == 3
    assert (await searched(rig))[0] == reference


@pytest.mark.parametrize("kept", ["{", "[]", "3", '{"key": 1}', '{"key": "x", "oldest": "1", "cursor": "y"}'])
async def test_what_is_kept_of_another_search_is_not_gone_on_with(rig: Rig, kept: str) -> None:
    rig.services.memory[f"slack:look:{rig.address(rig.news)}"] = kept
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)

    assert await searched(rig) == (reference, 1)


async def test_a_cursor_that_slack_does_not_know_any_more_begins_the_search_anew(rig: Rig) -> None:
    rig.server.outside_marketplace()
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    chatter(rig, 20)
    with pytest.raises(NotYetError):
        await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO)
    rig.time.now += 61
    rig.server.clock.advance(61)
    rig.server.faults.error(HISTORY, "invalid_cursor")

    assert (await searched(rig))[0] == reference


async def test_while_slack_asks_to_wait_with_histories_nothing_is_asked(rig: Rig) -> None:
    rig.server.faults.ratelimit(HISTORY, 60)
    for _ in range(3):
        with pytest.raises(NotYetError) as error:
            await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO)

    assert (error.value.retry_after or 0.0) >= 59.0
    assert len(rig.server.calls_to(HISTORY)) == 1


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"messages": None},
        {"messages": {}},
        {"messages": [], "has_more": True},
        {"messages": [], "has_more": True, "response_metadata": None},
        {"messages": [], "has_more": True, "response_metadata": {"next_cursor": 7}},
    ],
)
def test_a_history_that_does_not_say_what_is_there_never_says_that_nothing_is(told: dict[str, Any]) -> None:
    with pytest.raises(TemporaryError) as error:
        read_page(told)

    assert error.value.uncertain


@pytest.mark.parametrize(
    "odd",
    [None, 3, "x", [], {}, {"user": None}, {"metadata": None}, {"metadata": {"event_payload": []}}],
)
def test_odd_messages_in_a_history_are_passed_over(odd: object) -> None:
    messages, cursor = read_page({"messages": [odd]})

    assert cursor == ""
    assert all(not bears(each, KEY) for each in messages)
    assert not bears({"blocks": [None, {"block_id": 3}, "x"], "metadata": []}, KEY)


async def test_a_clock_ahead_of_slacks_still_finds(rig: Rig) -> None:
    reference = await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    ahead = datetime.now(UTC) + timedelta(seconds=45)

    assert await rig.adapter.find(rig.to(rig.news), KEY, ahead) == reference


@pytest.mark.parametrize("trouble", ["not a member", "no scope", "dm without scope"])
async def test_where_the_history_cannot_be_read_nothing_is_sent_until_it_can(rig: Rig, trouble: str) -> None:
    destination, mend = rig.to(rig.news), "/invite @bystander"
    if trouble == "not a member":
        rig.news.kick_bot()
    elif trouble == "no scope":
        rig.team.scopes.discard("channels:history")
        mend = "channels:history"
    else:
        destination, mend = rig.to(rig.alice), "im:write"
        rig.team.scopes.discard("im:write")
    with pytest.raises(PermanentError) as error:
        await rig.adapter.find(destination, KEY, LONG_AGO)
    rig.news.invite_bot()
    rig.team.scopes |= {"channels:history", "im:write"}

    assert error.value.scope is Scope.DESTINATION
    assert mend in str(error.value)
    assert await rig.adapter.find(destination, KEY, LONG_AGO) is None
