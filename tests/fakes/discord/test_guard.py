"""The guard: Discord's own OpenAPI document catches wrong requests and a wrong fake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord import payloads
from tests.fakes.discord import spec as discord_spec
from tests.fakes.discord.basics import Json
from tests.fakes.discord.guard import Guard
from tests.fakes.discord.server import FakeDiscord

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not discord_spec.SPEC_FILE.exists(), reason="needs ../shared"),
]


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as running:
        running.limits.routes.clear()
        assert running.core.guard.active
        yield running


@pytest.fixture
async def session(server: FakeDiscord) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bot {server.token}"}
    async with aiohttp.ClientSession(f"{server.api_base}/", headers=headers) as opened:
        yield opened


def _embed(**fields: Any) -> Json:
    return {"embeds": [fields]}


def _row(**button: Any) -> Json:
    row = {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "b", "label": "b", **button}]}
    return {"content": "x", "components": [row]}


@pytest.mark.parametrize(
    "body",
    [
        _embed(title="t" * 257),
        _embed(description="d" * 4097),
        _embed(fields=[{"name": "n", "value": "v"}] * 26),
        _embed(fields=[{"name": "n", "value": "v" * 1025}]),
        _embed(fields=[{"name": "n"}]),
        _embed(title="t", timestamp="yesterday"),
        _embed(title="t", timestamp="2026-11-22T10:00:00"),
        _embed(title="t", color=1 << 24),
        _embed(title="t", colour=1),
        {"embeds": [{"title": "t"}] * 11},
        {"content": "x", "nonce": "n" * 26},
        {"content": "x", "allowed_mentions": {"parse": ["friends"]}},
        {"content": "x", "surprise": True},
        {"content": ["x"]},
        {"content": "x", "embeds": 5},
        _row(label="l" * 81),
        _row(custom_id="c" * 101),
        _row(style=9),
        # What the document itself would let pass:
        {"content": "x" * 2001},
        {"embeds": [{"title": "t", "description": "d" * 3000}] * 2},
        {"content": " "},
        {"content": "x", "flags": 1 << 15},
        _embed(title="t", url="javascript:alert(1)"),
    ],
)
async def test_a_wrong_message_is_a_violation(
    server: FakeDiscord, session: aiohttp.ClientSession, body: Json
) -> None:
    news = server.add_guild().add_text()
    await session.post(f"channels/{news.id}/messages", json=body)

    found = server.take_violations()
    assert any(each.startswith(f"request POST /channels/{news.id}/messages: ") for each in found)


@pytest.mark.parametrize(
    "path", ["channels/1/mesages", "users/@me?color=red", "guilds/one", "channels/x/messages?limit=500"]
)
async def test_a_wrong_path_or_parameter_is_a_violation(
    server: FakeDiscord, session: aiohttp.ClientSession, path: str
) -> None:
    await session.get(path)

    assert server.take_violations()


async def test_a_good_message_is_none(server: FakeDiscord, session: aiohttp.ClientSession) -> None:
    news = server.add_guild().add_text()
    body = {**_row(), **_embed(title="Tariffs", timestamp="2026-11-22T10:00:00Z"), "nonce": "n" * 25}
    answer = await session.post(f"channels/{news.id}/messages", json=body)

    assert answer.status == 200
    assert server.violations == []


async def test_a_wrong_answer_of_the_fake_is_a_violation(
    server: FakeDiscord, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_user = payloads.user
    monkeypatch.setattr(payloads, "user", lambda someone: {**true_user(someone), "discriminator": 0})
    news = server.add_guild().add_text()
    await session.post(f"channels/{news.id}/messages", json={"content": "x"})

    assert any("answer 200 to POST" in each and "discriminator" in each for each in server.take_violations())


async def test_every_place_and_person_is_shown_as_the_document_says(
    server: FakeDiscord, session: aiohttp.ClientSession
) -> None:
    guild, reader = server.add_guild(bot_permissions=8), server.add_user("ada")
    guild.add_member(reader, permissions=32)
    news = guild.add_text()
    news.deny(2048, guild.everyone)
    forum = guild.add_forum(tags=["Trade"])
    threads = [guild.add_thread(news), guild.add_thread(forum), guild.add_thread(news, private=True)]
    threads[0].archive()
    kinds = [news, forum, *threads, guild.add_voice(), guild.add_announcement(), server.dm_of(reader)]
    at = f"guilds/{guild.id}"
    own = f"users/@me/guilds/{guild.id}/member"
    paths = [f"channels/{each.id}" for each in kinds]
    paths += [at, f"{at}?with_counts=true", f"{at}/channels", f"{at}/roles", f"{at}/members/{reader.id}", own]
    paths += [f"{at}/threads/active", f"channels/{news.id}/threads/archived/public?limit=5"]
    paths += ["users/@me", f"users/{reader.id}", "users/@me/guilds?limit=5", "gateway", "gateway/bot"]
    paths += ["applications/@me", "oauth2/applications/@me", f"applications/{server.world.bot.id}/commands"]

    statuses = {path: (await session.get(path)).status for path in paths}

    assert statuses == dict.fromkeys(paths, 200)
    assert server.violations == []


async def test_leaving_the_block_fails_on_a_violation() -> None:
    with pytest.raises(AssertionError, match="there is no such path"):
        async with FakeDiscord() as server, aiohttp.ClientSession() as session:
            await session.get(f"{server.api_base}/no/such/path")


async def test_a_handler_that_breaks_is_a_violation(
    server: FakeDiscord, session: aiohttp.ClientSession
) -> None:
    answer = await session.post("users/@me/channels", json=[])

    assert answer.status == 500
    assert any("broke the fake" in each for each in server.take_violations())


@pytest.mark.parametrize(
    ("status", "body", "lawful"),
    [
        (429, {"message": "slow", "retry_after": 0.5, "global": False, "code": 0}, True),
        (429, {"message": "slow", "retry_after": 0.5, "global": False}, False),
        (404, {"message": "Unknown Channel", "code": 10003}, True),
        (404, {"message": "Unknown Channel", "code": 10003, "hint": "look elsewhere"}, False),
        (404, {"message": "Unknown Channel"}, False),
        (201, {}, False),
        (503, "<html>", True),
    ],
)
def test_errors_have_their_form_too(status: int, body: Any, *, lawful: bool) -> None:
    guard = Guard()
    guard.answer("POST", "/channels/1/messages", status, body)

    assert (guard.violations == []) is lawful


def test_a_literal_path_wins_over_a_template() -> None:
    document = discord_spec.load()
    assert document is not None

    templates = [
        getattr(document.find("GET", path), "template", None)
        for path in ("/users/@me", "/users/7", "/webhooks/1/t/messages/@original", "/webhooks/1/t/messages/7")
    ]

    assert templates == [
        "/users/@me",
        "/users/{user_id}",
        "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
        "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    ]


async def test_without_the_document_the_limits_of_messages_still_hold() -> None:
    async with FakeDiscord(guard=False) as server, aiohttp.ClientSession() as session:
        assert not server.core.guard.active
        url = f"{server.api_base}/channels/{server.add_guild().add_text().id}/messages"
        headers = {"Authorization": f"Bot {server.token}"}
        answer = await session.post(url, json={"content": "x" * 2001}, headers=headers)

        assert answer.status == 400
        assert len(server.take_violations()) == 1
