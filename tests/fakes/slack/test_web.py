"""The Web API, seen by the real AsyncWebClient."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.clients import error_of, web_client
from tests.fakes.slack.server import FakeSlack

SECTION = {"type": "section", "block_id": "d:1", "text": {"type": "mrkdwn", "text": "Tariffs"}}
MARK = {"event_type": "bystander_message", "event_payload": {"key": "1"}}


async def test_auth_test_tells_who_the_bot_is_and_what_it_may_do() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team("readers")

        told = await web_client(slack, team).auth_test()

        assert (told["team_id"], told["user_id"], told["bot_id"]) == (team.id, team.bot_user_id, team.bot_id)
        assert set(told.headers["x-oauth-scopes"].split(",")) == team.scopes


async def test_a_message_is_kept_as_it_was_sent_and_shown_with_all_ids() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)
        divider = {"type": "divider"}

        told = await web_client(slack, team).chat_postMessage(
            channel=news.id, text="Tariffs", blocks=[SECTION, divider], metadata=MARK, unfurl_links=False
        )

        (message,) = slack.messages(news)
        assert (message.ts, message.text, message.blocks) == (told["ts"], "Tariffs", [SECTION, divider])
        assert [bool(block["block_id"]) for block in message.shown_blocks] == [True, True]
        assert (message.metadata, message.arguments) == (MARK, {"unfurl_links": False})


async def test_a_form_says_the_same_as_json() -> None:
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        team = slack.add_team()
        news = team.add_channel("news", member=True)
        form = {"token": team.bot_token, "channel": news.id, "text": "T", "blocks": "[]", "unfurl_links": "0"}

        async with session.post(f"{slack.api_base}chat.postMessage", data=form) as answer:
            assert (await answer.json())["ok"] is True

        assert slack.messages(news)[0].arguments == {"unfurl_links": False}
        assert slack.calls[-1].arguments["blocks"] == []


async def test_a_persons_id_opens_the_direct_message() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")

        told = await web_client(slack, team).chat_postMessage(channel=alice.id, text="Tariffs")

        assert told["channel"] == team.dm(alice)
        assert [each.text for each in slack.messages(alice)] == ["Tariffs"]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("nowhere", "channel_not_found"),
        ("private", "channel_not_found"),
        ("deleted", "channel_not_found"),
        ("archived", "is_archived"),
        ("public", ""),
        ("public without the scope", "not_in_channel"),
        ("gone", "channel_not_found"),
    ],
)
async def test_where_the_bot_may_post(case: str, expected: str) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        places = {
            "private": team.add_channel("private", private=True).id,
            "archived": team.add_channel("archived", member=True, archived=True).id,
            "public": team.add_channel("public").id,
            "gone": team.add_user("gone", deactivated=True).id,
        }
        deleted = team.add_channel("deleted", member=True)
        deleted.delete()
        places |= {"deleted": deleted.id, "public without the scope": places["public"]}
        if case == "public without the scope":
            team.scopes.discard("chat:write.public")

        assert await _try_post(slack, team.bot_token, places.get(case, "C0NOWHERE")) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [("revoked", "token_revoked"), ("uninstalled", "account_inactive"), ("wrong", "invalid_auth")],
)
async def test_a_token_that_is_worth_nothing_is_refused(state: str, expected: str) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news")
        token = "xoxb-wrong" if state == "wrong" else team.bot_token
        if state == "revoked":
            team.revoke()
        if state == "uninstalled":
            team.uninstall()

        assert await _try_post(slack, token, news.id) == expected


async def _try_post(slack: FakeSlack, token: str, channel: str) -> str:
    client = AsyncWebClient(token=token, base_url=slack.api_base, retry_handlers=[])
    try:
        await client.chat_postMessage(channel=channel, text="Tariffs")
    except SlackApiError as refused:
        return error_of(refused)
    return ""


async def test_the_app_token_is_for_connections_only_and_the_bot_token_is_not() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        app = AsyncWebClient(token=slack.app_token, base_url=slack.api_base)

        assert await _try_post(slack, slack.app_token, "C1") == "not_allowed_token_type"
        assert str((await app.apps_connections_open(app_token=slack.app_token))["url"]).startswith("ws://")
        with pytest.raises(SlackApiError) as refused:
            await app.apps_connections_open(app_token=team.bot_token)
        assert error_of(refused.value) == "not_allowed_token_type"


async def test_an_edit_keeps_the_blocks_and_metadata_that_it_does_not_name() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)
        client = web_client(slack, team)
        sent = await client.chat_postMessage(channel=news.id, text="a", blocks=[SECTION], metadata=MARK)

        await client.chat_update(channel=news.id, ts=sent["ts"], text="b")
        (message,) = slack.messages(news)
        assert (message.text, message.blocks, message.metadata) == ("b", [SECTION], MARK)
        assert message.edited

        await client.chat_update(channel=news.id, ts=sent["ts"], text="c", blocks=[])
        assert (message.text, message.blocks) == ("c", [])


async def test_what_is_not_the_bots_or_not_there_cannot_be_edited() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)
        said = team.say(news, team.add_user("alice"), "hello")
        client = web_client(slack, team)

        for ts, expected in ((said.ts, "cant_update_message"), ("1.000000", "message_not_found")):
            with pytest.raises(SlackApiError) as refused:
                await client.chat_update(channel=news.id, ts=ts, text="b")
            assert error_of(refused.value) == expected
        news.archive()
        with pytest.raises(SlackApiError) as refused:
            await client.chat_update(channel=news.id, ts=said.ts, text="b")
        assert error_of(refused.value) == "is_inactive"


async def test_history_is_the_newest_first_within_its_bounds_and_in_pages() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)
        alice = team.add_user("alice")
        said = [team.say(news, alice, str(number)) for number in range(5)]
        client = web_client(slack, team)

        first = await client.conversations_history(channel=news.id, limit=2)
        cursor = first["response_metadata"]["next_cursor"]
        second = await client.conversations_history(channel=news.id, limit=2, cursor=cursor)
        after = await client.conversations_history(channel=news.id, oldest=said[2].ts)
        within = await client.conversations_history(
            channel=news.id, oldest=said[2].ts, latest=said[3].ts, inclusive=True
        )

        assert [each["text"] for each in (*first["messages"], *second["messages"])] == ["4", "3", "2", "1"]
        assert (first["has_more"], after["has_more"]) == (True, False)
        assert [each["text"] for each in after["messages"]] == ["4", "3"]
        assert [each["text"] for each in within["messages"]] == ["3", "2"]


async def test_history_has_metadata_only_when_it_is_asked_for() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news", member=True)
        client = web_client(slack, team)
        await client.chat_postMessage(channel=news.id, text="a", metadata=MARK)

        plain = await client.conversations_history(channel=news.id)
        full = await client.conversations_history(channel=news.id, include_all_metadata=True)

        assert "metadata" not in plain["messages"][0]
        assert full["messages"][0]["metadata"] == MARK


async def test_history_needs_the_bot_in_the_channel() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        news = team.add_channel("news")

        with pytest.raises(SlackApiError) as refused:
            await web_client(slack, team).conversations_history(channel=news.id)

        assert error_of(refused.value) == "not_in_channel"


async def test_a_missing_scope_is_named() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice = team.add_user("alice")
        team.scopes -= {"im:history", "im:write"}
        client = web_client(slack, team)
        cases = {
            "im:history": client.conversations_history(channel=team.dm(alice)),
            "im:read": client.conversations_info(channel=team.dm(alice)),
            "im:write": client.conversations_open(users=alice.id),
        }

        for scope, asking in cases.items():
            with pytest.raises(SlackApiError) as refused:
                await asking
            assert (error_of(refused.value), refused.value.response["needed"]) == ("missing_scope", scope)
            assert scope not in refused.value.response["provided"]


async def test_conversations_info_tells_what_the_bot_may_see() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        secret = team.add_channel("secret", private=True, member=True)
        client = web_client(slack, team)

        told = await client.conversations_info(channel=secret.id, include_num_members=True)
        secret.kick_bot()
        with pytest.raises(SlackApiError) as refused:
            await client.conversations_info(channel=secret.id)

        keys = ("name", "is_private", "is_member", "is_archived", "num_members")
        assert [told["channel"][key] for key in keys] == ["secret", True, True, False, 2]
        assert error_of(refused.value) == "channel_not_found"


async def test_opening_a_direct_message_tells_who_cannot_be_reached() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        alice, gone = team.add_user("alice"), team.add_user("gone", deactivated=True)
        client = web_client(slack, team)

        told = await client.conversations_open(users=alice.id)
        assert told["channel"]["id"] == team.dm(alice)
        for user, expected in ((gone.id, "user_disabled"), ("U0NOBODY", "user_not_found")):
            with pytest.raises(SlackApiError) as refused:
                await client.conversations_open(users=user)
            assert error_of(refused.value) == expected


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ({"admin": True}, {"is_admin": True, "is_owner": False}),
        ({"owner": True}, {"is_admin": True, "is_owner": True}),
        ({"guest": True}, {"is_admin": False, "is_restricted": True}),
        ({"deactivated": True}, {"deleted": True, "is_admin": None}),
    ],
)
async def test_users_info_tells_rights_and_time_zone(role: dict[str, bool], told: dict[str, Any]) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        user = team.add_user("alice", **role)
        user.tz = "Asia/Shanghai"

        found = (await web_client(slack, team).users_info(user=user.id))["user"]

        assert {key: found.get(key) for key in told} == told
        assert found.get("tz_offset") == (None if user.deactivated else 8 * 3600)
