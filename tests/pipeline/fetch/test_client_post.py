"""Forms that are sent: under the same checks as any request, and only where the method is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from bot.errors import FetchError, ForbiddenAddressError
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from tests.pipeline.fetch.addresses import PRIVATE
from tests.pipeline.fetch.wire import SETTINGS, ok, raw_server

FORM = {"hub.mode": "subscribe", "hub.topic": "https://blog.example/?a=1&b=\u00e9"}
Seen = list[tuple[str, str, dict[str, str]]]


@asynccontextmanager
async def redirecting(*steps: tuple[int, str]) -> AsyncIterator[tuple[str, Seen]]:
    """Redirect from /0 to the first location, and so on; accept what arrives elsewhere. Yield what came."""
    seen: Seen = []

    async def answer(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        seen.append((request.method, request.path, form))
        name = request.path.strip("/")
        if name.isdigit() and int(name) < len(steps):
            status, location = steps[int(name)]
            return web.Response(status=status, headers={"Location": location})
        return web.Response(status=202, body=b"x" * 1_000_000)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "0.0.0.0", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/", seen
    finally:
        await runner.cleanup()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(SETTINGS) as running:
        yield running


async def test_a_form_arrives_as_it_was_sent_and_the_answer_is_not_read(fetcher: Fetcher) -> None:
    async with redirecting() as (root, seen):
        status = await fetcher.post(root, FORM)

    assert status == 202
    assert seen == [("POST", "/", FORM)]


async def test_redirects_that_keep_the_method_are_followed_with_the_form(fetcher: Fetcher) -> None:
    async with redirecting((307, "/1"), (308, "/2")) as (root, seen):
        status = await fetcher.post(f"{root}0", FORM)

    assert status == 202
    assert seen == [("POST", f"/{number}", FORM) for number in range(3)]


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_any_other_redirect_is_the_answer(fetcher: Fetcher, status: int) -> None:
    async with redirecting((status, "/1")) as (root, seen):
        answered = await fetcher.post(f"{root}0", FORM)

    assert answered == status
    assert len(seen) == 1


async def test_redirects_are_bounded(fetcher: Fetcher) -> None:
    async with redirecting((307, "/0")) as (root, _):
        with pytest.raises(FetchError, match="more than 5 redirects"):
            await fetcher.post(f"{root}0", FORM)


@pytest.mark.parametrize("address", PRIVATE)
async def test_nothing_is_sent_to_a_private_address(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    async with Fetcher(FetchSettings()) as fetcher:
        with pytest.raises(ForbiddenAddressError):
            await fetcher.post(f"http://{host}/", FORM)


async def test_a_redirect_to_a_forbidden_address_is_not_followed(fetcher: Fetcher) -> None:
    async with redirecting((307, "http://169.254.169.254/")) as (root, _):
        with pytest.raises(ForbiddenAddressError, match="redirect"):
            await fetcher.post(f"{root}0", FORM)


async def test_a_hub_that_never_answers_ends_with_the_time_out() -> None:
    async def nothing() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 "
        await asyncio.Event().wait()

    async with raw_server(nothing) as server, Fetcher(replace(SETTINGS, timeout=0.2)) as fetcher:
        with pytest.raises(FetchError, match="no answer within"):
            await fetcher.post(server.url, FORM)


async def test_a_form_is_never_sent_twice(fetcher: Fetcher) -> None:
    seen: list[bytes] = []

    async def once_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(ok())
        seen.append(await reader.readuntil(b"\r\n\r\n"))  # over the kept connection, and without an answer
        writer.close()

    async with await asyncio.start_server(once_each, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await fetcher.get(url)
        with pytest.raises(FetchError, match="broke"):
            await fetcher.post(url, FORM)
        await fetcher.__aexit__(None, None, None)

    assert [head.partition(b" ")[0] for head in seen] == [b"GET", b"POST"]


async def test_a_form_waits_for_a_turn_of_its_host(fetcher: Fetcher) -> None:
    async with redirecting() as (root, seen):
        for _ in range(2):
            await fetcher._turns.take("127.0.0.1")
        waiting = asyncio.create_task(fetcher.post(root, FORM))
        await fetcher.post(root.replace("127.0.0.1", "127.0.0.2"), FORM)  # another host has its own turns
        assert not waiting.done()
        fetcher._turns.give_back("127.0.0.1")
        assert await waiting == 202

    assert len(seen) == 2
