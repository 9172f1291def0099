"""response_urls: how often, how long, and what becomes of what is posted there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack.clients import bolt, connected, web_client
from tests.fakes.slack.deeds import Deed
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import User


@asynccontextmanager
async def _asked(slack: FakeSlack) -> AsyncIterator[tuple[User, Deed, AsyncWebhookClient]]:
    """Yield somebody, their command and a client for its response_url."""
    team = slack.add_team()
    alice, news = team.add_user("alice"), team.add_channel("news")
    app = bolt(slack, team)

    @app.command("/follow")
    async def follow(ack: Any) -> None:
        await ack()

    async with connected(slack, app, sockets=1):
        deed = await slack.command(alice, news, "/follow")
        await deed.acked()
        yield alice, deed, AsyncWebhookClient(deed.response_url, retry_handlers=[])


async def test_five_answers_and_no_sixth() -> None:
    async with FakeSlack() as slack, _asked(slack) as (alice, deed, client):
        statuses = [(await client.send(text=str(number))).status_code for number in range(6)]

        assert statuses == [200] * 5 + [404]
        assert [each.text for each in slack.ephemerals(alice)] == ["0", "1", "2", "3", "4"]
        assert len(await deed.answered(5)) == 5
        assert slack.calls[-1].error == "used_url"
        assert slack.take_violations() == ["response_url: a sixth post to the same one"]


async def test_thirty_minutes_and_no_longer() -> None:
    async with FakeSlack() as slack, _asked(slack) as (_alice, deed, client):
        slack.clock.advance(1799)
        assert (await client.send(text="a")).status_code == 200
        slack.clock.advance(2)
        late = await client.send(text="b")

        assert (late.status_code, "expired_url" in late.body) == (404, True)
        assert [each["text"] for each in deed.answers] == ["a"]


async def test_an_answer_is_for_one_person_or_for_all() -> None:
    async with FakeSlack() as slack, _asked(slack) as (alice, deed, client):
        await client.send(text="For you.")
        await client.send(text="For all.", response_type="in_channel")

        channel = deed.payload["channel_id"]
        assert [each.text for each in slack.ephemerals(alice)] == ["For you."]
        assert [each.text for each in slack.messages(channel)] == ["For all."]
        assert [each.text for each in deed.shown] == ["For you.", "For all."]


async def test_an_answer_is_replaced_and_deleted() -> None:
    async with FakeSlack() as slack, _asked(slack) as (alice, deed, client):
        await client.send(text="Wait …")
        await client.send(text="Done.", replace_original=True)
        assert [each.text for each in slack.ephemerals(alice)] == ["Done."]
        await client.send(text="", delete_original=True)

        assert slack.ephemerals(alice) == []
        assert [each["text"] for each in deed.answers] == ["Wait …", "Done.", ""]


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        ({"text": ""}, "no_text", "response_url: no_text"),
        ({"text": "a", "blocks": [{"type": "tile"}]}, "invalid_blocks", "unsupported type: tile"),
        ({"text": "a", "colour": "red"}, "", "response_url: unknown key colour"),
        ({"text": "a", "response_type": "loud"}, "", "response_url: response_type loud"),
    ],
)
async def test_content_that_slack_refuses(content: dict[str, Any], error: str, told: str) -> None:
    async with FakeSlack() as slack, _asked(slack) as (_alice, deed, client):
        answer = await client.send_dict(content)

        assert (answer.status_code, slack.calls[-1].error) == (400 if error else 200, error)
        assert told in slack.take_violations()[0]
        assert len(deed.answers) == (0 if error else 1)


async def test_faults_can_be_planned_for_response_urls_too() -> None:
    async with FakeSlack() as slack, _asked(slack) as (_alice, deed, client):
        slack.faults.drop("response_url")
        slack.faults.lose_answer("response_url")
        for _ in range(2):
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await client.send(text="a")
        slack.faults.status("response_url", 500)
        slack.faults.ratelimit("response_url", 9)
        statuses = [(await client.send(text="b")).status_code for _ in range(2)]

        assert (statuses, [each["text"] for each in deed.answers]) == ([500, 429], ["a"])


async def test_an_ephemeral_post_is_in_no_history() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, news = team.add_user("alice"), team.add_channel("news", member=True)
        client = web_client(slack, team)

        told = await client.chat_postEphemeral(channel=news.id, user=alice.id, text="a")
        history = await client.conversations_history(channel=news.id)

        assert [each.ts for each in slack.ephemerals(alice)] == [told["message_ts"]]
        assert history["messages"] == slack.messages(news) == []
