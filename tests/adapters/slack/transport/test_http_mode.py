"""HTTP mode: only what Slack signed gets in."""

from __future__ import annotations

import json
import time

import aiohttp
import pytest

from adapters.slack.transport.http_mode import HttpLink
from bot.errors import PermanentError, Scope
from bot.ports import WebRequest
from tests.adapters.slack.ways import Ways, by_http

FORM = "application/x-www-form-urlencoded"


ODD = (b'{"event":[]}', b'{"view":"x"}', b'{"actions":{},"type":"block_actions"}', b'{"team_id":3}')


async def post(made: Ways, body: bytes, headers: dict[str, str], kind: str = FORM) -> int:
    """Post to the bot as anybody could; return the status."""
    async with (
        aiohttp.ClientSession(trust_env=False) as session,
        session.post(made.server.request_url, data=body, headers=headers | {"Content-Type": kind}) as answer,
    ):
        return answer.status


def typed(made: Ways) -> bytes:
    """Return the request of a command."""
    return f"command=%2Ffollow&text=Trade&team_id={made.home.id}&user_id={made.alice.id}".encode()


async def test_commands_and_events_come_in() -> None:
    async with by_http() as (made, link):
        await link.start(made.app)
        await made.type("China-U.S. & <Trade>")
        made.news.delete()
        event = {"type": "channel_deleted", "channel": made.news.id}
        await (await made.server.event(made.home, event)).acked()
        await made.server.wait_until(lambda: made.services.ended)

        assert link.connected
        assert made.heard == ["China-U.S. & <Trade>"]
        assert made.server.http.statuses == [200, 200]


async def test_slack_can_verify_the_address() -> None:
    async with by_http() as (made, link):
        await link.start(made.app)

        assert await made.server.http.verify_url(made.server.request_url)


async def test_a_request_with_a_wrong_signature_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with by_http() as (made, link):
        await link.start(made.app)
        made.server.http.spoil_next()
        await made.server.command(made.alice, made.news, "/follow", "Trade")
        await made.server.wait_until(lambda: made.server.http.statuses)

        assert made.server.http.statuses == [401]
        assert made.heard == []
        assert "Trade" not in caplog.text


async def test_a_request_that_is_older_than_five_minutes_is_refused() -> None:
    async with by_http() as (made, link):
        await link.start(made.app)
        body = typed(made)

        assert await post(made, body, made.server.http.sign(body, int(time.time()) - 301)) == 401
        assert await post(made, body, made.server.http.sign(body, int(time.time()) + 301)) == 401
        assert await post(made, body, made.server.http.sign(body)) == 200
        assert made.heard == ["Trade"]


async def test_a_body_that_was_changed_on_the_way_is_refused() -> None:
    async with by_http() as (made, link):
        await link.start(made.app)
        body = typed(made)

        assert await post(made, body + b"&text=all", made.server.http.sign(body)) == 401
        assert made.heard == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=", "X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Signature": "v0=1", "X-Slack-Request-Timestamp": "9" * 5000},
        {"X-Slack-Signature": "é", "X-Slack-Request-Timestamp": "NOW"},
    ],
)
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b"", b"payload=%7B", b"ssl_check=1"])
async def test_rubbish_without_a_signature_is_refused_unread(headers: dict[str, str], body: bytes) -> None:
    async with by_http() as (made, link):
        await link.start(made.app)
        now = str(int(time.time()))
        sent = {name: now if value == "NOW" else value for name, value in headers.items()}

        assert await post(made, body, sent, "application/json") == 401


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 100_000, b"payload=%7B", b"[1]", b'{"event": 3, "team": []', *ODD]
)
async def test_rubbish_with_a_signature_is_refused_too(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with by_http() as (made, link):
        await link.start(made.app)

        assert await post(made, body, made.server.http.sign(body), "application/json") == 400
        assert caplog.text == ""


async def test_the_log_counts_unsigned_requests_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 1000.0
    link = HttpLink("secret", clock=lambda: now)
    async with by_http() as (made, _):
        await link.start(made.app)
        (route,) = link.routes
        for now in (1000.0, 1001.0, 1059.0, 1060.0):  # noqa: B007 -- the clock reads it
            assert (await route.handle(WebRequest(route.path, body=b"x"))).status == 401

    assert [each.getMessage()[-11:] for each in caplog.records] == [" 1 requests", " 3 requests"]


async def test_before_the_start_and_after_the_end_slack_is_asked_to_come_again() -> None:
    async with by_http() as (made, link):
        body = json.dumps({"type": "event_callback"}).encode()
        signed = made.server.http.sign(body)
        assert await post(made, body, signed) == 503
        await link.start(made.app)
        await link.aclose()

        assert await post(made, body, signed) == 503
        assert not link.connected


@pytest.mark.parametrize("secret", ["", "  "])
async def test_without_a_signing_secret_nothing_is_ever_let_in(secret: str) -> None:
    async with by_http() as (made, _):
        link = HttpLink(secret)
        with pytest.raises(PermanentError, match="SLACK_SIGNING_SECRET") as caught:
            await link.start(made.app)

        assert caught.value.scope is Scope.ADAPTER
        assert not link.connected
