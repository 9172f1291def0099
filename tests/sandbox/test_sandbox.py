from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from bot.errors import ParseError, SandboxError
from bot.model import ParsedFeed
from bot.pipeline.parse.feed import parse
from bot.sandbox.remote import Remote
from bot.sandbox.sandbox import Sandbox, _adapter, _unpack
from bot.sandbox.worker import ANSWER, resolve
from tests.pipeline.bodies import item, rss
from tests.sandbox.children import FOLD, GOOD, PARSE, PARSE_TYPED

WRONG: Remote[str, int] = Remote("bot.text.normalize:fold", str)  # it wants a text
posix = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(seconds=30) as sandbox:
        yield sandbox


# --- answers ----------------------------------------------------------------------------------------------


async def test_an_answer_is_what_the_function_would_have_returned_here(sandbox: Sandbox) -> None:
    answer = await sandbox.run(PARSE_TYPED, GOOD, "text/xml; charset=utf-8")

    assert answer == parse(GOOD, "text/xml; charset=utf-8")
    assert isinstance(answer, ParsedFeed)
    assert answer.entries[0].published is not None
    assert answer.entries[0].published.utcoffset() is not None


async def test_one_child_serves_many_calls(sandbox: Sandbox) -> None:
    assert sandbox.pid is None

    pids: set[int | None] = set()
    for _ in range(3):
        await sandbox.run(FOLD, "China-U.S.")
        pids.add(sandbox.pid)

    assert len(pids) == 1


async def test_calls_at_the_same_time_get_their_own_answers(sandbox: Sandbox) -> None:
    words = [f"word{number}" for number in range(50)]

    assert await asyncio.gather(*(sandbox.run(FOLD, word) for word in words)) == words


async def test_the_functions_parse_error_comes_through(sandbox: Sandbox) -> None:
    with pytest.raises(ParseError, match=r"^the answer is empty$") as caught:
        await sandbox.run(PARSE, b"")

    assert type(caught.value) is ParseError
    assert await sandbox.run(FOLD, "A") == "a"


async def test_any_other_exception_is_a_failed_poll_too(sandbox: Sandbox) -> None:
    with pytest.raises(ParseError, match=r"^reading it failed \(AttributeError: .{5,300}$"):
        await sandbox.run(WRONG, 7)


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
async def test_only_functions_of_this_project_are_called(sandbox: Sandbox, function: str) -> None:
    with pytest.raises(ValueError, match="no public function"):
        Remote(function, str)
    with pytest.raises(ValueError, match="no public function"):
        resolve(function)

    assert sandbox.pid is None


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
    with pytest.raises(SandboxError, match="makes no sense"):
        _unpack(ANSWER + answer, _adapter(PARSE))


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
    async with Sandbox(seconds=1) as sandbox:
        with pytest.raises(SandboxError, match="took longer than 1 s"):
            await sandbox.run(PARSE, rss(item(inside)).encode())

        assert sandbox.pid is None
    async with Sandbox(seconds=30) as sandbox:
        assert await sandbox.run(PARSE, GOOD) == parse(GOOD)


@pytest.mark.slow
@pytest.mark.parametrize(
    "inside",
    [
        f"<description>{'&lt;!--' * 250_000}</description>",
        f"<description>{'<!--' * 250_000}</description>",
        f"<description><![CDATA[{'<!--' * 250_000}]]></description>",
        f"<description><![CDATA[{'<b>' * 300_000}]]></description>",
        f"<title>{'&lt;b x' * 300_000}</title>",
        "<a>" * 100_000,
        f"{'<a>' * 100_000}{'</a>' * 100_000}",
        f"<content:encoded><![CDATA[{'<img src=' * 200_000}]]></content:encoded>",
        f"<pubDate>{'1' * 1_000_000}</pubDate>",
        f"<link>http://{'[' * 1_000_000}</link>",
    ],
    ids=lambda inside: inside[:30],
)
async def test_a_hostile_feed_ends_in_a_feed_or_a_failed_poll(inside: str) -> None:
    async with Sandbox(seconds=5) as sandbox:
        try:
            feed = await sandbox.run(PARSE, rss(item(inside)).encode())
        except ParseError as error:
            feed, reason = None, str(error)
        else:
            reason = ""

        assert bool(reason) != bool(feed)
        assert await sandbox.run(FOLD, "A") == "a"


@posix
async def test_a_feed_that_takes_too_much_memory_is_stopped_and_the_next_one_read() -> None:
    async with Sandbox(memory=200 * 2**20, seconds=60) as sandbox:
        with pytest.raises(SandboxError, match="more than 200 MB of memory"):
            await sandbox.run(PARSE, rss(item(f"<title>{'x' * 60 * 2**20}</title>")).encode())

        assert await sandbox.run(PARSE, GOOD) == parse(GOOD)
        assert sandbox.restarts == 1


async def test_too_large_an_answer_is_not_taken() -> None:
    async with Sandbox(seconds=30, largest=2**20) as sandbox:
        content = f"<content:encoded>{'x' * 390_000}</content:encoded>"
        with pytest.raises(SandboxError, match="larger than 1 MB"):
            await sandbox.run(PARSE, rss(item(content) * 3).encode())

        assert await sandbox.run(PARSE, GOOD) == parse(GOOD)
