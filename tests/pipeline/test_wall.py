from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from bot.errors import ParseError, WallError
from bot.model import ParsedFeed
from bot.pipeline.parse.feed import parse
from bot.sandbox.sandbox import Wall, _answer_type, _unpack
from bot.sandbox.worker import ANSWER, resolve
from tests.pipeline.bodies import item, rss
from tests.pipeline.children import GOOD, PARSE

posix = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")


@pytest.fixture
async def wall() -> AsyncIterator[Wall]:
    async with Wall(seconds=30) as wall:
        yield wall


# --- answers ----------------------------------------------------------------------------------------------


async def test_an_answer_is_what_the_function_would_have_returned_here(wall: Wall) -> None:
    answer = await wall.run(PARSE, GOOD, "text/xml; charset=utf-8")

    assert answer == parse(GOOD, "text/xml; charset=utf-8")
    assert isinstance(answer, ParsedFeed)
    assert answer.entries[0].published is not None
    assert answer.entries[0].published.utcoffset() is not None


async def test_one_child_serves_many_calls(wall: Wall) -> None:
    assert wall.pid is None

    pids: set[int | None] = set()
    for _ in range(3):
        await wall.run("bot.text.normalize:fold", "China-U.S.")
        pids.add(wall.pid)

    assert len(pids) == 1


async def test_calls_at_the_same_time_get_their_own_answers(wall: Wall) -> None:
    words = [f"word{number}" for number in range(50)]

    assert await asyncio.gather(*(wall.run("bot.text.normalize:fold", word) for word in words)) == words


async def test_the_functions_parse_error_comes_through(wall: Wall) -> None:
    with pytest.raises(ParseError, match=r"^the answer is empty$") as caught:
        await wall.run(PARSE, b"")

    assert type(caught.value) is ParseError
    assert await wall.run("bot.text.normalize:fold", "A") == "a"


async def test_any_other_exception_is_a_failed_poll_too(wall: Wall) -> None:
    with pytest.raises(ParseError, match=r"^reading it failed \(TypeError: .{5,300}$"):
        await wall.run("bot.text.normalize:fold", 7)


@pytest.mark.parametrize(
    "function",
    [
        "os:system",
        "bot.text.normalize:_GAP",
        "bot.text.normalize",
        "bot:x",
        "botany.names:fold",
        "bot.text.normalize:fold.x",
    ],
)
async def test_only_functions_of_this_project_are_called(wall: Wall, function: str) -> None:
    with pytest.raises(ValueError, match="no public function"):
        await wall.run(function, "true")
    with pytest.raises(ValueError, match="no public function"):
        resolve(function)

    assert wall.pid is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"null",
        b'{"title": 1, "link": "", "entries": []}',
        b'{"title": "", "link": "", "entries": [{"guid": "", "link": "", "title": {}}]}',
        b"\x80\x04cos\nsystem\n(S'true'\ntR.",
        b"[" * 100_000,
    ],
)
def test_an_answer_of_the_wrong_type_is_not_believed(answer: bytes) -> None:
    with pytest.raises(WallError, match="makes no sense"):
        _unpack(ANSWER + answer, _answer_type(PARSE))


# --- limits -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "inside",
    [
        "".join(f"<category>{number}</category>" for number in range(100_000)),
        f"<x {' '.join(f'a{number}=' + chr(34) * 2 for number in range(100_000))}/>",
        f"<author>a@{'a.' * 40_000}</author>",
    ],
    ids=["categories", "attributes", "author"],
)
async def test_a_feed_that_takes_too_long_is_stopped_and_the_next_one_read(inside: str) -> None:
    async with Wall(seconds=1) as wall:
        with pytest.raises(WallError, match="took longer than 1 s"):
            await wall.run(PARSE, rss(item(inside)).encode())

        assert wall.pid is None
    async with Wall(seconds=30) as wall:
        assert await wall.run(PARSE, GOOD) == parse(GOOD)


@pytest.mark.slow
@pytest.mark.parametrize(
    "inside",
    [
        f"<description>{'&lt;!--' * 250_000}</description>",
        f"<description>{'<!--' * 250_000}</description>",
        f"<description><![CDATA[{'<!--' * 250_000}]]></description>",
        f"<description><![CDATA[{'<b>' * 300_000}]]></description>",
        f"<title>{'&lt;b x' * 300_000}</title>",
        "<a>" * 300_000,
        f"{'<a>' * 300_000}{'</a>' * 300_000}",
        f"<content:encoded><![CDATA[{'<img src=' * 200_000}]]></content:encoded>",
        f"<pubDate>{'1' * 1_000_000}</pubDate>",
        f"<link>http://{'[' * 1_000_000}</link>",
    ],
    ids=lambda inside: inside[:30],
)
async def test_a_hostile_feed_ends_in_a_feed_or_a_failed_poll(inside: str) -> None:
    async with Wall(seconds=5) as wall:
        try:
            feed = await wall.run(PARSE, rss(item(inside)).encode())
        except ParseError as error:
            feed, reason = None, str(error)
        else:
            reason = ""

        assert bool(reason) != bool(feed)
        assert await wall.run("bot.text.normalize:fold", "A") == "a"


@posix
async def test_a_feed_that_takes_too_much_memory_is_stopped_and_the_next_one_read() -> None:
    async with Wall(memory=200 * 2**20, seconds=60) as wall:
        with pytest.raises(WallError, match="more than 200 MB of memory"):
            await wall.run(PARSE, rss(item(f"<title>{'x' * 60 * 2**20}</title>")).encode())

        assert await wall.run(PARSE, GOOD) == parse(GOOD)


async def test_too_large_an_answer_is_not_taken() -> None:
    async with Wall(seconds=30, largest=2**20) as wall:
        content = f"<content:encoded>{'x' * 390_000}</content:encoded>"
        with pytest.raises(WallError, match="larger than 1 MB"):
            await wall.run(PARSE, rss(item(content) * 3).encode())

        assert await wall.run(PARSE, GOOD) == parse(GOOD)
