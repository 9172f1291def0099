"""What `bystander check` says of web.public_url."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp import web

from adapters.plugin import Finding
from bot.config.load import parse_config
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.shell.public_url import public_url
from tests.pipeline.fetch.wire import web_server

LOCAL = FetchSettings(timeout=5.0, allow_networks=(ip_network("127.0.0.0/8"),))


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(LOCAL) as running:
        yield running


async def found(url: str, fetcher: Fetcher) -> list[Finding]:
    config = parse_config(
        f'[web]\nlisten = "127.0.0.1:8080"\npublic_url = "{url}"\n'
        '[fetch]\nallow_networks = ["127.0.0.0/8"]\n[console]\nenabled = true\n',
        {},
    )
    return await public_url(config, fetcher)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, '{"ok": true}', "web.public_url: the bot answers there"),
        (404, "no", "web.public_url: what answers there is no running bot (status 404); check the proxy"),
        (200, "<html>", "web.public_url: what answers there is no running bot (status 200); check the proxy"),
    ],
)
async def test_what_answers_there_is_told(fetcher: Fetcher, status: int, body: str, said: str) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, text=body)

    async with web_server(answer) as root:
        lines = await found(f"{root}news/", fetcher)

    assert lines == [(True, said)]
    assert asked == ["/news/healthz"]


async def test_a_bot_that_does_not_run_is_no_fault(fetcher: Fetcher) -> None:
    ((well, line),) = await found("http://127.0.0.1:9", fetcher)

    assert well
    assert "need be no fault" in line


async def test_an_address_without_https_is_to_be_mended(fetcher: Fetcher) -> None:
    (plain, _) = await found("http://192.0.2.1", fetcher)

    assert plain == (
        False,
        "web.public_url: others can read what hubs and chats send there; use https",
    )
