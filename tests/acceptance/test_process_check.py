"""`bystander check` as a whole: side by side, with a bound, for people and for programs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from aiohttp import web

from adapters.plugin import Finding
from bot.shell.check import Look, together
from tests.acceptance.process import Home
from tests.acceptance.serving import Serve
from tests.fakes.blog import FaultyBlog

FEEDS = 2  # as many as one host is asked for at a time


async def test_all_feeds_are_read_side_by_side(home: Home, serve: Serve, blog: FaultyBlog) -> None:
    everybody = asyncio.Barrier(FEEDS)

    async def answer(_: web.Request) -> web.Response:
        async with asyncio.timeout(10):
            await everybody.wait()  # nobody gets an answer before all have asked
        item = "<item><title>News</title><link>https://blog.example/1</link></item>"
        return web.Response(text=f"<rss version='2.0'><channel><title>B</title>{item}</channel></rss>")

    port = await serve(answer)
    home.settings["feeds"] = [
        {"name": f"Blog {number}", "url": f"http://127.0.0.1:{port}/{number}"} for number in range(FEEDS)
    ]
    ended = await home.call("check")

    assert ended.code == 0, ended.out
    lines = [line for line in ended.out.splitlines() if " feed " in line]
    assert lines == [f"ok  feed Blog {number}: 1 post, the newest is “News”" for number in range(FEEDS)]
    assert len(blog.seen("/feed/")) == 0


async def test_what_takes_too_long_ends_with_a_line_and_the_rest_is_told() -> None:
    async def soon() -> list[Finding]:
        return [(True, "chat: well")]

    async def never() -> list[Finding]:
        await asyncio.Event().wait()
        return []

    looks: Sequence[Look] = [Look("feed Slow", never()), Look("chat", soon())]

    assert await together(looks, 0.05) == [
        (False, "feed Slow: took longer than 0.05 seconds; try again later"),
        (True, "chat: well"),
    ]


async def test_a_program_gets_the_same_as_json(home: Home) -> None:
    home.settings["feeds"].append({"name": "Gone", "url": "http://127.0.0.1:9/feed/"})
    people, program = await home.call("check"), await home.call("check", "--json")
    told = json.loads(program.out)

    assert (people.code, program.code, program.err) == (1, 1, "")
    assert told["ok"] is False
    assert {each["level"] for each in told["findings"]} == {"ok", "bad", "warn"}
    assert [
        f"{each['level'].replace('bad', 'BAD'):<4}{' ' * (each['level'] == 'warn')}{each['text']}"
        for each in told["findings"]
    ] == people.out.splitlines()[:-1]


async def test_all_is_well_in_json_too(home: Home) -> None:
    home.config.touch(mode=0o600)
    ended = await home.call("check", "--json")

    assert (ended.code, json.loads(ended.out)["ok"]) == (0, True)
