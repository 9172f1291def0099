"""What is found again on Slack: a message whose answer was lost, or whose sender died. Over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.messages.delivery import HISTORY, LOOK_AGAIN
from bot.errors import PermanentError, Scope, TemporaryError
from tests.adapters.slack_rig import KEY, LONG_AGO, POST, Rig, alert, lost, made


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
    rig.desk.memory.clear()
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


async def test_a_message_that_may_lie_further_back_than_is_read_is_not_sent_again(rig: Rig) -> None:
    await rig.adapter.send(rig.to(rig.news), alert(1), KEY)
    for number in range(HISTORY):
        rig.team.say(rig.news, rig.alice, f"chatter {number}")
    with pytest.raises(TemporaryError) as error:
        await rig.adapter.find(rig.to(rig.news), KEY, LONG_AGO)

    assert error.value.uncertain
    assert error.value.retry_after == LOOK_AGAIN


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
