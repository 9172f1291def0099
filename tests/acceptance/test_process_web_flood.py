"""Strangers at the web port of the real bot: whatever they send, or do not send, the bot sees and answers."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.acceptance.publishing import draft, publish
from tests.acceptance.slack_place import CATEGORY, SlackPlace

FILES = 256  # that the bot may have open
STRANGERS = 320
LINES = 30  # of the log; more would grow with the number of strangers

BODY = b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf"
HEAD = b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX-Slack-"
ODD = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 400 + b"\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX-Slack-Signature: \xff\xfe\r\nContent-Length: 0\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
]


def few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))


async def knock(place: SlackPlace, data: bytes) -> asyncio.StreamWriter | None:
    """Connect and send; None where the bot did not let us."""
    port = int(place.web.rpartition(":")[2])
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    writer.write(data)
    return writer


@asynccontextmanager
async def crowd(place: SlackPlace, data: bytes) -> AsyncIterator[None]:
    """Let many strangers send the same and wait."""
    there = await asyncio.gather(*(knock(place, data) for _ in range(STRANGERS)))
    writers = [each for each in there if each is not None]
    try:
        yield
    finally:
        for writer in writers:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def status_of(place: SlackPlace, path: str) -> int:
    async with aiohttp.ClientSession(trust_env=False) as session, session.get(place.web + path) as answer:
        return answer.status


@pytest.mark.parametrize("slack_place", ["http"], indirect=True)
@pytest.mark.parametrize("sent", [BODY, HEAD, b""], ids=["half a body", "half a head", "nothing"])
async def test_strangers_that_send_half_of_something_keep_nobody_from_anything(
    slack_place: SlackPlace, sent: bytes
) -> None:
    place = slack_place
    async with place.home.running(env=place.env, preexec_fn=few_files) as bot:
        await place.connected(bot)
        async with crowd(place, sent):
            assert await status_of(place, "/healthz") == 200
            await bot.polls(place.blog)
            await place.add_alerts(place.news)
            publish(place.blog, draft(1, "Soy Is Back", CATEGORY))
            await bot.until(lambda: place.all_sent(1))

    assert place.titles(place.news) == ["Soy Is Back"]
    assert len(bot.log.splitlines()) < LINES, bot.log


@pytest.mark.parametrize("slack_place", ["http"], indirect=True)
async def test_strangers_that_send_nonsense_are_a_few_lines_of_the_log_without_a_traceback(
    slack_place: SlackPlace,
) -> None:
    place = slack_place
    async with place.home.running(env=place.env, preexec_fn=few_files) as bot:
        await place.connected(bot)
        for data in ODD:
            for _ in range(20):
                writer = await knock(place, data)
                assert writer is not None
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
        assert await status_of(place, "/healthz") == 200
        await bot.polls(place.blog)

    assert "Traceback" not in bot.log
    assert len(bot.log.splitlines()) < LINES, bot.log
