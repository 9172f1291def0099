"""Each rule of the Web API fires: what Slack does not take is an error there and a violation here."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler

from tests.fakes.slack.clients import error_of, web_client
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Team

POST = "chat.postMessage"


async def _refused(slack: FakeSlack, team: Team, method: str, **arguments: Any) -> str:
    try:
        await web_client(slack, team).api_call(method, json=arguments)
    except SlackApiError as refused:
        return error_of(refused)
    return ""


async def test_leaving_the_block_fails_on_a_violation_unless_it_was_taken() -> None:
    with pytest.raises(AssertionError, match="unknown argument colour"):
        async with FakeSlack() as slack:
            await _refused(slack, slack.add_team(), "auth.test", colour="red")
    async with FakeSlack() as slack:
        await _refused(slack, slack.add_team(), "auth.test", colour="red")
        assert slack.take_violations() == ["auth.test: unknown argument colour"]
    async with FakeSlack(strict=False) as slack:
        await _refused(slack, slack.add_team(), "auth.test", colour="red")
        assert slack.violations


async def test_what_the_library_adds_by_itself_is_overlooked() -> None:
    async with FakeSlack() as slack:
        assert await _refused(slack, slack.add_team(), "auth.test", team_id="T1") == ""


async def test_an_unknown_method_and_a_missing_argument_are_refused() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()

        assert await _refused(slack, team, "chat.shout", text="a") == "unknown_method"
        assert await _refused(slack, team, "users.info") == "invalid_arguments"
        assert slack.take_violations() == [
            "chat.shout: there is no such method",
            "users.info: missing argument user",
        ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "a", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "a", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "a", "blocks": [{"type": "tile"}]}, "invalid_blocks"),
        ({"text": "a", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "a", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        (
            {"text": "a", "metadata": {"event_type": "a", "event_payload": {"b": {}}}},
            "invalid_metadata_format",
        ),
        (
            {"text": "a", "metadata": {"event_type": "a", "event_payload": {"b": "x" * 9000}}},
            "metadata_too_large",
        ),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        (
            {
                "text": "a",
                "blocks": [
                    {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}} for _ in range(5)
                ],
            },
            "msg_blocks_too_long",
        ),
    ],
)
async def test_content_that_slack_refuses(content: dict[str, Any], error: str) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)

        assert await _refused(slack, team, POST, channel=news.id, **content) == error
        assert slack.messages(news) == []
        assert len(slack.take_violations()) == 1


async def test_a_lost_answer_leaves_one_message_and_the_sdks_own_retry_makes_two() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)
        client = web_client(slack, team)

        slack.faults.lose_answer(POST)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await client.chat_postMessage(channel=news.id, text="a")
        assert len(slack.messages(news)) == 1

        client.retry_handlers.append(AsyncConnectionErrorRetryHandler())
        slack.faults.lose_answer(POST)
        await client.chat_postMessage(channel=news.id, text="b")
        assert [each.text for each in slack.messages(news)] == ["a", "b", "b"]


async def test_a_dropped_call_does_nothing() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)

        slack.faults.drop(POST)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await web_client(slack, team).chat_postMessage(channel=news.id, text="a")

        assert slack.messages(news) == []
        assert (slack.calls[-1].status, slack.calls[-1].error) == (0, "dropped")


async def test_planned_errors_statuses_and_429s_are_met_in_their_order() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)
        client = web_client(slack, team)
        slack.faults.error(POST, "restricted_action")
        slack.faults.status(POST, 503, retry_after=7)
        slack.faults.ratelimit(POST, 30)

        told = []
        for _ in range(3):
            with pytest.raises(SlackApiError) as refused:
                await client.chat_postMessage(channel=news.id, text="a")
            answer = refused.value.response
            told.append((answer.status_code, answer.headers.get("Retry-After")))

        assert told == [(200, None), (503, "7"), (429, "30")]
        assert [each.error for each in slack.calls] == ["restricted_action", "status 503", "ratelimited"]
        assert slack.faults.pending == 0


async def test_an_error_that_slack_does_not_list_cannot_be_planned() -> None:
    async with FakeSlack() as slack:
        with pytest.raises(AssertionError, match="does not list"):
            slack.faults.error("users.info", "is_archived")


async def test_the_fake_notices_an_error_of_its_own_that_slack_does_not_list() -> None:
    async with FakeSlack() as slack:
        slack.faults._plan.append(Fault("error", "auth.test", 1, name="is_archived"))

        assert await _refused(slack, slack.add_team(), "auth.test") == "is_archived"
        assert slack.take_violations() == ["the fake answered is_archived to auth.test"]


async def test_a_delay_ends_when_the_faults_are_healed() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        slack.faults.delay("auth.test", 60)
        calling = slack.core.spawn(web_client(slack, team).auth_test())
        await slack.wait_until(lambda: slack.calls)

        assert not calling.done()
        slack.faults.heal()
        assert (await calling)["ok"]


async def test_a_channel_takes_a_short_burst_and_then_one_message_a_second() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news, other = team.add_channel("news", member=True), team.add_channel("other", member=True)
        slack.limits.per_second = 0.01  # a slow machine must not refill the bucket
        client = web_client(slack, team)
        for _ in range(slack.limits.burst):
            await client.chat_postMessage(channel=news.id, text="a")

        with pytest.raises(SlackApiError) as refused:
            await client.chat_postMessage(channel=news.id, text="b")
        assert (refused.value.response.status_code, error_of(refused.value)) == (429, "ratelimited")
        wait = int(refused.value.response.headers["Retry-After"])
        await client.chat_postMessage(channel=other.id, text="c")
        slack.clock.advance(wait)
        await client.chat_postMessage(channel=news.id, text="d")

        assert 90 <= wait <= 100
        assert slack.limits.refused == {"channel": 1}
        assert [each.text for each in slack.messages(news)] == ["a", "a", "a", "d"]


async def test_a_workspace_takes_so_many_messages_a_minute() -> None:
    async with FakeSlack() as slack:
        team, other = slack.add_team("one"), slack.add_team("two")
        slack.limits.per_minute = 2
        places = [team.add_channel(f"c{number}", member=True) for number in range(3)]
        client = web_client(slack, team)
        for place in places[:2]:
            await client.chat_postMessage(channel=place.id, text="a")

        assert await _refused(slack, team, POST, channel=places[2].id, text="a") == "ratelimited"
        elsewhere = other.add_channel("c", member=True)
        assert await _refused(slack, other, POST, channel=elsewhere.id, text="a") == ""
        slack.clock.advance(60)
        assert await _refused(slack, team, POST, channel=places[2].id, text="a") == ""
        assert slack.limits.refused == {"workspace": 1}


async def test_a_method_has_a_limit_of_its_own() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        slack.limits.methods["auth.test"] = 1

        assert [await _refused(slack, team, "auth.test") for _ in range(2)] == ["", "ratelimited"]


async def test_the_state_outlives_a_stop_and_the_port_stays() -> None:
    slack = FakeSlack()
    await slack.start()
    team = slack.add_team()
    news, client, port = team.add_channel("news", member=True), web_client(slack, team), slack.port
    await client.chat_postMessage(channel=news.id, text="a")

    await slack.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=news.id, text="b")
    await slack.start(port)
    await client.chat_postMessage(channel=news.id, text="c")
    await slack.stop()

    assert [each.text for each in slack.messages(news)] == ["a", "c"]
    slack.assert_lawful()


async def test_the_ts_of_messages_is_the_time_and_never_the_same() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, news = team.add_user("alice"), team.add_channel("news")
        stamps = [float(team.say(news, alice, "a").ts) for _ in range(3)]
        slack.clock.advance(3600)
        later = float(team.say(news, alice, "b").ts)

        assert stamps == sorted(set(stamps))
        assert later - stamps[-1] >= 3600
        assert stamps[0] <= time.time() + 1
