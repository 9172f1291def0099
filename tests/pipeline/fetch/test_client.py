from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot import __version__
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.fetch.headers import MAX_WAIT
from tests.pipeline.fetch.wire import SETTINGS, ok, raw_server, web_server

NOON = "Date: Mon, 30 Nov 2026 12:00:00 GMT"


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(SETTINGS) as running:
        yield running


def fields_of(request: bytes) -> dict[str, str]:
    lines = request.decode().removesuffix("\r\n\r\n").split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in lines)


# --- what is sent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("etag", "last_modified"),
    [
        ('"abc"', "Sun, 06 Nov 1994 08:49:37 GMT"),
        ('W/"abc-gzip"', "Sunday, 06-Nov-94 08:49:37 GMT"),
        ("no-quotes", "1994-11-06  8:49:37 +0100"),
        ('"caf\u00e9;gzip"', "0"),
    ],
)
async def test_validators_come_back_byte_for_byte(fetcher: Fetcher, etag: str, last_modified: str) -> None:
    async with raw_server(ok(f"ETag: {etag}", f"Last-Modified: {last_modified}")) as server:
        first = await fetcher.get(server.url)
        await fetcher.get(server.url, etag=first.etag, last_modified=first.last_modified)

    assert b"If-" not in server.requests[0]
    assert f"\r\nIf-None-Match: {etag}\r\n".encode() in server.requests[1]
    assert f"\r\nIf-Modified-Since: {last_modified}\r\n".encode() in server.requests[1]


@pytest.mark.parametrize("field", [b'ETag: "\xff"', b'ETag: "\x01"'])
async def test_a_validator_that_cannot_be_stored_is_dropped(fetcher: Fetcher, field: bytes) -> None:
    async with raw_server(b"HTTP/1.1 200 OK\r\n" + field + b"\r\nContent-Length: 0\r\n\r\n") as server:
        assert (await fetcher.get(server.url)).etag == ""


async def test_a_request_says_no_more_than_it_must(fetcher: Fetcher) -> None:
    async with raw_server(ok()) as server:
        await fetcher.get(server.url + "?a=%2f+%20&b", accept="text/html")

    assert server.requests[0].startswith(b"GET /feed/?a=%2f+%20&b HTTP/1.1\r\n")
    assert fields_of(server.requests[0]) == {
        "Host": server.url.split("/")[2],
        "User-Agent": f"Bystander/{__version__} (self-hosted feed alerts; no contact given)",
        "Accept": "text/html",
        "Accept-Encoding": "gzip, deflate, br",
    }


async def test_the_user_agent_names_the_contact() -> None:
    settings = replace(SETTINGS, contact="mailto:me@blog.example\r\n X: y")
    async with raw_server(ok()) as server, Fetcher(settings) as fetcher:
        await fetcher.get(server.url)

    agent = fields_of(server.requests[0])["User-Agent"]
    assert agent == f"Bystander/{__version__} (+mailto:me@blog.example X: y)"


async def test_cookies_are_not_returned(fetcher: Fetcher) -> None:
    async with raw_server(ok("Set-Cookie: a=b; Path=/", "Set-Cookie: \t=;=")) as server:
        await fetcher.get(server.url)
        await fetcher.get(server.url)

    assert [b"ookie" in request for request in server.requests] == [False, False]


async def test_a_proxy_of_the_environment_is_ignored(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with raw_server(b"") as proxy, raw_server(ok()) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert (await fetcher.get(server.url)).status == 200

    assert proxy.requests == []


# --- what is answered --------------------------------------------------------------------------------------


async def test_an_answer_carries_what_polling_needs(fetcher: Fetcher) -> None:
    fields = (
        "Content-Type: application/rss+xml; charset=UTF-8",
        "Date: Sun, 06 Nov 1994 08:49:37 GMT",
        'Link: <https://blog.example/wp-json/>; rel="https://api.w.org/"',
        "Link: <https://hub.example/>; rel=hub",
    )
    async with raw_server(ok(*fields, body=b"<rss>1</rss>")) as server:
        answer = await fetcher.get(server.url)

    assert (answer.status, answer.url, answer.body) == (200, server.url, b"<rss>1</rss>")
    assert answer.content_type == "application/rss+xml; charset=UTF-8"
    assert answer.date == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert answer.link_header == (
        '<https://blog.example/wp-json/>; rel="https://api.w.org/", <https://hub.example/>; rel=hub'
    )
    assert (answer.moved_to, answer.cache_max_age, answer.retry_after) == ("", None, None)


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        (["Cache-Control: max-age=3600"], 3600.0),
        (["Cache-Control: public,MAX-AGE = 60 , must-revalidate"], 60.0),
        (['Cache-Control: max-age="60"'], 60.0),
        (["Cache-Control: max-age=60, max-age=90"], 60.0),
        (["Cache-Control: public", "Cache-Control: max-age=60"], 60.0),
        (["Cache-Control: max-age=3600", "Age: 600"], 3000.0),
        (["Cache-Control: max-age=600", "Age: 3600"], 0.0),
        (["Cache-Control: max-age=600", "Age: old"], 600.0),
        (["Cache-Control: max-age=3600, no-cache"], None),
        ([NOON, "Expires: Mon, 30 Nov 2026 13:00:00 GMT"], 3600.0),
        ([NOON, "Expires: Mon, 30 Nov 2026 13:00:00 GMT", "Age: 600"], 3000.0),
        ([NOON, "Expires: Mon, 30 Nov 2026 13:00:00 GMT", "Cache-Control: max-age=60"], 60.0),
        ([NOON, "Expires: Mon, 30 Nov 2026 13:00:00 GMT", "Cache-Control: public"], 3600.0),
        ([NOON, "Expires: Mon, 30 Nov 2026 13:00:00 GMT", "Cache-Control: no-cache"], None),
        ([NOON, "Expires: Mon, 30 Nov 2026 12:00:00 GMT"], None),
        ([NOON, "Expires: Wed, 11 Jan 1984 05:00:00 GMT"], None),
        ([NOON, "Expires: Mon, 30 Nov 2099 13:00:00 GMT"], MAX_WAIT),
        ([NOON, "Expires: 0"], None),
        ([NOON, "Expires: -1"], None),
        ([NOON, "Expires: soon"], None),
        (["Cache-Control: no-store, max-age=3600"], None),
        (["Cache-Control: s-maxage=3600"], None),
        (["Cache-Control: max-age=-1"], None),
        (["Cache-Control: max-age"], None),
        (["Cache-Control: max-age=" + "9" * 5000], 365 * 86_400.0),
        ([], None),
    ],
)
async def test_max_age_is_what_is_left_of_it(
    fetcher: Fetcher, fields: list[str], seconds: float | None
) -> None:
    async with raw_server(ok(*fields)) as server:
        assert (await fetcher.get(server.url)).cache_max_age == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("999999999999", MAX_WAIT),
        ("Sun, 06 Nov 1994 09:49:37 GMT", 3600.0),
        ("Sunday, 06-Nov-94 09:49:37 GMT", 3600.0),
        ("Sun Nov  6 09:49:37 1994", 3600.0),
        ("Sun, 06 Nov 2094 08:49:37 GMT", MAX_WAIT),
        ("Sun, 06 Nov 1994 07:49:37 GMT", None),
        ("-5", None),
        ("soon", None),
        ("\u0665", None),
        ("Sun, 99 Nov 99999 08:49:37 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
    ],
)
async def test_retry_after_is_seconds_or_a_date_by_the_servers_clock(
    fetcher: Fetcher, value: str, seconds: float | None
) -> None:
    fields = ("Date: Sun, 06 Nov 1994 08:49:37 GMT", f"Retry-After: {value}")
    async with raw_server(ok(*fields).replace(b"200 OK", b"503 Busy")) as server:
        answer = await fetcher.get(server.url)

    assert (answer.status, answer.retry_after) == (503, seconds)


async def test_retry_after_as_a_date_needs_a_clock_where_the_server_tells_no_time() -> None:
    class Stopped:
        def now(self) -> datetime:
            return datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)

    answer = ok("Retry-After: Sun, 06 Nov 1994 08:50:37 GMT")
    async with raw_server(answer) as server, Fetcher(SETTINGS, Stopped()) as fetcher:
        assert (await fetcher.get(server.url)).retry_after == 60.0


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 503, 300, 305])
async def test_an_error_status_is_an_answer_without_a_body(fetcher: Fetcher, status: int) -> None:
    answer = b"HTTP/1.1 %d X\r\nContent-Length: 9000000\r\nETag: x\r\n\r\n" % status + b"x" * 500_000
    async with raw_server(answer) as server:
        got = await fetcher.get(server.url)

    assert (got.status, got.body, got.etag) == (status, b"", "x")


# --- manners -----------------------------------------------------------------------------------------------


async def test_a_host_sees_two_requests_at_once_whatever_the_port(fetcher: Fetcher) -> None:
    now: Counter[str] = Counter()
    most: Counter[str] = Counter()
    everybody = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        now[host] += 1
        most[host] = max(most[host], now[host])
        if now.total() == 4:  # two hosts with two requests each
            everybody.set()
        await everybody.wait()
        await asyncio.sleep(0)
        now[host] -= 1
        return web.Response()

    async with web_server(handler) as root, web_server(handler) as second:
        urls = [base.replace(".0.1", f".0.{host}") for base in (root, second) for host in (1, 2)]
        await asyncio.gather(*(fetcher.get(f"{url}{n}") for url in urls for n in range(5)))

    assert most == {"127.0.0.1": 2, "127.0.0.2": 2}


async def test_waiting_for_a_turn_is_not_held_against_the_server() -> None:
    async with raw_server(ok()) as server, Fetcher(replace(SETTINGS, timeout=1.0)) as fetcher:
        for _ in range(2):
            await fetcher._turns.take("127.0.0.1")
        waiting = asyncio.create_task(fetcher.get(server.url))
        await asyncio.sleep(1.2)
        assert server.requests == []
        fetcher._turns.give_back("127.0.0.1")
        assert (await waiting).status == 200
