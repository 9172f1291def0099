"""Signed requests to the app's own URL, taken by the real Bolt app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from tests.fakes.slack.clients import bolt, served, web_client
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Team

Json = dict[str, Any]


@asynccontextmanager
async def _answering(slack: FakeSlack, *answers: web.Response) -> AsyncIterator[list[web.Request]]:
    """Serve an app that gives these answers in turn, the last for ever; yields what it was asked."""
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        asked.append(request)
        chosen = answers[min(len(asked), len(answers)) - 1]
        return web.Response(status=chosen.status, body=chosen.body, headers=chosen.headers)

    site = web.Application()
    site.router.add_post("/slack/events", answer)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield asked
    finally:
        await runner.cleanup()


def _listening(slack: FakeSlack, team: Team, seen: list[Any]) -> AsyncApp:
    """Return an app that listens to everything and notes what it hears."""
    app = bolt(slack, team)

    @app.command("/follow")
    async def follow(ack: Any, respond: Any, command: Json) -> None:
        await ack()
        await respond(f"You now get {command['text']}.")

    @app.action("follow")
    async def followed(ack: Any, action: Json) -> None:
        await ack()
        seen.append(action["value"])

    @app.options("category")
    async def offer(ack: Any) -> None:
        await ack(options=[{"text": _plain("Trade"), "value": "trade"}])

    @app.action("category")
    async def chosen(ack: Any, action: Json) -> None:
        await ack()
        seen.append(action["selected_option"]["value"])

    @app.event("channel_archive")
    async def archived(event: Json) -> None:
        seen.append(event["channel"])

    return app


async def test_commands_clicks_options_and_events_arrive_signed() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, news = team.add_user("alice"), team.add_channel("news", member=True)
        seen: list[Any] = []
        button = {"type": "button", "action_id": "follow", "value": "Tech", "text": _plain("Follow")}
        select = {"type": "external_select", "action_id": "category", "min_query_length": 0}
        blocks = [{"type": "actions", "elements": [button, select]}]
        async with served(slack, _listening(slack, team, seen)):
            deed = await slack.command(alice, news, "/follow", "Trade & Tech")
            assert (await deed.answered())[0]["text"] == "You now get Trade & Tech."
            await web_client(slack, team).chat_postMessage(channel=news.id, text="a", blocks=blocks)
            message = slack.messages(news)[0]
            assert await (await slack.click(alice, message, "follow")).acked() == {}
            assert [each.value for each in await slack.options(alice, message, "category", "")] == ["trade"]
            await (await slack.choose(alice, message, "category", ["trade"])).acked()
            event = await slack.event(team, {"type": "channel_archive", "channel": news.id, "user": alice.id})
            await event.acked()
            await slack.wait_until(lambda: len(seen) == 3)

        assert seen == ["Tech", "trade", news.id]
        assert set(slack.http.statuses) == {200}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


async def test_a_wrong_signature_is_refused_by_the_app_and_expected_by_the_fake() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        async with served(slack, bolt(slack, team)):
            slack.http.spoil_next()
            deed = await slack.command(alice, alice, "/follow")
            with pytest.raises(AssertionError, match="dispatch_failed"):
                await deed.acked()

        assert slack.http.statuses == [401]


async def test_a_request_can_be_signed_by_hand_with_any_time() -> None:
    async with FakeSlack() as slack:
        body = json.dumps({"type": "url_verification", "challenge": "c", "token": "t"})
        async with served(slack, bolt(slack, slack.add_team())), aiohttp.ClientSession() as session:
            statuses = []
            for stamp in (None, 1):
                headers = {**slack.http.sign(body, stamp), "Content-Type": "application/json"}
                async with session.post(slack.request_url, data=body, headers=headers) as answer:
                    statuses.append(answer.status)

        assert statuses == [200, 401]


async def test_the_url_is_verified_by_its_challenge() -> None:
    async with FakeSlack() as slack:
        async with served(slack, bolt(slack, slack.add_team())):
            assert await slack.http.verify_url(slack.request_url)
        async with _answering(slack, web.Response(text="hello")):
            assert not await slack.http.verify_url(slack.request_url)


async def test_a_late_answer_is_a_violation() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        app = bolt(slack, team)
        slack.core.ack_within = 0.1
        held = asyncio.Event()

        @app.command("/follow")
        async def follow(ack: Any) -> None:
            await held.wait()
            await ack()

        async with served(slack, app):
            deed = await slack.command(alice, alice, "/follow")
            with pytest.raises(AssertionError, match="operation_timeout"):
                await deed.acked()
            held.set()

        assert slack.take_violations() == ["late ack: /follow was not acknowledged in time"]


async def test_a_failure_is_a_violation_unless_it_is_expected() -> None:
    async with FakeSlack() as slack:
        alice = slack.add_team().add_user("alice")
        async with _answering(slack, web.Response(status=500)):
            for expected in (set[int](), {500}):
                slack.http.expected = expected
                deed = await slack.command(alice, alice, "/follow")
                with pytest.raises(AssertionError, match="dispatch_failed"):
                    await deed.acked()

        assert slack.take_violations() == ["/follow was answered with status 500"]


async def test_an_event_comes_again_with_a_retry_number_until_it_is_taken() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        slack.http.expected = {500}
        async with _answering(slack, web.Response(status=500), web.Response(status=200)) as asked:
            deed = await slack.event(team, {"type": "channel_archive", "channel": "C1", "user": "U1"})
            await deed.acked()

        headers = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")
        assert [[each.headers.get(name) for name in headers] for each in asked] == [
            [None, None],
            ["1", "http_error"],
        ]


async def test_an_event_that_wants_no_retry_gets_none() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        slack.http.expected = {500}
        async with _answering(slack, web.Response(status=500, headers={"X-Slack-No-Retry": "1"})) as asked:
            await slack.event(team, {"type": "channel_archive", "channel": "C1", "user": "U1"})
            await slack.wait_until(lambda: slack.http.statuses)

        assert len(asked) == 1


async def test_nobody_at_the_url_is_a_failure_that_the_person_sees() -> None:
    async with FakeSlack() as slack:
        alice = slack.add_team().add_user("alice")
        async with _answering(slack, web.Response()):
            pass
        deed = await slack.command(alice, alice, "/follow")
        with pytest.raises(AssertionError, match="dispatch_failed"):
            await deed.acked()
