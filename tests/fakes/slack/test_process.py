"""The fake as a process of its own, driven from outside."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.process import SlackProcess


def _client(slack: SlackProcess) -> AsyncWebClient:
    return AsyncWebClient(token=slack.team["bot_token"], base_url=slack.api_base, retry_handlers=[])


async def test_a_fan_out_is_counted_from_outside() -> None:
    async with SlackProcess("--channels", "3", "--burst", "1", "--per-second", "0.001") as slack:
        client, channels = _client(slack), slack.team["channels"]
        for channel in channels:
            await client.chat_postMessage(channel=channel, text="a")
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel=channels[0], text="b")

        stats = await slack.ask("stats")
        counts = await slack.ask("counts")
        sent = await slack.ask("messages", channel=channels[0])

        assert stats["posts"]["count"] == 3
        assert 0 < stats["posts"]["first"] <= stats["posts"]["last"]
        assert (stats["refused"], stats["errors"]) == ({"channel": 1}, {"ratelimited": 1})
        assert counts == dict.fromkeys(channels, 1)
        assert [each["text"] for each in sent] == ["a"]
        await slack.ask("reset")
        assert (await slack.ask("stats"))["calls"] == {}


async def test_people_act_on_a_bot_elsewhere() -> None:
    async with SlackProcess() as slack:
        client = _client(slack)
        app = AsyncApp(client=client)

        @app.command("/follow")
        async def follow(ack: Any, respond: Any, command: dict[str, Any]) -> None:
            await ack()
            text = {"type": "plain_text", "text": "Follow"}
            button = {"type": "button", "action_id": "go", "value": command["text"], "text": text}
            await respond(text="Sure?", blocks=[{"type": "actions", "elements": [button]}])

        @app.action("go")
        async def go(ack: Any, respond: Any, action: dict[str, Any]) -> None:
            await ack()
            await respond(text=f"You now get {action['value']}.", replace_original=True)

        handler = AsyncSocketModeHandler(app, slack.built["app_token"], web_client=client)
        await handler.connect_async()  # type: ignore[no-untyped-call] # the SDK has no types here
        try:
            await slack.ask("connected", connections=1)
            told = await slack.ask("command", user="alice", command="/follow", text="Trade")
            clicked = await slack.ask("click", user="alice", on="ephemeral", action_id="go", answers=1)
            shown = await slack.ask("ephemerals", user="alice")
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call] # the SDK has no types here

        assert (told["answers"][0]["text"], told["seconds"] > 0) == ("Sure?", True)
        assert clicked["answers"][0]["text"] == "You now get Trade."
        assert [each["text"] for each in shown] == ["You now get Trade."]


async def test_violations_end_the_process_with_a_failure() -> None:
    async def break_the_law() -> None:
        async with SlackProcess() as slack:
            with pytest.raises(SlackApiError):
                await _client(slack).api_call("chat.shout")

    with pytest.raises(AssertionError, match="ended with 1"):
        await break_the_law()

    async with SlackProcess() as slack:
        with pytest.raises(SlackApiError):
            await _client(slack).api_call("chat.shout")
        assert await slack.ask("violations") == ["chat.shout: there is no such method"]


async def test_a_request_that_cannot_be_answered_says_why() -> None:
    async with SlackProcess() as slack:
        with pytest.raises(AssertionError, match="_dance"):
            await slack.ask("dance")
        with pytest.raises(AssertionError, match="does not list"):
            await slack.ask("fault", kind="error", arguments=["users.info", "is_archived"])


async def test_rights_channels_and_faults_are_set_from_outside() -> None:
    async with SlackProcess() as slack:
        client, channel = _client(slack), slack.team["channels"][0]
        user = await slack.ask("user_id", user="boss", admin=True)
        assert (await client.users_info(user=user))["user"]["is_admin"] is True

        await slack.ask("channel", channel=channel, what="archive")
        await slack.ask("fault", kind="error", arguments=["auth.test", "internal_error"])
        for asking in (client.chat_postMessage(channel=channel, text="a"), client.auth_test()):
            with pytest.raises(SlackApiError):
                await asking
        await slack.ask("team_does", what="revoke")
        with pytest.raises(SlackApiError):
            await client.auth_test()

        errors = (await slack.ask("stats"))["errors"]
        assert errors == {"is_archived": 1, "internal_error": 1, "token_revoked": 1}
